"""A customer is no longer looked after, and the way back (DESIGN.md "Figures": net customers, REQUIREMENTS H3).

Why is kept as a fact, with the day and who said so; the entry stays as it is until the house's period is over.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from customers.closed import stand
from customers.models import Erasure, Fact
from customers.personal.erasing import refuse_while_open
from customers.pointing import hold_all

from .models import CancelReason, EndReason, FollowUp, Task
from .stopping import call_off, resume, stop

COMES_BACK = timedelta(days=1)
"""So long what ended with the closing runs again when it is taken back; later its days would all have passed."""


@transaction.atomic
def close(customer, why: str, *, by, now) -> bool:
    """What runs for them ends. Raises StillOpen while business is going on; False where nobody looks after them."""
    kept = hold_all([customer.pk])[customer.pk]
    if kept.closed_at:
        return False
    refuse_while_open(kept)
    stop(FollowUp.objects.filter(customer=kept), EndReason.CLOSED, by=by, now=now)
    call_off(Task.objects.single().filter(customer=kept), by=by, now=now)
    Fact.note(kept, Fact.Kind.OTHER, _("No longer looked after: %(why)s") % {"why": why}, by=by, now=now)
    stand(kept, now, by=by, now=now)
    return True


@transaction.atomic
def reopen(customer, *, by, now) -> bool:
    """They are looked after again. False where they are already, have become part of another, or were erased."""
    kept = hold_all([customer.pk])[customer.pk]
    closed_at = kept.closed_at
    if not closed_at or kept.merged_into_id or Erasure.objects.last_of(kept):
        return False
    stand(kept, None, by=by, now=now)
    if now - closed_at < COMES_BACK:
        resume(FollowUp.objects.filter(customer=kept, end_reason=EndReason.CLOSED, ended_at=closed_at))
        called_off = Task.objects.single().filter(customer=kept, cancel_reason=CancelReason.NOT_NEEDED)
        called_off.filter(cancelled_at=closed_at).update(cancelled_at=None, cancelled_by=None, cancel_reason="")
    return True
