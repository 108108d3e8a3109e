"""What was ordered, by the day of the order, against what was to be reached (REQUIREMENTS D6).

Every figure is a function of whose orders, which months, and today. Nothing here reads the clock.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from .models import Figure, Span
from .periods import Period, Rule

WORTH = {Figure.ORDERS: Count("pk"), Figure.AMOUNT: Coalesce(Sum("amount_yen"), 0)}
"""What orders come to, by figure."""


@dataclass(frozen=True)
class Month:
    """What was reached in the days that count for a month; `target` None where none was set."""

    period: Period
    done: int
    target: int | None

    @property
    def percent(self) -> int | None:
        return round(100 * self.done / self.target) if self.target else None


@dataclass(frozen=True)
class Result:
    """One person's or store's figures, seen from one month.

    `now`, `before`: running totals by day, of this month up to today and of the month before; `same_day`: what the
    month before had reached on the same day of it. `year`: its months; `record`: the best ever, None without orders.
    """

    month: Month
    now: list[int]
    before: list[int]
    same_day: int
    year: list[Month]
    year_done: int
    year_target: int | None
    record: Month | None
    is_record: bool

    @property
    def ahead(self) -> int:
        """Of the same day of the month before."""
        return self.month.done - self.same_day

    @property
    def year_percent(self) -> int | None:
        return round(100 * self.year_done / self.year_target) if self.year_target else None

    @property
    def missing(self) -> int | None:
        """How much the month still needs."""
        return None if self.month.target is None else max(0, self.month.target - self.month.done)


def result(deals, targets, *, figure: Figure, rule: Rule, period: Period, today: date) -> Result:
    """The figures of `deals` (a queryset of whose they are). `targets`: {month or (Span.YEAR, its first): value}."""
    by_day = dict(deals.ordered().order_by().values_list("ordered_on").annotate(worth=WORTH[figure]))
    return result_of(by_day, targets, rule=rule, period=period, today=today)


def result_of(by_day: dict[date, int], targets: dict, *, rule: Rule, period: Period, today: date) -> Result:
    """As `result`, of what was ordered by day. Pure."""

    def month(one: Period) -> Month:
        done = sum(by_day.get(day, 0) for day in one.days)
        return Month(one, done, targets.get(one.month))

    before = rule.before(period)
    year = [month(one) for one in rule.year_of(period.month)]
    so_far = [one for one in year if one.period.month <= period.month]
    this_month = month(period)
    running = list(accumulate(by_day.get(day, 0) for day in period.days if day <= today))
    running_before = list(accumulate(by_day.get(day, 0) for day in before.days))
    known = [one.target for one in year if one.target is not None]
    best = _best(by_day, rule)
    return Result(
        month=this_month,
        now=running,
        before=running_before,
        same_day=running_before[min(len(running), len(running_before)) - 1] if running else 0,
        year=year,
        year_done=sum(one.done for one in so_far),
        year_target=targets.get((Span.YEAR, year[0].period.month), sum(known) if known else None),
        record=month(best) if best else None,
        is_record=best is not None and best.month == period.month,
    )


def _best(by_day, rule: Rule) -> Period | None:
    """The month with most; of equal ones the latest."""
    totals = defaultdict(int)
    for day, worth in by_day.items():
        period = rule.holding(day)
        if period and worth:
            totals[period] += worth
    return max(totals, key=lambda period: (totals[period], period.month), default=None)


def by_holder(deals, holder: str, *, figure: Figure, period: Period, year: list[Period]) -> dict[int, tuple[int, int]]:
    """By `counted_staff` or `counted_store`: what was reached in the month, and in the year up to it; one statement."""
    in_year = Q()
    for one in year:
        if one.month <= period.month:
            in_year |= Q(ordered_on__range=(one.first, one.last))
    worth = {Figure.ORDERS: lambda only: Count("pk", filter=only)}.get(
        figure, lambda only: Coalesce(Sum("amount_yen", filter=only), 0)
    )
    rows = deals.ordered_between(min(one.first for one in year), max(one.last for one in year)).order_by()
    counted = rows.values_list(f"{holder}_id").annotate(
        of_month=worth(Q(ordered_on__range=(period.first, period.last))), of_year=worth(in_year)
    )
    return {pk: (of_month, of_year) for pk, of_month, of_year in counted}


def targets_of(rows, *, year: list[Period]) -> dict:
    """{store: {staff or None: {month or (YEAR, first): value}}} of these targets' rows, for the months of a year.

    A store that has none of its own in a month is to reach the sum of its people's.
    """
    found = defaultdict(lambda: defaultdict(dict))
    first = year[0].month
    for row in rows.of_year([one.month for one in year]):
        if row.span == Span.MONTH:
            found[row.store_id][row.staff_id][row.begins_on] = row.value
        elif row.begins_on == first:
            found[row.store_id][row.staff_id][Span.YEAR, first] = row.value
    for people in found.values():
        sums = defaultdict(int)
        for staff, values in people.items():
            for key, value in values.items() if staff is not None else ():
                sums[key] += value
        own = people.get(None, {})
        if own:
            sums.pop((Span.YEAR, first), None)
        people[None] = {**sums, **own}
    return found


def sum_of(several: list[dict]) -> dict:
    """The targets of several stores, or of one person in several, taken together."""
    found = defaultdict(int)
    for values in several:
        for key, value in values.items():
            found[key] += value
    return dict(found)
