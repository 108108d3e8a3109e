"""Who is locked out of signing in after too many wrong passwords, until when, and letting them in again (H1).

django-axes keeps the failures by name, address and browser, and locks a name at an address.
"""

import logging
from collections import defaultdict
from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings

from .models import Staff

log = logging.getLogger(__name__)


def locked_until(username: str, now, *, address=None) -> datetime | None:
    """When the lock of that name opens (at that address, or the last of all); None where it isn't locked."""
    attempts = AccessAttempt.objects.filter(
        username__iexact=username, attempt_time__gt=now - settings.AXES_COOLOFF_TIME
    ).order_by("-attempt_time")
    if address is not None:
        attempts = attempts.filter(ip_address=address)
    failures, opens = defaultdict(int), []
    for place, number, at in attempts.values_list("ip_address", "failures_since_start", "attempt_time"):
        before = failures[place]
        failures[place] += number
        if before < settings.AXES_FAILURE_LIMIT <= failures[place]:
            opens.append(at + settings.AXES_COOLOFF_TIME)
    return max(opens, default=None)


def unlock(person: Staff, *, by: Staff):
    """The person may try again at once, wherever they are. Who let them in is logged."""
    if AccessAttempt.objects.filter(username__iexact=person.username).delete()[0]:
        log.warning("Staff %s was let in again by staff %s after a lock-out", person.pk, by.pk)
