"""What differs between two lists of steps: pure functions, no database, no clock (REQUIREMENTS B7).

A step is a mapping of its fields to plain values, the same fields in all of them. `compare` finds which step of the
old list has become which of the new one, so that a step put in front doesn't make all others look changed, and `apply`
makes the new list of the old one and what `compare` found.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

LIKENESS = {"title": 45, "channel": 20, "offset_days": 15, "script": 20}
"""How much each field says about whether two steps are the same one, in percent."""
SHORT = ("channel", "offset_days")
ALIKE_ENOUGH = 35
"""A channel and a day in common, or the title, or the channel and what is said."""
LONGEST = 3000
"""Texts of more signs are compared line by line, and not at all when they have as many lines."""

Step = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """One step of the comparison. `old`, `new`: where it stands in each list, counted from 0; None where it doesn't.

    `changes`: {field: (before, after)} of what was rewritten; of an added step all of it, with None before.
    """

    old: int | None
    new: int | None
    changes: dict[str, tuple] = field(default_factory=dict)
    is_moved: bool = False

    @property
    def is_added(self) -> bool:
        return self.old is None

    @property
    def is_removed(self) -> bool:
        return self.new is None

    @property
    def is_same(self) -> bool:
        return not (self.is_added or self.is_removed or self.is_moved or self.changes)


def compare(old: Sequence[Step], new: Sequence[Step]) -> list[Row]:
    """The steps of both, in the order of the new list; what was removed stands where it was."""
    pairs = _pairs(old, new)
    staying = _longest_in_order(sorted((before, after) for after, before in pairs.items()))
    rows = []
    gone = [Row(old=before, new=None) for before in range(len(old)) if before not in pairs.values()]
    for after, step in enumerate(new):
        before = pairs.get(after)
        if before in staying:
            while gone and gone[0].old < before:
                rows.append(gone.pop(0))
        changes = _changes(old[before] if before is not None else {}, step)
        rows.append(Row(before, after, changes, is_moved=before is not None and before not in staying))
    return rows + gone


def apply(old: Sequence[Step], rows: Sequence[Row]) -> list[dict]:
    """The new list, made of the old one and what differs."""
    made = {}
    for row in rows:
        if row.new is not None:
            kept = old[row.old] if row.old is not None else {}
            made[row.new] = {**kept, **{name: after for name, (_before, after) in row.changes.items()}}
    return [made[position] for position in sorted(made)]


def _changes(before: Step, after: Step) -> dict[str, tuple]:
    missing = object()
    return {name: (before.get(name), value) for name, value in after.items() if before.get(name, missing) != value}


def _pairs(old, new) -> dict[int, int]:
    """{place in the new list: place in the old list}: what is exactly the same first, then what is most alike."""
    keys_old, keys_new = ([tuple(sorted(step.items())) for step in steps] for steps in (old, new))
    pairs = _same_in_order(keys_old, keys_new)
    for after, key in enumerate(keys_new):
        before = _first(place for place, known in enumerate(keys_old) if known == key and place not in pairs.values())
        if after not in pairs and before is not None:
            pairs[after] = before
    left_old = [place for place in range(len(old)) if place not in pairs.values()]
    left_new = [place for place in range(len(new)) if place not in pairs]
    marks_old = {place: _marks(old[place]) for place in left_old}
    marks_new = {place: _marks(new[place]) for place in left_new}
    scored = [
        (-_likeness(old[before], new[after], marks_old[before], marks_new[after]), abs(before - after), before, after)
        for before in left_old
        for after in left_new
    ]
    for score, _apart, before, after in sorted(scored):
        if -score >= ALIKE_ENOUGH and after not in pairs and before not in pairs.values():
            pairs[after] = before
    return pairs


def _same_in_order(old: list, new: list) -> dict[int, int]:
    """The longest common subsequence, as {place in `new`: place in `old`}."""
    most = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for before in reversed(range(len(old))):
        for after in reversed(range(len(new))):
            with_both = most[before + 1][after + 1] + 1 if old[before] == new[after] else 0
            most[before][after] = max(with_both, most[before + 1][after], most[before][after + 1])
    pairs, before, after = {}, 0, 0
    while before < len(old) and after < len(new):
        if old[before] == new[after]:
            pairs[after] = before
            before, after = before + 1, after + 1
        elif most[before + 1][after] >= most[before][after + 1]:
            before += 1
        else:
            after += 1
    return pairs


def _first(places):
    return next(iter(places), None)


def _marks(step: Step) -> dict[str, set]:
    """The pairs of neighbouring signs in its texts: what two texts have of them in common tells how alike they are."""
    texts = {name: f" {step.get(name) or ''} " for name in ("title", "script")}
    return {name: {text[at : at + 2] for at in range(len(text) - 1)} for name, text in texts.items() if text.strip()}


def _likeness(before: Step, after: Step, marks_before, marks_after) -> float:
    score = 0.0
    for name, weight in LIKENESS.items():
        one, other = marks_before.get(name), marks_after.get(name)
        if one and other:
            score += weight * len(one & other) / len(one | other)
        elif name in SHORT and before.get(name) == after.get(name):
            score += weight
    return score


def _longest_in_order(pairs: list[tuple[int, int]]) -> set[int]:
    """Of (old, new) places, sorted by the old ones: the most that have kept their order; the others were moved."""
    ends, where, before = [], [], []
    for index, (_old, new) in enumerate(pairs):
        at = bisect_left(ends, new)
        before.append(where[at - 1] if at else None)
        ends[at : at + 1], where[at : at + 1] = [new], [index]
    found, index = set(), where[-1] if where else None
    while index is not None:
        found.add(pairs[index][0])
        index = before[index]
    return found


# ---- Within a text ----


class Kind(StrEnum):
    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stands in both, in the old one alone, or in the new one alone."""

    kind: Kind
    text: str


WORDS = re.compile(r"[A-Za-z0-9]+|[一-龥々〆]+|[ァ-ヶー]+|\s+|.", re.DOTALL)
"""Japanese has no spaces: signs of one script that stand together are as near to words as one gets by looking."""


def within(before: str, after: str) -> list[Piece]:
    """The two texts as one, in pieces. Kept and gone pieces give the old text, kept and new ones the new."""
    one, other = _words(before, after)
    pieces = []
    for verb, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if verb == "equal":
            pieces.append(Piece(Kind.KEPT, "".join(one[i1:i2])))
            continue
        pieces += [Piece(Kind.GONE, "".join(one[i1:i2])), Piece(Kind.NEW, "".join(other[j1:j2]))]
    return _joined([piece for piece in pieces if piece.text])


def _words(before, after) -> tuple[list[str], list[str]]:
    if max(len(before), len(after)) <= LONGEST:
        return WORDS.findall(before), WORDS.findall(after)
    lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return lines if max(map(len, lines)) <= LONGEST else ([before], [after])


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Between two changes a single sign that stayed is taken into them: nobody reads text in crumbs."""
    last = len(pieces) - 1
    spread = []
    for place, piece in enumerate(pieces):
        is_crumb = piece.kind == Kind.KEPT and 0 < place < last and len(piece.text) == 1 and not piece.text.isspace()
        spread += [Piece(Kind.GONE, piece.text), Piece(Kind.NEW, piece.text)] if is_crumb else [piece]
    joined = []
    for is_kept, run in groupby(spread, key=lambda piece: piece.kind == Kind.KEPT):
        run = list(run)
        for kind in (Kind.KEPT,) if is_kept else (Kind.GONE, Kind.NEW):
            text = "".join(piece.text for piece in run if piece.kind == kind)
            joined += [Piece(kind, text)] if text else []
    return joined
