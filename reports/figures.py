"""Every figure, defined once (DESIGN.md "Figures"): its words, and the rows it counts.

A figure is a function of what is asked for (reports.asked): whose, which stores, which days, now. The number and the
rows behind it come from one queryset, so they cannot differ.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from followups.input_rate import COUNTS, Rate

from . import reach, work
from .asked import Asked


@dataclass(frozen=True)
class Part:
    """One kind of rows; `rows` gives them with `person` and `hit`, `what` says what each is about."""

    slug: str
    label: str
    what: str
    rows: Callable[[Asked], object]
    order: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """`is_rate`: hits of due; else how many there are. `is_good`: the more the better."""

    slug: str
    label: str
    meaning: str
    parts: tuple[Part, ...]
    is_rate: bool = True
    is_good: bool = True

    def part(self, slug: str) -> Part:
        return next((part for part in self.parts if part.slug == slug), self.parts[0])


TASK, CONTACT, CUSTOMER, VEHICLE, DEAL = "task", "contact", "customer", "vehicle", "deal"


def _tasks(rows):
    return (Part("tasks", _("Tasks that fell due"), TASK, rows, ("first_late_at", "pk")),)


def _customers(rows):
    return (Part("customers", _("Customers"), CUSTOMER, rows, ("kana", "name", "pk")),)


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
                Part("tasks", _("Tasks that fell due"), TASK, work.task_entries, ("first_late_at", "pk")),
                Part("contacts", _("Contacts without a task"), CONTACT, work.contact_entries, ("happened_at", "pk")),
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
            _customers(reach.silent),
            is_good=False,
        ),
    )
}


def count(figure: Figure, asked: Asked) -> Rate:
    """One statement for each of its parts."""
    found = [part.rows(asked).order_by().aggregate(**COUNTS) for part in figure.parts]
    return sum((Rate(row["hits"], row["due"]) for row in found), Rate())


def count_by_person(figure: Figure, asked: Asked) -> dict[int | None, Rate]:
    """By the person who is counted; None: nobody, so the store alone."""
    found = defaultdict(Rate)
    for part in figure.parts:
        for row in part.rows(asked).order_by().values("person").annotate(**COUNTS):
            found[row["person"]] += Rate(row["hits"], row["due"])
    return dict(found)
