"""The months and years in which results are counted: no database, no clock (REQUIREMENTS D6).

A month is named by its first day, whatever days are counted for it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from dateutil.relativedelta import relativedelta

LEAP_YEAR = 2024


@dataclass(frozen=True, slots=True)
class Period:
    """The days that count for a month, both ends included."""

    month: date
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Rule:
    """From which day to which a month is counted. `begins_in`, `ends_in`: -1 the month before, 0 itself, 1 after.

    A day that a month lacks is its last one.
    """

    begins_day: int = 1
    begins_in: int = 0
    ends_day: int = 31
    ends_in: int = 0
    first_month: int = 4

    def of_month(self, month: date) -> Period:
        month = month.replace(day=1)
        return Period(
            month,
            month + relativedelta(months=self.begins_in, day=self.begins_day),
            month + relativedelta(months=self.ends_in, day=self.ends_day),
        )

    def current(self, today: date) -> Period:
        """The latest that has begun: where days between two are counted for neither, the one just over."""
        months = (today.replace(day=1) + relativedelta(months=step) for step in (1, 0, -1))
        return next(period for month in months if (period := self.of_month(month)).first <= today)

    def before(self, period: Period) -> Period:
        return self.of_month(period.month - relativedelta(months=1))

    def year_of(self, month: date) -> list[Period]:
        """The twelve of the year that month belongs to."""
        first = date(month.year - (month.month < self.first_month), self.first_month, 1)
        return [self.of_month(first + relativedelta(months=number)) for number in range(12)]

    def holding(self, day: date) -> Period | None:
        """The one that day counts for, if any."""
        around = (self.of_month(day.replace(day=1) + relativedelta(months=step)) for step in (-1, 0, 1))
        return next((period for period in around if day in period), None)

    def within(self, first: date, last: date) -> list[tuple[date, date]]:
        """(first, last) of the days from one to another that count for a month."""
        month, found = first.replace(day=1) - relativedelta(months=1), []
        while month <= last + relativedelta(months=1):
            period = self.of_month(month)
            if period.last >= first and period.first <= last:
                found.append((max(period.first, first), min(period.last, last)))
            month += relativedelta(months=1)
        return found

    @property
    def is_backwards(self) -> bool:
        """Whether a month would end before it begins, in any year."""
        return any(period.last < period.first for period in self._some())

    @property
    def overlaps(self) -> bool:
        """Whether a day would count for two months, in any year."""
        some = self._some()
        return any(later.first <= one.last for one, later in pairwise(some))

    def _some(self) -> list[Period]:
        """Of a leap year and of the one after it."""
        return [self.of_month(date(LEAP_YEAR, 1, 1) + relativedelta(months=number)) for number in range(25)]
