"""Who changed what of a pattern, and when (REQUIREMENTS B7, H2).

Its versions tell their own story; what became of its row (name, use, copies) the database keeps by triggers.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from django.utils.functional import cached_property

from stores.models import Staff

from .comparison import Comparison, fetch_steps
from .models import Pattern, PatternVersion


class Kind(StrEnum):
    MADE = "made"
    SAVED = "saved"
    RENAMED = "renamed"
    DESCRIBED = "described"
    RETIRED = "retired"
    BROUGHT_BACK = "brought-back"
    STAYED_APART = "stayed-apart"
    COPIED = "copied"


ICONS = {
    Kind.MADE: "plus",
    Kind.SAVED: "pencil",
    Kind.RENAMED: "pencil",
    Kind.DESCRIBED: "pencil",
    Kind.RETIRED: "pause",
    Kind.BROUGHT_BACK: "play",
    Kind.STAYED_APART: "check",
    Kind.COPIED: "copy",
}


@dataclass
class Entry:
    """One thing that happened; `who` is None where no person did it."""

    at: datetime
    kind: Kind
    who: Staff | None = None
    version: PatternVersion | None = None
    previous: PatternVersion | None = None
    before: str = ""
    after: str = ""
    copy: Pattern | None = None

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @cached_property
    def comparison(self) -> Comparison | None:
        """What a saved version made different."""
        return Comparison(self.previous, self.version) if self.previous else None


def chronicle(pattern: Pattern, staff: Staff) -> list[Entry]:
    """All that happened to the pattern, the latest first. Copies only of the stores that `staff` may see."""
    versions = list(pattern.history().with_origin())[::-1]
    entries = [*_versions(versions), *_changes_of_the_row(pattern, versions), *_copies(pattern, staff)]
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def with_differences(entries: list[Entry]) -> list[Entry]:
    """The same, with the steps that their comparisons need, in two statements for all of them."""
    saved = [entry for entry in entries if entry.previous]
    versions = {version.pk: version for entry in saved for version in (entry.previous, entry.version)}
    fetch_steps(list(versions.values()))
    return entries


def _versions(versions) -> list[Entry]:
    """`versions`: the first one first, as it is with everything here."""
    first = [Entry(version.made_at, Kind.MADE, version.made_by, version=version) for version in versions[:1]]
    return first + [
        Entry(newer.made_at, Kind.SAVED, newer.made_by, version=newer, previous=older)
        for older, newer in pairwise(versions)
    ]


def _copies(pattern, staff) -> list[Entry]:
    return [
        Entry(copy.created_at, Kind.COPIED, copy.first_version and copy.first_version.made_by, copy=copy)
        for copy in Pattern.objects.visible_to(staff).copies_of(pattern)
    ]


def _changes_of_the_row(pattern, versions) -> list[Entry]:
    events = list(pattern.events.select_related("seen_version").order_by("pgh_id"))
    people = Staff.objects.in_bulk({_user_id(event) for event in events} - {None})
    taken = {version.taken_from_id for version in versions}
    return [
        Entry(after.pgh_created_at, kind, people.get(_user_id(after)), **words)
        for before, after in pairwise(events)
        for kind, words in _what_became(before, after, taken)
    ]


def _user_id(event) -> int | None:
    return (event.pgh_context or {}).get("user")


def _what_became(before, after, taken):
    """(kind, words) of each thing that differs between two states of the row."""
    if before.name != after.name:
        yield Kind.RENAMED, {"before": before.name, "after": after.name}
    if before.description != after.description:
        yield Kind.DESCRIBED, {"before": before.description, "after": after.description}
    if bool(before.retired_at) != bool(after.retired_at):
        yield (Kind.RETIRED if after.retired_at else Kind.BROUGHT_BACK), {}
    seen = after.seen_version
    if before.seen_version_id != after.seen_version_id and seen and seen.pk not in taken:
        yield Kind.STAYED_APART, {"version": seen}
