"""Tasks that fell due, and what was to be entered: each row with `person` (who is counted) and `hit` (whether it counts
for the good).

`counted_store` and `counted_staff` say whose a row was, wherever the customer is today. Who was off is not counted; who
covered is: followups.overdue and followups.recording settle that, once. For a task that neither has touched yet, the
same is read here.
"""

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, TruncDate

from followups.models import Contact, Task
from followups.models.contact import MESSAGE_DUE
from followups.models.task import CancelReason
from stores.channels import Channel
from stores.models import CalendarDate, DayOff

from .asked import NOBODY, Asked

GOOD, LATE, INCOMPLETE, MISSING = "good", "late", "incomplete", "missing"


def truth(condition: Q) -> Case:
    """True or False, never unknown."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def of_person(rows, asked: Asked):
    """Of these, which say whose they are, the ones of whom is asked for."""
    if asked.staff is None:
        return rows
    return rows.filter(person__isnull=True) if asked.staff == NOBODY else rows.filter(person=asked.staff)


def tasks_due(asked: Asked):
    """Tasks whose time ran out in these days. What the system cancelled before is left out, what a person did is not.

    `place`: the store that counts.
    """
    off = DayOff.objects.filter(staff=OuterRef("assignee"), on=OuterRef("late_at__date"))
    untouched = Q(counted_store__isnull=True) & ~Q(Exists(off))
    before = Q(cancelled_at__isnull=False, cancelled_at__lt=F("first_late_at"))
    withdrawn = before & ~Q(cancel_reason=CancelReason.NOT_NEEDED)
    rows = Task.objects.annotate(
        place=Coalesce(F("counted_store_id"), F("store_id")),
        person=Case(
            When(counted_staff__isnull=False, then=F("counted_staff_id")),
            When(untouched, then=F("assignee_id")),
            output_field=BigIntegerField(),
        ),
    )
    rows = rows.filter(place__in=asked.stores, first_late_at__gte=asked.begins, first_late_at__lt=asked.until)
    return of_person(rows.exclude(withdrawn), asked)


def executed(asked: Asked):
    return tasks_due(asked).annotate(hit=truth(Q(done_at__isnull=False)))


def executed_on_time(asked: Asked):
    return tasks_due(asked).annotate(hit=truth(Q(done_at__lt=F("first_late_at"))))


def _closing(day, place):
    """The moment at which the store closes on a day; on a closed day as on others."""
    special = CalendarDate.objects.filter(store=OuterRef(place), on=OuterRef(day), closes__isnull=False)
    closes = Coalesce(Subquery(special.values("closes")[:1]), F("counted_store__closes"), F("store__closes"))
    return Func(
        F(day),
        closes,
        arg_joiner=" + ",
        template="((%(expressions)s) AT TIME ZONE 'Asia/Tokyo')",
        output_field=DateTimeField(),
    )


def _judged(rows, at: str, *, missing: Q, settled: Q):
    """`state` and `hit` of what was entered; `at`: how the row names its record. `settled`: nothing was to be entered.

    Calls and messages are entered within half an hour, visits before the next visit or closing; every field is there by
    closing. Who enters within half an hour is in time also when the store has closed.
    """
    rows = rows.annotate(entry_day=TruncDate(f"{at}happened_at"))
    rows = rows.annotate(grace=F(f"{at}happened_at") + Value(MESSAGE_DUE), closing=_closing("entry_day", "place"))
    rows = rows.annotate(by_closing=Greatest("grace", "closing"))
    next_visit = Contact.objects.standing().filter(
        store=OuterRef("store"),
        channel=Channel.VISIT,
        done_by=OuterRef(f"{at}done_by"),
        happened_at__gt=OuterRef(f"{at}happened_at"),
        happened_at__lt=OuterRef(f"{at}entered_at"),
    )
    entered, visit = f"{at}entered_at__gt", Q(**{f"{at}channel": Channel.VISIT})
    late = Q(**{f"{at}completed_at__gt": F("by_closing")})
    late |= ~visit & Q(**{entered: F("grace")})
    late |= visit & (Q(**{entered: F("by_closing")}) | Q(Exists(next_visit)))
    state = Case(
        When(missing, then=Value(MISSING)),
        When(settled, then=Value(GOOD)),
        When(**{f"{at}completed_at__isnull": True}, then=Value(INCOMPLETE)),
        When(late, then=Value(LATE)),
        default=Value(GOOD),
        output_field=CharField(),
    )
    return rows.annotate(state=state).annotate(hit=truth(Q(state=GOOD)))


def task_entries(asked: Asked):
    """What was to be entered about tasks that fell due."""
    rows = tasks_due(asked).annotate(entry=FilteredRelation("contacts", condition=Q(contacts__voided_at__isnull=True)))
    nowhere = Q(customer__isnull=True)
    missing = Q(done_at__isnull=True) | (~nowhere & Q(entry__id__isnull=True))
    return _judged(rows, "entry__", missing=missing, settled=nowhere).annotate(record=F("entry__id"))


def contact_entries(asked: Asked):
    """What came from customers, and what we did without a task; each is known because somebody entered it."""
    rows = Contact.objects.standing().annotate(
        place=Coalesce(F("counted_store_id"), F("store_id")),
        person=F("counted_staff_id"),
    )
    rows = rows.filter(task__isnull=True, place__in=asked.stores)
    rows = rows.filter(happened_at__gte=asked.begins, happened_at__lt=asked.until)
    return _judged(of_person(rows, asked), "", missing=Q(pk__isnull=True), settled=Q(pk__isnull=True))
