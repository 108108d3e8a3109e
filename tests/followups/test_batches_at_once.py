"""Batches with real processes and connections: a worker killed, two at once, two who press go (STYLE.md 22)."""

import os
import signal
import subprocess
import sys
import time
import uuid

import pytest
from django.conf import settings
from django.db import connection, transaction

from customers.models import Customer
from followups import batches
from followups.batches import begin_for, move_to, pause, take_back, work_on_batches
from followups.expansion import expand
from followups.models import Batch, BatchRow, FollowUp, Step
from followups.progress import State, standing_of
from tests.cast import at, pattern
from tests.followups.test_concurrency import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-21 12:00")
WORKER = """
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = %(name)r
from django.utils import timezone
from followups.batches import work_on_batches
while work_on_batches(timezone.now(), limit=50):
    pass
"""


@pytest.fixture(autouse=True)
def for_the_worker(monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", -1)


@pytest.fixture
def care(cast):
    return pattern("care", [{"title": "お電話"}, {"title": "はがき", "channel": "letter", "offset_days": 7}])


def people(store, number):
    Customer.objects.bulk_create([Customer(store=store, name=f"顧客{n}") for n in range(number)])
    return Customer.objects.in_kana_order()


def begin(cast, care, number, **given):
    given = {"key": uuid.uuid4().hex, **given}
    return begin_for(care, people(cast.hiratsuka, number), by=cast.manager, now=NOW, **given)


def standing(batch):
    return standing_of([Batch.objects.get(pk=batch.pk)])[0]


def work():
    while work_on_batches(NOW, limit=20):
        pass


def kill_a_worker_in_the_middle(progress, code=WORKER):
    code %= {"name": connection.settings_dict["NAME"]}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "dealercrm.settings"}
    before = progress()
    worker = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=settings.BASE_DIR)
    deadline = time.monotonic() + 120
    while progress() == before and time.monotonic() < deadline:
        time.sleep(0.002)
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def done():
    return BatchRow.objects.filter(done_at__isnull=False).count()


def test_a_killed_worker_loses_nothing_and_doubles_nothing(cast, care):
    batch = begin(cast, care, 3000)
    for _n in range(2):
        kill_a_worker_in_the_middle(done)
        assert 0 < done() == FollowUp.objects.count() < 3000
    work()
    assert (standing(batch).got, FollowUp.objects.count()) == (3000, 3000)
    assert FollowUp.objects.values("customer").distinct().count() == 3000
    assert set(batch.rows.values_list("follow_up", flat=True)) == set(FollowUp.objects.values_list("pk", flat=True))


def test_killed_while_it_moves_them_and_while_it_takes_back_all_of_it_is_done_in_the_end(cast, care):
    batch = begin(cast, care, 1500)
    work()
    while expand(NOW):
        pass
    version = care.add_version(base="chosen", steps=[Step(title="お電話", offset_days=1)], by=None, now=NOW)
    moving = move_to(version, FollowUp.objects.all(), by=cast.manager, now=NOW, key=uuid.uuid4().hex)
    kill_a_worker_in_the_middle(FollowUp.objects.filter(version=version).count)
    assert 0 < FollowUp.objects.filter(version=version, adjust_at__isnull=False).count() < 1500
    work()
    assert (standing(moving).got, FollowUp.objects.filter(version=version).count()) == (1500, 1500)
    take_back(standing(batch), by=cast.manager, now=NOW)
    kill_a_worker_in_the_middle(FollowUp.objects.filter(ended_at__isnull=False).count)
    assert 0 < standing(batch).taken_back == FollowUp.objects.filter(ended_at__isnull=False).count() < 1500
    work()
    assert (standing(batch).state, FollowUp.objects.running().count()) == (State.TAKEN_BACK, 0)


def test_two_workers_at_two_batches_do_each_row_once(cast, care):
    first = begin(cast, care, 200)
    second = begin_for(
        pattern("other", [{}]), Customer.objects.order_by("-pk"), by=cast.manager, now=NOW, key=uuid.uuid4().hex
    )
    at_once(work, work, work)
    work()
    assert (standing(first).got, standing(second).got, FollowUp.objects.count()) == (200, 200, 400)


def test_two_batches_for_the_same_people_at_once_begin_it_once_for_each(cast, care):
    chosen = people(cast.hiratsuka, 200)
    made = [
        begin_for(care, customers, by=cast.manager, now=NOW, key=uuid.uuid4().hex)
        for customers in (chosen, chosen.order_by("-pk"))
    ]
    at_once(work, work)
    work()
    assert (sum(standing(one).got for one in made), FollowUp.objects.count()) == (200, 200)


def test_two_who_press_go_on_one_form_at_once_make_one_batch(cast, care):
    chosen, key = people(cast.hiratsuka, 30), uuid.uuid4().hex
    go = lambda: begin_for(care, chosen, by=cast.manager, now=NOW, key=key)  # noqa: E731
    first, second = at_once(go, go)
    assert first == second == Batch.objects.get()
    assert BatchRow.objects.count() == 30


def test_two_who_move_the_same_follow_ups_at_once_make_one_batch(cast, care):
    begin(cast, care, 30)
    work()
    version = care.add_version(base="chosen", steps=[Step(title="お電話")], by=None, now=NOW)
    go = lambda: move_to(version, FollowUp.objects.all(), by=cast.manager, now=NOW, key=uuid.uuid4().hex)  # noqa: E731
    first, second = at_once(go, go)
    assert first == second == Batch.objects.get(kind="move")


def test_once_it_is_paused_nothing_more_is_done(cast, care):
    """Whoever presses pause waits for the slice at hand."""
    batch = begin(cast, care, 40)
    with transaction.atomic():
        assert work_on_batches(NOW, limit=20) == 20
        before = time.monotonic()
        waiting = at_once(lambda: work_on_batches(NOW, limit=20))
        assert (waiting, time.monotonic() - before < 5) == ([0], True)
    assert pause(batch, NOW)
    assert at_once(lambda: work_on_batches(NOW, limit=20)) == [0]
    assert FollowUp.objects.count() == 20
