"""What other rules for the ranks would do: who moves, and what that means for the work (REQUIREMENTS C5)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils.functional import cached_property

from customers.models import Rank
from customers.ranking import moves

from .care import ModelCustomer, PerMonth, per_month
from .models import Contact

TYPICAL = {"birthday_month": 5, "inspection_months": 24}
"""A month more or less changes nothing of what a rank gets in two years."""


@dataclass(frozen=True)
class OfRank:
    """Of one rank: customers now and then, and their tasks and yen a month."""

    code: str | None
    before: int
    after: int
    tasks: float
    yen: float

    @property
    def tasks_before(self) -> int:
        return round(self.before * self.tasks)

    @property
    def tasks_after(self) -> int:
        return round(self.after * self.tasks)

    @property
    def yen_before(self) -> int:
        return round(self.before * self.yen)

    @property
    def yen_after(self) -> int:
        return round(self.after * self.yen)


class Effect:
    """`rules` and `scale` as customers.ranking.moves takes them; nothing is written."""

    def __init__(self, rules, scale, *, now, today: date):
        self.codes = [code for code, _from in scale]
        found = moves(rules, scale, now, visits_since=Contact.objects.visits_since)
        self.moves = {(before, after): number for before, after, number in found}
        self.today = today

    @cached_property
    def total(self) -> int:
        return sum(self.moves.values())

    @property
    def moving(self) -> int:
        return sum(number for (before, after), number in self.moves.items() if before != after)

    @property
    def table(self) -> list[tuple[str | None, list[tuple[str, int, bool]]]]:
        """By the rank they have (None: none): (rank they would have, how many, whether it is another)."""
        had = {before for before, _after in self.moves}
        known = [code for code in self._ranks if code in had]
        return [
            (before, [(after, self.moves.get((before, after), 0), after != before) for after in self.codes])
            for before in [*known, *([None] if None in had else [])]
        ]

    @cached_property
    def _ranks(self) -> dict[str | None, Rank]:
        return {rank.code: rank for rank in Rank.objects.all()}

    @cached_property
    def each(self) -> PerMonth:
        """What one customer of a rank gets; a rank that is still to be made, as one without."""
        model = ModelCustomer(self.today.replace(day=1), **TYPICAL)
        return per_month([None, *self._ranks.values()], model)

    @cached_property
    def ranks(self) -> list[OfRank]:
        before, after = Counter(), Counter()
        for (was, becomes), number in self.moves.items():
            before[was] += number
            after[becomes] += number
        codes = [*self.codes, *(code for code in self._ranks if code in before and code not in self.codes)]
        if before[None]:
            codes.append(None)
        each = self.each.by_rank
        return [OfRank(code, before[code], after[code], *each[self._ranks.get(code)]) for code in codes]

    @property
    def sums(self) -> dict:
        return {
            "before": sum(row.before for row in self.ranks),
            "tasks_before": round(sum(row.before * row.tasks for row in self.ranks)),
            "tasks_after": round(sum(row.after * row.tasks for row in self.ranks)),
            "yen_before": round(sum(row.before * row.yen for row in self.ranks)),
            "yen_after": round(sum(row.after * row.yen for row in self.ranks)),
        }
