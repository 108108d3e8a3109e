"""What a figure is asked for: whose, of which stores, which days, seen from when. No database, no clock."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.days import Stretch


class Span(models.TextChoices):
    DAY = "day", pgettext_lazy("span", "Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    DAYS = "days", _("From … to")


NOBODY = 0
"""In place of a person's id: what counts for the store alone."""


@dataclass(frozen=True)
class Window:
    """From `since` on and before `until`, in these stores."""

    stores: tuple[int, ...]
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Narrow:
    """Of which tasks and calls alone; what is left out leaves all in (reports.narrowing).

    `steps`: ids of patterns' steps; `source`: of the deal; `ages`: of the customer on that day, from and below;
    `weekday`: Monday is 1, and `hour`: both of a call, in the store's time.
    """

    steps: tuple[int, ...] | None = None
    source: str = ""
    ages: tuple[int, int] | None = None
    weekday: int | None = None
    hour: int | None = None


@dataclass(frozen=True)
class Asked:
    """`stores`: their ids; `staff`: one person's id, None for everybody together. Nothing after `now` is counted.

    `silent_months`: for so long nobody has reached a customer who counts as not reached. `narrow`: which tasks and
    calls; customers are counted without it.
    """

    stores: tuple[int, ...]
    staff: int | None
    first: date
    last: date
    now: datetime
    silent_months: int = 3
    narrow: Narrow = Narrow()
    windows: tuple[Window, ...] | None = None
    """Of these days and stores, only those: what is not summed up (reports.summed)."""
    customers: tuple[int, ...] | None = None
    """Of the customers, only those: whose stories are not up to date (reports.stories)."""

    @property
    def begins(self) -> datetime:
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """The end of the last day, which is not of it any more; or now."""
        return min(midnight(self.last + timedelta(days=1)), self.now)

    @property
    def as_of(self) -> date:
        """The day on which what stands is looked at."""
        return min(self.last, timezone.localdate(self.now))

    def back(self, **distance) -> datetime:
        """So long before the end: `months=3`."""
        return self.until - relativedelta(**distance)

    def of(self, stretch: Stretch) -> "Asked":
        return replace(self, first=stretch.first, last=stretch.last)

    def only_in(self, windows) -> "Asked":
        return replace(self, windows=tuple(windows))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def stretch_of(span: Span, on: date, until: date | None = None) -> Stretch:
    """The day, the week from Monday, the month that `on` lies in; or from `on` to `until`."""
    if span == Span.WEEK:
        monday = on - timedelta(days=on.weekday())
        return Stretch(monday, monday + timedelta(days=6))
    if span == Span.MONTH:
        first = on.replace(day=1)
        return Stretch(first, first + relativedelta(months=1, days=-1))
    if span == Span.DAYS and until and until > on:
        return Stretch(on, until)
    return Stretch(on, on)


def stretches_up_to(span: Span, last: Stretch, number: int) -> list[Stretch]:
    """So many of that length, the oldest first, `last` being the last."""
    if span == Span.MONTH:
        firsts = [last.first - relativedelta(months=back) for back in range(number)]
        return [stretch_of(Span.MONTH, first) for first in reversed(firsts)]
    found = [
        Stretch(last.first - timedelta(days=last.days * back), last.last - timedelta(days=last.days * back))
        for back in range(number)
    ]
    return found[::-1]
