"""A person's data is erased: what is running for them ends, then every row of theirs is emptied (REQUIREMENTS H3)."""

import time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Customer, DataKind, Erasure
from customers.personal.erasing import redact, refuse_while_open
from customers.personal.retention import due, months_of, remove_slice
from customers.pointing import hold_all
from stores.locks import one_at_a_time
from stores.models import Heartbeat
from stores.wake import heard, wake

from .models import CancelReason, CheckCall, CheckResult, Contact, EndReason, FollowUp, Task
from .stopping import stop

JOB = "followups.forgetting.forget"
SLICE_SECONDS = 2.0
CUSTOMERS = 20
"""Emptied in one transaction."""


@transaction.atomic
def erase(customer: Customer, *, by, now, reason="") -> Erasure:
    """Raises StillOpen while business with them is going on; then nothing is changed."""
    hold_all([customer.pk])
    refuse_while_open(customer)
    stop(FollowUp.objects.filter(customer=customer), EndReason.CLOSED, by=by, now=now)
    open_tasks = Task.objects.open().filter(customer=customer)
    open_tasks.update(cancelled_at=now, cancelled_by=by, cancel_reason=CancelReason.NOT_NEEDED)
    waiting = Contact.objects.waiting().filter(customer=customer)
    waiting.update(answered_at=now, answered_by=by, answer_note=_("(erased)"))
    to_call = CheckCall.objects.filter(customer=customer, done_at__isnull=True)
    to_call.update(done_at=now, done_by=by, result=CheckResult.NOT_CALLED, note=_("(erased)"))
    return redact(customer, by=by, now=now, reason=reason)


def forget() -> str:
    """At night: what has been kept for its time, some at a time; killed amid its work, the next goes on."""
    heard(JOB)
    until = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < until:
        now = timezone.now()
        Heartbeat.stamp(now)
        if not any([_forget_customers(now), *(remove_slice(kind, now) for kind in REMOVED)]):
            return "done"
    wake(JOB)
    return "more"


REMOVED = (DataKind.CARD_PICTURES, DataKind.NOTIFICATIONS)


def _forget_customers(now) -> int:
    """One worker at a time: nobody is emptied twice, and rows are locked in everybody's order."""
    kind = DataKind.CLOSED_CUSTOMERS
    with transaction.atomic():
        one_at_a_time("forgetting customers")
        customers = list(due(kind, months_of(kind), now)[:CUSTOMERS])
        for customer in customers:
            erase(customer, by=None, now=now, reason=_("The period is over."))
    return len(customers)
