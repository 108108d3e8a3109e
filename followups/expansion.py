"""The expand pass: follow-ups that were chosen become dated tasks (DESIGN.md "The engine", pass 2).

Works in sets: a slice of waiting follow-ups is locked (others skip it), planned in memory, and its tasks are written by
one statement that leaves alone what exists. Safe to run twice, at once, or after a crash.
"""

import logging
from datetime import timedelta

from django.db import connection

from .columns import as_values, unnested
from .known import Known, read
from .models import FollowUp, Task
from .slices import one_slice

log = logging.getLogger(__name__)

SLICE = 500
"""Follow-ups in one transaction: a slice takes a fraction of a second."""
GRACE = timedelta(days=3)
"""Steps that were late for longer than this when the pattern was chosen are not made, but counted."""

_COLUMNS = {
    "follow_up_id": "bigint",
    "step_id": "bigint",
    "channel": "text",
    "title": "text",
    "assignee_id": "bigint",
    "reason": "jsonb",
    "due_on": "date",
    "due_from": "timestamptz",
    "due_until": "timestamptz",
    "late_at": "timestamptz",
}
"""What is planned; the rest of a task stands in its follow-up and is read there as it is written."""


def expand(now, *, limit: int = SLICE) -> int:
    """Make the tasks of up to `limit` waiting follow-ups in one transaction; gives how many it took up.

    One that cannot be planned (say a base date in the year 9999) is logged and marked, and waits no longer.
    """
    with one_slice():
        waiting = list(
            FollowUp.objects.waiting()
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .for_planning()
            .in_turn()[:limit]
        )
        if not waiting:
            return 0
        known = read(waiting, now)
        rows, past, failed = [], {}, []
        for follow_up in waiting:
            try:
                made, past[follow_up.pk] = _tasks_of(follow_up, known)
            except Exception:
                log.exception("Follow-up %s cannot be planned", follow_up.pk)
                failed.append(follow_up.pk)
            else:
                rows += made
        write(rows, now)
        _mark(past, now)
        if failed:
            FollowUp.objects.filter(pk__in=failed).update(failed_at=now)
    return len(waiting)


def plan_failed_ones_again() -> int:
    """Those that could not be planned wait once more: a calendar or a program may have been put right since then."""
    return FollowUp.objects.failed().update(failed_at=None)


def _tasks_of(follow_up, known: Known) -> tuple[list[tuple], int]:
    """Rows in the order of _COLUMNS, and how many steps were past already."""
    planned = known.plan(follow_up)
    oldest = follow_up.started_at - GRACE
    rows = [row_of(follow_up, known, *one) for one in planned if one[1].late_at >= oldest]
    return rows, len(planned) - len(rows)


def row_of(follow_up, known: Known, effective, placed, reason) -> tuple:
    """A planned step in the order of _COLUMNS; its call counts for whatever is planned after it."""
    known.will_call(follow_up, effective, placed.due_on)
    return (
        follow_up.pk,
        effective.step.pk,
        effective.spec.channel,
        effective.title,
        known.assignee(follow_up, effective),
        reason,
        placed.due_on,
        placed.due_from,
        placed.due_until,
        placed.late_at,
    )


def write(rows, now):
    """New tasks; those that are there already are left alone."""
    if not rows:
        return
    names = ", ".join(_COLUMNS)
    statement = f"""
        INSERT INTO {Task._meta.db_table}
            ({names}, store_id, customer_id, deal_id, first_late_at, created_at, moves, cancel_reason, cancel_note)
        SELECT {names}, follow_up.store_id, follow_up.customer_id, follow_up.deal_id, late_at, %s, 0, '', ''
        FROM {unnested(_COLUMNS)} WITH ORDINALITY AS planned ({names}, place)
        JOIN {FollowUp._meta.db_table} AS follow_up ON follow_up.id = follow_up_id
        ORDER BY place
        ON CONFLICT (follow_up_id, step_id) DO NOTHING
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [now, *as_values(rows)])


def _mark(past, now):
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {FollowUp._meta.db_table} AS follow_up SET expanded_at = %s, past_steps = done.past
            FROM unnest(%s::bigint[], %s::int[]) AS done (id, past) WHERE follow_up.id = done.id
            """,
            [now, list(past), list(past.values())],
        )
