"""A store's opening days and hours as a value: no database, no clock.

Days are `datetime.date` in the store's time zone; moments are aware datetimes. All stores share
`settings.TIME_ZONE` (Japan has one zone: docs/decisions.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import jpholiday
from dateutil.relativedelta import relativedelta

SEARCH_DAYS = 400
"""How far an open day is looked for: more than a year, so that a closed season is survived."""


class NoOpenDay(ValueError):
    """The calendar has no open day within SEARCH_DAYS."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of one day, `starts` before `ends`."""

    starts: time
    ends: time

    def __str__(self):
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    def overlap(self, other: "Hours") -> "Hours | None":
        starts, ends = max(self.starts, other.starts), min(self.ends, other.ends)
        return Hours(starts, ends) if starts < ends else None


@dataclass(frozen=True, slots=True)
class LongHoliday:
    """A named stretch of days in one year, `first` and `last` included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class YearlyStretch:
    """A stretch that comes every year, as (month, day) pairs; it may run into the next year."""

    name: str
    first: tuple[int, int]
    last: tuple[int, int]

    def beginning_in(self, year: int) -> LongHoliday:
        """29 February stands for the end of the month in other years."""
        ends_in = year + (self.last < self.first)
        return LongHoliday(self.name, _day_of(year, *self.first), _day_of(ends_in, *self.last))


def _day_of(year: int, month: int, day: int) -> date:
    return date(year, month, 1) + relativedelta(day=day)


@lru_cache(maxsize=4096)
def is_public_holiday(day: date) -> bool:
    return jpholiday.is_holiday(day)


@dataclass(frozen=True, eq=False)
class OpeningCalendar:
    """When a store is open and when it may reach customers (REQUIREMENTS B5, DESIGN.md "Time").

    `weekdays`: weekdays closed every week (Monday is 0); `nth_weekdays`: (weekday, n) closed as the nth of a month;
    `dates`: exceptions by day, None where closed; `contactable`: hours by channel, missing means as opened;
    `long_holidays`: known by name, whatever the store's own closing days are.
    """

    zone: ZoneInfo
    hours: Hours
    weekdays: frozenset[int] = frozenset()
    nth_weekdays: frozenset[tuple[int, int]] = frozenset()
    open_on_holidays: bool = False
    dates: Mapping[date, Hours | None] = field(default_factory=dict)
    contactable: Mapping[str, Hours] = field(default_factory=dict)
    call_windows: tuple[Hours, ...] = ()
    long_holidays: tuple[YearlyStretch, ...] = ()
    _known: dict[date, Hours | None] = field(default_factory=dict, init=False, repr=False)

    def hours_on(self, day: date) -> Hours | None:
        """The opening hours of that day, None when closed."""
        if day not in self._known:
            self._known[day] = self._looked_up(day)
        return self._known[day]

    def _looked_up(self, day: date) -> Hours | None:
        if day in self.dates:
            return self.dates[day]
        regularly_closed = (
            day.weekday() in self.weekdays or (day.weekday(), (day.day - 1) // 7 + 1) in self.nth_weekdays
        )
        if regularly_closed and not (self.open_on_holidays and is_public_holiday(day)):
            return None
        return self.hours

    def is_open(self, day: date) -> bool:
        return self.hours_on(day) is not None

    def next_open(self, day: date) -> date:
        """That day, or the first open one after it."""
        return self._search(day, 1)

    def previous_open(self, day: date) -> date:
        """That day, or the last open one before it."""
        return self._search(day, -1)

    def next_open_or_itself(self, day: date) -> date:
        """As `next_open`; that very day in a store that never opens: better a closed day than a customer forgotten."""
        try:
            return self.next_open(day)
        except NoOpenDay:
            return day

    def as_if_always_open(self) -> "OpeningCalendar":
        """The same hours on every day, for a store that opens on none."""
        return replace(self, weekdays=frozenset(), nth_weekdays=frozenset(), dates={})

    def _search(self, day: date, direction: int) -> date:
        for distance in range(SEARCH_DAYS):
            candidate = day + timedelta(days=direction * distance)
            if self.is_open(candidate):
                return candidate
        raise NoOpenDay(day)

    def long_holiday_from(self, day: date) -> LongHoliday | None:
        """The long holiday that day falls into, else the next one; None where the store knows of none."""
        found = (stretch.beginning_in(day.year + step) for stretch in self.long_holidays for step in (-1, 0, 1))
        return min((one for one in found if one.last >= day), key=lambda one: (one.first, one.last), default=None)

    def contactable_on(self, channel: str, day: date) -> Hours:
        """The hours in which that channel may be used, whether the store is open or not."""
        return self.contactable.get(channel) or self.hours_on(day) or self.hours

    def moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)

    def closing(self, day: date) -> datetime:
        """The closing time of that day; of a closed day, the usual closing time."""
        return self.moment(day, (self.hours_on(day) or self.hours).ends)

    def after_open_minutes(self, at: datetime, minutes: int) -> datetime:
        """The moment by which the store has been open `minutes` minutes since `at`.

        For a store that opens on no day at its usual hours of every day: a limit must end.
        """
        at = at.astimezone(self.zone)
        left = timedelta(minutes=minutes)
        day = at.date()
        for _ in range(SEARCH_DAYS):
            hours = self.hours_on(day)
            if hours:
                starts = max(at, self.moment(day, hours.starts))
                ends = self.moment(day, hours.ends)
                if starts < ends:
                    if ends - starts >= left:
                        return starts + left
                    left -= ends - starts
            day += timedelta(days=1)
        return self.as_if_always_open().after_open_minutes(at, minutes)

    def before_open_minutes(self, at: datetime, minutes: int) -> datetime:
        """The latest moment since which the store has been open for `minutes` minutes by `at`.

        What fell late then or earlier has been so for at least as long. As `after_open_minutes` for a store that never
        opens.
        """
        at = at.astimezone(self.zone)
        left = timedelta(minutes=minutes)
        day = at.date()
        for _ in range(SEARCH_DAYS):
            hours = self.hours_on(day)
            if hours:
                starts = self.moment(day, hours.starts)
                ends = min(at, self.moment(day, hours.ends))
                if starts < ends:
                    if ends - starts >= left:
                        return ends - left
                    left -= ends - starts
            day -= timedelta(days=1)
        return self.as_if_always_open().before_open_minutes(at, minutes)
