"""A real worker: how long until the tasks of a pattern that somebody chose are there, and what the worker weighs."""

import sys
import time
from contextlib import contextmanager

import psutil
from django.conf import settings
from django.utils import timezone

from customers.models import Customer
from dealercrm.environment import BASE_DIR
from dealercrm.processes import Child
from dealercrm.schedules import write_schedules
from followups.models import FollowUp, Pattern
from followups.starting import start
from stores.models import Heartbeat, Staff

from . import memory
from .bars import CHOICE_TO_TASKS_SECONDS
from .engine import PATTERN
from .measures import Measure, median, p95

CHOICES = 20
PATIENCE_SECONDS = 60


@contextmanager
def running_worker():
    """The worker as `make run` starts it, awake."""
    began_at = timezone.now()
    write_schedules(began_at)
    log = open(settings.DATA_DIR / "worker.log", "w")  # noqa: SIM115 - open as long as the worker
    worker = Child(
        [sys.executable, str(BASE_DIR / "manage.py"), "worker"],
        output=log,
        DATABASE_URL=settings.DATABASE_URL,
        DATA_DIR=str(settings.DATA_DIR),
        DEMONSTRATION="1",
    )
    worker.start()
    try:
        _until(lambda: (Heartbeat.last_beat() or began_at) > began_at, "The worker does not start.")
        yield worker
        worker.ask_to_stop()
        worker.wait(10)
    finally:
        worker.kill()
        log.close()


def measure(worker, size) -> list[Measure]:
    """Patterns chosen one after the other, as people choose them, each waited for."""
    pattern, by = Pattern.objects.get(slug=PATTERN, store=None), Staff.objects.order_by("pk").first()
    free = Customer.objects.net().exclude(pk__in=FollowUp.objects.running().values("customer")).order_by("pk")
    took = []
    for number, customer in enumerate(free[:CHOICES]):
        time.sleep(0.05 * (number % 7))
        began = time.perf_counter()
        follow_up = start(pattern, customer=customer, by=by, now=timezone.now())
        _until(lambda pk=follow_up.pk: _is_expanded(pk), "The worker made no tasks.")
        took.append(time.perf_counter() - began)
    choices = f"{len(took)} choices; {size}"
    first = psutil.Process(worker.process.pid)
    return [
        Measure("pattern chosen → its tasks there, p50", choices, median(took), "s", bar=CHOICE_TO_TASKS_SECONDS),
        Measure("pattern chosen → its tasks there, p95", choices, p95(took), "s"),
        *memory.measure("worker process", [first, *first.children(recursive=True)], size=size),
    ]


def _is_expanded(pk) -> bool:
    return FollowUp.objects.filter(pk=pk, expanded_at__isnull=False).exists()


def _until(is_so, otherwise):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.005)
