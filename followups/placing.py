"""A task placed by hand: on a day, and between two times where they are said (REQUIREMENTS A5, B6, B12).

It stays where it was put, whatever changes about its pattern, until somebody lets the pattern place it again. A miss
stays a miss: `first_late_at` never changes. What the customer wished is not counted among the moves.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F

from stores.calendar import OpeningCalendar
from stores.wake import wake

from .models import FollowUp, MoveReason, Task, TaskMove
from .models.act import UNDO
from .schedule import Planned, StepSpec, plan_anyway
from .stopping import hold

DAY, PROMISED = ["by_hand"], ["promised"]
_KEPT = ("due_on", "due_from", "due_until", "late_at", "promised_at", "placed_by_hand_at", "moves", "reason")
"""What a move changes of a task, and its way back restores."""
_READ = dict.fromkeys(_KEPT[1:6], datetime.fromisoformat) | {"due_on": date.fromisoformat}


@dataclass(frozen=True)
class Wanted:
    """Where somebody wants a task. Without a time for the whole of that day; without an end for an hour.

    `wish`: the customer's own, and a time is promised to them.
    """

    on: date
    starts: time | None = None
    ends: time | None = None
    wish: bool = False

    @property
    def promised(self) -> bool:
        return self.wish and self.starts is not None


@dataclass(frozen=True)
class Moved:
    """`move`: None where it stood there already; `way_back`: for `put_back`."""

    move: TaskMove | None
    way_back: str


class NotOpen(Exception):
    """Done or cancelled meanwhile."""


class TooLateToPutBack(Exception):
    """It was moved again, is no longer open, or a day has passed."""


def placed_by_hand(wanted: Wanted, channel: str, calendar: OpeningCalendar, now) -> Planned:
    """Late when that day closes, or when the hour promised is over. What is left of today is as the schedule sees it:
    too late for today, it is for the next open day.
    """
    on = wanted.on
    if wanted.starts:
        starts = calendar.moment(on, wanted.starts)
        ends = calendar.moment(on, wanted.ends) if wanted.ends else starts + timedelta(hours=1)
        late_at = ends if wanted.promised else max(ends, calendar.closing(on))
        return Planned(on, starts, ends, late_at, [DAY, PROMISED] if wanted.promised else [DAY])
    if on <= now.astimezone(calendar.zone).date():
        (placed,) = plan_anyway(now, [StepSpec(channel)], calendar)
        kept = [["too_late_that_day"]] if placed.due_on != on else []
        kept += [code for code in placed.reason if code == ["into_next_opening"]]
        return replace(placed, reason=[DAY, *kept])
    hours = calendar.hours_on(on) or calendar.hours
    starts, ends = calendar.moment(on, hours.starts), calendar.moment(on, hours.ends)
    return Planned(on, starts, ends, ends, [DAY])


def doubts(wanted: Wanted, channel: str, calendar: OpeningCalendar) -> list:
    """What speaks against that place, as reasons (see reasons.py). It is for the person to decide."""
    found = []
    if not calendar.is_open(wanted.on):
        found.append(["closed_then", wanted.on.isoformat()])
    if wanted.starts:
        hours = calendar.contactable_on(channel, wanted.on)
        ends = wanted.ends or wanted.starts
        if wanted.starts < hours.starts or ends > hours.ends:
            found.append(["outside_contactable", channel, str(hours)])
    return found


def place(task: Task, wanted: Wanted, *, by, now) -> Moved:
    """Put an open task there. Raises NotOpen. Said twice it is moved once."""
    placed = placed_by_hand(wanted, task.channel, task.store.calendar(), now)
    with transaction.atomic():
        task = _locked(task)
        if task is None:
            raise NotOpen
        promised_at = placed.due_from if wanted.promised else None
        move = None
        if _place_of(task) != _place_of(placed):
            reason = MoveReason.WISH if wanted.wish else MoveReason.BY_HAND
            move = TaskMove.between(task, placed, reason, by=by, now=now)
            move.save(force_insert=True)
        Task.objects.filter(pk=task.pk).update(
            due_on=placed.due_on,
            due_from=placed.due_from,
            due_until=placed.due_until,
            late_at=placed.late_at,
            promised_at=promised_at,
            reason=_said(task.reason, promised=wanted.promised),
            placed_by_hand_at=now,
            moves=F("moves") + int(move is not None and not wanted.wish),
        )
    return Moved(move, _sign(task, {**_as_it_is(task), "move": move and move.pk, "at": now}))


def let_the_pattern_place(task: Task, *, now) -> str:
    """The next adjust pass places it as the pattern would; gives the way back, empty where there is nothing to do:
    it isn't placed by hand, or comes from no pattern.
    """
    with transaction.atomic():
        hold(FollowUp.objects.filter(pk=task.follow_up_id))
        task = _locked(task)
        if task is None or task.placed_by_hand_at is None or task.follow_up_id is None:
            return ""
        Task.objects.filter(pk=task.pk).update(
            placed_by_hand_at=None, promised_at=None, reason=_said(task.reason, promised=False)
        )
        FollowUp.objects.filter(pk=task.follow_up_id).ask_to_adjust(MoveReason.BY_HAND, now)
        wake()
    return _sign(task, {**_as_it_is(task), "move": None, "at": None, "since": now})


def put_back(task: Task, way_back: str) -> None:
    """Take a move back, or that the pattern places it again, with the line in its history. Raises TooLateToPutBack."""
    try:
        before = signing.loads(way_back, salt=_salt(task), max_age=UNDO)
    except signing.BadSignature:
        raise TooLateToPutBack from None
    placed_at, since, move_id = (before.pop(name, None) for name in ("at", "since", "move"))
    values = {name: _READ[name](value) if value and name in _READ else value for name, value in before.items()}
    with transaction.atomic():
        task = _locked(task)
        if task is None or task.placed_by_hand_at != (placed_at and datetime.fromisoformat(placed_at)):
            raise TooLateToPutBack
        Task.objects.filter(pk=task.pk).update(**values)
        TaskMove.objects.filter(task=task, pk=move_id).delete()
        if since:
            TaskMove.objects.by_the_pattern_again(task, since=datetime.fromisoformat(since)).delete()


def _locked(task) -> Task | None:
    return Task.objects.open().filter(pk=task.pk).select_for_update(of=("self",), no_key=True).first()


def _as_it_is(task) -> dict:
    return {name: getattr(task, name) for name in _KEPT}


def _place_of(placed) -> tuple:
    return (placed.due_on, placed.due_from, placed.due_until, placed.late_at)


def _said(reason: list, *, promised: bool) -> list:
    """The reason it was placed by at first, which stays; what was promised holds for this place only."""
    kept = [code for code in reason if code != PROMISED]
    return [*kept, PROMISED] if promised else kept


def _sign(task, kept) -> str:
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()}
    return signing.dumps(plain, salt=_salt(task), compress=True)


def _salt(task) -> str:
    return f"placing.{task.pk}"
