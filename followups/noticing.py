"""What changed on a customer, a car or a deal, and what that means for follow-ups: the sweep reads the marks.

Ends what has lost its reason, moves the base dates that are columns, has the adjust pass look at the rest, and begins
what the rules want now (DESIGN.md "The engine", passes 1 and 3).
"""

from dateutil.relativedelta import relativedelta
from django.db import connection, transaction
from django.db.models import F, Func, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.db.models.lookups import GreaterThan

from customers.models import Customer, Deal, Mark
from stores.channels import Channel
from stores.models import CalendarMark

from .counting import COLUMN_OF
from .models import CYCLE_DAYS, Base, EndReason, FollowUp, MoveReason, StopWhen
from .occurrences import start_for
from .stopping import stop

SLICE = 500
"""Customers in one transaction."""


def notice(now, *, limit: int = SLICE) -> int:
    """Take up to `limit` marks and do what they ask for, in one transaction; gives how many."""
    with transaction.atomic():
        taken = _take(limit)
        customers = sorted({customer_id for customer_id, _replan in taken})
        if customers:
            running = FollowUp.objects.running().filter(customer__in=customers)
            _end(running, now)
            _move_bases(running, now)
            running.filter(customer__in={pk for pk, replan in taken if replan}).ask_to_adjust(MoveReason.CUSTOMER, now)
            start_for(customers, now)
    return len(taken)


def notice_calendars(now) -> int:
    """Have the open tasks of stores whose calendar changed placed anew; gives how many marks there were."""
    with transaction.atomic():
        marks = CalendarMark.objects.select_for_update(skip_locked=True)
        stores = dict(marks.values_list("pk", "store_id"))
        if stores:
            running = FollowUp.objects.with_open_work().filter(store__in=set(stores.values()))
            running.ask_to_adjust(MoveReason.CALENDAR, now)
            CalendarMark.objects.filter(pk__in=stores).delete()
    return len(stores)


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
    return found


def _move_bases(running, now):
    """Base dates that are columns and were put right; the tasks are moved by the adjust pass."""
    for base, column in COLUMN_OF.items():
        _move(running.filter(version__base=base), f"vehicle__{column}", now)
    delivered = Deal.objects.filter(pk=OuterRef("deal")).values(on=Coalesce("delivered_on", "promised_on"))
    _move(running.filter(version__base=Base.DELIVERED), Subquery(delivered), now)
    _move_birthdays(running.filter(version__base=Base.BIRTHDAY), now)


def _move(follow_ups, source, now):
    rows = follow_ups.annotate(now_on=F(source) if isinstance(source, str) else source)
    moved = rows.filter(now_on__isnull=False).exclude(now_on=F("base_on")).values_list("pk", "now_on")
    for follow_up_id, day in moved:
        FollowUp.objects.filter(pk=follow_up_id).move_base(day, now)


def _move_birthdays(follow_ups, now):
    """Within the year that its key names."""
    born = Customer.objects.filter(pk=OuterRef("customer")).values("born_on")
    for row in follow_ups.annotate(born_on=Subquery(born)).filter(born_on__isnull=False):
        kind, _sep, year = row.occurrence_key.partition(":")
        if kind == "year" and (day := row.born_on + relativedelta(year=int(year))) != row.base_on:
            FollowUp.objects.filter(pk=row.pk).move_base(day, now)
