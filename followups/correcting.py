"""What can be done with a record afterwards: completed, corrected, taken back; nothing is deleted.

REQUIREMENTS B6, E1.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from customers.models import Deal, Stage

from .models import CancelReason, CheckCall, Contact, Direction, EndReason, FollowUp, MoveReason, Task
from .models.contact import CONVERSATIONS, REACHED, UNANSWERED
from .recording import answer_waiting, await_answer, refresh_last_contact, stamp_complete, turn_windows
from .stopping import hold, move_deal, reopen_deal, resume, stop

UNDO_WITHIN = timedelta(days=1)
GO_ALONG = ["made_tasks", "ended_follow_ups", "started_follow_ups", "answers", "checks", "good_examples"]
"""What belongs to a corrected record from then on, as the old one calls it; upper floors add theirs."""


class TooLateToUndo(Exception):
    """The record is older than UNDO_WITHIN or was taken back already: it can be corrected, not undone."""


def complete(contact: Contact, *, details="", content_kind=None, wait_reason=None, by, now) -> Contact:
    """Fill in what was missing in a record that stands; what is there already stays.

    Any colleague may, so a complete record is refused: changing words is correcting. Raises TooLateToUndo.
    """
    with transaction.atomic():
        contact = _standing(contact)
        if contact.completed_at:
            raise TooLateToUndo(contact)
        if not contact.details.strip():
            contact.details = details
        contact.content_kind = contact.content_kind or content_kind
        contact.wait_reason = contact.wait_reason or wait_reason
        stamp_complete(contact, by, now)
        contact.save(update_fields=["details", "content_kind", "wait_reason", "completed_at", "completed_by"])
    return contact


def correct(contact: Contact, *, details, content_kind, outcome, by, now) -> Contact:
    """A corrected record supersedes the old one, which stays. What it set in motion belongs to the new one.

    What the customer wrote waits again when it turns out that nobody was reached, and is answered when somebody was.
    Raises TooLateToUndo when the record doesn't stand any more.
    """
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(contact.customer_id))
        old = _standing(contact)
        Contact.objects.filter(pk=old.pk).update(voided_at=now, voided_by=by)
        new = Contact.objects.get(pk=old.pk)
        new.pk, new._state.adding = None, True
        new.voided_at = new.voided_by = None
        new.supersedes, new.entered_by = old, by
        new.details, new.content_kind, new.outcome = details, content_kind, outcome
        new.negotiated = old.negotiated and outcome in CONVERSATIONS
        if new.direction == Direction.IN and new.answered_with is None and not new.answer_note:
            await_answer(new, by, now)
        stamp_complete(new, by, now)
        new.save(force_insert=True)
        if new.outcome not in REACHED:
            _wait_again(old)
        elif old.outcome not in REACHED:
            answer_waiting(new, by, now)
        for related in GO_ALONG:
            getattr(old, related).update(**{getattr(old, related).field.name: new})
        if (old.outcome in UNANSWERED) != (new.outcome in UNANSWERED):
            turn_windows(new, now)
        CheckCall.enlist(new, now)
        refresh_last_contact(new.customer, new.deal)
    return new


def undo(contact: Contact, *, by, now):
    """Take a record back with all it set in motion; the record stays, struck out. Raises TooLateToUndo.

    What others did since then is left alone.
    """
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(contact.customer_id))
        taken_back = (
            Contact.objects.standing()
            .filter(pk=contact.pk, entered_at__gt=now - UNDO_WITHIN)
            .update(voided_at=now, voided_by=by)
        )
        if not taken_back:
            raise TooLateToUndo(contact)
        contact.refresh_from_db()
        started = FollowUp.objects.filter(Q(pk__in=contact.effects.get("started", [])) | Q(started_with=contact))
        stop(started, EndReason.STOPPED, by=by, now=now)
        resume(FollowUp.objects.filter(ended_with=contact))
        if contact.task:
            _reopen(contact)
        contact.made_tasks.filter(done_at__isnull=True, cancelled_at__isnull=True).update(
            cancelled_at=now, cancelled_by=by, cancel_reason=CancelReason.UNDONE
        )
        if contact.outcome in UNANSWERED:
            turn_windows(contact, now)
        _wait_again(contact)
        contact.checks.open_again()
        _undo_deal(contact, by, now)
        refresh_last_contact(contact.customer, contact.deal)


def _wait_again(contact: Contact):
    """What it answered waits for its answer again."""
    contact.answers.update(answered_at=None, answered_by=None, answered_with=None)


def _reopen(contact: Contact):
    """Its task is open again, in its place; when somebody ended or paused its follow-up since then, so does it."""
    row = Task.objects.filter(pk=contact.task_id)
    row.update(done_at=None, done_by=None)
    row.filter(overdue_at__isnull=True).update(counted_staff=None, counted_store=None)
    if contact.effects.get("counted"):
        row.update(counted_staff=None)
    follow_up = FollowUp.objects.filter(pk=contact.task.follow_up_id)
    resume(follow_up.filter(end_reason=EndReason.DONE))
    for ended in follow_up.filter(ended_at__isnull=False):
        row.update(cancelled_at=ended.ended_at, cancelled_by=ended.ended_by, cancel_reason=CancelReason.FOLLOW_UP_ENDED)
    for resting in follow_up.paused():
        row.update(cancelled_at=resting.paused_at, cancelled_by=resting.paused_by, cancel_reason=CancelReason.PAUSED)
    follow_up.ask_to_adjust(MoveReason.CALENDAR, contact.entered_at)


def _undo_deal(contact: Contact, by, now):
    """Back to where it stood, unless somebody moved it on or went on with it since then."""
    deal = contact.deal
    if deal is None:
        return
    if contact.effects.get("lost") and deal.lost_at == contact.entered_at:
        reopen_deal(deal, by, now)
    before, after = contact.effects.get("moved", (None, None))
    if before and deal.stage == after:
        move_deal(deal, Stage(before), by, now)
    if contact.effects.get("took") and not deal.contacts.beginning().exists():
        Deal.objects.filter(pk=deal.pk).update(taken_at=None, taken_by=None)


def _standing(contact: Contact) -> Contact:
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    if row.voided_at:
        raise TooLateToUndo(row)
    return row
