"""Stopping without losing anything, and what happens to a worker that hangs: real processes (issue 3, 4)."""

import os
import signal
import sys
import threading
import time

import pytest
from django_q.tasks import async_task

from stores.models import Heartbeat
from tests.dealercrm.real import Program, is_gone
from tests.dealercrm.test_run import wait_until

pytestmark = [pytest.mark.slow]
GRACE_SECONDS = 90


def test_a_page_that_is_being_made_is_answered_before_the_web_server_stops(web):
    answers = []
    asking = threading.Thread(target=lambda: answers.append(web.get("/test/slow/")))
    asking.start()
    time.sleep(1)
    code, took = web.stop(within=GRACE_SECONDS)
    asking.join()
    assert answers[0][0] == 200
    assert answers[0][2] == b"took its time"
    assert code == 0
    assert took < 10
    with pytest.raises(OSError):
        web.get("/health")


def test_a_web_server_with_nothing_to_do_stops_at_once(web):
    code, took = web.stop()
    assert code == 0
    assert took < 8


def marks():
    return set(Heartbeat.objects.exclude(name=Heartbeat.WORKER).values_list("name", flat=True))


def test_a_job_that_was_begun_is_finished_before_the_worker_stops_and_what_waits_is_done_by_the_next(worker, tmp_path):
    wait_until(lambda: Heartbeat.last_beat() is not None, 60, worker.said)
    async_task("tests.dealercrm.real.jobs.slow")
    wait_until(lambda: "begun" in marks(), 30, worker.said)
    family = worker.family()
    code, took = worker.stop(within=GRACE_SECONDS)
    assert code == 0
    assert took < 15
    assert marks() == {"begun", "done"}
    wait_until(lambda: all(map(is_gone, family)), 5)
    async_task("tests.dealercrm.real.jobs.next_one")
    successor = Program(worker.process.args, tmp_path)
    try:
        wait_until(lambda: "next" in marks(), 60, successor.said)
    finally:
        successor.end()
    assert marks() == {"begun", "done", "next"}


IMPATIENT = """
import sys
from datetime import timedelta
import django
django.setup()
from dealercrm import worker
worker.SILENT_TOO_LONG = timedelta(seconds=6)
worker.LOOK_EVERY_SECONDS = 1
sys.exit(worker.watch())
"""


@pytest.fixture
def impatient(transactional_db, tmp_path):
    """A worker that counts six seconds as three minutes."""
    program = Program([sys.executable, "-c", IMPATIENT], tmp_path)
    yield program
    program.end()


def keep_ringing(program, seconds):
    """Sweeps as the schedule rings for them, only faster; until the time is up or the program has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and program.process.poll() is None:
        async_task("followups.jobs.sweep")
        time.sleep(0.5)


def test_a_worker_that_hangs_is_killed_with_all_its_processes_and_ends_with_an_error(impatient):
    wait_until(lambda: Heartbeat.last_beat() is not None, 60, impatient.said)
    keep_ringing(impatient, 9)
    assert impatient.process.poll() is None, impatient.said()
    family = impatient.family()
    assert len(family) >= 5
    os.killpg(family[0].pid, signal.SIGSTOP)
    stopped_at = time.monotonic()
    keep_ringing(impatient, 30)
    assert impatient.process.poll() == 1, impatient.said()
    assert 4 < time.monotonic() - stopped_at < 20
    wait_until(lambda: all(map(is_gone, family)), 5)
    assert "killed" in impatient.said()
