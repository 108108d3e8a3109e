"""What the worker is woken for on this floor."""

import time

from django.utils import timezone

from stores.models import Heartbeat
from stores.wake import heard, wake

from .duplicates import FIND_JOB, find
from .importing.slices import one_slice
from .importing.uploads import WORK, forget_old
from .merging import forget_old as forget_old_merges
from .merging import gather
from .rank_decisions import work_on_decisions

SLICE_SECONDS = 2.0
"""Nobody waits behind a long list: it is committed piece by piece, and after so long others have their turn."""


def work() -> str:
    """Lists that are to be checked, saved or taken back, and ranks that were confirmed.

    Every minute, too: a lost message costs no more than that.
    """
    heard(WORK)
    until = time.monotonic() + SLICE_SECONDS
    Heartbeat.stamp(timezone.now())
    while any([one_slice(timezone.now()), work_on_decisions(timezone.now())]):
        if time.monotonic() > until:
            wake(WORK)
            return "more"
    return "done"


def find_duplicates() -> str:
    """Who may be in the book twice: at night, and after a list was saved. Old merges can't be taken back any more."""
    heard(FIND_JOB)
    now = timezone.now()
    forget_old_merges(now)
    gather()
    return f"found {find(now)}"


def forget_import_files() -> str:
    """At night: lists that nobody confirmed within a day, and the rows of those that can't be taken back any more."""
    return f"forgot {forget_old(timezone.now())}"
