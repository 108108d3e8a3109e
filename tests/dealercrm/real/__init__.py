"""The programs of a real installation, run by tests: web server and worker, with a few pages and jobs that go wrong."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time

import psutil
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from dealercrm.environment import BASE_DIR
from tests.dealercrm.test_run import free_port, wait_until

NAME, PHONE = "山田 花子", "090-8642-8642"
WEB = [sys.executable, "-m", "gunicorn", "-c", "python:dealercrm.web", "dealercrm.wsgi"]
WORKER = [sys.executable, "manage.py", "worker"]


class Program:
    """One program with a real installation's settings, on the database of the test; what it says is kept."""

    def __init__(self, command, folder, **environment):
        self.port = free_port()
        self.log = folder / f"{self.port}.log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "tests.dealercrm.real.settings",
            "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]),
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": "crm.example.jp",
            "PROXIES": "1",
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
            "PYTHONPATH": str(BASE_DIR),
            **environment,
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=BASE_DIR, env=self.environment, stdout=log, stderr=log)

    def said(self):
        return self.log.read_text()

    def lines(self):
        return [json.loads(line) for line in self.said().splitlines()]

    def get(self, path, *, method="GET", **headers):
        """(status, headers, content) of a page, asked as a proxy in front asks."""
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            asking.request(method, path, headers={"Host": "crm.example.jp", "X-Forwarded-Proto": "https", **headers})
            answer = asking.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            asking.close()

    def answers(self):
        assert self.process.poll() is None, self.said()
        try:
            return self.get("/health")[0] == 200
        except OSError:
            return False

    def family(self):
        """The processes it started, and those that they started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, within=30):
        """Asks it to stop; gives its exit code and the seconds it took."""
        asked_at = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within), time.monotonic() - asked_at

    def end(self):
        """Ends it in whatever state it is."""
        if self.process.poll() is None:
            family = self.family()
            self.process.kill()
            self.process.wait()
            for process in family:
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    pass


def collect_static(folder):
    """Puts the static files where a real web server takes them from; gives that folder."""
    chosen = folder / "static"
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_POOL"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=BASE_DIR,
        env={**kept, "STATIC_DIR": str(chosen)},
        check=True,
    )
    return chosen


def is_up(program):
    wait_until(program.answers, 30, program.said)
    return program


def is_gone(process):
    """Whether a process is dead, buried or not: whose parent is killed waits for the machine's first one to notice."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
