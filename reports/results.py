"""What becomes of a pattern's steps: figures of tasks that fell due, of what was done, and of calls (REQUIREMENTS B10).

Whatever a step brought is counted for the last step of the same follow-up that was done before it: an answer, an
appointment made with it, an order. As everywhere, the number and the rows behind it come from one queryset.
"""

from datetime import timedelta

from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Value,
)
from django.db.models.functions import Coalesce, TruncDate
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models import Deal
from followups.input_rate import Rate, truth
from followups.models import Contact, Outcome
from followups.models.contact import CONVERSATIONS, UNANSWERED

from .asked import Asked
from .figures import CONTACT, TASK, Figure, Part
from .narrowing import of_calls
from .work import of_person, tasks_due

REPLY_DAYS, ORDER_DAYS = 14, 90
"""How long after a step an answer, and an order, are still put down to it."""
DONE = Q(done_at__isnull=False)


def _steps(asked: Asked):
    """Tasks of patterns that fell due. `acted_at`: when the step was done, as its record says; `entry`: the record."""
    rows = tasks_due(asked).filter(step__isnull=False)
    rows = rows.annotate(entry=FilteredRelation("contacts", condition=Q(contacts__voided_at__isnull=True)))
    rows = rows.annotate(acted_at=F("entry__happened_at"), acted_with=F("entry__id"))
    rows = rows.annotate(acted_on=TruncDate("acted_at"))
    answered, ordered = (Value(timedelta(days=days)) for days in (REPLY_DAYS, ORDER_DAYS))
    return rows.annotate(
        replies_until=ExpressionWrapper(F("acted_at") + answered, output_field=DateTimeField()),
        orders_until=ExpressionWrapper(F("acted_on") + ordered, output_field=DateField()),
    )


def _with_a_step_between(**until):
    """Whether a later step of the same follow-up was done before that: then it is that one's."""
    acted_at, acted_with = OuterRef(OuterRef("acted_at")), OuterRef(OuterRef("acted_with"))
    later = Q(happened_at__gt=acted_at) | Q(happened_at=acted_at, pk__gt=acted_with)
    steps = Contact.objects.standing().filter(later, task__follow_up=OuterRef(OuterRef("follow_up")), **until)
    return Q(Exists(steps))


def _replies():
    """What came from the customer after the step and before the next."""
    found = (
        Contact.objects.standing()
        .inbound()
        .filter(
            customer=OuterRef("customer"),
            happened_at__gt=OuterRef("acted_at"),
            happened_at__lte=OuterRef("replies_until"),
        )
    )
    return found.filter(~_with_a_step_between(happened_at__lte=OuterRef("happened_at")))


def _orders():
    """Ordered on the day of the step or later, and before the day after the next."""
    found = Deal.objects.ordered().filter(
        customer=OuterRef("customer"), ordered_on__gte=OuterRef("acted_on"), ordered_on__lte=OuterRef("orders_until")
    )
    return found.filter(~_with_a_step_between(happened_at__date__lte=OuterRef("ordered_on")))


def _ordered():
    """Of what the step is about: its deal, or any of the customer's where it is about none."""
    about = Q(deal__isnull=False) & Q(Exists(_orders().filter(pk=OuterRef("deal"))))
    return about | (Q(deal__isnull=True) & Q(Exists(_orders())))


MEASURES = {
    "done": DONE,
    "on_time": Q(done_at__lt=F("first_late_at")),
    "spoke": DONE & Q(entry__outcome__in=CONVERSATIONS),
    "replied": DONE & Q(Exists(_replies())),
    "appointment": DONE
    & (Q(entry__outcome=Outcome.APPOINTMENT) | Q(Exists(_replies().filter(outcome=Outcome.APPOINTMENT)))),
    "order": DONE & _ordered(),
}
"""The first two are shares of what fell due, the others of what was done."""
OF_ALL = ("done", "on_time")


def _measured(name):
    def rows(asked: Asked):
        found = _steps(asked).annotate(hit=truth(MEASURES[name]))
        return found if name in OF_ALL else found.filter(DONE)

    return rows


def calls(asked: Asked):
    """Calls we made at which somebody could have answered; `hit`: somebody did."""
    rows = Contact.objects.calls_out().filter(outcome__in=CONVERSATIONS | UNANSWERED)
    rows = rows.annotate(place=Coalesce(F("counted_store_id"), F("store_id")), person=F("counted_staff_id"))
    rows = rows.filter(place__in=asked.stores, happened_at__gte=asked.begins, happened_at__lt=asked.until)
    rows = of_calls(rows, asked.narrow).annotate(hit=truth(Q(outcome__in=CONVERSATIONS)))
    return of_person(rows, asked)


def _figure(name, label, meaning):
    label_of_rows = _("Tasks that fell due") if name in OF_ALL else _("Tasks done")
    part = Part("tasks", label_of_rows, TASK, _measured(name), ("-first_late_at", "-pk"))
    return Figure(f"step-{name.replace('_', '-')}", label, meaning, (part,))


STEP_FIGURES = {
    "done": _figure(
        "done",
        _("Done"),
        _("Steps that fell due in these days and have a result, of all that fell due: the execution rate."),
    ),
    "on_time": _figure(
        "on_time",
        _("On time"),
        _("Of the steps that fell due in these days, those recorded before their time ran out."),
    ),
    "spoke": _figure(
        "spoke",
        _("Spoke"),
        _("Of the steps that were done, those at which the two spoke: a conversation, an appointment, a no."),
    ),
    "replied": _figure(
        "replied",
        _("Replied"),
        format_lazy(
            _(
                "Of the steps that were done, those after which the customer got in touch: within {days} days, and "
                "before the next step of the same follow-up was done. What is younger may still be answered."
            ),
            days=REPLY_DAYS,
        ),
    ),
    "appointment": _figure(
        "appointment",
        pgettext_lazy("outcome", "Appointment"),
        _("Of the steps that were done, those that ended with an appointment, or whose reply from the customer did."),
    ),
    "order": _figure(
        "order",
        _("Order"),
        format_lazy(
            _(
                "Of the steps that were done, those followed by an order within {days} days, each order put down to "
                "the last step done up to its day. Of the deal the step is about; where it is about none, of the "
                "customer. What is younger may still come to an order."
            ),
            days=ORDER_DAYS,
        ),
    ),
}
CALLS = Figure(
    "calls",
    _("Answer rate"),
    _(
        "Calls of ours at which the two spoke, of all calls that were answered, went to voicemail or were not "
        "answered, by the time of the call. Wrong numbers are left out."
    ),
    (Part("calls", _("Calls"), CONTACT, calls, ("-happened_at", "-pk")),),
)
RESULTS = {figure.slug: figure for figure in (*STEP_FIGURES.values(), CALLS)}


def count_by_step(asked: Asked) -> dict[int, dict[str, Rate]]:
    """{step's id: {measure: Rate}} of the steps that fell due at all; one statement for all of them."""
    counts = {f"with_{name}": Count("pk", filter=condition) for name, condition in MEASURES.items()}
    rows = _steps(asked).order_by().values("step").annotate(due=Count("pk"), **counts)
    return {
        row["step"]: {
            name: Rate(row[f"with_{name}"], row["due"] if name in OF_ALL else row["with_done"]) for name in MEASURES
        }
        for row in rows
    }


def added(found) -> dict[str, Rate]:
    """Several steps together."""
    return {name: sum((rates[name] for rates in found), Rate()) for name in MEASURES}
