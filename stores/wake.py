"""Waking the worker: a message that carries no work, only "look what there is to do" (DESIGN.md "The engine")."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from .models import WakeUp

ENGINE = "followups.jobs.work"
DAYS_OFF = "followups.jobs.excuse_days_off"
LOST_AFTER = timedelta(seconds=30)
"""A bell nobody heard for so long is taken for lost, and rung again."""


def wake(job: str = ENGINE):
    """Queue one job after the transaction, unless one is waiting already.

    A bell that cannot be rung is logged and no more: what was saved is saved, and the minute's sweep finds it.
    """
    transaction.on_commit(lambda: _ring(job), robust=True)


def _ring(job):
    now = timezone.now()
    WakeUp.objects.get_or_create(name=job)
    waiting = Q(queued_at__gte=now - LOST_AFTER)
    if WakeUp.objects.filter(name=job).exclude(waiting).update(queued_at=now):
        async_task(job)


def heard(job: str = ENGINE):
    """The job began: whoever rings from now on is heard by the next one."""
    WakeUp.objects.filter(name=job).update(queued_at=None)
