"""Jobs that go wrong, or take their time."""

import time

from django.utils import timezone

from stores.models import Heartbeat, Store
from tests.dealercrm.real import NAME, PHONE


def crash():
    raise ValueError(f"{NAME} has no {PHONE}\nand {NAME} has none either")


def doubled():
    for _ in range(2):
        Store.objects.create(slug=PHONE, name=NAME)


def slow():
    """A slice of work: leaves a mark when it begins, and another when it is done."""
    Heartbeat.objects.create(name="begun", beat_at=timezone.now())
    time.sleep(3)
    Heartbeat.objects.create(name="done", beat_at=timezone.now())


def next_one():
    Heartbeat.objects.create(name="next", beat_at=timezone.now())
