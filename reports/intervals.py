"""How sure a share or a connection is, given how little was counted. Pure: no database, no clock."""

from dataclasses import dataclass
from math import atanh, sqrt, tanh
from statistics import StatisticsError, correlation

Z = 1.959963984540054
"""95 % of what chance does lies within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends included: shares from 0 to 1, connections from -1 to 1."""

    low: float
    high: float

    def overlaps(self, other: "Interval") -> bool:
        return self.low <= other.high and other.low <= self.high

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def percents(self) -> tuple[int, int]:
        return round(100 * self.low), round(100 * self.high)


def wilson(hits: int, due: int) -> Interval | None:
    """The 95 % interval of a share (Wilson 1927), which stays within 0 and 1; None where nothing was counted."""
    if not due:
        return None
    share, square = hits / due, Z * Z
    middle = share + square / (2 * due)
    reach = Z * sqrt(share * (1 - share) / due + square / (4 * due * due))
    whole = 1 + square / due
    return Interval(max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole))


@dataclass(frozen=True, slots=True)
class Connection:
    """Pearson's r over so many pairs, with its 95 % interval by Fisher's z."""

    r: float
    interval: Interval
    number: int

    @property
    def is_clear(self) -> bool:
        """Whether it is more than chance: no connection at all does not lie within the interval."""
        return not self.interval.holds(0)


def connection(pairs: list[tuple[float, float]]) -> Connection | None:
    """None for fewer than four pairs, and where one side is the same for all: then there is nothing to compare."""
    if len(pairs) < 4:
        return None
    try:
        r = correlation([one for one, _other in pairs], [other for _one, other in pairs])
    except StatisticsError:
        return None
    if abs(r) >= 1:  # also by a last digit
        r = 1.0 if r > 0 else -1.0
        return Connection(r, Interval(r, r), len(pairs))
    reach = Z / sqrt(len(pairs) - 3)
    return Connection(r, Interval(tanh(atanh(r) - reach), tanh(atanh(r) + reach)), len(pairs))
