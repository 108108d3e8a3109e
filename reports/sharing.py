"""A manager shares a morning's report with everybody of the store, with a word of their own; for a day, not after all.

Everybody sees the figures of the store and their own; the others' stay with the manager.
"""

from datetime import timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse

from stores.models import Notification, NotificationKind, Staff

from .models import MorningReport

BACK_WITHIN = timedelta(days=1)


def address_of(report: MorningReport) -> str:
    return f"{reverse('reports:morning')}?{urlencode({'store': report.store_id, 'on': report.on.isoformat()})}"


def readers(report: MorningReport):
    """Whom it is shared with: everybody who works there now, but whoever shared it."""
    return Staff.objects.working_in([report.store_id]).other_than(report.shared_by_id).by_name()


def share(report: MorningReport, note: str, *, by, now) -> bool:
    """Tell everybody in the app. False, and nobody is told twice, when it is shared already."""
    with transaction.atomic():
        if not MorningReport.objects.unshared().with_ids([report.pk]).update(note=note, shared_at=now, shared_by=by):
            return False
        report.refresh_from_db()
        told = {person.pk: {"store": report.store.name, "note": note} for person in readers(report)}
        Notification.tell(NotificationKind.REPORT_SHARED, told, path=address_of(report), by=by, now=now)
    return True


def unshare(report: MorningReport, *, now) -> bool:
    """Nobody is told any more who has not looked yet; the note stays as a draft. False when it is too late."""
    with transaction.atomic():
        shared = MorningReport.objects.shared_since(now - BACK_WITHIN).with_ids([report.pk])
        if not shared.update(shared_at=None):
            return False
        Notification.objects.take_back(address_of(report), report.shared_by)
    return True
