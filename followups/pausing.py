"""A follow-up rests, and goes on (REQUIREMENTS B6): its open tasks leave the lists, and come back where they belong.

Going on, the first step that is left falls on today unless its day is still to come; the others keep their distance.
"""

from django.db import transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from stores.wake import wake

from .models import CancelReason, FollowUp, MoveReason, Task
from .stopping import SLICE


def pause(follow_ups, *, until=None, by, now) -> int:
    """Let these running follow-ups rest, until a day or until somebody says so; gives how many.

    `until`: a day, on which they go on by themselves. What rests already keeps when it began to.
    """
    with transaction.atomic():
        ids = _held(follow_ups.running().filter(paused_at__isnull=True))
        FollowUp.objects.filter(pk__in=ids).update(paused_at=now, paused_until_on=until, paused_by=by)
        Task.objects.open().filter(follow_up__in=ids).update(
            cancelled_at=now, cancelled_by=by, cancel_reason=CancelReason.PAUSED
        )
    return len(ids)


def unpause(follow_ups, *, now) -> int:
    """Have these go on; gives how many. Their tasks are placed by the worker within a second."""
    today = timezone.localdate(now)
    with transaction.atomic():
        ids = _held(follow_ups.paused())
        resting = Q(tasks__cancel_reason=CancelReason.PAUSED)
        for row in FollowUp.objects.filter(pk__in=ids).annotate(first_on=Min("tasks__due_on", filter=resting)):
            behind = max(0, (today - row.first_on).days) if row.first_on else 0
            FollowUp.objects.filter(pk=row.pk).update(
                shift_days=F("shift_days") + behind,
                paused_at=None,
                paused_until_on=None,
                paused_by=None,
                adjust_at=now,
                adjust_reason=MoveReason.RESUMED,
            )
        if ids:
            wake()
    return len(ids)


def resume_due(now) -> int:
    """Those whose pause is over by the calendar."""
    due = FollowUp.objects.paused().filter(paused_until_on__lte=timezone.localdate(now)).order_by("pk")[:SLICE]
    return unpause(FollowUp.objects.filter(pk__in=list(due.values_list("pk", flat=True))), now=now)


def _held(follow_ups) -> list[int]:
    rows = follow_ups.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(rows.values_list("pk", flat=True))
