from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from dealercrm import worker
from stores.models import Heartbeat


@pytest.fixture(autouse=True)
def open_connection(monkeypatch):
    """The parent closes its connection after each look; here it is the test's own."""
    monkeypatch.setattr(connection, "close", lambda: None)


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "silent"), [(1, False), (4, True)])
def test_a_cluster_is_silent_when_nothing_was_stamped_for_three_minutes(minutes, silent):
    now = timezone.now()
    Heartbeat.stamp(now - timedelta(minutes=minutes))
    assert worker.is_silent(now - timedelta(hours=1), now) is silent


@pytest.mark.django_db
def test_an_old_stamp_is_not_held_against_a_cluster_that_has_just_started():
    now = timezone.now()
    Heartbeat.stamp(now - timedelta(days=1))
    assert not worker.is_silent(now - timedelta(minutes=2), now)
    assert worker.is_silent(now - timedelta(minutes=4), now)


def test_a_database_that_is_away_is_no_reason_to_kill_the_cluster(monkeypatch):
    def lose():
        raise OperationalError

    monkeypatch.setattr(Heartbeat, "last_beat", lose)
    now = timezone.now()
    assert not worker.is_silent(now - timedelta(hours=1), now)


class Cluster:
    """A cluster that never ends by itself."""

    stopped = False

    def has_ended(self):
        return False

    def ask_to_stop(self):
        self.stopped = True

    def wait(self, seconds):
        pass


def test_the_parent_ends_with_an_error_when_the_cluster_fell_silent(monkeypatch):
    monkeypatch.setattr(worker, "LOOK_EVERY_SECONDS", 0)
    monkeypatch.setattr(worker, "is_silent", lambda started_at, now: True)
    assert worker._until_it_ends(Cluster(), [], timezone.now()) == 1


def test_the_parent_ends_well_when_asked_to():
    cluster = Cluster()
    assert worker._until_it_ends(cluster, [True], timezone.now()) == 0
    assert cluster.stopped


def test_a_message_is_never_given_out_twice_while_it_may_still_be_worked_on():
    q = settings.Q_CLUSTER
    waiting = -(-(q["queue_limit"] + q["bulk"]) // q["workers"])
    assert q["retry"] > q["timeout"] * (1 + waiting)


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "code"), [(1, 0), (3, 1), (None, 1)])
def test_a_container_asks_whether_the_worker_is_well(minutes, code):
    if minutes:
        Heartbeat.stamp(timezone.now() - timedelta(minutes=minutes))
    with pytest.raises(SystemExit) as ended:
        call_command("worker", "--check")
    assert bool(ended.value.code) is bool(code)


def test_a_bell_that_cannot_be_rung_stops_no_worker(monkeypatch):
    def lose(job):
        raise ConnectionError("whoever carries the messages is away")

    monkeypatch.setattr(worker, "async_task", lose)
    worker._first_sweep()
