"""Days overflow: steps that may leave their day move to days with less to do (REQUIREMENTS B8). Pure; the same twice.

What is moved never leaves its tolerance, the order of steps stays, and a day takes no more than is left of it; so
nothing overflows more than before.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from .tolerance import fits

DAY = timedelta(days=1)


@dataclass(slots=True)
class Bundle:
    """So many follow-ups that fall alike. `holders`: by step, who has it to do; `flex`: by how many days it may move.

    `keys`: the steps' names; `is_open`: whether anything may be done on a day; `earliest`: the first day to move to;
    `targets`: whose they are, where known; `finals`: where the steps fall in the end.
    """

    count: int
    days: Sequence[date]
    specs: Sequence
    keys: Sequence[str]
    holders: Sequence[int]
    flex: Sequence[int]
    is_open: Callable[[date], bool]
    earliest: date
    targets: tuple = ()
    finals: list[date] = field(default_factory=list)

    def __post_init__(self):
        self.finals = self.finals or list(self.days)

    def split(self, count: int) -> "Bundle":
        """The first so many of it, apart; the others stay."""
        taken, self.targets = self.targets[:count], self.targets[count:]
        self.count -= count
        return replace(self, count=count, targets=taken, finals=list(self.finals))

    def moves(self) -> dict[int, int]:
        """By step: days later, or earlier where negative."""
        pairs = zip(self.days, self.finals, strict=True)
        return {index: (final - day).days for index, (day, final) in enumerate(pairs) if final != day}


def spread(
    bundles: Sequence[Bundle],
    load: dict[int, Counter],
    capacity: Callable[[int, date], int],
    *,
    only: Callable[[int], bool] = lambda holder: True,
) -> list[Bundle]:
    """All bundles again, some of them split, with `finals` moved; `load` (holder → tasks by day) is brought up to date.

    Day after day, person after person: while there is too much, what may move goes to the day within its tolerance that
    is fullest by the smallest part, and no more than that day has room for. `only`: whose tasks.
    """
    bundles = list(bundles)
    movable = defaultdict(list)
    for bundle in bundles:
        for index, flex in enumerate(bundle.flex):
            if flex and only(bundle.holders[index]):
                movable[bundle.days[index], bundle.holders[index]].append((bundle, index))
    for day, holder in sorted(movable):
        for bundle, index in movable[day, holder]:
            while (over := load[holder][day] - capacity(holder, day)) > 0 and bundle.finals[index] == day:
                target = _roomiest(bundle, index, load[holder], lambda other: capacity(holder, other))  # noqa: B023
                if target is None:
                    break
                room = capacity(holder, target) - load[holder][target]
                count = min(over, room, bundle.count)
                part = bundle if count == bundle.count else bundle.split(count)
                if part is not bundle:
                    bundles.append(part)
                part.finals[index] = target
                load[holder][day] -= count
                load[holder][target] += count
                if part is not bundle:
                    _look_at_later(movable, part, (day, holder), index)
    return bundles


def _roomiest(bundle: Bundle, index: int, load: Counter, capacity: Callable[[date], int]) -> date | None:
    own, best = bundle.days[index], None
    for distance in range(1, bundle.flex[index] + 1):
        for day in (own - distance * DAY, own + distance * DAY):
            can_do = capacity(day)
            if day < bundle.earliest or load[day] >= can_do or (best and load[day] / can_do >= best[0]):
                continue
            if bundle.is_open(day) and fits(index, day, bundle.days, bundle.finals, bundle.specs):
                best = (load[day] / can_do, day)
    return best and best[1]


def _look_at_later(movable, part: Bundle, now_at: tuple, moved: int):
    """The other steps of what was split off are still to be looked at, where their turn comes later."""
    for index, flex in enumerate(part.flex):
        key = (part.days[index], part.holders[index])
        if flex and index != moved and key >= now_at and key in movable:
            movable[key].append((part, index))
