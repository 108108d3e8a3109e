"""What the worker is woken for: the reports of the morning and their mails, and what is summed up beforehand."""

import time

from django.utils import timezone

from stores.models import Heartbeat
from stores.wake import heard, wake

from .mailing import send_due
from .morning import make_due
from .stories import mark_some, tell_marked, tell_next
from .summed import begin, make_lately_anew, make_marked, make_next

WORK = "reports.jobs.work"
SUM_UP = "reports.jobs.sum_up"
SLICE_SECONDS = 2.0
"""Nobody waits behind a slow mail server: after so long others have their turn."""


def work() -> str:
    """Every minute: reports whose time has come, then one mail after the other."""
    heard(WORK)
    until = time.monotonic() + SLICE_SECONDS
    Heartbeat.stamp(timezone.now())
    while make_due(timezone.now()) or send_due(timezone.now()):
        if time.monotonic() > until:
            wake(WORK)
            return "more"
    return "done"


def sum_up() -> str:
    """Every minute: what was marked since, and what is over and not summed up yet."""
    heard(SUM_UP)
    begin()
    until = time.monotonic() + SLICE_SECONDS
    Heartbeat.stamp(timezone.now())
    while sum(one_pass(timezone.now()) for one_pass in (make_marked, tell_marked, tell_next, make_next)):
        if time.monotonic() > until:
            wake(SUM_UP)
            return "more"
    return "done"


def sum_up_anew() -> str:
    """At night: whatever no mark told of."""
    now = timezone.now()
    make_lately_anew(now)
    mark_some(now)
    return sum_up()
