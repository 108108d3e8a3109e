"""What changed on a customer, a car or a deal, and what that means for follow-ups: the sweep reads the marks.

Ends what has lost its reason, moves the base dates that are columns, has the adjust pass look at the rest, and begins
what the rules want now (DESIGN.md "The engine", passes 1 and 3).
"""

from django.db import connection, transaction
from django.db.models import (
    DateField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, ExtractYear, TruncDate
from django.db.models.lookups import GreaterThan

from customers.models import Customer, Deal, Mark, Vehicle
from stores.channels import Channel
from stores.models import CalendarMark

from .counting import COLUMN_OF
from .models import CYCLE_DAYS, Base, EndReason, FollowUp, MoveReason, StopWhen, Task
from .occurrences import start_for
from .stopping import call_off, hold, stop

SLICE = 500
"""Customers in one transaction."""


def notice(now, *, limit: int = SLICE) -> int:
    """Take up to `limit` marks and do what they ask for, in one transaction; gives how many."""
    with transaction.atomic():
        taken = _take(limit)
        customers = sorted({customer_id for customer_id, _replan in taken})
        if customers:
            running = FollowUp.objects.running().filter(customer__in=customers)
            hold(running)
            _end(running, now)
            _call_off(customers, now)
            _move_bases(running, now)
            running.filter(customer__in={pk for pk, replan in taken if replan}).ask_to_adjust(MoveReason.CUSTOMER, now)
            start_for(customers, now)
    return len(taken)


def notice_calendars(now) -> int:
    """Have the open tasks of a store whose calendar changed placed anew, one store at a time; gives how many marks."""
    with transaction.atomic():
        marks = CalendarMark.objects.select_for_update(skip_locked=True)
        first = marks.first()
        if first is None:
            return 0
        same = [mark.pk for mark in marks.filter(store_id=first.store_id)]
        FollowUp.objects.with_open_work().filter(store=first.store_id).ask_to_adjust(MoveReason.CALENDAR, now)
        CalendarMark.objects.filter(pk__in=same).delete()
    return len(same)


def _take(limit) -> list[tuple[int, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DELETE FROM {Mark._meta.db_table} WHERE id IN (
                SELECT id FROM {Mark._meta.db_table} ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
            ) RETURNING customer_id, replan
            """,
            [limit],
        )
        return cursor.fetchall()


def _end(running, now):
    """What has lost its reason."""
    everything = [channel.value for channel in Channel]
    ends = {
        EndReason.CLOSED: Q(customer__closed_at__isnull=False) | Q(vehicle__disposed_on__isnull=False),
        EndReason.CONTACTED: Q(version__base=Base.SILENCE) & _contacted(),
        EndReason.RENEWED: _renewed(),
    }
    opted_out = running.ending_when(StopWhen.OPTED_OUT).filter(customer__refused_channels__contains=everything)
    stop(opted_out, EndReason.OPTED_OUT, by=None, now=now)
    for reason, condition in ends.items():
        stop(running.filter(condition), reason, by=None, now=now)


def _call_off(customers, now):
    """Appointments with whom nobody looks after any more."""
    single = Task.objects.single().filter(customer__in=customers, customer__closed_at__isnull=False)
    call_off(single, by=None, now=now)


def _contacted() -> Q:
    """There was a contact since the day that its key names, or since somebody began it."""
    contacted_on = Cast(TruncDate("customer__last_contacted_at"), TextField())
    silent_since = Func(F("occurrence_key"), Value(":"), Value(2), function="split_part", output_field=TextField())
    by_rule = Q(occurrence_key__startswith="since:") & GreaterThan(contacted_on, silent_since)
    return by_rule | Q(customer__last_contacted_at__gt=F("started_at"))


def _renewed() -> Q:
    """A car's date is further off than a correction would move it."""
    found = Q(pk__in=[])
    for base, column in COLUMN_OF.items():
        found |= Q(version__base=base, **{f"vehicle__{column}__gt": F("base_on") + CYCLE_DAYS[base]})
    return found & Q(base_chosen_at__isnull=True)


def _move_bases(running, now):
    """Base dates that are columns and were put right; the tasks are moved by the adjust pass."""
    for base, column in COLUMN_OF.items():
        car = Vehicle.objects.filter(pk=OuterRef("vehicle")).values(column)
        _move(running.filter(version__base=base), Subquery(car), now)
    delivered = Deal.objects.filter(pk=OuterRef("deal")).values(on=Coalesce("delivered_on", "promised_on"))
    _move(running.filter(version__base=Base.DELIVERED), Subquery(delivered), now)
    born = Subquery(Customer.objects.filter(pk=OuterRef("customer")).values("born_on"))
    birthdays = running.filter(version__base=Base.BIRTHDAY).annotate(born_on=born, year=_YEAR_OF_THE_KEY)
    _move(birthdays, _BIRTHDAY, now)


def _move(follow_ups, day, now):
    """`day`: an expression that gives the day as it is now; where it gives none, nothing moves."""
    known = follow_ups.filter(base_chosen_at__isnull=True).annotate(now_on=day)
    rows = known.filter(now_on__isnull=False).exclude(now_on=F("base_on"))
    rows.move_base(F("now_on"), now)


_PATTERN = Cast(Value(r"^year:(\d{4})$"), TextField())
_YEAR_OF_THE_KEY = Cast(
    Func(F("occurrence_key"), _PATTERN, function="substring", output_field=TextField()), IntegerField()
)
_AGE = Cast(F("year") - ExtractYear("born_on"), IntegerField())
_YEARS = Func(_AGE, function="make_interval", output_field=DurationField())
_BIRTHDAY = Cast(ExpressionWrapper(F("born_on") + _YEARS, output_field=DateTimeField()), DateField())
"""Within the year that its key names; 29 February falls on the 28th in other years."""
