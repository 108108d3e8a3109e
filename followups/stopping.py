"""Ending follow-ups: their open tasks are cancelled with the reason; what is done stays (REQUIREMENTS B6)."""

from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from customers.models import Mark, Stage
from stores.wake import wake

from .models import CancelReason, EndReason, FollowUp, MoveReason, StopWhen, Task

SLICE = 1000
EVER = datetime.min.replace(tzinfo=UTC)


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

    Nobody told them what changed since then: they are looked at as if it all had changed now.
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
            row.update(
                ended_at=None,
                end_reason="",
                ended_by=None,
                ended_with=None,
                adjust_at=follow_up.ended_at,
                adjust_reason=MoveReason.CALENDAR,
            )
    except IntegrityError:
        return False
    Task.objects.filter(
        follow_up=follow_up, cancel_reason=CancelReason.FOLLOW_UP_ENDED, cancelled_at=follow_up.ended_at
    ).update(cancelled_at=None, cancelled_by=None, cancel_reason="")
    Mark.objects.create(customer_id=follow_up.customer_id)
    return True


def hold(follow_ups):
    """Lock the running ones until the transaction ends.

    Call it first in a transaction that may end or begin follow-ups: everybody locks them before tasks, tasks before
    deals, deals before contacts.
    """
    list(follow_ups.running().order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))


def move_deal(deal, stage: Stage, by, now, *, by_record=False, **dates) -> bool:
    """`deal.move_to` with what follows: the appointment and the order end what they end, going back brings that back.

    `by_record`: a conversation moves it, and whoever records it says what an appointment ends. False when it doesn't
    move; `deal.lost_at` tells when that is why.
    """
    with transaction.atomic():
        hold(FollowUp.objects.filter(deal=deal))
        deal.refresh_from_db()
        won_before, before = deal.won_at, Stage(deal.stage)
        moved = deal.move_to(stage, by, now, **dates)
        if moved and not by_record:
            _settle_appointment(deal, before, Stage(stage), by, now)
        if deal.won_at and not won_before:
            before = FollowUp.objects.filter(deal=deal, started_at__lt=deal.won_at)
            stop(before.ending_when(StopWhen.WON), EndReason.WON, by=by, now=now)
        elif won_before and not deal.won_at:
            resume(FollowUp.objects.filter(deal=deal, end_reason=EndReason.WON, ended_at__gte=won_before))
    return moved


def _settle_appointment(deal, before: Stage, after: Stage, by, now):
    """What an appointment ends, when the stage is reached or passed over; back where it stood, that runs again."""
    ahead = [stage for stage in Stage if stage.position < Stage.APPOINTMENT.position]
    of_deal = FollowUp.objects.filter(deal=deal)
    if before in ahead and after not in ahead:
        stop(of_deal.ending_when(StopWhen.APPOINTMENT), EndReason.APPOINTED, by=by, now=now)
    elif after in ahead and before not in ahead:
        reached = deal.stage_changes.filter(before__in=ahead).exclude(after__in=ahead).values("at")
        resume(of_deal.filter(end_reason=EndReason.APPOINTED, ended_with__isnull=True, ended_at__in=reached))


def lose_deal(deal, reason: str, by, now, *, competitor=None, contact=None) -> bool:
    """`deal.lose` with what follows: its follow-ups end, and its appointments are called off.

    False when it is closed already or won.
    """
    with transaction.atomic():
        hold(FollowUp.objects.filter(deal=deal))
        lost = deal.lose(reason, by, now, competitor=competitor)
        if lost:
            stop(FollowUp.objects.filter(deal=deal), EndReason.LOST, by=by, now=now, contact=contact)
            call_off(Task.objects.single().filter(deal=deal), by=by, now=now)
    return lost


def call_off(tasks, *, by, now) -> int:
    """Open tasks for which there is no reason any more; gives how many."""
    return tasks.open().update(cancelled_at=now, cancelled_by=by, cancel_reason=CancelReason.NOT_NEEDED)


def reopen_deal(deal, by, now) -> bool:
    """Take a loss back, with what ended because of it. False when the deal isn't lost."""
    with transaction.atomic():
        deal.refresh_from_db()
        lost_at = deal.lost_at
        reopened = deal.reopen(by, now)
        if reopened:
            resume(FollowUp.objects.filter(deal=deal, end_reason=EndReason.LOST, ended_at__gte=lost_at))
            called_off = Task.objects.single().filter(deal=deal, cancel_reason=CancelReason.NOT_NEEDED)
            called_off.filter(cancelled_at=lost_at).update(cancelled_at=None, cancelled_by=None, cancel_reason="")
    return reopened


def stop_of_closed_deals(now, *, since=EVER) -> int:
    """The safety net of `lose_deal` and `move_deal`; gives how many tasks were cancelled.

    `since`: only of deals lost or won from then on. What was started after the order (say *after delivery*) goes on.
    """
    running = FollowUp.objects.running()
    lost = running.filter(deal__lost_at__gte=since)
    won = running.ending_when(StopWhen.WON).filter(deal__won_at__gte=since, started_at__lt=F("deal__won_at"))
    return sum(stop(rows, why, by=None, now=now) for rows, why in ((lost, EndReason.LOST), (won, EndReason.WON)))


def end_finished(now, *, among=None, limit: int | None = SLICE) -> int:
    """Follow-ups that are expanded and have no open task left are done; ends up to `limit` of them, gives how many.

    `among`: only these; `limit=None`: all of them. Asked twice, because a task may be open again by the time its
    follow-up is locked.
    """
    rows = FollowUp.objects.all() if among is None else among
    with transaction.atomic():
        locked = rows.finished().select_for_update(of=("self",), no_key=True, skip_locked=True)
        ids = list(locked.values_list("pk", flat=True)[:limit])
        return FollowUp.objects.filter(pk__in=ids).finished().update(ended_at=now, end_reason=EndReason.DONE)
