"""The small parent of django-q2's cluster (STYLE.md "The worker").

A crashed worker can hang the whole cluster. So the parent looks at the heartbeat, and when it is three
minutes old kills every process of the cluster and ends with an error, so that its supervisor starts it anew.
"""

import logging
import signal
import sys
import time
from datetime import timedelta

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone
from django_q import worker as django_q_worker
from django_q.conf import ErrorReporter
from django_q.tasks import async_task

from dealercrm import log
from dealercrm.environment import BASE_DIR
from dealercrm.processes import Child, die_with_parent_after_fork
from stores.models import Heartbeat

SILENT_TOO_LONG = timedelta(minutes=3)
LOOK_EVERY_SECONDS = 10
GRACE_SECONDS = 80
"""A job's slice takes two seconds, an import's up to a minute; whoever asks us to stop waits for 90."""
said = logging.getLogger(__name__)


def run_cluster():
    """Becomes django-q2's cluster, all of whose processes end with it."""
    die_with_parent_after_fork()
    django_q_worker.error_reporter = ErrorReporter([log.JobFailed()])
    call_command("qcluster")


def watch():
    """Runs the cluster until asked to stop: returns 0 then, 1 when it ended by itself or fell silent."""
    asked = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.append(True))
    cluster = Child([sys.executable, str(BASE_DIR / "manage.py"), "worker", "--cluster"], DATABASE_POOL=None)
    cluster.start()
    said.info("Started")
    _first_sweep()
    try:
        return _until_it_ends(cluster, asked, started_at=timezone.now())
    finally:
        cluster.kill()


def _until_it_ends(cluster, asked, started_at):
    look_at = time.monotonic() + LOOK_EVERY_SECONDS
    while not cluster.has_ended():
        if asked:
            said.info("Asked to stop: finishing what was begun")
            cluster.ask_to_stop()
            cluster.wait(GRACE_SECONDS)
            said.info("Stopped") if cluster.has_ended() else said.error("Still at work: killed")
            return 0
        if time.monotonic() > look_at:
            look_at = time.monotonic() + LOOK_EVERY_SECONDS
            if is_silent(started_at, timezone.now()):
                said.error("Nothing was heard of the cluster for three minutes: killed")
                return 1
        time.sleep(0.1)
    said.error("The cluster ended by itself")
    return 0 if asked else 1


def is_silent(started_at, now):
    """Whether no sweep stamped the heartbeat for three minutes; a database that is away is no silence."""
    try:
        beat_at = Heartbeat.last_beat()
    except DatabaseError:
        return False
    finally:
        connection.close()
    return now - max(started_at, beat_at or started_at) > SILENT_TOO_LONG


def is_well(now):
    """Whether the worker was heard of lately: what a container's health check asks (`manage.py worker --check`)."""
    return not Heartbeat.is_away(Heartbeat.last_beat(), now)


def _first_sweep():
    """Rings for a sweep at once; django-q2 looks at its schedules only after half a minute."""
    try:
        async_task("followups.jobs.sweep")
    except Exception:  # whatever carries the messages: PostgreSQL or Redis
        said.warning("Could not ring for the first sweep", exc_info=True)
    finally:
        connection.close()
