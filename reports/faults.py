"""How many entries are missing, late or incomplete, person by person: a counter, nothing more (REQUIREMENTS E9)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from django.db.models import Count

from followups.input_rate import Fault
from stores.models import Staff

from .figures import FIGURES
from .listing import Listed
from .people import rows_url

MOST = 100
"""So many days of one store, or stores of one day, are counted beside the list; of more the list alone tells."""


@dataclass(frozen=True)
class Number:
    label: str
    value: int
    url: str


@dataclass(frozen=True)
class FaultLine:
    """Of one person; `person` None: what counts for nobody."""

    person: Staff | None
    numbers: list[Number]


def fault_lines(listed: Listed) -> list[FaultLine]:
    """Those one may see by name, whoever has most first; one statement for each part. Empty where there is none."""
    form, asked = listed.form, listed.asked
    if asked.staff != form.me.pk:
        asked = replace(asked, stores=tuple(one.pk for one in form.managed if one.pk in asked.stores))
    if not asked.stores or len(asked.stores) * form.stretch.days > MOST:
        return []
    found = defaultdict(Counter)
    for part in listed.figure.parts:
        faulty = part.rows(asked).filter(hit=False).order_by()
        for row in faulty.values("person", "state").annotate(n=Count("pk")):
            found[row["person"]][row["state"]] += row["n"]
    people = Staff.objects.in_bulk([pk for pk in found if pk])
    order = sorted(found, key=lambda pk: (pk is None, -found[pk].total(), str(people.get(pk))))
    named = {None, form.me.pk, *form.people}
    return [_line(people.get(pk), found[pk], form) for pk in order if pk in named]


def _line(person, counts, form) -> FaultLine:
    who = "nobody" if person is None else "me" if person == form.me else person.pk
    query = {**form.query, "who": who}
    urls = {fault: rows_url(FIGURES["input"], query, only=fault) for fault in counts}
    return FaultLine(person, [Number(str(fault.label), counts[fault], urls.get(fault, "")) for fault in Fault])
