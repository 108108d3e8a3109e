"""A web server on the data of one size, and one client that asks it."""

import http.client
import socket
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import psycopg
from django.core.management import CommandError

from dealercrm.environment import FOR_SHORT_STATEMENTS
from dealercrm.processes import Child
from dealercrm.supervisor import answers

PATIENCE_SECONDS = 60
HOST = "localhost"


@dataclass
class Asked:
    """One address that is asked for again and again; `times` in milliseconds."""

    name: str
    path: str
    person: str
    kind: str
    cookie: str
    rows: int
    statements: list
    times: list = field(default_factory=list)


class Web:
    """One client with a connection that is kept."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path, cookie) -> float:
        """How many milliseconds the whole answer took."""
        headers = {"Host": HOST, "Cookie": cookie}
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        response.read()
        took = (time.perf_counter() - began) * 1000
        if response.status != 200:
            raise AssertionError(f"{path} answers {response.status}")
        return took


class BareStatements:
    """A page's own statements by psycopg alone, as far as they only read."""

    def __init__(self, url, page):
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=None, options=FOR_SHORT_STATEMENTS)
        self.statements = [sql for sql in page.statements if sql.startswith(("SELECT", "(SELECT"))]
        self.name = page.name
        self.times = []

    def ask(self) -> float:
        began = time.perf_counter()
        for sql in self.statements:
            self.connection.execute(sql).fetchall()
        return (time.perf_counter() - began) * 1000


class Site:
    """The server of one size: its pages, a client for them, and the first board's statements alone."""

    def __init__(self, port, program, url, looked: dict):
        self.port, self.program, self.size = port, program, looked["size"]
        self.pages = [Asked(**page) for page in looked["pages"]]
        self.crowd = looked["crowd"]
        self.web = Web(port)
        self.sql = BareStatements(url, next(page for page in self.pages if page.kind == "board"))

    def page(self, name) -> Asked:
        return next(page for page in self.pages if page.name == name)

    @property
    def processes(self) -> list[psutil.Process]:
        """Those that serve pages."""
        return psutil.Process(self.program.process.pid).children()


@contextmanager
def running(url, looked: dict, environment: dict, log):
    """The web server as in production, on a free port; it writes a line for every answer to the open file `log`."""
    port = _free_port()
    program = Child(
        [sys.executable, "-m", "gunicorn", "-c", "python:dealercrm.web", "dealercrm.wsgi"],
        output=log,
        **{**environment, "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(port)},
    )
    program.start()
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not answers(port, "127.0.0.1"):
            if program.has_ended() or time.monotonic() > deadline:
                raise CommandError("The web server does not start.")
            time.sleep(0.1)
        yield Site(port, program, url, looked)
    finally:
        program.kill()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]
