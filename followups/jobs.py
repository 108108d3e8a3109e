"""What the worker is woken for. A job carries no work: it looks what there is to do (DESIGN.md "The engine")."""

import time
from datetime import timedelta

from django.utils import timezone

from customers.ranking import propose
from stores.models import Heartbeat
from stores.wake import DAYS_OFF, heard, wake

from .adjustment import adjust
from .batches import work_on_batches
from .covering import cover
from .escalating import escalate
from .expansion import expand, plan_failed_ones_again
from .giving import give_leads
from .models import Contact, FollowUp
from .noticing import notice, notice_calendars
from .occurrences import start_due
from .overdue import excuse, flag
from .pausing import resume_due
from .stopping import end_finished, stop_of_closed_deals

SLICE_SECONDS = 2.0
"""Nobody waits behind a long job: it commits as it goes, and after so long queues itself again."""
LATELY = timedelta(days=1)
"""How far back a sweep looks for closed deals whose follow-ups were not ended; at night it looks at all."""


def work() -> str:
    """Woken after a change: what it begins, makes, moves and ends."""
    heard()
    finished = _until_done([give_leads, expand, notice, notice_calendars, adjust, _stop, _batches])
    if not finished:
        wake()
    return "done" if finished else "more"


def sweep() -> str:
    """Every minute: everything a lost message may have left, and what the clock made due."""
    finished = _until_done(
        [
            *(give_leads, expand, resume_due, notice, notice_calendars, start_due),
            *(adjust, _stop, cover, flag, escalate, _batches),
        ]
    )
    if not finished:
        wake("followups.jobs.sweep_on")
    return "done" if finished else "more"


def sweep_on() -> str:
    """A sweep that had more to do than fits one slice goes on."""
    heard("followups.jobs.sweep_on")
    return sweep()


def excuse_days_off() -> str:
    """When somebody's days off were entered that had begun or were over."""
    heard(DAYS_OFF)
    return f"{excuse(timezone.now())} excused"


def nightly() -> str:
    """At night: what could not be planned is tried again, and follow-ups with nothing left to do are closed."""
    excuse(timezone.now())
    plan_failed_ones_again()
    stop_of_closed_deals(timezone.now())
    return nightly_on()


def nightly_on() -> str:
    """Goes on with what didn't fit one slice."""
    heard("followups.jobs.nightly_on")
    finished = _until_done([end_finished])
    if not finished:
        wake("followups.jobs.nightly_on")
    return "done" if finished else "more"


def propose_ranks() -> str:
    """At night, and when the rules of the ranks were changed: what they come to for every customer."""
    heard("followups.jobs.propose_ranks")
    return f"{propose(timezone.now(), visits_since=Contact.objects.visits_since)} changed"


def _stop(now) -> int:
    stop_of_closed_deals(now, since=now - LATELY)
    return 0


def _batches(now) -> int:
    """A slice of the batches once what was begun and moved before is placed, so that nobody waits behind a batch."""
    unplaced = FollowUp.objects.waiting().begun_by_people().exists() or FollowUp.objects.to_adjust().exists()
    return 0 if unplaced else work_on_batches(now)


def _until_done(passes) -> bool:
    """Give each pass one slice in turn, round after round, until a round finds nothing. False when the time was up.

    However much one of them has to do, the others have their turn in every job.
    """
    until = time.monotonic() + SLICE_SECONDS
    Heartbeat.stamp(timezone.now())
    while sum(one_pass(timezone.now()) for one_pass in passes):
        if time.monotonic() > until:
            return False
    return True
