"""One run: the data, a copy of it, a web server and a worker as `make run` has them, and everything in turns."""

import os
import socket
import sys
import time
from contextlib import contextmanager

import psutil
from django.conf import settings
from django.core.management import CommandError, call_command

from dealercrm import embedded
from dealercrm.environment import BASE_DIR
from dealercrm.processes import Child
from dealercrm.supervisor import answers

from . import databases, measures
from .measures import Measure

PATIENCE_SECONDS = 60


def run(*, customers: int, rounds: int, follow_ups: int, say) -> bool:
    """Measure everything; False when a bar is missed. Writes `bench.json` into the data folder."""
    home, server_data = settings.DATA_DIR / "bench", settings.DATA_DIR / "bench-postgres"
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        "DEMONSTRATION": "1",
        "DATA_DIR": str(home),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "PYTHONPATH": str(BASE_DIR),
        "DATABASE_POOL": None,
    }
    arguments = [f"--customers={customers}", f"--rounds={rounds}", f"--follow-ups={follow_ups}"]
    with embedded.Server(server_data):
        try:
            with databases.copy_of_data(server_data, customers=customers, environment=environment, say=say) as url:
                inside = Child(
                    [sys.executable, str(BASE_DIR / "manage.py"), "bench", "--inside", *arguments],
                    **environment,
                    DATABASE_URL=url,
                )
                held = _finished(inside)
        except databases.DataFailed as failed:
            raise CommandError(str(failed)) from None
    result = home / "bench.json"
    if result.exists():
        result.replace(settings.DATA_DIR / "bench.json")
    return held


def _finished(child) -> bool:
    child.start()
    try:
        return child.process.wait() == 0
    finally:
        child.kill()


def measure(*, customers: int, rounds: int, follow_ups: int, say) -> bool:
    """The inner half, in a process whose settings name the copy of the data."""
    from followups.models import Task
    from stores.models import Staff

    from . import engine, pages, worker

    size = f"{customers:,} customers, {Task.objects.count():,} tasks, {Staff.objects.count()} users"
    found = []
    with running_web() as (port, web):
        say(f"{rounds} rounds of every page …")
        found += pages.measure(port, rounds=rounds, size=size)
        found.append(web_memory(web))
    with worker.running_worker() as program:
        say("Patterns chosen, with a worker running …")
        found += worker.measure(program)
    say("The engine's passes …")
    found += engine.measure(follow_ups=follow_ups)
    return measures.report(found, settings.DATA_DIR / "bench.json", say)


@contextmanager
def running_web():
    """The web server as `make run` starts it, on a free port."""
    call_command("messages", compile=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    port = _free_port()
    web = Child(
        [sys.executable, "-m", "gunicorn", "-c", "python:dealercrm.web", "dealercrm.wsgi"],
        DATABASE_URL=settings.DATABASE_URL,
        DATA_DIR=str(settings.DATA_DIR),
        DEMONSTRATION="1",
        DJANGO_SETTINGS_MODULE=os.environ["DJANGO_SETTINGS_MODULE"],
        PYTHONPATH=str(BASE_DIR),
        HOST="127.0.0.1",
        PORT=str(port),
    )
    web.start()
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not answers(port, "127.0.0.1"):
            if web.has_ended() or time.monotonic() > deadline:
                raise CommandError("The web server does not start.")
            time.sleep(0.1)
        yield port, web
    finally:
        web.kill()


def web_memory(web) -> Measure:
    """The largest web process after all those pages."""
    serving = psutil.Process(web.process.pid).children()
    largest = max(process.memory_info().rss for process in serving)
    return Measure("memory of a web process", f"largest of {len(serving)}", largest / 2**20, "MiB")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]
