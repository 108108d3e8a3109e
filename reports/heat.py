"""When calls are answered, weekday by hour in the store's time, and by whom (REQUIREMENTS B10)."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from customers.models.deal import Source
from followups.input_rate import COUNTS, Rate

from .ages import AGE_GROUPS, AGES
from .asked import Asked
from .intervals import Interval, wilson
from .narrowing import age_at
from .people import rows_url
from .results import CALLS, calls

USUAL_HOURS = range(9, 20)
FEW, ENOUGH = 5, 10
"""Of fewer calls a cell has no colour, and of fewer still to be told a best hour nothing is said."""
SHADES = 5
BEST = 3


@dataclass(frozen=True)
class Cell:
    weekday: int
    hour: int
    rate: Rate
    url: str

    @property
    def shade(self) -> str:
        """A class of static/css; the number stands in the cell as well."""
        if self.rate.due < FEW:
            return "few" if self.rate.due else "none"
        return f"shade-{min(SHADES - 1, self.rate.percent * SHADES // 100)}"

    @property
    def weekday_label(self) -> str:
        return weekday_label(self.weekday)

    @property
    def hours_label(self) -> str:
        return hours_label(self.hour)


def weekday_label(weekday: int) -> str:
    """Monday is 1."""
    return WEEKDAYS[weekday - 1]


def hours_label(hour: int) -> str:
    """'17–18'."""
    return f"{hour}–{hour + 1}"


@dataclass(frozen=True)
class Grid:
    """`lines`: (hours, their cells from Monday on); `url`: the rows behind all of it."""

    lines: list[tuple[str, list[Cell]]]
    total: Rate
    url: str
    best: list[Cell] = field(default_factory=list)
    weekdays = [WEEKDAYS_ABBR[number] for number in range(7)]


def grid(asked: Asked, query: dict) -> Grid:
    """One statement. `query`: what the addresses of the rows carry."""
    found = {
        (row["weekday"], row["hour"]): Rate(row["hits"], row["due"])
        for row in calls(asked).order_by().values("weekday", "hour").annotate(**COUNTS)
    }
    hours = sorted({*USUAL_HOURS, *(hour for _weekday, hour in found)})
    lines = [(hours_label(hour), [_cell(weekday, hour, found, query) for weekday in range(1, 8)]) for hour in hours]
    cells = [cell for _hours, line in lines for cell in line if cell.rate.due >= ENOUGH and cell.rate.hits]
    best = sorted(cells, key=lambda cell: wilson(cell.rate.hits, cell.rate.due).low, reverse=True)[:BEST]
    return Grid(lines, sum(found.values(), Rate()), rows_url(CALLS, query), best)


def _cell(weekday, hour, found, query) -> Cell:
    rate = found.get((weekday, hour), Rate())
    return Cell(weekday, hour, rate, rows_url(CALLS, query, weekday=weekday, hour=hour) if rate.due else "")


@dataclass(frozen=True)
class Group:
    """Calls about deals of one source, or to customers of one age; `url`: empty where nothing narrows to them."""

    label: str
    rate: Rate
    url: str

    @property
    def interval(self) -> Interval:
        return wilson(self.rate.hits, self.rate.due)


def by_source_and_age(asked: Asked, query: dict) -> list[tuple[str, str, list[Group]]]:
    """(title, what it is divided by, groups): those that were called at all, in their order; one statement."""
    rows = calls(asked).annotate(years=age_at("happened_at")).order_by().values("deal__source", "years")
    by_source, by_age = defaultdict(Rate), defaultdict(Rate)
    for row in rows.annotate(**COUNTS):
        rate = Rate(row["hits"], row["due"])
        by_source[row["deal__source"] or ""] += rate
        by_age[_age_group(row["years"])] += rate
    sources = _groups({**dict(Source.choices), "": _("About no deal")}, by_source, query, "source")
    ages = _groups({**dict(AGE_GROUPS), "": _("Age not known")}, by_age, query, "ages")
    return [
        (_("By source of the deal"), _("Source of the deal"), sources),
        (_("By age of the customer"), _("Age of the customer"), ages),
    ]


def _age_group(years: int | None) -> str:
    return next((group for group, (first, below) in AGES.items() if years is not None and first <= years < below), "")


def _groups(labels, rates, query, name) -> list[Group]:
    known = [key for key in labels if key and rates[key].due]
    found = [Group(str(labels[key]), rates[key], rows_url(CALLS, query, **{name: key})) for key in known]
    return found + ([Group(labels[""], rates[""], "")] if rates[""].due else [])
