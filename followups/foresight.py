"""What steps would do from a base in a store, before a pattern is chosen or saved (REQUIREMENTS B8).

By the same functions as the engine, so that what is shown is what will be made.
"""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from stores.calendar import NoOpenDay, OpeningCalendar

from .models import Step
from .reasons import day_label, explain_in_one_line
from .schedule import NO_PREFERENCE, Planned, Preference, plan


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


def foresee_anyway(steps, base, calendar, preference=NO_PREFERENCE, *, fixed_base=False) -> list[Foreseen]:
    """As the engine will plan it: a store that never opens counts as always open. Nothing beyond the calendar's end."""
    try:
        return foresee(steps, base, calendar, preference, fixed_base=fixed_base)
    except NoOpenDay:
        return foresee(steps, base, calendar.as_if_always_open(), preference, fixed_base=fixed_base)
    except OverflowError:
        return []


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
