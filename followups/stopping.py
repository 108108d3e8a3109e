"""Ending follow-ups: their open tasks are cancelled with the reason; what is done stays (REQUIREMENTS B6)."""

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from stores.wake import wake

from .models import CancelReason, EndReason, FollowUp, Task


def stop(follow_ups, reason: EndReason, *, by, now, contact=None) -> int:
    """End these running follow-ups; gives how many tasks were cancelled. Saying it twice is harmless."""
    with transaction.atomic():
        running = follow_ups.running().order_by("pk").select_for_update(of=("self",), no_key=True)
        ids = list(running.values_list("pk", flat=True))
        FollowUp.objects.filter(pk__in=ids).update(ended_at=now, end_reason=reason, ended_by=by, ended_with=contact)
        return (
            Task.objects.open()
            .filter(follow_up__in=ids)
            .update(cancelled_at=now, cancelled_by=by, cancel_reason=CancelReason.FOLLOW_UP_ENDED)
        )


def resume(follow_ups) -> int:
    """Take an end back: the tasks cancelled by it are open again. Gives how many follow-ups run again.

    One whose pattern was chosen anew meanwhile stays ended.
    """
    resumed = 0
    with transaction.atomic():
        for follow_up in follow_ups.filter(ended_at__isnull=False).order_by("pk").select_for_update(of=("self",)):
            resumed += _resume_one(follow_up)
        wake()
    return resumed


def _resume_one(follow_up) -> bool:
    row = FollowUp.objects.filter(pk=follow_up.pk)
    try:
        with transaction.atomic():
            row.update(ended_at=None, end_reason="", ended_by=None, ended_with=None)
    except IntegrityError:
        return False
    Task.objects.filter(
        follow_up=follow_up, cancel_reason=CancelReason.FOLLOW_UP_ENDED, cancelled_at=follow_up.ended_at
    ).update(cancelled_at=None, cancelled_by=None, cancel_reason="")
    return True


def hold(follow_ups):
    """Lock the running ones until the transaction ends.

    Call it before a task is claimed in a transaction that may end follow-ups: everybody locks them before tasks.
    """
    list(follow_ups.running().order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))


def reopen_deal(deal, by, now) -> bool:
    """Take a loss back, with the follow-ups that ended because of it. False when the deal isn't lost."""
    with transaction.atomic():
        lost_at = deal.lost_at
        reopened = deal.reopen(by, now)
        if reopened:
            resume(FollowUp.objects.filter(deal=deal, end_reason=EndReason.LOST, ended_at__gte=lost_at))
    return reopened


def stop_of_closed_deals(now) -> int:
    """Follow-ups whose deal was lost, or won after they began; gives how many tasks were cancelled.

    What was started after the order (say *after delivery*) goes on.
    """
    running = FollowUp.objects.running().filter(deal__isnull=False)
    lost = stop(running.filter(deal__lost_at__isnull=False), EndReason.LOST, by=None, now=now)
    won = running.filter(Q(deal__won_at__isnull=False), started_at__lt=F("deal__won_at"))
    return lost + stop(won, EndReason.WON, by=None, now=now)


def end_finished(now) -> int:
    """Follow-ups that are expanded and have no open task left are done; gives how many."""
    finished = FollowUp.objects.running().filter(expanded_at__isnull=False).exclude(tasks__in=Task.objects.open())
    return finished.update(ended_at=now, end_reason=EndReason.DONE)
