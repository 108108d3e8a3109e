"""The way back of what was done to many rows at once: for a day, by who did it (REQUIREMENTS A6)."""

from django.db import transaction

from customers.models import Deal

from .handing_over import hand_back
from .models import Act, ActKind, Contact, EndReason, FollowUp
from .stopping import hold, stop


class TooLateToTakeBack(Exception):
    """It has been taken back already, or a day has passed."""


def take_back(act: Act, now) -> tuple[int, int]:
    """Undo an act; how many rows are as before, and how many were left alone because somebody went on with them.

    Rows of a store that whoever did it no longer manages stay as they are and aren't counted. Raises TooLateToTakeBack.
    """
    with transaction.atomic():
        if not Act.objects.standing().of_last_day(now).filter(pk=act.pk).update(undone_at=now):
            raise TooLateToTakeBack(act)
        if act.kind == ActKind.HANDED_OVER:
            return hand_back(act)
        if act.kind == ActKind.STARTED:
            return _stop_what_it_started(act, now)
        if act.kind == ActKind.REVIEWED:
            return _review_again(act, now), 0
        return act.rows.done().managed_by(act.by).count(), 0


def _review_again(act: Act, now) -> int:
    deals = act.rows.done().managed_by(act.by).values("deal")
    return act.reviews.standing().filter(deal__in=deals).update(undone_at=now)


def _stop_what_it_started(act: Act, now) -> tuple[int, int]:
    """Those of which nothing has been done yet; a lead that it began is new again unless somebody was in touch."""
    rows = act.rows.done().managed_by(act.by).exclude(follow_up=None)
    rows = dict(rows.values_list("follow_up", "follow_up__deal"))
    hold(FollowUp.objects.filter(pk__in=rows))
    untouched = FollowUp.objects.running().filter(pk__in=rows).exclude(tasks__done_at__isnull=False)
    ids = set(untouched.values_list("pk", flat=True))
    stop(FollowUp.objects.filter(pk__in=ids), EndReason.STOPPED, by=act.by, now=now)
    begun = Deal.objects.open().filter(pk__in=[rows[pk] for pk in ids if rows[pk]], taken_at=act.at, taken_by=act.by)
    in_touch = Contact.objects.beginning().filter(deal__in=begun).values("deal")
    begun.exclude(pk__in=in_touch).update(taken_at=None, taken_by=None)
    return len(ids), len(rows) - len(ids)
