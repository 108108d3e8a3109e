"""Days as pages show them: stretches of days, the month of a store, the long holidays one plans for. No database."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import jpholiday
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .calendar import Hours, LongHoliday, OpeningCalendar


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


@lru_cache(maxsize=2048)
def _day_in(language, day: date, has_year: bool) -> str:
    return formats.date_format(day, _("Y/n/j (D)") if has_year else _("n/j (D)"))


def day_label(day: date, today: date | None = None) -> str:
    """'11/19 (Thu)' as the reader's language writes it, '2027/7/20 (Tue)' where that isn't this year."""
    day = timezone.localdate(day) if isinstance(day, datetime) else day
    return _day_in(get_language(), day, day.year != (today or timezone.localdate()).year)


def short_label(day: date, today: date | None = None) -> str:
    """'11/19' where there is no room for more, '2027/7/20' where that isn't this year."""
    year = f"{day.year}/" if day.year != (today or timezone.localdate()).year else ""
    return f"{year}{day.month}/{day.day}"


def stamp(moment: datetime | None, today: date | None = None) -> str:
    """'11/19 14:02', '2025/12/30 14:02' where that isn't this year; nothing where there is no moment."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    return f"{short_label(local.date(), today)} {local:%H:%M}"


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


def next_long_holidays(opening: OpeningCalendar, today: date) -> list[LongHoliday]:
    """The store's long holidays whose last day is still to come, each once, the nearest first."""
    years = (today.year - 1, today.year, today.year + 1)
    coming = (
        next((one for one in map(stretch.beginning_in, years) if one.last >= today), None)
        for stretch in opening.long_holidays
    )
    return sorted(filter(None, coming), key=lambda holiday: holiday.first)
