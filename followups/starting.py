"""Choosing a pattern: a FollowUp row, which the worker expands (DESIGN.md "The engine", pass 1, by hand)."""

import uuid
from typing import NamedTuple

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Deal
from stores.wake import wake

from .counting import base_for, day_and_moment, vehicle_for
from .models import EndReason, FollowUp, Pattern
from .stopping import end_finished, hold, stop


class AlreadyRunning(Exception):
    """The pattern is at work for this customer or deal already; `follow_up` is the one."""

    def __init__(self, follow_up):
        super().__init__(follow_up)
        self.follow_up = follow_up


class DealLost(Exception):
    """Nothing is begun for a lost deal: it is reopened first, or the pattern chosen for the customer."""


def start(pattern, *, customer, deal=None, vehicle=None, by, now, base=None, replace=None) -> FollowUp:
    """Put a pattern to work; the tasks are made by the worker within a second.

    `base`: a day or an aware moment, found by the pattern's own rule when None; `replace`: running follow-ups that end
    because of the choice. One of the same pattern that has nothing left to do is ended and doesn't stand in the way.
    Raises AlreadyRunning and DealLost.
    """
    key = f"hand:{uuid.uuid4().hex}"
    row = _begun(pattern, customer, deal, key, vehicle=vehicle, by=by, now=now, base=base)
    target = {"pattern": pattern, "customer": customer, "deal": deal, "vehicle": row.vehicle}
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(customer))
        if deal and Deal.objects.select_for_update(no_key=True).get(pk=deal.pk).lost_at:
            raise DealLost(deal)
        if replace is not None:
            stop(replace, EndReason.REPLACED, by=by, now=now)
        end_finished(now, among=FollowUp.objects.filter(**target))
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            running = FollowUp.objects.running().filter(**target).first()
            if running is None:
                raise
            raise AlreadyRunning(running) from None
        wake()
    return row


class WhyNot(models.TextChoices):
    """Why a pattern doesn't begin for one of many."""

    RUNNING = "running", _("The pattern is at work for them already")
    LOST = "lost", _("The deal is lost")
    CLOSED = "closed", _("Nobody looks after them any more")
    ELSEWHERE = "elsewhere", _("Their store does not use this pattern")


class Sorted(NamedTuple):
    """Customers and deals chosen for a pattern. `ready`: each with the pattern of their store; `left_out`: with why."""

    ready: list[tuple[Customer | Deal, Pattern]]
    left_out: list[tuple[Customer | Deal, WhyNot]]


class Many(NamedTuple):
    """What was begun together. `key` finds it again: FollowUp.objects.begun_together(key)."""

    key: str
    started: list[FollowUp]
    left_out: list[tuple[Customer | Deal, WhyNot]]


def sort_out(pattern, targets) -> Sorted:
    """For whom of `targets` (customers, or deals with their customers) the pattern can begin: each store's own of it.

    One that has nothing left to do doesn't stand in the way.
    """
    targets = list({key_of(target): target for target in targets}.values())
    patterns = {row.store_id: row for row in Pattern.objects.current().filter(slug=pattern.slug).with_current_version()}
    at_work = set(_of_same(pattern, targets).with_work_left().values_list("customer_id", "deal_id"))
    found = Sorted([], [])
    for target in targets:
        own = patterns.get(target.store_id) or patterns.get(None)
        why = _why_not(target, own, at_work)
        if why:
            found.left_out.append((target, why))
        else:
            found.ready.append((target, own))
    return found


def start_many(pattern, targets, *, by, now, base=None, key=None, spread=None) -> Many:
    """Put a pattern to work for many customers or deals at once, in a handful of statements.

    `base` as in `start`; `key`: what they are found by again, where slices of one choice share it; `spread`: by
    `key_of` a target, FollowUp.spread. Deals are not taken by it. Whoever is left out is named with why; saying it
    twice is harmless.
    """
    key, spread = key or f"hand:{uuid.uuid4().hex}", spread or {}
    customers = {key_of(target)[0] for target in targets}
    with transaction.atomic():
        hold(FollowUp.objects.filter(customer__in=customers))
        wanted = _as_they_stand(targets)
        end_finished(now, among=_of_same(pattern, wanted), limit=None)
        ready, left_out = sort_out(pattern, wanted)
        rows = [_begun(own, *_who(target), key, by=by, now=now, base=base) for target, own in ready]
        for row in rows:
            row.spread = spread.get((row.customer_id, row.deal_id), {})
        # Always in the same order: two who choose for the same people at once don't wait for each other in a circle.
        rows.sort(key=lambda row: (row.customer_id, row.deal_id or 0))
        FollowUp.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
        begun = FollowUp.objects.begun_together(key).filter(customer__in=customers)
        started = list(begun.filter(pattern__in={own for _target, own in ready}))
        there = {(row.customer_id, row.deal_id) for row in started}
        left_out += [(target, WhyNot.RUNNING) for target, _own in ready if key_of(target) not in there]
        wake()
    return Many(key, started, left_out)


def key_of(target) -> tuple[int, int | None]:
    """(customer, deal)"""
    return (target.customer_id, target.pk) if isinstance(target, Deal) else (target.pk, None)


def _who(target) -> tuple[Customer, Deal | None]:
    return (target.customer, target) if isinstance(target, Deal) else (target, None)


def _of_same(pattern, targets):
    """The same pattern, the group's or a store's, for the customers of these."""
    customers = {key_of(target)[0] for target in targets}
    return FollowUp.objects.filter(pattern__slug=pattern.slug, vehicle__isnull=True, customer__in=customers)


def _as_they_stand(targets) -> list:
    """Deals read again and locked: nobody loses one meanwhile."""
    ids = [target.pk for target in targets if isinstance(target, Deal)]
    deals = Deal.objects.filter(pk__in=ids).select_related("customer")
    locked = {deal.pk: deal for deal in deals.order_by("pk").select_for_update(of=("self",), no_key=True)}
    return [locked[target.pk] if isinstance(target, Deal) else target for target in targets]


def _why_not(target, own, at_work) -> WhyNot | None:
    customer, deal = _who(target)
    if customer.closed_at:
        return WhyNot.CLOSED
    if deal and deal.lost_at:
        return WhyNot.LOST
    if own is None:
        return WhyNot.ELSEWHERE
    return WhyNot.RUNNING if key_of(target) in at_work else None


def _begun(pattern, customer, deal, key, *, vehicle=None, by, now, base) -> FollowUp:
    """Not saved yet."""
    version = pattern.current_version
    vehicle = vehicle or vehicle_for(version, customer=customer, now=now)
    known = base_for(version, customer=customer, deal=deal, vehicle=vehicle, now=now)
    day, at = day_and_moment(known if base is None else base)
    known_on, _at = day_and_moment(known)
    return FollowUp(
        pattern=pattern,
        customer=customer,
        deal=deal,
        vehicle=vehicle,
        store_id=customer.store_id,
        version=version,
        occurrence_key=key,
        base_on=day,
        base_at=at,
        base_chosen_at=None if day == known_on else now,
        started_at=now,
        started_by=by,
    )
