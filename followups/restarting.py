"""A follow-up begins anew from today, and the way back of what was begun by hand (REQUIREMENTS B6).

The bases of events move only by this (DESIGN.md "The engine", pass 3): the one at work ends, what is done of it stays,
and another one of its pattern begins.
"""

import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from customers.models import Deal
from stores.wake import wake

from .models import Contact, EndReason, FollowUp
from .stopping import hold, resume, stop

MADE_WAY = (EndReason.REPLACED, EndReason.RESTARTED)
"""Why one ends in the moment another one begins."""


def restart(follow_ups, *, by, now, contact=None) -> list[FollowUp]:
    """End these running ones, and begin each anew by its pattern's current version, counted from `now`.

    Gives the new ones; their tasks are made by the worker. Left alone: what counts from a date of the calendar, of a
    car or of a deal, and one beside which the same pattern was begun by hand.
    """
    with transaction.atomic():
        rows = follow_ups.running().restartable().select_related("pattern").order_by("pk")
        begun = [_restart_one(row, by, now, contact) for row in rows.select_for_update(of=("self",), no_key=True)]
        wake()
    return [row for row in begun if row]


def _restart_one(old, by, now, contact) -> FollowUp | None:
    new = FollowUp(
        pattern=old.pattern,
        customer_id=old.customer_id,
        deal_id=old.deal_id,
        vehicle_id=old.vehicle_id,
        store_id=old.store_id,
        version=old.pattern.current_version,
        occurrence_key=f"hand:{uuid.uuid4().hex}",
        base_on=timezone.localdate(now),
        base_at=now,
        started_at=now,
        started_by=by,
        started_with=contact,
    )
    try:
        with transaction.atomic():
            stop(FollowUp.objects.filter(pk=old.pk), EndReason.RESTARTED, by=by, now=now, contact=contact)
            new.save(force_insert=True)
    except IntegrityError:
        return None
    return new


def undo_start(follow_up, *, by, now) -> bool:
    """Take a choice or a restart back: what it began ends, what made way for it is at work again.

    A lead that the choice began is new again, unless somebody was in touch. False when it has ended already.
    """
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(follow_up.customer_id))
        this = FollowUp.objects.filter(pk=follow_up.pk)
        if not this.running().exists():
            return False
        stop(this, EndReason.STOPPED, by=by, now=now)
        made_way = FollowUp.objects.of_customer(follow_up.customer_id).filter(ended_at=follow_up.started_at)
        resume(made_way.filter(end_reason__in=MADE_WAY, ended_with__isnull=True))
        taken = Deal.objects.open().filter(pk=follow_up.deal_id, taken_at=follow_up.started_at)
        taken.exclude(pk__in=Contact.objects.beginning().values("deal")).update(taken_at=None, taken_by=None)
    return True
