"""Who gets a new lead (REQUIREMENTS E6): a decision over facts, without database and clock. Same facts, same person.

Nobody who is off, nor whose input rate is below what the rule asks for. Of the others whoever the rule prefers; where
that leaves several, whoever got their last lead longest ago. For and against each person is told by codes.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

ENOUGH_DUE = 10
"""With fewer entries due an input rate says nothing: it is neither for nor against anybody."""
ALIKE = 10
"""Rates within the same so many percent count as equal, else whoever leads by a hair would get every lead."""


class Criterion(StrEnum):
    LOAD = "load"
    RATE = "rate"
    TURN = "turn"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who comes into question. `turn`: grows with every lead given; 0: has never got one."""

    staff_id: int
    on_duty: bool
    load: int = 0
    due: int = 0
    good: int = 0
    turn: int = 0

    @property
    def is_judged(self) -> bool:
        return self.due >= ENOUGH_DUE

    @property
    def percent(self) -> int:
        """Rounded down: 79.9 isn't 80."""
        return self.good * 100 // self.due if self.due else 100

    def given(self, turn: int) -> "Candidate":
        """With one lead more."""
        return replace(self, load=self.load + 1, turn=turn)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who gets it, or None; `reasons` of everybody, by id, as codes with their numbers."""

    chosen: int | None
    reasons: dict[int, list[dict]] = field(default_factory=dict)


def is_below(one: Candidate, lowest_percent: int | None) -> bool:
    return lowest_percent is not None and one.is_judged and one.good * 100 < lowest_percent * one.due


def to_mend(one: Candidate, lowest_percent: int) -> int:
    """How many of the faulty entries, put right, would lift somebody to that rate."""
    return _rounded_up(lowest_percent * one.due - 100 * one.good, 100)


def to_come(one: Candidate, lowest_percent: int) -> int | None:
    """How many further entries, all of them good, would; None where no number would."""
    missing = lowest_percent * one.due - 100 * one.good
    return _rounded_up(missing, 100 - lowest_percent) if lowest_percent < 100 else None


def _rounded_up(number: int, by: int) -> int:
    return max(0, -(-number // by))


def fitting(candidates, lowest_percent: int | None) -> list[Candidate]:
    return [one for one in candidates if one.on_duty and not is_below(one, lowest_percent)]


def decide(candidates, criteria=(), lowest_percent: int | None = None) -> Decision:
    """`criteria`: what is preferred, the weightiest first; their turn decides at last."""
    fit = fitting(candidates, lowest_percent)
    measures = [*criteria, Criterion.TURN]
    marks = {one.staff_id: _marks(one, measures, _usual(fit)) for one in fit}
    best = min(marks, key=marks.get, default=None)
    reasons = {}
    for one in candidates:
        facts = _facts(one, lowest_percent)
        if best is None or one.staff_id not in marks:
            reasons[one.staff_id] = facts
        elif one.staff_id == best:
            others = [marks[pk] for pk in marks if pk != best]
            # What set the best apart from the closest rival.
            why = measures[_first_difference(marks[best], min(others))] if others else "only"
            reasons[one.staff_id] = [{"code": f"won_{why}"}, *facts]
        else:
            why = measures[_first_difference(marks[best], marks[one.staff_id])]
            reasons[one.staff_id] = [{"code": f"lost_{why}"}, *facts]
    return Decision(best, reasons)


def _usual(fit) -> int:
    """The rate that somebody who isn't judged yet stands for: that of the others."""
    judged = [one.percent for one in fit if one.is_judged]
    return sum(judged) // len(judged) if judged else 0


def _marks(one: Candidate, measures, usual: int) -> tuple:
    """The lower the better."""
    rate = one.percent if one.is_judged else usual
    of = {Criterion.LOAD: one.load, Criterion.RATE: -(rate // ALIKE), Criterion.TURN: (one.turn, one.staff_id)}
    return tuple(of[measure] for measure in measures)


def _first_difference(one: tuple, other: tuple) -> int:
    return next(number for number, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)


def _facts(one: Candidate, lowest_percent) -> list[dict]:
    facts = [] if one.on_duty else [{"code": "off"}]
    if not one.is_judged:
        facts.append({"code": "neutral", "due": one.due})
    elif is_below(one, lowest_percent):
        facts.append({"code": "below", "percent": one.percent, "due": one.due, "asked": lowest_percent})
    else:
        facts.append({"code": "rate", "percent": one.percent, "due": one.due})
    return [*facts, {"code": "load", "n": one.load}]
