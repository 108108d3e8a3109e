"""The standard of care that the patterns come to: what a customer of each rank gets in two years (REQUIREMENTS C6).

Worked out for a model customer who takes delivery on the first of a month; nothing is written.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.utils.functional import cached_property

from customers.models import Rank
from stores.channels import Channel

from .models import Base, Pattern, PatternVersion, StartRule, Step

MONTHS = 24
YEARLY_CYCLES = {Base.INSURANCE, Base.PERIODIC_CHECK}
INSPECTION_EVERY = 24
"""Months from one inspection to the next."""
FOR_ALL = 0
"""In addresses: the step as it is for every rank."""


@dataclass(frozen=True)
class ModelCustomer:
    """Takes delivery on the first of a month, has their birthday in one, and their first inspection months later."""

    delivered_on: date
    birthday_month: int
    inspection_months: int

    @property
    def last(self) -> date:
        return self.delivered_on + relativedelta(months=MONTHS) - timedelta(days=1)

    @property
    def months(self) -> list[date]:
        return [self.delivered_on + relativedelta(months=number) for number in range(MONTHS)]

    @property
    def years(self) -> list[tuple[int, int]]:
        """(year, how many of the months are in it)."""
        return list(Counter(month.year for month in self.months).items())

    def bases(self, version: PatternVersion) -> list[date]:
        """The dates that the pattern counts from, as far as they matter within the two years."""
        first, base = self.delivered_on, version.base
        years = range(first.year - 1, first.year + 5)
        if base == Base.BIRTHDAY:
            return [date(year, self.birthday_month, 15) for year in years]
        if base == Base.YEARLY:
            return [date(year, 1, 1) + _into_year(version) for year in years]
        if base == Base.EVERY:
            return self._each(version.every_months)
        if base == Base.SILENCE:
            days = version.silent_days
            return [first + timedelta(days=days * number) for number in range(1, 1 + MONTHS * 31 // days)]
        if base == Base.INSPECTION:
            due = first + relativedelta(months=self.inspection_months)
            return [due, due + relativedelta(months=INSPECTION_EVERY)]
        return self._each(12) if base in YEARLY_CYCLES else [first]

    def _each(self, months: int) -> list[date]:
        return [self.delivered_on + relativedelta(months=number) for number in range(months, 2 * MONTHS, months)]

    def falls(self, version: PatternVersion, step: Step) -> list[int]:
        """The months, counted from 0, in which the step falls; one for each time."""
        offset = relativedelta(months=step.offset_months, days=step.offset_days)
        days = (base + offset for base in self.bases(version))
        first = self.delivered_on
        return sorted(
            12 * (day.year - first.year) + day.month - first.month for day in days if first <= day <= self.last
        )


def _into_year(version) -> relativedelta:
    return relativedelta(month=version.yearly_month, day=version.yearly_day)


@dataclass(frozen=True)
class Cell:
    """A step as customers of one rank (None: of every other) get it."""

    rank: Rank | None
    step: Step
    own: dict = field(default_factory=dict)

    @property
    def key(self) -> int:
        return self.rank.pk if self.rank else FOR_ALL

    @property
    def is_left_out(self) -> bool:
        return bool(self.own.get("left_out"))

    @property
    def channel(self) -> str:
        return self.own.get("channel") or self.step.channel

    @property
    def channel_label(self) -> str:
        return Channel(self.channel).label

    @property
    def title(self) -> str:
        return self.own.get("title") or self.step.title

    @property
    def yen(self) -> int:
        own = self.own.get("cost_yen")
        return self.step.cost_yen if own is None else own


@dataclass(frozen=True)
class Activity:
    """A step of a pattern through the two years."""

    pattern: Pattern
    version: PatternVersion
    step: Step
    falls: list[int]
    ranks: list[Rank]

    @cached_property
    def cells(self) -> list[Cell]:
        return [self.cell(rank) for rank in self.ranks]

    @cached_property
    def for_all(self) -> Cell:
        return Cell(None, self.step)

    def cell(self, rank: Rank | None) -> Cell:
        return Cell(rank, self.step, self.step.by_rank.get(str(rank.pk), {}) if rank else {})

    def ways(self, ranks: list[Rank]) -> list[Cell]:
        """How these ranks get it: each in its own way, or all of them in the one that is for everybody."""
        cells = [self.cell(rank) for rank in ranks]
        return cells if len(cells) == 1 or any(cell.own for cell in cells) else [self.for_all]

    @property
    def times(self) -> int:
        return len(self.falls)

    @property
    def by_month(self) -> list[int]:
        counted = Counter(self.falls)
        return [counted[number] for number in range(MONTHS)]

    def months_for(self, rank: Rank | None) -> list[int]:
        """How often in each month; nothing where the rank is left out."""
        return [0] * MONTHS if self.cell(rank).is_left_out else self.by_month


@dataclass(frozen=True)
class Total:
    """What one customer of a rank gets in two years."""

    rank: Rank | None
    tasks: int
    yen: int


class Care:
    """The activities of these patterns, and what they come to by rank."""

    def __init__(self, patterns, model: ModelCustomer, ranks: list[Rank]):
        self.model, self.ranks = model, ranks
        self.activities = [
            Activity(pattern, version, step, falls, ranks)
            for pattern in patterns
            for version in [pattern.current_version]
            if is_care(version)
            for step in version.step_list
            if (falls := model.falls(version, step))
        ]

    def total(self, rank: Rank | None) -> Total:
        cells = [(activity.cell(rank), activity.times) for activity in self.activities]
        given = [(cell, times) for cell, times in cells if not cell.is_left_out]
        return Total(rank, sum(times for _cell, times in given), sum(cell.yen * times for cell, times in given))

    @property
    def totals(self) -> list[Total]:
        return [self.total(rank) for rank in self.ranks]

    def rows_for(self, rank: Rank | None) -> list[tuple[Activity, Cell, list[int]]]:
        """Month by month what customers of that rank get."""
        return [(activity, activity.cell(rank), activity.months_for(rank)) for activity in self.activities]

    def grid(self, ranks: list[Rank]) -> list[tuple[Activity, list[Cell], list[int]]]:
        """Month by month what these ranks get: (activity, its ways, how often in each month)."""
        return [(activity, activity.ways(ranks), activity.by_month) for activity in self.activities]

    def sums(self, ranks: list[Rank]) -> list[tuple[Total, list[tuple[date, int, int]]]]:
        """By rank: of the two years, and of each month."""
        return [(self.total(rank), self.months_for(rank)) for rank in ranks]

    def months_for(self, rank: Rank | None) -> list[tuple[date, int, int]]:
        """(month, tasks, yen)."""
        rows = self.rows_for(rank)
        return [
            (
                month,
                sum(times[number] for _activity, _cell, times in rows),
                sum(cell.yen * times[number] for _activity, cell, times in rows),
            )
            for number, month in enumerate(self.model.months)
        ]


def is_care(version: PatternVersion) -> bool:
    """Looking after somebody whether or not there is business; pursuing a lead is none, nor what is begun by hand."""
    base = Base(version.base)
    return not base.is_pursuit and base != Base.CHOSEN


@dataclass(frozen=True)
class PerMonth:
    """(tasks, yen) a month of one customer of each rank.

    Of the group's care that begins by rule; `is_all`: of all of it, where nothing begins by rule yet.
    """

    by_rank: dict[Rank | None, tuple[float, float]]
    is_all: bool


def per_month(ranks: list[Rank | None], model: ModelCustomer) -> PerMonth:
    patterns = list(Pattern.objects.current().of_group().with_current_version())
    slugs = {one.slug for one in patterns if is_care(one.current_version)}
    rules = [rule for rule in StartRule.objects.active().for_list() if rule.pattern.slug in slugs]
    found = {}
    for rank in ranks:
        begins = {rule.pattern.slug for rule in rules if _lets_in(rule, rank)} if rules else slugs
        total = Care([one for one in patterns if one.slug in begins], model, []).total(rank)
        found[rank] = (total.tasks / MONTHS, total.yen / MONTHS)
    return PerMonth(found, is_all=not rules)


def _lets_in(rule: StartRule, rank: Rank | None) -> bool:
    named = list(rule.ranks.all())
    return not named or rank in named


def change_cell(version: PatternVersion, position: int, rank: Rank | None, changed: dict) -> list[Step]:
    """The steps of a version with one of them changed: for that rank as `Step.by_rank` has it, else its columns."""
    steps = list(version.steps.all())
    step = next(step for step in steps if step.position == position)
    if rank:
        others = {key: own for key, own in step.by_rank.items() if key != str(rank.pk)}
        step.by_rank = {**others, str(rank.pk): changed} if changed else others
    else:
        for name, value in changed.items():
            setattr(step, name, value)
    return steps
