"""Input rate (DESIGN.md "Figures"): entries made completely and in time ÷ entries due, by store and person.

Due are tasks that fell due, and contacts that came without one, each of which is known because somebody entered it.
Stage changes and typed cards are no entries: they have no moment of their own that one could be late for, so they would
only raise the rate. A call or a message is entered in time within half an hour, a visit before the person's next visit
or closing; either is complete when it has all that the house asks for by closing.

`counted_store` and `counted_staff` say whose a row is, wherever the customer is today. Who was off is not counted; who
covered is: followups.overdue and followups.recording settle that, once. For a task that neither has touched yet, the
same is read here. The number and the rows behind it come from the same querysets, here and in reports/.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.utils.translation import gettext_lazy as _

from stores.channels import Channel
from stores.models import CalendarDate, DayOff

from .models import Contact, Task
from .models.contact import MESSAGE_DUE
from .models.task import CancelReason

JUDGED_OVER = timedelta(days=14)
"""What somebody's input rate is taken over when leads are given out."""
COUNTS = {"due": Count("pk"), "hits": Count("pk", filter=Q(hit=True))}


class Fault(TextChoices):
    MISSING = "missing", _("not entered")
    LATE = "late", _("entered late")
    INCOMPLETE = "incomplete", _("incomplete")


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `due`."""

    hits: int = 0
    due: int = 0

    @property
    def percent(self) -> int | None:
        """None where nothing was due: that is neither good nor bad."""
        return round(100 * self.hits / self.due) if self.due else None

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.hits + other.hits, self.due + other.due)


@dataclass(frozen=True, slots=True)
class FaultyEntry:
    """An entry that counts against its person.

    `customer`: empty when they have gone to another store since; what the task is called where there is none.
    """

    fault: Fault
    happened_at: datetime
    task_id: int | None
    contact_id: int | None
    customer_id: int | None
    customer: str


def input_rates(store_ids, since, until) -> dict[tuple[int, int | None], Rate]:
    """By (store, person), of what was due from `since` on and before `until`; two statements for all the stores."""
    found = {}
    for rows in (task_entries(store_ids, since, until), contact_entries(store_ids, since, until)):
        for row in rows.order_by().values("place", "person").annotate(**COUNTS):
            key = row["place"], row["person"]
            found[key] = found.get(key, Rate()) + Rate(row["hits"], row["due"])
    return found


def faulty_entries(store, staff, since, until, *, limit: int) -> list[FaultyEntry]:
    """What counts against one person, the latest first."""
    tasks = task_entries([store.pk], since, until)
    contacts = contact_entries([store.pk], since, until)
    found = []
    for rows, at, task, contact in ((tasks, "first_late_at", "pk", "record"), (contacts, "happened_at", None, "pk")):
        rows = rows.filter(person=staff.pk, hit=False).select_related("customer").order_by(f"-{at}", "pk")
        found += [_faulty(row, store, at, task, contact) for row in rows[:limit]]
    return sorted(found, key=lambda entry: entry.happened_at, reverse=True)[:limit]


def _faulty(row, store, at, task, contact) -> FaultyEntry:
    is_here = row.customer is not None and row.customer.store_id == store.pk
    name = row.customer.name if is_here else "" if row.customer else row.title
    return FaultyEntry(
        Fault(row.state),
        getattr(row, at),
        task and getattr(row, task),
        getattr(row, contact),
        row.customer_id,
        name,
    )


def truth(condition: Q) -> Case:
    """True or False, never unknown."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def tasks_due(store_ids, since, until):
    """Tasks whose time ran out in these days. What the system cancelled before is left out, what a person did is not.

    `place`: the store that counts; `person`: who is counted, if anybody.
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
    rows = rows.filter(place__in=store_ids, first_late_at__gte=since, first_late_at__lt=until)
    return rows.exclude(withdrawn)


def task_entries(store_ids, since, until):
    """What was to be entered about tasks that fell due, with `state` and `hit`; `record`: what was."""
    rows = tasks_due(store_ids, since, until)
    rows = rows.annotate(entry=FilteredRelation("contacts", condition=Q(contacts__voided_at__isnull=True)))
    nowhere = Q(customer__isnull=True)
    missing = Q(done_at__isnull=True) | (~nowhere & Q(entry__id__isnull=True))
    return _judged(rows, "entry__", missing=missing, settled=nowhere).annotate(record=F("entry__id"))


def contact_entries(store_ids, since, until):
    """What came from customers, and what we did without a task, with `state` and `hit`."""
    rows = Contact.objects.standing().annotate(
        place=Coalesce(F("counted_store_id"), F("store_id")),
        person=F("counted_staff_id"),
    )
    rows = rows.filter(task__isnull=True, place__in=store_ids, happened_at__gte=since, happened_at__lt=until)
    return _judged(rows, "", missing=Q(pk__isnull=True), settled=Q(pk__isnull=True))


def _closing(day, place):
    """The moment at which the store closes on a day; on a closed day as on others."""
    special = CalendarDate.objects.filter(store=OuterRef(place), on=OuterRef(day), closes__isnull=False)
    closes = Coalesce(Subquery(special.values("closes")[:1]), F("counted_store__closes"), F("store__closes"))
    return Func(
        F(day),
        closes,
        arg_joiner=" + ",
        template=f"((%(expressions)s) AT TIME ZONE '{settings.TIME_ZONE}')",
        output_field=DateTimeField(),
    )


def _judged(rows, at: str, *, missing: Q, settled: Q):
    """`state`, empty or what is wrong, and `hit` of what was entered; `at`: how the row names its record. `settled`:
    nothing was to be entered.

    Who enters within half an hour is in time also when the store has closed. Completed after closing is late: nothing
    is left to be completed.
    """
    rows = rows.annotate(entry_day=TruncDate(f"{at}happened_at"))
    rows = rows.annotate(grace=F(f"{at}happened_at") + Value(MESSAGE_DUE), closing=_closing("entry_day", "place"))
    rows = rows.annotate(by_closing=Greatest("grace", "closing"))
    next_visit = Contact.objects.standing().filter(
        store=OuterRef("store"),
        channel=Channel.VISIT,
        counted_staff=OuterRef(f"{at}counted_staff"),
        happened_at__gt=OuterRef(f"{at}happened_at"),
        happened_at__lt=OuterRef(f"{at}entered_at"),
    )
    entered, visit = f"{at}entered_at__gt", Q(**{f"{at}channel": Channel.VISIT})
    late = Q(**{f"{at}completed_at__gt": F("by_closing")})
    late |= ~visit & Q(**{entered: F("grace")})
    late |= visit & (Q(**{entered: F("by_closing")}) | Q(Exists(next_visit)))
    state = Case(
        When(missing, then=Value(Fault.MISSING)),
        When(settled, then=Value("")),
        When(**{f"{at}completed_at__isnull": True}, then=Value(Fault.INCOMPLETE)),
        When(late, then=Value(Fault.LATE)),
        default=Value(""),
        output_field=CharField(),
    )
    return rows.annotate(state=state).annotate(hit=truth(Q(state="")))
