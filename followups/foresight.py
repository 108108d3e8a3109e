"""What steps would do from a base in a store, before a pattern is chosen or saved (REQUIREMENTS B8).

By the same functions as the engine, so that what is shown is what will be made.
"""

from calendar import Calendar
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from stores.calendar import OpeningCalendar
from stores.days import day_label

from .known import Effective, read
from .models import FollowUp, Step
from .reasons import explain_in_one_line
from .schedule import NO_PREFERENCE, Planned, Preference, plan

NOT_THERE_YET = 0
"""No follow-up's id: calls of those that run, and today's, which belong to none, count beside it."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One step with the place it would get. `number` counts from 1."""

    number: int
    step: Step
    planned: Planned

    @property
    def reason(self) -> str:
        return explain_in_one_line(self.planned.reason)

    @property
    def when(self) -> str:
        """'11/22 (Sun) 10:00–12:00'; with the day again where the window ends on another one."""
        starts, ends = self.planned.due_from, self.planned.due_until
        last = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{day_label(ends.date())} {ends:%H:%M}"
        return f"{day_label(self.planned.due_on)} {starts:%H:%M}–{last}"

    @property
    def last_day(self) -> date:
        """The day after whose closing it is late."""
        return self.planned.late_at.date()

    def as_json(self) -> dict:
        return {
            "step": self.number,
            "title": self.step.title,
            "channel": self.step.channel,
            "due_on": self.planned.due_on.isoformat(),
            "due_from": self.planned.due_from.isoformat(),
            "due_until": self.planned.due_until.isoformat(),
            "late_at": self.planned.late_at.isoformat(),
            "reason": self.reason,
        }


def foresee(
    steps: Sequence[Step],
    base: date | datetime,
    calendar: OpeningCalendar,
    preference: Preference = NO_PREFERENCE,
    called_on: frozenset[date] = frozenset(),
    tried_at: tuple[time, ...] = (),
    *,
    fixed_base: bool = False,
) -> list[Foreseen]:
    """Where each step would fall, in their order; what is known of a customer counts when given.

    `base`: a day, or an aware moment; `fixed_base` as for `schedule.plan`. Raises stores.calendar.NoOpenDay when the
    store never opens.
    """
    planned = plan(
        base, [step.spec() for step in steps], calendar, preference, called_on, tried_at, fixed_base=fixed_base
    )
    pairs = zip(steps, planned, strict=True)
    return [Foreseen(number, step, placed) for number, (step, placed) in enumerate(pairs, start=1)]


def foresee_for(version, base, *, customer, deal=None, now) -> list[Foreseen]:
    """For one customer, as the expand pass will plan it: as their rank has the steps, by ways they agree to, and with
    the calls that are planned for them already. Nothing beyond the calendar's end.
    """
    at = base if isinstance(base, datetime) else None
    row = FollowUp(
        pk=NOT_THERE_YET,
        customer=customer,
        deal=deal,
        store_id=customer.store_id,
        version=version,
        base_on=base,
        base_at=at,
    )
    try:
        planned = read([row], now).plan(row)
    except OverflowError:
        return []
    return [
        Foreseen(number, _as_done(one), _with_how(one, placed)) for number, (one, placed, _) in enumerate(planned, 1)
    ]


def _as_done(effective: Effective) -> Step:
    """The step by the way and the title it has for the customer."""
    step = copy(effective.step)
    step.channel, step.title = effective.spec.channel, effective.title
    return step


def _with_how(effective: Effective, placed: Planned) -> Planned:
    return replace(placed, reason=[*placed.reason, *effective.reason])


@dataclass(frozen=True, slots=True)
class Square:
    """One day of a month's table. `rows`: what falls on it."""

    day: date
    words: str
    rows: list[Foreseen]


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: list[list[Square]]


def months(rows: Sequence[Foreseen], base_on: date, calendar: OpeningCalendar) -> list[Month]:
    """The months in which the base or a step falls, as weeks from Monday to Sunday."""
    falling: dict[date, list[Foreseen]] = {}
    for row in rows:
        falling.setdefault(row.planned.due_on, []).append(row)
    firsts = sorted({day.replace(day=1) for day in [base_on, *falling]})
    return [
        Month(
            first,
            [
                [_square(day, first, base_on, falling, calendar) for day in week]
                for week in Calendar().monthdatescalendar(first.year, first.month)
            ],
        )
        for first in firsts
    ]


def _square(day: date, first: date, base_on: date, falling, calendar: OpeningCalendar) -> Square:
    if day.month != first.month:
        return Square(day, "outside", [])
    words = {
        "closed": not calendar.is_open(day),
        "base": day == base_on,
        "falls": day in falling,
    }
    return Square(day, " ".join(word for word, holds in words.items() if holds), falling.get(day, []))
