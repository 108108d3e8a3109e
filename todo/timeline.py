"""What happened between us and a customer, newest first; what was corrected or taken back is folded (E1, E2)."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.correcting import UNDO_WITHIN
from followups.models import CheckResult, Contact, DealReview, Direction
from followups.models.contact import MESSAGE_DUE
from stores.channels import ICONS

from .access import may_change
from .labels import moment_label

SHOWN = 30


@dataclass
class Entry:
    """One line of the timeline. `before`: the records that this one corrects."""

    contact: Contact
    icon: str
    when: str
    late: str
    by: str
    notes: list
    undo_url: str = ""
    correct_url: str = ""
    complete_url: str = ""
    answer_url: str = ""
    example_url: str = ""
    before: list = field(default_factory=list)
    review = None

    @property
    def is_in(self) -> bool:
        return self.contact.direction == Direction.IN

    @property
    def is_struck(self) -> bool:
        return self.contact.voided_at is not None


@dataclass
class ReviewEntry:
    """What a manager made of a deal, as a line among its contacts (REQUIREMENTS D4)."""

    review: DealReview
    when: str
    by: str
    undo_url: str = ""


def with_reviews(entries, reviews, me, now, *, older) -> list:
    """The reviews at their places among the entries; where there are `older` ones, none from before what is shown."""
    lines = [(entry.contact.happened_at, 0, entry) for entry in entries]
    since = min(at for at, *_rest in lines) if older else None
    for review in reviews:
        if since is None or review.at >= since:
            undo_url = reverse("todo:review-undo", args=[review.pk]) if review.by_id == me.pk else ""
            line = ReviewEntry(
                review=review,
                when=moment_label(review.at, now),
                by=review.by.get_short_name() if review.by else "",
                undo_url=undo_url if review.may_be_undone(now) else "",
            )
            lines.append((review.at, review.pk, line))
    return [line for _at, _pk, line in sorted(lines, key=lambda one: one[:2], reverse=True)]


def timeline(contacts, me, now, *, query="", everything=False) -> tuple[list[Entry], bool]:
    """The entries, and whether there are older ones. `contacts`: of one customer or deal."""
    rows = contacts.for_timeline()
    rows = list(rows if everything else rows[: SHOWN + 1])
    shown = rows if everything else rows[:SHOWN]
    entries = {row.pk: _entry(row, me, now, query) for row in shown}
    for row in shown:
        older = entries.get(row.supersedes_id)
        if older:
            entries[row.pk].before.append(older)
    replaced = {row.supersedes_id for row in shown}
    return [entry for pk, entry in entries.items() if pk not in replaced], len(rows) > len(shown)


def _entry(contact, me, now, query) -> Entry:
    entry = Entry(
        contact=contact,
        icon=ICONS[contact.channel],
        when=moment_label(contact.happened_at, now),
        late=_entered_late(contact),
        by=contact.done_by.get_short_name() if contact.done_by else "",
        notes=_notes(contact, now),
    )
    if contact.voided_at is None:
        if entry.is_in and contact.answered_at is None:
            entry.answer_url = reverse("todo:reply", args=[contact.pk])
        if contact.completed_at is None:
            entry.complete_url = reverse("todo:contact-complete", args=[contact.pk]) + query
        if may_change(contact, me):
            entry.correct_url = reverse("todo:contact-correct", args=[contact.pk]) + query
            entry.example_url = reverse("scripts:example-mark", args=[contact.pk])
            if contact.entered_at > now - UNDO_WITHIN:
                entry.undo_url = reverse("todo:contact-undo", args=[contact.pk]) + query
    return entry


def _entered_late(contact) -> str:
    minutes = contact.minutes_until_entered
    if minutes <= MESSAGE_DUE.total_seconds() / 60:
        return ""
    if minutes < 120:
        return ngettext("entered %(n)d minute later", "entered %(n)d minutes later", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("entered %(n)d hour later", "entered %(n)d hours later", hours) % {"n": hours}
    days = hours // 24
    return ngettext("entered %(n)d day later", "entered %(n)d days later", days) % {"n": days}


def _notes(contact, now) -> list:
    """Short words beside the outcome."""
    notes = []
    if contact.content_kind:
        notes.append(contact.content_kind.name)
    if contact.negotiated:
        notes.append(_("Negotiation"))
    if contact.checked:
        notes.append(_("Check call: %(result)s") % {"result": CheckResult(contact.checked).label})
    if contact.wait_reason:
        notes.append(contact.wait_reason.name)
    if contact.entered_by_id != contact.done_by_id and contact.entered_by:
        notes.append(_("entered by %(name)s") % {"name": contact.entered_by.get_short_name()})
    if contact.completed_by and contact.completed_by_id not in {contact.done_by_id, contact.entered_by_id}:
        notes.append(_("completed by %(name)s") % {"name": contact.completed_by.get_short_name()})
    if contact.direction == Direction.IN and contact.voided_at is None:
        notes.append(_answer(contact, now))
    if contact.voided_at:
        name = contact.voided_by.get_short_name() if contact.voided_by else "—"
        notes.append(
            _("taken back by %(name)s %(when)s") % {"name": name, "when": moment_label(contact.voided_at, now)}
        )
    return notes


def _answer(contact, now) -> str:
    if contact.answered_at is None:
        return _("waits for an answer")
    if contact.answer_note:
        return _("no answer needed: %(reason)s") % {"reason": contact.answer_note}
    name = contact.answered_by.get_short_name() if contact.answered_by else "—"
    local = timezone.localtime(contact.answered_at)
    return _("answered by %(name)s %(when)s") % {"name": name, "when": moment_label(local, now)}
