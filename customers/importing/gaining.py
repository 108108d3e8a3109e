"""What a row says beside the entry, as rows in memory: facts, family, consent. What stands there is not doubled."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Consent, Fact, FamilyMember, RankHold
from ..text import alike
from .records import Record
from .writing import insert, update

FILLED = ("kana", "born_on", "note")
"""What somebody of the family gains where nothing is known yet."""
WRITTEN = ("relation", "name", *FILLED)


@dataclass(slots=True)
class Beside:
    """What is known of a customer beside the entry, with what the rows above have added. `is_held`: their rank."""

    facts: list[Fact] = field(default_factory=list)
    family: list[FamilyMember] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    is_held: bool = False

    @property
    def family_words(self) -> list[str]:
        return [word for one in self.family if not one.removed_at for word in one.search_words]


@dataclass(slots=True)
class Gained:
    """What a row adds. `family`: each with what was written; `changed`: of whom which attributes, (was, is)."""

    facts: list[Fact] = field(default_factory=list)
    family: list[tuple[FamilyMember, dict]] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    changed: list[tuple[FamilyMember, dict[str, tuple]]] = field(default_factory=list)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    """(heading, cell, why) of what is said but does not count."""

    def __bool__(self):
        return bool(self.facts or self.family or self.consents or self.changed)

    @property
    def is_of_family(self) -> bool:
        return bool(self.family or self.changed)


def load(entries, customers, now: datetime) -> dict[int, Beside]:
    """By the id of the object in `customers`; asked for only where a row says something."""
    found = {id(one): Beside(family=list(one.family.all())) for one in customers.values()}
    records = [entry.record for entry in entries if entry.known]
    for name, model in (("facts", Fact), ("consents", Consent)):
        if any(getattr(record, name) for record in records):
            for row in model.objects.filter(customer__in=customers).order_by("pk"):
                getattr(found[id(customers[row.customer_id])], name).append(row)
    if any("rank_id" in record.customer for record in records):
        held = RankHold.objects.filter(customer__in=customers).exclude(until_on__lt=timezone.localdate(now))
        for pk in held.values_list("customer_id", flat=True):
            found[id(customers[pk])].is_held = True
    return found


def gain(customer, record: Record, known: Beside, *, refused, by_id: int | None, now: datetime) -> Gained:
    """`by_id`: who brings the list in; `refused`: as `newly_refused` gives it.

    The customer is filled already: what they refuse counts more than a list.
    """
    gained = Gained()
    _gain_facts(customer, record, known, gained, now)
    _gain_family(customer, record, known, gained, now)
    _gain_consents(customer, record, known, gained, refused, by_id, now)
    return gained


def _gain_facts(customer, record, known, gained, now):
    """Also what was true once is known: a list does not bring it back."""
    for said in record.facts:
        if any(one.kind == said["kind"] and alike(one.text, said["text"]) for one in known.facts):
            continue
        noted_at = _moment(said.get("noted_on"), now)
        confirmed_at = max(noted_at, _moment(said["confirmed_on"], now)) if said.get("confirmed_on") else noted_at
        made = Fact(
            customer=customer, kind=said["kind"], text=said["text"], noted_at=noted_at, confirmed_at=confirmed_at
        )
        gained.facts.append(made)
        known.facts.append(made)


def _moment(day: date | None, now: datetime) -> datetime:
    return min(now, timezone.make_aware(datetime.combine(day, time(12)))) if day else now


def _gain_family(customer, record, known, gained, now):
    for said in record.family:
        same = next((one for one in known.family if alike(one.name, said["name"])), None)
        if same is None:
            made = FamilyMember(customer=customer, created_at=now, **{"relation": FamilyMember.Relation.OTHER, **said})
            gained.family.append((made, {name: getattr(made, name) for name in WRITTEN}))
            known.family.append(made)
        elif not same.removed_at:
            changed = {name: (getattr(same, name), said[name]) for name in FILLED if _is_new(same, name, said)}
            for name, (_was, value) in changed.items():
                setattr(same, name, value)
            if changed:
                gained.changed.append((same, changed))


def _is_new(member, name, said) -> bool:
    return bool(said.get(name)) and not getattr(member, name)


def _gain_consents(customer, record, known, gained, refused, by_id, now):
    for channel, said in record.consents.items():
        mine = [one for one in known.consents if one.channel == channel]
        refuses = channel in customer.refused_channels
        day = said.get("said_on")
        if channel not in refused and _is_said_already(said["answer"], day, mine, refuses):
            continue
        if said["answer"] == Consent.Answer.GIVEN and refuses:
            why = _("The customer refuses to be reached this way: a list does not allow it again.")
            gained.left_out.append((*said["cell"], why))
            continue
        made = Consent(
            customer=customer, channel=channel, answer=said["answer"], how=said.get("how", Consent.How.OTHER),
            said_on=day or timezone.localdate(now), note=said["note"], at=now, by_id=by_id,
        )  # fmt: skip
        gained.consents.append(made)
        known.consents.append(made)


def _is_said_already(answer, day, mine, refuses) -> bool:
    if day:
        return any(one.answer == answer and one.said_on == day for one in mine)
    latest = max(mine, key=lambda one: one.said_on, default=None)
    return latest.answer == answer if latest else answer == Consent.Answer.REFUSED and refuses


def newly_refused(record: Record, known: Beside) -> list[str]:
    """The channels that the row's consents refuse, where that is the latest word and we have not heard it yet."""
    found = []
    for channel, said in record.consents.items():
        mine, day = [one for one in known.consents if one.channel == channel], said.get("said_on")
        is_latest = day is None or all(one.said_on <= day for one in mine)
        is_new = not _is_said_already(said["answer"], day, mine, refuses=False)
        if said["answer"] == Consent.Answer.REFUSED and is_latest and is_new:
            found.append(channel)
    return found


def insert_gained(all_gained: list[Gained]):
    """Once the customers have their keys."""
    for name in ("facts", "consents"):
        insert(_with_keys([row for gained in all_gained for row in getattr(gained, name)]))
    insert(_with_keys([member for gained in all_gained for member, _written in gained.family]))
    changed = [one for gained in all_gained for one in gained.changed]
    names = set().union(*(values for _member, values in changed))
    update(list({member.pk: member for member, _values in changed}.values()), names)


def _with_keys(rows):
    for row in rows:
        row.customer = row.customer  # whose key is known by now
    return rows


def told(gained: Gained) -> dict[str, list]:
    """What undoing needs to know (`giving_back`)."""
    return {
        "facts": [one.pk for one in gained.facts],
        "family": [[one.pk, written] for one, written in gained.family],
        "consents": [one.pk for one in gained.consents],
        "changed": [[one.pk, changed] for one, changed in gained.changed],
    }
