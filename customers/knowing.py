"""What we know about a customer as people, how old it is, and what to ask next (REQUIREMENTS C1, C10)."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from stores.channels import Channel

from .folded import folded, unfolded
from .models import BookRules, BusinessCard, Consent, Customer, Duplicate, Fact, FamilyMember
from .models.merge import Alike

STALE = timedelta(days=180)
"""What nobody has said again for so long may have changed."""
HOUSEHOLD = 20
"""So many customers with the same address are shown: a block of flats is no family."""
ASKED = {
    Customer.Kind.PERSON: (Fact.Kind.FAMILY, Fact.Kind.JOB, Fact.Kind.CAR_USE, Fact.Kind.HOURS, Fact.Kind.HOBBY),
    Customer.Kind.COMPANY: (Fact.Kind.JOB, Fact.Kind.CAR_USE, Fact.Kind.HOURS),
}
"""What is worth knowing of everybody, the most telling first."""


def with_known(customers, me):
    """Customers with what their page shows of the cards below and of the house's rules, by the same statement.

    `me`: who else somebody may be is only shown to who may see both.
    """
    person = OuterRef("pk")
    both = [f"{side}__{name}" for side in ("one", "other") for name in ("name", "store_id")]
    return customers.annotate(
        folded_pairs=folded(_pairs(me, person), *both),
        folded_facts=folded(
            _facts(Fact.objects.filter(customer=person)), "confirmed_by__name", "confirmed_by__username"
        ),
        folded_consents=folded(_said(Consent.objects.filter(customer=person)), "by__name", "by__username"),
        folded_family=folded(FamilyMember.objects.standing().filter(customer=person).order_by("pk")),
        folded_rules=folded(BookRules.objects.order_by("pk")[:1]),
        folded_sent=_sent(me, person),
        last_card=BusinessCard.objects.filter(customer=person).order_by("-pk").values("pk")[:1],
    )


def missing_of(customer) -> list:
    """What the house wants to know of them and doesn't."""
    rules = _read(customer, "rules", BookRules, lambda: [BookRules.load()]) or [BookRules.unsaid()]
    return rules[0].missing_of(customer)


@dataclass(frozen=True)
class Twin:
    """Who else somebody may be, and by what. `is_mine`: both may be made one."""

    pk: int
    name: str
    reasons: list[str]
    is_mine: bool


def twins_of(customer, me) -> list[Twin]:
    pairs = _read(customer, "pairs", Duplicate, lambda: _pairs(me, customer).for_list())
    return [_twin(pair, pair.other if pair.one_id == customer.pk else pair.one, me) for pair in pairs]


def _twin(pair, other, me) -> Twin:
    is_mine = me.may_manage(pair.one.store_id) and me.may_manage(pair.other.store_id)
    return Twin(other.pk, other.name, [str(Alike(why).label) for why in pair.why], is_mine)


def _pairs(me, person):
    return Duplicate.objects.visible_to(me).open().about(person).surest_first()


def sent_count(customer, me) -> int:
    """How many customers they sent, of those whom one may see."""
    count = getattr(customer, "folded_sent", None)
    return Customer.objects.visible_to(me).sent_by([customer]).count() if count is None else count


def _sent(me, person):
    sent = Customer.objects.visible_to(me).filter(referrer=person).order_by().values("referrer")
    return Coalesce(Subquery(sent.annotate(n=Count("pk")).values("n")), 0)


def _facts(rows):
    return rows.standing().stalest_first()


def _said(rows):
    return rows.latest_first()


def _read(customer, name: str, model, ask) -> list:
    """As it came with the customer (`with_known`), else asked for now."""
    rows = getattr(customer, f"folded_{name}", None)
    return list(ask()) if rows is None else unfolded(model, rows)


def age_label(moment, now) -> str:
    """'8 months ago'."""
    if now - moment < timedelta(days=1):
        return _("today")
    return _("%(age)s ago") % {"age": timesince(moment, now, depth=1).replace("\xa0", " ")}


@dataclass(frozen=True)
class Known:
    """A fact as it is shown."""

    fact: Fact
    age: str
    is_stale: bool


@dataclass(frozen=True)
class Asking:
    """What the next conversation should ask for. `known`: what we knew, however old."""

    kind: Fact.Kind
    known: Known | None = None


class FactsCard:
    """The facts about a customer, the stalest first."""

    def __init__(self, customer, now, form=None):
        self.customer, self.now, self.form = customer, now, form

    @cached_property
    def rows(self) -> list[Known]:
        facts = _read(self.customer, "facts", Fact, lambda: _facts(self.customer.facts).with_people())
        return [self._known(fact) for fact in facts]

    @cached_property
    def history(self) -> list[Known]:
        return [self._known(fact) for fact in self.customer.facts.ended().with_people()]

    def ask_next(self, most: int = 2) -> list[Asking]:
        """What was never noted, then what was confirmed longest ago; nothing that is fresh."""
        latest = {}
        for known in self.rows:
            latest[known.fact.kind] = known
        asked = ASKED[self.customer.kind]
        never = [Asking(kind) for kind in asked if kind not in latest]
        stale = [Asking(Fact.Kind(kind), known) for kind, known in latest.items() if known.is_stale and kind in asked]
        stale.sort(key=lambda asking: asking.known.fact.confirmed_at)
        return [*never, *stale][:most]

    def _known(self, fact) -> Known:
        return Known(fact, age_label(fact.confirmed_at, self.now), self.now - fact.confirmed_at >= STALE)


@dataclass(frozen=True)
class Standing:
    """How it stands with one way of reaching somebody."""

    channel: Channel
    is_refused: bool
    said: Consent | None = None
    """When and how; None where it isn't known."""


class ConsentsCard:
    def __init__(self, customer, form=None):
        self.customer, self.form = customer, form

    @cached_property
    def history(self) -> list[Consent]:
        return _read(self.customer, "consents", Consent, lambda: _said(self.customer.consents))

    @cached_property
    def rows(self) -> list[Standing]:
        return [self._standing(channel) for channel in Channel]

    def _standing(self, channel) -> Standing:
        is_refused = channel in self.customer.refused_channels
        said = [one for one in self.history if one.channel == channel]
        latest = max(said, key=lambda one: (one.said_on, one.at, one.pk), default=None)
        return Standing(channel, is_refused, latest if latest and latest.is_given != is_refused else None)


class FamilyCard:
    def __init__(self, customer, form=None):
        self.customer, self.form = customer, form

    @cached_property
    def rows(self) -> list:
        return _read(self.customer, "family", FamilyMember, self.customer.family.standing)

    @cached_property
    def household(self) -> list[Customer]:
        """Customers with the same address or phone."""
        return list(Customer.objects.household_of(self.customer)[:HOUSEHOLD])
