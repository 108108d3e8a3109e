"""Person by person: every figure of the page, and the same as a file."""

from collections import defaultdict
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from stores.models import Staff, Store

from .asked import NOBODY
from .figures import FIGURES, Figure, Rate, count_all

WORK = ("execution", "on-time", "input")
BOOK = ("reach", "only-inbound", "replacement", "referral", "customers", "vehicles", "sold")
SHOWN = WORK + BOOK
FOUR = ("customers", "vehicles", "sold", "contacts", "reach")
LEFT_OUT = ("silent", "only-inbound", "met")
"""Of the page about reach: what is asked of a book again and again, and whom one leaves out."""
MOST_SHOWN = 60
"""People on one page; of more, the stores are shown, and a file has them all."""


@dataclass(frozen=True)
class Cell:
    """One figure of one person; `url`: the rows behind it, empty where they are not for the reader."""

    figure: Figure
    rate: Rate
    url: str


@dataclass(frozen=True)
class Line:
    """Of a person or a whole store; `person` None: what counts for nobody, so for the store alone."""

    person: Staff | Store | None
    cells: list[Cell]


def rows_url(figure: Figure, query: dict, **more) -> str:
    return f"{reverse('reports:rows', args=[figure.slug])}?{urlencode({**query, **more})}"


def counted(asked, slugs=SHOWN) -> dict[str, dict]:
    """{figure: {person: Rate}} of everybody."""
    return by_person(split(asked, slugs))


def split(asked, slugs=SHOWN) -> dict[str, dict]:
    """{figure: {(store, person): Rate}} of everybody."""
    return count_all([FIGURES[slug] for slug in slugs], replace(asked, staff=None), by="place and person")


def by_person(found) -> dict[str, dict]:
    return {slug: _summed(rates, 1) for slug, rates in found.items()}


def _summed(rates, part: int) -> dict:
    """Of keys of two parts, by one of them."""
    sums = defaultdict(Rate)
    for key, rate in rates.items():
        sums[key[part]] += rate
    return dict(sums)


def store_lines(found, form) -> list[Line]:
    """Of what `split` found each store by itself, where there are several and nobody in particular is asked for."""
    asked = form.asked
    if len(asked.stores) < 2 or asked.staff is not None:
        return []
    by_store = {slug: _summed(rates, 0) for slug, rates in found.items()}
    return [_store_line(store, by_store, form) for store in form.stores if store.pk in asked.stores]


def _store_line(store, found, form) -> Line:
    query = {**form.query, "store": store.pk}
    rates = ((FIGURES[slug], by.get(store.pk, Rate())) for slug, by in found.items())
    return Line(store, [Cell(figure, rate, rows_url(figure, query)) for figure, rate in rates])


def total(found: dict, staff: int | None) -> Rate:
    """Of that person; of everybody together for None."""
    return sum(found.values(), Rate()) if staff is None else found.get(None if staff == NOBODY else staff, Rate())


def cards(found, form) -> list[Cell]:
    staff = form.asked.staff
    return [Cell(FIGURES[slug], total(by, staff), rows_url(FIGURES[slug], form.query)) for slug, by in found.items()]


def lines(found, form, *, most: int | None = None) -> list[Line] | None:
    """Those one may see by name: a manager everybody who is counted or works there, others themselves.

    None where there are more than `most`.
    """
    named = _where_managed(found, form)
    ids = {pk for by in named.values() for pk in by if pk}
    if not form.me.is_manager:
        people = [form.me]
    else:
        people = list(Staff.objects.working_in_or_with_ids(form.managed, ids).by_name())
    if most is not None and len(people) > most:
        return None
    made = [_line(one, found if one == form.me else named, form) for one in people]
    if form.me.is_manager and any(None in by for by in named.values()):
        made.append(_line(None, named, form))
    return [line for line in made if line.person == form.me or any(cell.rate.due for cell in line.cells)]


def _where_managed(found, form):
    """Of the stores alone whose people one sees by name; who only manages some of theirs costs the statements twice."""
    asked, managed = form.asked, {one.pk for one in form.managed}
    if managed.issuperset(asked.stores) or not form.me.is_manager:
        return found
    return counted(replace(asked, stores=tuple(pk for pk in asked.stores if pk in managed)), tuple(found))


def _line(person, found, form) -> Line:
    key = person and person.pk
    who = {"who": "nobody" if person is None else "me" if person == form.me else key}
    may_open = person in {None, form.me} or key in form.people
    return Line(
        person,
        [
            Cell(FIGURES[slug], by.get(key, Rate()), rows_url(FIGURES[slug], form.query, **who) if may_open else "")
            for slug, by in found.items()
        ],
    )


def sheet(found, form):
    """Of what `split` found, rows of cells, the headings first: of each rate the percentage, and what it is made of.

    Stores come first, where there are several.
    """
    yield [_("Person in charge"), *(text for slug in found for text in _headings(FIGURES[slug]))]
    for line in [*store_lines(found, form), *lines(by_person(found), form)]:
        name = str(line.person) if line.person else _("Counts for nobody")
        yield [name, *(text for cell in line.cells for text in _texts(cell))]


def _headings(figure):
    if not figure.is_rate:
        return [str(figure.label)]
    return [f"{figure.label} (%)", f"{figure.label}: {_('counted')}", f"{figure.label}: {_('of')}"]


def _texts(cell):
    if not cell.figure.is_rate:
        return [str(cell.rate.hits)]
    percent = cell.rate.percent
    return ["" if percent is None else str(percent), str(cell.rate.hits), str(cell.rate.due)]
