"""Choosing a pattern: a FollowUp row, which the worker expands (DESIGN.md "The engine", pass 1, by hand)."""

import uuid
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from customers.models import Deal
from stores.wake import wake

from .models import Base, EndReason, FollowUp
from .stopping import end_finished, hold, stop


class AlreadyRunning(Exception):
    """The pattern is at work for this customer or deal already; `follow_up` is the one."""

    def __init__(self, follow_up):
        super().__init__(follow_up)
        self.follow_up = follow_up


class DealLost(Exception):
    """Nothing is begun for a lost deal: it is reopened first, or the pattern chosen for the customer."""


def base_for(base: Base, *, customer, deal=None, now) -> date | datetime:
    """What a pattern counts from for this customer or deal, now where the event is not known."""
    source = deal or customer
    if base == Base.RECEIVED and deal:
        return deal.received_at
    if base == Base.NEGOTIATED and source.last_negotiated_at:
        return source.last_negotiated_at
    if deal:
        if base == Base.ESTIMATE_SENT and deal.estimate_sent_at:
            return deal.estimate_sent_at
        if base == Base.ORDERED and deal.ordered_on:
            return deal.ordered_on
        if base == Base.DELIVERED and (deal.delivered_on or deal.promised_on):
            return deal.delivered_on or deal.promised_on
    return now


def start(pattern, *, customer, deal=None, vehicle=None, by, now, base=None, replace=None) -> FollowUp:
    """Put a pattern to work; the tasks are made by the worker within a second.

    `base`: a day or an aware moment, found by the pattern's own rule when None; `replace`: running follow-ups that end
    because of the choice. One of the same pattern that has nothing left to do is ended and doesn't stand in the way.
    Raises AlreadyRunning and DealLost.
    """
    version = pattern.current_version
    if base is None:
        base = base_for(version.base, customer=customer, deal=deal, now=now)
    at = base if isinstance(base, datetime) else None
    target = {"pattern": pattern, "customer": customer, "deal": deal, "vehicle": vehicle}
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(customer))
        if deal and Deal.objects.select_for_update(no_key=True).get(pk=deal.pk).lost_at:
            raise DealLost(deal)
        if replace is not None:
            stop(replace, EndReason.REPLACED, by=by, now=now)
        end_finished(now, among=FollowUp.objects.filter(**target))
        try:
            with transaction.atomic():
                follow_up = FollowUp.objects.create(
                    **target,
                    store=customer.store,
                    version=version,
                    occurrence_key=f"hand:{uuid.uuid4().hex}",
                    base_on=timezone.localdate(at) if at else base,
                    base_at=at,
                    started_at=now,
                    started_by=by,
                )
        except IntegrityError:
            running = FollowUp.objects.running().filter(**target).first()
            if running is None:
                raise
            raise AlreadyRunning(running) from None
        wake()
    return follow_up
