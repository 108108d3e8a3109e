"""Two versions of a pattern side by side, in words (REQUIREMENTS B7)."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .differences import Kind, Piece, Row, compare, within
from .models import PatternVersion, Step


@dataclass(frozen=True, slots=True)
class Aspect:
    """What a person sees of some columns of a step. `words`: what of the step says it."""

    label: str
    columns: frozenset[str]
    words: str
    is_text: bool = False
    """The very words matter, and are shown as one text."""

    def of(self, step: Step) -> str:
        said = getattr(step, self.words)
        return str((said() if callable(said) else said) or "")


HOURS = frozenset({"window", "window_from", "window_until", "soon_minutes"})
ASPECTS = [
    Aspect(gettext_lazy("day"), frozenset({"offset_days", "offset_months"}), "when_label"),
    Aspect(gettext_lazy("channel"), frozenset({"channel"}), "get_channel_display"),
    Aspect(gettext_lazy("otherwise by"), frozenset({"second_channel"}), "get_second_channel_display"),
    Aspect(gettext_lazy("by rank"), frozenset({"by_rank"}), "by_rank_label"),
    Aspect(gettext_lazy("cost (yen)"), frozenset({"cost_yen"}), "cost_yen"),
    Aspect(gettext_lazy("days it may be moved by"), frozenset({"flex_days"}), "flex_days"),
    Aspect(gettext_lazy("title"), frozenset({"title"}), "title", True),
    Aspect(gettext_lazy("time of day"), HOURS, "window_label"),
    Aspect(gettext_lazy("on a closed day"), frozenset({"day_rule"}), "get_day_rule_display"),
    Aspect(gettext_lazy("days it may take"), frozenset({"allowed_days"}), "allowed_label"),
    Aspect(gettext_lazy("done by"), frozenset({"assignee_role"}), "get_assignee_role_display"),
    Aspect(gettext_lazy("kind of content"), frozenset({"content_kind_id"}), "content_kind"),
    Aspect(
        gettext_lazy("text proposed for the record"), frozenset({"details_template"}), "details_template", is_text=True
    ),
    Aspect(gettext_lazy("script"), frozenset({"script"}), "script", True),
    Aspect(gettext_lazy("script from the library"), frozenset({"from_script_id"}), "library_label"),
    Aspect(gettext_lazy("satisfaction call"), frozenset({"is_check"}), "check_label"),
]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was rewritten: from and to in words; `pieces` where the two read best as one text."""

    label: str
    before: str
    after: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the comparison: the step as it is now (as it was, when removed), and what became of it."""

    row: Row
    step: Step
    changes: tuple[Change, ...]

    @property
    def number(self) -> int:
        return (self.row.old if self.row.is_removed else self.row.new) + 1

    @property
    def moved_from(self) -> int | None:
        return self.row.old + 1 if self.row.is_moved else None

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """(name, word) of each thing that was done to it."""
        row = self.row
        done = [
            ("added", _("Added"), row.is_added),
            ("removed", _("Removed"), row.is_removed),
            ("moved", _("Moved"), row.is_moved),
            ("changed", _("Changed"), bool(self.changes)),
        ]
        return [(name, word) for name, word, is_so in done if is_so]

    @property
    def name(self) -> str:
        """The first of its kinds; "same" when nothing was done to it."""
        return self.kinds[0][0] if self.kinds else "same"


def fetch_steps(versions: list[PatternVersion]):
    """With their kinds of content and scripts, in two to four statements for all versions that lack theirs."""
    prefetch_related_objects(versions, "steps__content_kind", "steps__from_script__script")


class Comparison:
    """What differs between `old` and `new`."""

    def __init__(self, old: PatternVersion, new: PatternVersion):
        self.old, self.new = old, new
        fetch_steps([old, new])

    @cached_property
    def base(self) -> Change | None:
        """What is counted from, where that differs."""
        before, after = self.old.base_label, self.new.base_label
        return Change(_("counted from"), before, after) if before != after else None

    @cached_property
    def ends(self) -> Change | None:
        """What ends it, where that differs."""
        before, after = self.old.ends_label, self.new.ends_label
        return Change(_("ends when"), before, after) if self.old.stop_when != self.new.stop_when else None

    @cached_property
    def lines(self) -> list[Line]:
        before, after = self.old.step_list, self.new.step_list
        rows = compare([step.content for step in before], [step.content for step in after])
        return [self._line(row, before, after) for row in rows]

    def _line(self, row, before, after) -> Line:
        if row.is_added or row.is_removed:
            return Line(row, before[row.old] if row.is_removed else after[row.new], ())
        changed = [aspect for aspect in ASPECTS if aspect.columns & row.changes.keys()]
        pair = before[row.old], after[row.new]
        return Line(row, pair[1], tuple(_change(aspect, *pair) for aspect in changed))

    @property
    def is_empty(self) -> bool:
        return not self.summary

    @cached_property
    def summary(self) -> list[tuple[str, str]]:
        """(name, words) of each kind of difference, how many steps it concerns; empty when nothing differs."""
        counts = {name: sum(name in dict(line.kinds) for line in self.lines) for name in _COUNTED}
        words = [(name, _COUNTED[name](count) % {"n": count}) for name, count in counts.items() if count]
        if self.ends:
            words = [("changed", _("ends otherwise")), *words]
        return [("changed", _("counted from another day")), *words] if self.base else words


_COUNTED = {
    "added": lambda n: ngettext("%(n)d step added", "%(n)d steps added", n),
    "removed": lambda n: ngettext("%(n)d step removed", "%(n)d steps removed", n),
    "changed": lambda n: ngettext("%(n)d step changed", "%(n)d steps changed", n),
    "moved": lambda n: ngettext("%(n)d step moved", "%(n)d steps moved", n),
}


def _change(aspect: Aspect, before: Step, after: Step) -> Change:
    was, now = aspect.of(before), aspect.of(after)
    pieces = within(was, now) if aspect.is_text else []
    have_words_in_common = any(piece.kind == Kind.KEPT for piece in pieces)
    return Change(aspect.label, was or _("none"), now or _("none"), tuple(pieces) if have_words_in_common else ())
