"""Every figure, defined once (DESIGN.md "Figures"): its words, and the rows it counts.

A figure is a function of what is asked for (reports.asked): whose, which stores, which days, now. The number and the
rows behind it come from one queryset, so they cannot differ; where the number is summed up beforehand (reports.summed,
reports.stories), tests hold it against that queryset.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from followups.input_rate import Rate

from . import day, reach, stories, summed, work
from .asked import Asked, Narrow


@dataclass(frozen=True)
class Part:
    """One kind of rows; `rows` gives them with `person` and `hit`, `what` says what each is about."""

    slug: str
    label: str
    what: str
    rows: Callable[[Asked], object]
    order: tuple

    @property
    def moment(self) -> str:
        """What is first in their order, whichever way."""
        return self.order[0].removeprefix("-")


@dataclass(frozen=True)
class Figure:
    """`is_rate`: hits of due; else how many there are. `is_good`: the more the better."""

    slug: str
    label: str
    meaning: str
    parts: tuple[Part, ...]
    is_rate: bool = True
    is_good: bool = True

    def parts_called(self, slug: str) -> tuple[Part, ...]:
        """The one of that name, else all: what a number is made of."""
        return tuple(part for part in self.parts if part.slug == slug) or self.parts


LONGEST_SILENT = (F("heard_at").asc(nulls_first=True), "kana", "name", "pk")
TASK, CONTACT, CUSTOMER, VEHICLE, DEAL, LEAD = "task", "contact", "customer", "vehicle", "deal", "lead"


def _tasks(rows):
    return (Part("tasks", _("Tasks that fell due"), TASK, rows, ("-first_late_at", "-pk")),)


def _contacts(rows):
    return (Part("contacts", _("Contacts"), CONTACT, rows, ("-happened_at", "-pk")),)


def _customers(rows, order=("kana", "name", "pk")):
    return (Part("customers", _("Customers"), CUSTOMER, rows, order),)


FIGURES = {
    figure.slug: figure
    for figure in (
        Figure(
            "execution",
            _("Execution rate"),
            _(
                "Tasks that fell due in these days and have a result, of all that fell due. What the system took away "
                "before its time is left out; what a person cancelled is not."
            ),
            _tasks(work.executed),
        ),
        Figure(
            "on-time",
            _("Done on time"),
            _("Of the tasks that fell due in these days, those whose result was recorded before their time ran out."),
            _tasks(work.executed_on_time),
        ),
        Figure(
            "input",
            _("Input rate"),
            _(
                "What was entered completely and in time, of what was to be entered: tasks that fell due, contacts "
                "from customers, and contacts without a task. In time: calls and messages within 30 minutes, visits "
                "before the next visit or closing; the fields the house asks for by closing. Stage changes and typed "
                "cards are not among it: they cannot be entered late."
            ),
            (
                Part("tasks", _("Tasks that fell due"), TASK, work.task_entries, ("-first_late_at", "-pk")),
                Part("contacts", _("Contacts without a task"), CONTACT, work.contact_entries, ("-happened_at", "-pk")),
            ),
        ),
        Figure(
            "reach",
            _("Reach"),
            _(
                "Customers who within three months spoke, replied, visited, or got a message or letter, of all that "
                "are not closed. Calls nobody answered do not count."
            ),
            _customers(reach.reached),
        ),
        Figure(
            "only-inbound",
            _("Only they get in touch"),
            _("Customers with contacts within 12 months, all begun by the customer, of all that are not closed."),
            _customers(reach.only_inbound),
            is_good=False,
        ),
        Figure(
            "met",
            _("Contacted by us"),
            _(
                "Customers whom we got in touch with by ourselves within 12 months, of all that are not closed. The "
                "others got in touch themselves, or nobody did."
            ),
            _customers(reach.met),
        ),
        Figure(
            "replacement",
            _("Replacement rate"),
            _("Customers who had a car from us and ordered another within 12 months, of all that are not closed."),
            _customers(reach.replaced),
        ),
        Figure(
            "referral",
            _("Referral rate"),
            _("Customers who sent somebody who ordered within 12 months, of all that are not closed."),
            _customers(reach.referred),
        ),
        Figure(
            "customers",
            _("Net customers"),
            _("Neither closed nor merged with another, at the end of these days."),
            _customers(reach.customers),
            is_rate=False,
        ),
        Figure(
            "vehicles",
            _("Vehicles under management"),
            _("Cars of net customers that were not disposed of by the end of these days."),
            (Part("vehicles", _("Vehicles"), VEHICLE, reach.vehicles, ("customer", "pk")),),
            is_rate=False,
        ),
        Figure(
            "sold",
            _("Cars sold in a year"),
            _("Sales by the day of the order, in the 12 months up to the end of these days."),
            (Part("deals", _("Orders"), DEAL, reach.cars_sold, ("-ordered_on", "-pk")),),
            is_rate=False,
        ),
        Figure(
            "contacts",
            _("Contacts in a year"),
            _("Every contact with net customers in the 12 months up to the end of these days, whoever began it."),
            (Part("contacts", _("Contacts"), CONTACT, reach.contacts_of_year, ("-happened_at", "-pk")),),
            is_rate=False,
        ),
        Figure(
            "silent",
            _("Not reached"),
            _("Customers who heard nothing from us and said nothing for so many months, of all that are not closed."),
            _customers(reach.silent, LONGEST_SILENT),
            is_good=False,
        ),
        Figure(
            "spoke",
            _("Spoke"),
            _("Contacts in which words were exchanged, by whatever way and whoever began."),
            _contacts(day.conversations),
            is_rate=False,
        ),
        Figure(
            "visits",
            _("Visits"),
            _("Customers and we met, at the store or at theirs. A visit that found nobody does not count."),
            _contacts(day.visits),
            is_rate=False,
        ),
        Figure(
            "appointments",
            _("Appointments"),
            _("Contacts that ended with an appointment."),
            _contacts(day.appointments),
            is_rate=False,
        ),
        Figure(
            "orders",
            _("Orders"),
            _("By the day of the order, for who got it."),
            (Part("deals", _("Orders"), DEAL, day.orders, ("-ordered_on", "-pk")),),
            is_rate=False,
        ),
        Figure(
            "leads",
            _("New leads answered in time"),
            _(
                "Leads that came in these days, and whom somebody got in touch with, or tried to, within the store's "
                "limit. Of a lead with a person in charge, that person's."
            ),
            (Part("leads", _("New leads"), LEAD, day.leads, ("received_at", "pk")),),
        ),
    )
}


def count(figure: Figure, asked: Asked) -> Rate:
    return sum(count_by_person(figure, asked).values(), Rate())


def count_by_person(figure: Figure, asked: Asked) -> dict[int | None, Rate]:
    """By the person who is counted; None: nobody, so the store alone."""
    return count_all([figure], asked)[figure.slug]


def count_all(figures, asked: Asked, *, by="person") -> dict[str, dict]:
    """{figure: {key: Rate}} by the person who is counted, or "place and person": by the store as well.

    What is summed up beforehand is read for all its figures in one statement.
    """
    by_day, by_story = (_kept(figures, asked, kept) for kept in (summed.COLUMNS, stories.FIGURES))
    found = summed.read(by_day, asked, by=by) if by_day else {}
    if by_story:
        found |= _by_story(by_story, [asked], by=by)[0]
    return {one.slug: found[one.slug] if one.slug in found else from_rows(one, asked, by=by) for one in figures}


def over_time(figure: Figure, askeds: list[Asked]) -> list[Rate]:
    """For each of these, which differ in their days alone and follow each other."""
    if _kept([figure], askeds[0], stories.FIGURES):
        return [sum(found[figure.slug].values(), Rate()) for found in _by_story([figure], askeds, by=None)]
    if _kept([figure], askeds[0], summed.COLUMNS):
        whole = replace(askeds[0], last=askeds[-1].last)
        by_day = summed.read([figure], whole, by="day")[figure.slug]
        return [sum((rate for day, rate in by_day.items() if one.first <= day <= one.last), Rate()) for one in askeds]
    return [count(figure, one) for one in askeds]


def from_rows(figure: Figure, asked: Asked, *, by="person") -> dict[int | None, Rate]:
    """The same without anything summed up: one statement for each of its parts."""
    found = defaultdict(Rate)
    for part in figure.parts:
        for key, rate in summed.counted_by(part.rows(asked), by):
            found[key] += rate
    return dict(found)


def _kept(figures, asked, names):
    """Those that are summed up under these names. Of some tasks alone nothing is."""
    if asked.narrow != Narrow():
        return []
    return [one for one in figures if one.slug in names and FIGURES.get(one.slug) is one]


def _by_story(figures, askeds, *, by) -> list[dict[str, dict]]:
    """Whose story is not up to date is counted from their rows."""
    touched = stories.touched()
    if touched is None:
        return [{one.slug: from_rows(one, asked, by=by or "person") for one in figures} for asked in askeds]
    found = stories.read([one.slug for one in figures], askeds, touched, by=by)
    for asked, rates in zip(askeds, found, strict=True) if touched else ():
        for one in figures:
            for key, rate in from_rows(one, replace(asked, customers=tuple(touched)), by=by or "person").items():
                key = key if by else None
                rates[one.slug][key] = rates[one.slug].get(key, Rate()) + rate
    return found
