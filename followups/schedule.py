"""When the steps of a pattern fall: pure functions, no database, no clock (DESIGN.md "Time", REQUIREMENTS B1, B3–B5).

Given a base, the steps, the store's calendar and what is known of the customer, `plan` gives for each step a day, a
preferred window, the moment after which it is late, and the reasons a person can read (see `reasons.py`).
Same input, same output.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.calendar import Hours, NoOpenDay, OpeningCalendar
from stores.channels import LIVE_CHANNELS, Channel

from .tolerance import earliest_spread, spread_out

LEAST_MINUTES = 60
"""With less of the opening left after the event, the window runs into the next opening."""
REACH_DAYS = 6
"""How far a call or visit may wait for a day that suits the customer: within a week."""


class DayRule(models.TextChoices):
    """What a step does when its day is closed."""

    NEXT = "next", _("Next open day")
    PREVIOUS = "previous", _("Previous open day")
    EXACT = "exact", _("On that very day, even when closed")
    AFTER_HOLIDAY = "after_holiday", _("First open day after the next long holiday")


class Window(models.TextChoices):
    """The time of day a step prefers (REQUIREMENTS B4)."""

    ANY = "any", _("Any time")
    FIXED = "fixed", _("Between two times")
    SOON = "soon", _("As soon as possible")
    ROTATING = "rotating", _("A different time at each call")


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step. `allowed_days`: how many days after its day it may still be done ("within two days" is 0 and 2).

    Its day is counted in whole months first, then in days; a month that is too short gives its last day.
    `spread_days`: how many days later, or earlier where negative, it is to be done so that no day overflows.
    """

    channel: str
    offset_days: int = 0
    offset_months: int = 0
    allowed_days: int = 0
    day_rule: str = DayRule.NEXT
    window: str = Window.ANY
    hours: Hours | None = None
    soon_minutes: int = 0
    spread_days: int = 0

    @property
    def insists(self) -> bool:
        """It stays on its very day: closed or not, called already or not."""
        return self.day_rule == DayRule.EXACT

    def counted_from(self, day: date) -> date:
        """The step's day before any rule; by relativedelta's month ends 31 January and a month is 28 or 29 February."""
        if self.offset_months:
            return day + relativedelta(months=self.offset_months, days=self.offset_days)
        return day + timedelta(days=self.offset_days)

    @property
    def calls_anyway(self) -> bool:
        """A second call on a day is fine: the step insists, or answers somebody who has just been in touch."""
        return self.insists or self.window == Window.SOON


@dataclass(frozen=True, slots=True)
class Preference:
    """When it suits the customer; empty where not known."""

    weekdays: frozenset[int] = frozenset()
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One step placed in time. Moments are aware, in the store's zone; `reason` is a list of [code, *values]."""

    due_on: date
    due_from: datetime
    due_until: datetime
    late_at: datetime
    reason: list


NO_PREFERENCE = Preference()


def plan(
    base: date | datetime,
    steps: Sequence[StepSpec],
    calendar: OpeningCalendar,
    preference: Preference = NO_PREFERENCE,
    called_on: frozenset[date] = frozenset(),
    tried_at: tuple[time, ...] = (),
    *,
    fixed_base: bool = False,
    shift_days: int = 0,
) -> list[Planned]:
    """Place every step, in their order.

    `base`: the day of the event, or the aware moment where it is known; `called_on`: days on which the customer is to
    be called anyway (at most one call a day); `tried_at`: local times of calls since the last conversation that
    nobody answered; `fixed_base`: a date of the calendar (a birthday, an expiry), from which is counted whether the
    store is open then or not; `shift_days`: how much later every step falls because of pauses. Raises
    stores.calendar.NoOpenDay when the store never opens.
    """
    return _Plan(base, steps, calendar, preference, set(called_on), tried_at, fixed_base, shift_days).run()


def plan_anyway(base, steps, calendar: OpeningCalendar, *known, **rules) -> list[Planned]:
    """As `plan`; in a store that never opens as if it always did: better a task on a closed day than one forgotten."""
    try:
        return plan(base, steps, calendar, *known, **rules)
    except NoOpenDay:
        return plan(base, steps, calendar.as_if_always_open(), *known, **rules)


@dataclass(slots=True)
class _Plan:
    base: date | datetime
    steps: Sequence[StepSpec]
    calendar: OpeningCalendar
    preference: Preference
    called_on: set[date]
    tried_at: tuple[time, ...]
    fixed_base: bool
    shift_days: int
    nominal: list[date] = field(init=False)
    windows_used: list[int] = field(init=False)
    last_window: int = field(init=False, default=-1)

    def run(self) -> list[Planned]:
        self._count_tries()
        day_zero, event_time, base_reason = day_zero_of(self.base, self.calendar, fixed=self.fixed_base)
        self.nominal = [step.counted_from(day_zero) + timedelta(days=self.shift_days) for step in self.steps]
        others = frozenset(self.called_on)
        reasons = [self._counted(step, base_reason) for step in self.steps]
        days = self._days(day_zero, event_time, reasons)
        if any(step.spread_days for step in self.steps):
            days = self._spread(days, day_zero, others, reasons)
        planned: list[Planned] = []
        for index, (day, reason) in enumerate(zip(days, reasons, strict=True)):
            planned.append(self._window(index, day, day_zero, event_time, planned, reason))
        return planned

    def _counted(self, step: StepSpec, base_reason: list) -> list:
        months = [step.offset_months] if step.offset_months else []
        paused = [["paused", self.shift_days]] if self.shift_days else []
        return [*base_reason, ["offset", step.offset_days, *months], *paused]

    def _days(self, day_zero: date, event_time: time | None, reasons: list[list]) -> list[date]:
        days: list[date] = []
        earliest = date.min
        for index, step in enumerate(self.steps):
            if index and self.nominal[index] < self.nominal[index - 1]:
                earliest = date.min
            day = self._day(index, day_zero, event_time, earliest, reasons[index])
            earliest = max(earliest, day)
            if step.channel == Channel.PHONE:
                self.called_on.add(day)
            days.append(day)
        return days

    def _spread(self, days: list[date], day_zero: date, others: frozenset[date], reasons: list[list]) -> list[date]:
        """As proposed, as far as the calendar and calls of other follow-ups still allow it."""
        earliest = earliest_spread(day_zero, fixed=self.fixed_base)
        finals = spread_out(
            days, self.steps, lambda day: day >= earliest and self.calendar.is_open(day), called_on=others
        )
        for reason, day, final in zip(reasons, days, finals, strict=True):
            if final != day:
                reason.append(["spread", (final - day).days])
        return finals

    def _count_tries(self):
        windows = self.calendar.call_windows
        self.windows_used = [0] * len(windows)
        for tried in self.tried_at:
            for index, window in enumerate(windows):
                if window.starts <= tried < window.ends:
                    self.windows_used[index] += 1
                    self.last_window = index

    def _day(self, index: int, day_zero: date, event_time: time | None, earliest: date, reason: list) -> date:
        """The day of a step: its rule first; then only forwards, for order, the customer, and one call a day."""
        step = self.steps[index]
        nominal = self.nominal[index]
        if step.insists:
            if not self.calendar.is_open(nominal):
                reason.append(["insists", nominal.isoformat()])
            return self._not_over(step, nominal, day_zero, event_time, reason)
        day = self._open_day(step, nominal, reason)
        if day < earliest:
            day = self.calendar.next_open(earliest)
            reason.append(["in_order"])
        day = self._not_over(step, day, day_zero, event_time, reason)
        if self._is_called(step, day):
            while self._is_called(step, day):
                day = self.calendar.next_open(day + timedelta(days=1))
            reason.append(["one_call_a_day"])
        return self._day_that_suits(index, day, day_zero, reason)

    def _is_called(self, step: StepSpec, day: date) -> bool:
        """Whether another call of that day forbids this one."""
        return step.channel == Channel.PHONE and not step.calls_anyway and day in self.called_on

    def _open_day(self, step: StepSpec, nominal: date, reason: list) -> date:
        """Going back never passes day 0 of an event, which is an open day."""
        if step.day_rule == DayRule.AFTER_HOLIDAY:
            holiday = self.calendar.long_holiday_from(nominal)
            if holiday:
                reason.append(["after_holiday", holiday.name, holiday.first.isoformat(), holiday.last.isoformat()])
                return self.calendar.next_open(holiday.last + timedelta(days=1))
        back = step.day_rule == DayRule.PREVIOUS
        day = self.calendar.previous_open(nominal) if back else self.calendar.next_open(nominal)
        if day != nominal:
            reason.append(["moved", nominal.isoformat()])
        return day

    def _not_over(self, step: StepSpec, day: date, day_zero: date, event_time: time | None, reason: list) -> date:
        """That day, or the next open one where the event came after its contactable hours."""
        if day != day_zero or event_time is None or event_time < self._reachable(step.channel, day).ends:
            return day
        reason.append(["too_late_that_day"])
        return self.calendar.next_open(day + timedelta(days=1))

    def _day_that_suits(self, index: int, day: date, day_zero: date, reason: list) -> date:
        """A call or visit waits for a day that suits the customer, but not beyond the next step's day.

        What is due on day 0 doesn't wait: the customer has just been in touch.
        """
        step = self.steps[index]
        wanted = self.preference.weekdays
        on_day_zero = self.nominal[index] == day_zero
        if not wanted or step.channel not in LIVE_CHANNELS or on_day_zero or day.weekday() in wanted:
            return day
        limit = day + timedelta(days=REACH_DAYS)
        for later in self.nominal[index + 1 :]:
            if later > self.nominal[index]:
                limit = min(limit, later)
                break
        candidate = day + timedelta(days=1)
        while candidate <= limit:
            suits = candidate.weekday() in wanted and not self._is_called(step, candidate)
            if suits and self.calendar.is_open(candidate):
                reason.append(["customer_day"])
                return candidate
            candidate += timedelta(days=1)
        reason.append(["customer_day_out_of_reach"])
        return day

    def _reachable(self, channel: str, day: date) -> Hours:
        """Contactable hours within opening hours; contactable hours alone where the two don't meet."""
        contactable = self.calendar.contactable_on(channel, day)
        opening = self.calendar.hours_on(day)
        return (opening and contactable.overlap(opening)) or contactable

    def _window(self, index: int, day, day_zero, event_time, planned, reason) -> Planned:
        step = self.steps[index]
        reachable = self._reachable(step.channel, day)
        since = event_time if day == day_zero and event_time and event_time < reachable.ends else None
        hours = self._preferred_hours(step, day, reachable, since, reason)
        start = self.calendar.moment(day, hours.starts)
        end = self.calendar.moment(day, hours.ends)
        last_day = day
        if step.allowed_days and not step.insists:
            limit = self.nominal[index] + timedelta(days=step.allowed_days)
            last_day = max(day, self.calendar.previous_open(limit))
            reason.append(["within", step.allowed_days])
        if since and step.window != Window.SOON and _minutes(since, reachable.ends) < LEAST_MINUTES:
            last_day, end = self._into_next_opening(step, day, _minutes(since, reachable.ends), last_day)
            reason.append(["into_next_opening"])
        elif step.window == Window.SOON:
            last_day, end = self._soon(step, day, start, reachable, last_day)
            reason.append(["soon", step.soon_minutes])
            self._use_windows_in(start.time(), end.time(), end.date() == day)
        if planned and planned[-1].due_on == day and step.window != Window.FIXED:
            ahead = planned[-1].due_from
            if start < ahead < min(end, self.calendar.moment(day, reachable.ends)):
                start = ahead
        late_at = max(self.calendar.closing(last_day), end)
        return Planned(day, start, end, late_at, reason)

    def _preferred_hours(self, step, day, reachable: Hours, since: time | None, reason: list) -> Hours:
        """What is left of the day: the customer's hours win over the step's window (REQUIREMENTS B4)."""
        hours = reachable
        if since and since > hours.starts:
            hours = Hours(since, hours.ends)
        theirs = self.preference.hours if step.channel in LIVE_CHANNELS and step.window != Window.SOON else None
        suits = theirs and hours.overlap(theirs)
        if suits:
            reason.append(["customer_hours", str(theirs)])
            return suits
        if theirs:
            reason.append(["customer_hours_out_of_reach", str(theirs)])
        if step.window == Window.FIXED:
            return self._fixed(step, day, hours, since, reason)
        if step.window == Window.ROTATING:
            return self._rotating(hours, reason)
        return hours

    def _fixed(self, step, day, hours: Hours, since: time | None, reason: list) -> Hours:
        """The step's window; outside opening hours as far as customers may be reached then, and the reason says so."""
        inside = hours.overlap(step.hours)
        if inside:
            reason.append(["window", str(step.hours)])
            return inside
        if since and since >= step.hours.ends:
            reason.append(["window_passed", str(step.hours)])
            return hours
        outside = self.calendar.contactable_on(step.channel, day).overlap(step.hours)
        if outside is None:
            reason.append(["window_out_of_reach", str(step.hours)])
            return hours
        reason.append(["window_outside_opening", str(step.hours)])
        return Hours(max(outside.starts, since), outside.ends) if since else outside

    def _rotating(self, hours: Hours, reason: list) -> Hours:
        """The window used least so far, never the last one again while there is another."""
        best = None
        for index, window in enumerate(self.calendar.call_windows):
            left = hours.overlap(window)
            if left:
                rank = (index == self.last_window, self.windows_used[index], index)
                if best is None or rank < best[0]:
                    best = (rank, index, left)
        if best is None:
            reason.append(["no_window_left"])
            return hours
        _rank, index, left = best
        self.windows_used[index] += 1
        self.last_window = index
        reason.append(["rotating", str(self.calendar.call_windows[index])])
        return left

    def _into_next_opening(self, step, day, minutes_left: float, last_day: date) -> tuple[date, datetime]:
        following = self.calendar.next_open(day + timedelta(days=1))
        reachable = self._reachable(step.channel, following)
        end = self.calendar.moment(following, reachable.starts) + timedelta(minutes=LEAST_MINUTES - minutes_left)
        return max(last_day, following), min(end, self.calendar.moment(following, reachable.ends))

    def _soon(self, step, day, start: datetime, reachable: Hours, last_day: date) -> tuple[date, datetime]:
        minutes_left = (self.calendar.moment(day, reachable.ends) - start) / timedelta(minutes=1)
        if minutes_left >= step.soon_minutes:
            return last_day, start + timedelta(minutes=step.soon_minutes)
        following = self.calendar.next_open(day + timedelta(days=1))
        reachable = self._reachable(step.channel, following)
        end = self.calendar.moment(following, reachable.starts)
        end += timedelta(minutes=step.soon_minutes - minutes_left)
        return max(last_day, following), min(end, self.calendar.moment(following, reachable.ends))

    def _use_windows_in(self, starts: time, ends: time, same_day: bool):
        """A call as soon as possible also counts as a try of the hour it falls in."""
        stretch = Hours(starts, ends) if same_day and starts < ends else None
        for index, window in enumerate(self.calendar.call_windows):
            if stretch and window.overlap(stretch):
                self.windows_used[index] += 1
                self.last_window = index


def day_zero_of(base: date | datetime, calendar: OpeningCalendar, *, fixed: bool) -> tuple[date, time | None, list]:
    """The day the steps count from, the time of the event where it still matters that day, and why."""
    if fixed:
        day = base.astimezone(calendar.zone).date() if isinstance(base, datetime) else base
        return day, None, [["base", day.isoformat()]]
    if not isinstance(base, datetime):
        day = calendar.next_open(base)
        moved = [["base_closed", day.isoformat()]] if day != base else []
        return day, None, [["base", base.isoformat()], *moved]
    local = base.astimezone(calendar.zone)
    day = local.date()
    reason = [["base", local.isoformat(timespec="minutes")]]
    hours = calendar.hours_on(day)
    if hours is None:
        day = calendar.next_open(day)
        return day, None, [*reason, ["base_closed", day.isoformat()]]
    at = local.time().replace(second=0, microsecond=0)
    if at >= hours.ends:
        day = calendar.next_open(day + timedelta(days=1))
        return day, None, [*reason, ["base_after_closing", day.isoformat()]]
    return day, at, reason


def _minutes(starts: time, ends: time) -> float:
    return (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
