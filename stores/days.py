"""Days as pages show them: stretches of days, the month of a store, the long holidays one plans for. No database."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import jpholiday
from django.utils.translation import gettext_lazy as _

from .calendar import Hours, OpeningCalendar

LONG_HOLIDAYS = (
    (_("New Year"), (12, 29), (1, 3)),
    (_("Golden Week"), (4, 29), (5, 6)),
    (_("Obon"), (8, 13), (8, 16)),
)
"""Name, first and last day (REQUIREMENTS B5, DESIGN.md "Time")."""


@dataclass(frozen=True)
class Stretch:
    """Days without a gap; `row` is the first of the rows it was made of."""

    first: date
    last: date
    row: object = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Day:
    """One day of a month. `hours` is None when closed; `special` is one entered by hand; `outside`: another month."""

    on: date
    hours: Hours | None
    holiday: str
    special: bool
    today: bool
    outside: bool


def days_from(first: date, last: date) -> list[date]:
    return [first + timedelta(days=distance) for distance in range((last - first).days + 1)]


def stretches(rows: Iterable, same) -> list[Stretch]:
    """Rows with a day `on`, in its order, put together where day follows day and `same(row)` doesn't change."""
    found: list[Stretch] = []
    for row in rows:
        if found and row.on - found[-1].last == timedelta(days=1) and same(row) == same(found[-1].row):
            found[-1] = Stretch(found[-1].first, row.on, found[-1].row)
        else:
            found.append(Stretch(row.on, row.on, row))
    return found


def month(opening: OpeningCalendar, of: date, today: date) -> list[list[Day]]:
    """The weeks of the month that `of` lies in, from Sunday to Saturday."""
    return [
        [
            Day(
                on=day,
                hours=opening.hours_on(day),
                holiday=jpholiday.is_holiday_name(day) or "",
                special=day in opening.dates,
                today=day == today,
                outside=day.month != of.month,
            )
            for day in week
        ]
        for week in calendar.Calendar(calendar.SUNDAY).monthdatescalendar(of.year, of.month)
    ]


def next_long_holidays(today: date) -> list[tuple[str, Stretch]]:
    """The long holidays whose last day is still to come, the nearest first."""
    coming = []
    for name, (from_month, from_day), (until_month, until_day) in LONG_HOLIDAYS:
        for year in (today.year - 1, today.year, today.year + 1):
            first = date(year, from_month, from_day)
            last = date(year + (until_month < from_month), until_month, until_day)
            if last >= today:
                coming.append((name, Stretch(first, last)))
                break
    return sorted(coming, key=lambda entry: entry[1].first)
