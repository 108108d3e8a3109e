"""`manage.py run`: database, web and worker together, started in order, kept up, stopped without trace."""

import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, nullcontext

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command, get_commands
from django.db import connections, transaction
from django.utils import timezone

from dealercrm import embedded
from dealercrm.environment import BASE_DIR
from dealercrm.processes import Child
from dealercrm.schedules import write_schedules

DEMONSTRATION_ACCOUNTS = (
    "sales", "sales2", "assistant", "manager", "sales-yokohama", "manager-yokohama", "admin",
)  # fmt: skip
GRACE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 30
STEADY_AFTER_SECONDS = 60


class Supervisor:
    """One run: `say` prints a line for the person at the terminal; `demonstrate` fills an empty database."""

    def __init__(self, say, *, demonstrate=False):
        self.say = say
        self.demonstrate = demonstrate
        self.host = settings.ENV.HOST
        self.port = settings.ENV.PORT
        self.watching = False
        self.asked_to_stop = False

    def run(self):
        """Runs everything until Ctrl-C or SIGTERM.

        Raises CommandError when the port is taken or another run uses the same data folder.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        with only_run(settings.DATA_DIR):
            refuse_taken_port(self.host, self.port)
            try:
                with database() as server:
                    prepare(self.say, demonstrate=self.demonstrate)
                    self._watch(server)
            except KeyboardInterrupt:
                pass
        self.say("Stopped.")

    def _on_signal(self, *_):
        self.asked_to_stop = True
        if not self.watching:
            raise KeyboardInterrupt

    def _watch(self, server):
        self.watching = True
        kept = [Kept(child) for child in programs()]
        announced = False
        try:
            while not self.asked_to_stop:
                for program in kept:
                    program.keep_up(time.monotonic())
                if server and not server.postmaster():
                    server.ensure_running()
                if not announced and answers(self.port, self.host):
                    announced = True
                    self._announce()
                time.sleep(0.2)
        finally:
            stop([program.child for program in kept])

    def _announce(self):
        self.say(f"Ready: http://{self.host}:{self.port}/")
        if self.demonstrate:
            self.say(f"Sign in as one of: {', '.join(DEMONSTRATION_ACCOUNTS)} (password: demo)")
        self.say("Ctrl-C stops everything.")


class Kept:
    """A program that is started again whenever it ends, after a pause that grows while it keeps ending."""

    def __init__(self, child):
        self.child = child
        self.started_at = None
        self.start_at = 0.0
        self.pause = 1.0

    def keep_up(self, now):
        """Starts the program when it is time to. `now` is seconds of a clock that only goes forward."""
        if self.started_at is not None and self.child.has_ended():
            self.child.kill()
            steady = now - self.started_at > STEADY_AFTER_SECONDS
            self.pause = 1.0 if steady else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
            self.started_at, self.start_at = None, now + self.pause
        if self.started_at is None and now >= self.start_at:
            self.child.start()
            self.started_at = now


def programs():
    """The web server and the worker, as programs of their own."""
    python, manage = sys.executable, str(BASE_DIR / "manage.py")
    shared = {
        "DATABASE_URL": settings.DATABASE_URL,
        "DATA_DIR": str(settings.DATA_DIR),
        "DEMONSTRATION": "1" if settings.DEMONSTRATION else None,
    }
    return [
        Child([python, "-m", "gunicorn", "-c", "python:dealercrm.web", "dealercrm.wsgi"], **shared),
        Child([python, manage, "worker"], **shared),
    ]


def stop(children):
    """Asks all to finish, waits for them together, and ends what is still there."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        child.wait(deadline - time.monotonic())
        child.kill()


def prepare(say, *, demonstrate):
    """Brings the database and the files to the state that the code expects."""
    call_command("messages", compile=True)
    call_command("migrate", verbosity=0, interactive=False)
    write_schedules(timezone.now())
    if demonstrate and not get_user_model().objects.exists():
        load_demonstration(say)
    call_command("collectstatic", verbosity=0, interactive=False)
    connections.close_all()


@transaction.atomic
def load_demonstration(say):
    """Fills an empty database; all of it or, when interrupted, nothing."""
    if "demo" in get_commands():
        say("Preparing the demonstration dealership …")
        call_command("demo")


def database():
    """The embedded server for as long as the run lasts; nothing when a server was named."""
    if "DATABASE_URL" in os.environ:
        return nullcontext()
    return embedded.Server(settings.DATA_DIR / "postgres")


@contextmanager
def only_run(data_dir):
    """Holds the data folder for this run; the kernel lets go of it when we are killed."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with open(data_dir / "run.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"It is running already, on the data in {data_dir}.") from None
        yield


def refuse_taken_port(host, port):
    """Says so at once when the port can't be had, instead of letting the web server try for ever."""
    with socket.socket() as knocking:
        knocking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            knocking.bind((host, port))
        except OSError:
            raise CommandError(f"Port {port} is taken. Another one: PORT={port + 1} make run") from None


def answers(port, host):
    """Whether the web server answers by now; what it answers doesn't matter here."""
    address = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
    try:
        urllib.request.urlopen(f"http://{address}:{port}/health", timeout=3).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
