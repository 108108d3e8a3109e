"""The adjust pass: what tasks were placed by has changed, and the open ones move (DESIGN.md "The engine", pass 3).

A base date was put right, the store's calendar changed, a call went unanswered, the customer's hours or rank are other
ones, the pattern has a new version, a pause is over: whoever changes it says so on the follow-up (`ask_to_adjust`), and
a slice of these is planned again, by the very functions that placed the tasks at first. What is done, was called off by
a person, or was placed by hand stays. Safe to run twice, at once, or after a crash: planned again, nothing differs.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from stores.calendar import OpeningCalendar

from .columns import as_values, unnested
from .differences import compare
from .expansion import GRACE, row_of, write
from .known import HOW, Known, read
from .models import CancelReason, FollowUp, MoveReason, Task, TaskMove
from .schedule import Planned
from .slices import one_slice

log = logging.getLogger(__name__)

SLICE = 500
"""Follow-ups in one transaction."""
COME_BACK = (CancelReason.PAUSED, CancelReason.LEFT_OUT)
"""Tasks that the system called off come back where their step is wanted again; a person's word stays."""
LATE_ONES_STAY = frozenset({MoveReason.UNANSWERED, MoveReason.CUSTOMER})
"""These say when it is best to call, which is no reason to take away what was missed already."""
PARTS = ("offset_days", "offset_months", "channel", "title", "script")
"""By these one tells which step of a version has become which of another."""

_COLUMNS = {
    "id": "bigint",
    "step_id": "bigint",
    "channel": "text",
    "title": "text",
    "reason": "jsonb",
    "due_on": "date",
    "due_from": "timestamptz",
    "due_until": "timestamptz",
    "late_at": "timestamptz",
}
_MOVED = {
    "task_id": "bigint",
    "reason": "text",
    "from_on": "date",
    "from_window": "text",
    "to_on": "date",
    "to_window": "text",
}


@dataclass(slots=True)
class Changes:
    """What a slice comes to. `placed`: rows in the order of _COLUMNS."""

    placed: list[tuple] = field(default_factory=list)
    moves: list[TaskMove] = field(default_factory=list)
    made: list[tuple] = field(default_factory=list)
    reopened: list[int] = field(default_factory=list)
    recounted: list[FollowUp] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)


def adjust(now, *, limit: int = SLICE) -> int:
    """Plan up to `limit` follow-ups again, in one transaction; gives how many."""
    with one_slice():
        rows = list(
            FollowUp.objects.to_adjust()
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .for_planning()
            .order_by("pk")[:limit]
        )
        if not rows:
            return 0
        changes, failed = work_out(rows, tasks_of(rows).select_for_update(of=("self",), no_key=True), now)
        _save(changes, now)
        ids = [row.pk for row in rows]
        FollowUp.objects.filter(pk__in=ids).update(adjust_at=None, adjust_reason="")
        FollowUp.objects.filter(pk__in=failed).update(failed_at=now)
    return len(rows)


def tasks_of(rows):
    """All tasks of these follow-ups, as `work_out` wants them."""
    return Task.objects.filter(follow_up__in=[row.pk for row in rows]).for_planning()


def work_out(rows, found, now) -> tuple[Changes, list[int]]:
    """What planning these again comes to, and the ids of those that cannot be planned; nothing is changed.

    `found`: their tasks.
    """
    tasks = defaultdict(list)
    for task in found:
        tasks[task.follow_up_id].append(task)
    versions = {task.step_version for some in tasks.values() for task in some}
    known = read(rows, now, also_versions=versions)
    became = _Became(known)
    changes, failed = Changes(), []
    for row in rows:
        try:
            _adjust_one(row, tasks[row.pk], known, became, changes, now)
        except Exception:
            log.exception("Follow-up %s cannot be planned again", row.pk)
            failed.append(row.pk)
    return changes, failed


def _adjust_one(follow_up, tasks, known: Known, became: "_Became", changes: Changes, now):
    by_step = _by_step(follow_up, tasks, became, now)
    settled = {step_id for step_id, task in by_step.items() if _is_settled(task, now)}
    done = frozenset(step_id for step_id, task in by_step.items() if task.done_at and step_id)
    wanted, past = set(), 0
    for effective, placed, reason in known.plan(follow_up, done):
        task = by_step.get(effective.step.pk)
        wanted.add(task and task.pk)
        if task is None:
            if placed.late_at >= max(follow_up.started_at - GRACE, now):
                changes.made.append(row_of(follow_up, known, effective, placed, reason))
            else:
                past += 1
        elif effective.step.pk not in settled:
            placed = not_in_the_past(placed, task, known.calendars[follow_up.store_id], now)
            _place(task, follow_up, effective, placed, reason, changes, now)
            known.move_call(follow_up, effective, task.due_on, placed.due_on)
    changes.reopened += [task.pk for task in tasks if task.pk in wanted and _comes_back_by_hand(task, now)]
    changes.dropped += [task.pk for task in tasks if task.pk not in wanted and _can_be_dropped(task)]
    if past != follow_up.past_steps:
        follow_up.past_steps = past
        changes.recounted.append(follow_up)


def _by_step(follow_up, tasks, became: "_Became", now) -> dict[int | None, Task]:
    """Each step's own task: what is settled, else what was made for this very step, else what has become it.

    A follow-up moved from version to version and back may have two tasks that are one step by now.
    """

    def fits(task):
        return _is_settled(task, now), became.step(task, follow_up) == task.step_id, task.is_open

    return {became.step(task, follow_up): task for task in sorted(tasks, key=fits)}


def _is_settled(task, now) -> bool:
    """Done, called off by a person or with its follow-up, or placed by hand."""
    if task.cancelled_at:
        return task.cancel_reason not in COME_BACK or _comes_back_by_hand(task, now)
    return bool(task.done_at or task.placed_by_hand_at)


def _comes_back_by_hand(task, now) -> bool:
    """It was put away by the system, and where somebody had placed it before is still to come."""
    was_put_away = task.cancelled_at and task.cancel_reason in COME_BACK
    return bool(was_put_away and task.placed_by_hand_at and task.late_at > now)


def _can_be_dropped(task) -> bool:
    """Nobody has done it or put it anywhere; also what rests, lest a later pause is measured by it."""
    rests = task.cancel_reason == CancelReason.PAUSED and task.cancelled_at
    return bool(rests or (task.is_open and not task.placed_by_hand_at))


def _place(task, follow_up, effective, placed: Planned, reason, changes: Changes, now):
    if task.is_late(now) and follow_up.adjust_reason in LATE_ONES_STAY:
        return
    time_differs = (task.due_on, task.due_from, task.due_until, task.late_at) != (
        placed.due_on, placed.due_from, placed.due_until, placed.late_at
    )  # fmt: skip
    says = (task.step_id, task.channel, task.title, [one for one in task.reason if one[0] in HOW])
    wanted = (effective.step.pk, effective.spec.channel, effective.title, list(effective.reason))
    if not time_differs and says == wanted and task.is_open:
        return
    changes.placed.append(
        (
            *(task.pk, effective.step.pk, effective.spec.channel, effective.title, reason),
            *(placed.due_on, placed.due_from, placed.due_until, placed.late_at),
        )
    )
    if time_differs:
        why = follow_up.adjust_reason or MoveReason.CALENDAR
        changes.moves.append(TaskMove.between(task, placed, why, now=now))


def not_in_the_past(placed: Planned, task, calendar: OpeningCalendar, now) -> Planned:
    """A task that moves is not moved to where it would be late at once: then it is for the next open day."""
    if placed.late_at > now or (placed.due_on >= task.due_on and task.is_late(now)):
        return placed
    day = calendar.next_open_or_itself(timezone.localdate(now))
    if calendar.closing(day) <= now:
        day = calendar.next_open_or_itself(day + timedelta(days=1))
    hours = calendar.contactable_on(task.channel, day)
    starts, ends = calendar.moment(day, hours.starts), calendar.moment(day, hours.ends)
    return Planned(day, starts, ends, max(calendar.closing(day), ends), placed.reason)


class _Became:
    """Which step of the follow-up's version a task's step has become; each pair of versions is compared once."""

    def __init__(self, known: Known):
        self.known, self.maps = known, {}

    def step(self, task, follow_up) -> int | None:
        """None where the version has nothing like it."""
        old, new = task.step_version, follow_up.version_id
        if old == new:
            return task.step_id
        if (old, new) not in self.maps:
            self.maps[old, new] = became(self.known.versions[old], self.known.versions[new])
        return self.maps[old, new].get(task.step_id)


def became(old: list, new: list) -> dict[int, int]:
    """Which step of a version has become which of another, by their ids."""
    rows = compare([_parts(step) for step in old], [_parts(step) for step in new])
    return {old[row.old].pk: new[row.new].pk for row in rows if row.old is not None and row.new is not None}


def _parts(step) -> dict:
    return {name: getattr(step, name) for name in PARTS}


def _save(changes: Changes, now):
    if changes.placed:
        names = ", ".join(_COLUMNS)
        taken = ", ".join(f"{name} = placed.{name}" for name in list(_COLUMNS)[1:])
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE {Task._meta.db_table} AS task SET {taken}, cancelled_at = NULL, cancelled_by_id = NULL,
                    cancel_reason = '', placed_by_hand_at = NULL, promised_at = NULL,
                    first_late_at = CASE WHEN first_late_at > %s THEN placed.late_at ELSE first_late_at END
                FROM {unnested(_COLUMNS)} AS placed ({names}) WHERE task.id = placed.id
                """,
                [now, *as_values(changes.placed)],
            )
    if changes.moves:
        names = ", ".join(_MOVED)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                INSERT INTO {TaskMove._meta.db_table} ({names}, moved_at)
                SELECT {names}, %s FROM {unnested(_MOVED)} AS moved ({names})
                """,
                [now, *as_values([tuple(getattr(move, name) for name in _MOVED) for move in changes.moves])],
            )
    write(changes.made, now)
    Task.objects.filter(pk__in=changes.reopened).update(cancelled_at=None, cancelled_by=None, cancel_reason="")
    FollowUp.objects.bulk_update(changes.recounted, ["past_steps"])
    Task.objects.filter(pk__in=changes.dropped, done_at__isnull=True).update(
        cancelled_at=now, cancel_reason=CancelReason.LEFT_OUT, cancelled_by=None
    )
