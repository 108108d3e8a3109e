"""The manager's own call after a satisfaction call, and telling the person what differs (REQUIREMENTS E8)."""

from django.db import transaction
from django.urls import reverse

from followups.checking import compare, take_back
from followups.models import CheckCall, CheckResult
from stores.models import Notification, NotificationKind


def compare_and_tell(check: CheckCall, result: CheckResult, details: str, *, by, now) -> CheckCall:
    """Raises AlreadyChecked."""
    with transaction.atomic():
        done = compare(check, result, details, by=by, now=now)
        if result == CheckResult.DIFFERS:
            Notification.tell(NotificationKind.CHECK_DIFFERS, _told(done, by), path=_path(done), by=by, now=now)
    return done


def _told(check: CheckCall, by) -> dict[int, dict]:
    """By their ids, with what the sentence says: whoever had called, and whoever is in charge."""
    deal, values = check.task.deal, {"name": check.customer.name, "customer": check.customer_id, "note": check.note}
    in_charge = deal.staff_id if deal and deal.staff_id else check.customer.owner_id
    told = {in_charge: values | {"noted_by": str(check.told_by or "—")}, check.told_by_id: values}
    return {pk: said for pk, said in told.items() if pk not in {None, by.pk}}


def take_back_and_tell(check: CheckCall, *, by, now):
    """Raises TooLateToTakeBack."""
    with transaction.atomic():
        path = _path(check)
        take_back(check, by=by, now=now)
        Notification.objects.take_back(path, by)


def _path(check: CheckCall) -> str:
    """The customer's page, at the manager's entry."""
    return f"{reverse('todo:customer', args=[check.customer_id])}#contact-{check.contact_id}"
