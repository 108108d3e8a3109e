"""Saying why something was not entered, late or incomplete: it explains to the manager, and changes no figure (E9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import Http404
from django.shortcuts import get_object_or_404

from followups.input_rate import Fault, contact_entries, task_entries
from followups.models import Contact, Task

from .figures import CONTACT, TASK
from .models import EntryReason

KINDS = {TASK: (Task, task_entries, "first_late_at"), CONTACT: (Contact, contact_entries, "happened_at")}
PARTS = {"tasks": TASK, "contacts": CONTACT}
"""As the parts of the input rate are called in addresses."""
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Entry:
    """What was to be entered, as the input rate counts it (`row`), and what was said about it."""

    what: str
    row: Task | Contact
    place: int
    said: EntryReason | None

    @property
    def text(self) -> str:
        return self.said.text if self.said else ""

    @property
    def fault(self) -> Fault | None:
        return Fault(self.row.state) if self.row.state else None

    @property
    def moment(self) -> datetime:
        return getattr(self.row, KINDS[self.what][2])

    def may_be_explained_by(self, me) -> bool:
        """By whom it counts for, and by who manages the store."""
        return may_explain(me, self.row.person, self.place)


def may_explain(me, person_id, place) -> bool:
    return person_id == me.pk or me.may_manage(place)


def find(part: str, pk: int, me, now) -> Entry:
    """Raises Http404, also for what is not due yet."""
    if part not in PARTS:
        raise Http404
    what = PARTS[part]
    model, rows, moment = KINDS[what]
    one = get_object_or_404(model.objects.visible_to(me), pk=pk)
    at, place = getattr(one, moment), one.counted_store_id or one.store_id
    row = rows([place], at, at + INSTANT).with_ids([pk]).select_related("customer").first()
    if row is None or at > now:
        raise Http404
    return Entry(what, row, place, EntryReason.objects.filter(**{what: pk}).first())


def explain(entry: Entry, text: str, *, by, now):
    """The latest word stands; without a word nothing is said any more."""
    about = {entry.what: entry.row}
    if text:
        EntryReason.objects.update_or_create(**about, defaults={"text": text, "by": by, "at": now})
    else:
        EntryReason.objects.filter(**about).delete()


def said_of(tasks, contacts) -> dict[tuple[str, int], str]:
    """By kind and id."""
    rows = EntryReason.objects.about(tasks, contacts)
    return {(TASK, row.task_id) if row.task_id else (CONTACT, row.contact_id): row.text for row in rows}
