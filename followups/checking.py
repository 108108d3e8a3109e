"""The manager calls, too, after a satisfaction call: as told, otherwise, or not at all (REQUIREMENTS E8)."""

from django.db import transaction
from django.utils.translation import gettext as _

from stores.channels import Channel

from . import correcting
from .models import CheckCall, CheckResult, Contact, FollowUp, Outcome
from .recording import Result, record_beside
from .stopping import hold
from .taking_back import TooLateToTakeBack


class AlreadyChecked(Exception):
    """Another manager was first; `check` tells who and when."""

    def __init__(self, check):
        super().__init__(check)
        self.check = check


def nobody_answered(check: CheckCall, *, by, now) -> Contact:
    """Tried in vain: kept as a contact, and still to be called. Raises AlreadyChecked."""
    with transaction.atomic():
        check = _open(check)
        return record_beside(check.task, Channel.PHONE, Result(Outcome.NO_ANSWER), by=by, now=now)


def compare(check: CheckCall, result: CheckResult, details: str, *, by, now) -> CheckCall:
    """The manager spoke to them: what they said is a contact like any other. Raises AlreadyChecked."""
    with transaction.atomic():
        check = _open(check)
        words = details or _("Check call: as told.")
        contact = record_beside(check.task, Channel.PHONE, Result(Outcome.SPOKE, details=words), by=by, now=now)
        return _done(check, result, details if result == CheckResult.DIFFERS else "", contact, by, now)


def leave(check: CheckCall, reason: str, *, by, now) -> CheckCall:
    """Nobody calls, and why. Raises AlreadyChecked."""
    with transaction.atomic():
        return _done(_open(check), CheckResult.NOT_CALLED, reason, None, by, now)


def take_back(check: CheckCall, *, by, now):
    """Within a day, by whoever settled it: their call is struck out, and to be made again. Raises TooLateToTakeBack."""
    with transaction.atomic():
        mine = CheckCall.objects.filter(pk=check.pk, done_by=by, done_at=check.done_at)
        if not check.may_be_undone(now) or not mine.exists():
            raise TooLateToTakeBack(check)
        try:
            if check.contact:
                correcting.undo(check.contact, by=by, now=now)
        except correcting.TooLateToUndo as late:
            raise TooLateToTakeBack(check) from late
        mine.open_again()


def _open(check: CheckCall) -> CheckCall:
    """The check, held. Raises AlreadyChecked when it isn't to be called any more."""
    hold(FollowUp.objects.of_customer(check.customer_id))
    rows = CheckCall.objects.select_related("task__customer__store", "task__deal", "task__step")
    check = rows.select_for_update(of=("self",)).get(pk=check.pk)
    if not CheckCall.objects.open().filter(pk=check.pk).exists():
        raise AlreadyChecked(check)
    return check


def _done(check, result, note, contact, by, now) -> CheckCall:
    check.result, check.note, check.contact, check.done_at, check.done_by = result, note, contact, now, by
    check.save(update_fields=["result", "note", "contact", "done_at", "done_by"])
    return check
