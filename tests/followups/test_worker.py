"""The real worker on a real database: killed in the middle, it makes every task exactly once (STYLE.md 22)."""

import os
import statistics
import sys
import time
from datetime import date, timedelta

import psutil
import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from customers.models import Customer
from dealercrm.environment import BASE_DIR
from dealercrm.processes import Child
from followups.expansion import SLICE
from followups.models import FollowUp, Pattern, Task
from followups.starting import start
from stores.models import Heartbeat
from tests.cast import customer, task

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
HOW_MANY = 1000


@pytest.fixture
def worker():
    """The worker as it is run, on the database of this test."""
    here = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    child = Child([sys.executable, str(BASE_DIR / "manage.py"), "worker"], DATABASE_URL=here, DEMONSTRATION="1")
    yield child
    kill(child)


def kill(child):
    """kill -9 of the worker with everything it started."""
    if child.process is None:
        return
    try:
        family = psutil.Process(child.process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    child.kill()
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass
    psutil.wait_procs(family, timeout=10)


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Waited {seconds} s in vain."
        time.sleep(0.02)


@pytest.fixture
def waiting(cast):
    """A thousand follow-ups that nobody has expanded."""
    now = timezone.now()
    pattern = Pattern.objects.get(slug="new-arrival")
    customers = Customer.objects.bulk_create(
        [Customer(store=cast.hiratsuka, name=f"顧客{number}", owner=cast.sales) for number in range(HOW_MANY)]
    )
    return FollowUp.objects.bulk_create(
        FollowUp(
            store=one.store,
            customer=one,
            pattern=pattern,
            version=pattern.current_version,
            occurrence_key=f"hand:{number}",
            base_on=timezone.localdate(now),
            base_at=now - timedelta(minutes=number),
            started_at=now,
        )
        for number, one in enumerate(customers)
    )


def expanded():
    return FollowUp.objects.filter(expanded_at__isnull=False).count()


def is_waiting_for_us():
    """Whether somebody waits for the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id_if_assigned()::xid"
        )
        return cursor.fetchone()[0] > 0


def test_killed_in_the_middle_it_makes_every_task_exactly_once_after_its_restart(waiting, worker):
    steps = waiting[0].version.steps.all()
    with transaction.atomic():
        # A row that is not committed yet: writing its twin waits, and so the worker stops amid its second slice.
        held = task(waiting[700].customer, date(2026, 11, 21))
        Task.objects.filter(pk=held.pk).update(follow_up=waiting[700], step=steps[2])
        worker.start()
        wait_until(is_waiting_for_us, 60)
        kill(worker)
        transaction.set_rollback(True)
    assert expanded() == SLICE
    assert Task.objects.count() == SLICE * len(steps)

    worker.start()
    wait_until(lambda: expanded() == HOW_MANY, 60)
    assert Task.objects.count() == HOW_MANY * len(steps)
    assert Task.objects.values("follow_up", "step").distinct().count() == HOW_MANY * len(steps)


def test_a_pattern_chosen_while_it_runs_has_its_tasks_within_moments(cast, worker):
    worker.start()
    wait_until(Heartbeat.objects.exists, 60)
    pattern = Pattern.objects.get(slug="new-arrival")
    took = []
    for number in range(8):
        mine = customer(cast.hiratsuka, name=f"顧客{number}")
        begun_at = time.monotonic()
        follow_up = start(pattern, customer=mine, by=cast.sales, now=timezone.now())
        wait_until(follow_up.tasks.exists, 3)
        took.append(time.monotonic() - begun_at)
    print(f"tasks after {statistics.median(took):.2f} s, at most {max(took):.2f} s")  # noqa: T201
