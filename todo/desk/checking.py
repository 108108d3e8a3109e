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
        if result == CheckResult.DIFFERS and done.told_by_id not in {None, by.pk}:
            values = {"name": done.customer.name, "customer": done.customer_id, "note": details}
            told = {done.told_by_id: values}
            Notification.tell(NotificationKind.CHECK_DIFFERS, told, path=_path(done), by=by, now=now)
    return done


def take_back_and_tell(check: CheckCall, *, by, now):
    """Raises TooLateToTakeBack."""
    with transaction.atomic():
        path = _path(check)
        take_back(check, by=by, now=now)
        Notification.objects.take_back(path, by)


def _path(check: CheckCall) -> str:
    """The customer's page, at the manager's entry."""
    return f"{reverse('todo:customer', args=[check.customer_id])}#contact-{check.contact_id}"
