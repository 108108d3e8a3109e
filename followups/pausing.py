"""A follow-up rests, and goes on (REQUIREMENTS B6): its open tasks leave the lists, and come back where they belong.

Going on, the first step that is left falls on today unless its day is still to come; the others keep their distance.
"""

from django.db import transaction
from django.db.models import Case, F, Func, Min, OuterRef, SmallIntegerField, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from stores.wake import wake

from .models import CancelReason, FollowUp, MoveReason, Task
from .stopping import SLICE


def pause(follow_ups, *, until=None, by, now) -> int:
    """Let these running follow-ups rest, until a day or until somebody says so; gives how many.

    `until`: a day, on which they go on by themselves. What rests already keeps when it began to, and gets this end.
    """
    with transaction.atomic():
        ids = _held(follow_ups.running())
        rows = FollowUp.objects.filter(pk__in=ids)
        rows.paused().update(paused_until_on=until)
        beginning = list(rows.filter(paused_at__isnull=True).values_list("pk", flat=True))
        FollowUp.objects.filter(pk__in=beginning).update(
            shift_days=F("shift_days") - _NOT_APPLIED, paused_at=now, paused_until_on=until, paused_by=by
        )
        Task.objects.open().filter(follow_up__in=beginning).update(
            cancelled_at=now, cancelled_by=by, cancel_reason=CancelReason.PAUSED
        )
    return len(ids)


def unpause(follow_ups, *, now) -> int:
    """Have these go on; gives how many. Their tasks are placed by the worker within a second."""
    with transaction.atomic():
        ids = _held(follow_ups.paused())
        FollowUp.objects.filter(pk__in=ids).update(
            shift_days=F("shift_days") + _behind(Value(timezone.localdate(now))),
            paused_at=None,
            paused_until_on=None,
            paused_by=None,
            adjust_at=now,
            adjust_reason=MoveReason.RESUMED,
        )
        if ids:
            wake()
    return len(ids)


def take_back(follow_ups) -> int:
    """Take a pause back as if it had never been: every task is where it was, unless what it was placed by has changed.

    Gives how many run again.
    """
    with transaction.atomic():
        ids = _held(follow_ups.paused())
        rested = Task.objects.filter(follow_up__in=ids, cancel_reason=CancelReason.PAUSED)
        rested.filter(cancelled_at=F("follow_up__paused_at")).update(
            cancelled_at=None, cancelled_by=None, cancel_reason=""
        )
        rows = FollowUp.objects.filter(pk__in=ids)
        rows.filter(adjust_at__isnull=True).update(adjust_at=F("paused_at"), adjust_reason=MoveReason.CALENDAR)
        rows.update(paused_at=None, paused_until_on=None, paused_by=None)
        if ids:
            wake()
    return len(ids)


def resume_due(now) -> int:
    """Those whose pause is over by the calendar."""
    due = FollowUp.objects.paused_until(timezone.localdate(now)).values_list("pk", flat=True)[:SLICE]
    return unpause(FollowUp.objects.filter(pk__in=list(due)), now=now)


def _behind(day):
    """How many days the first task that rests lies before `day`; without tasks yet, how long it has rested by then."""
    resting = Task.objects.filter(follow_up=OuterRef("pk"), cancel_reason=CancelReason.PAUSED).order_by()
    first_on = Subquery(resting.values("follow_up").annotate(on=Min("due_on")).values("on"))
    not_made = Case(When(expanded_at__isnull=True, then=TruncDate("paused_at")))
    return Func(
        day,
        Coalesce(first_on, not_made),
        arg_joiner=" - ",
        template="GREATEST(0, %(expressions)s)",
        output_field=SmallIntegerField(),
    )


_NOT_APPLIED = Case(
    When(adjust_at__isnull=False, adjust_reason=MoveReason.RESUMED, then=_behind(TruncDate("adjust_at"))), default=0
)
"""What a pause that has just ended has put on top, while the worker has not moved the tasks by it yet."""


def _held(follow_ups) -> list[int]:
    rows = follow_ups.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(rows.values_list("pk", flat=True))
