"""The data that is measured on: made once a day, kept, and measured on a copy that is thrown away.

The server is the bench's own, so that nobody's data is touched. Dates are relative to the day the data were made, so
they are made anew when that day is over, or when migrations or the demonstration itself changed.
"""

import hashlib
import json
import sys
from contextlib import contextmanager

import psycopg
from django.utils import timezone
from psycopg import sql

from dealercrm import embedded
from dealercrm.environment import BASE_DIR
from dealercrm.processes import Child

KEPT, COPY = "bench_data", "bench_run"
MAKES_THE_DATA = ("todo/demo/*.py", "*/migrations/*.py", "followups/shipped.py")


class DataFailed(Exception):
    """The data to measure on could not be made; the message is the command that failed."""


@contextmanager
def copy_of_data(server_data, *, customers: int, environment: dict, say):
    """Gives the address of a fresh copy of the data. `environment`: what child processes get besides it."""
    _make_unless_fitting(server_data, customers, environment, say)
    with _maintenance(server_data) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {COPY} TEMPLATE {KEPT} STRATEGY file_copy")
    try:
        yield embedded.url(server_data, COPY)
    finally:
        with _maintenance(server_data) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")


def _make_unless_fitting(server_data, customers, environment, say):
    wanted = _parameters(customers)
    with _maintenance(server_data) as connection:
        comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        if connection.execute(comment, [KEPT]).fetchone() == (wanted,):
            return
        say(f"Making a dealership of {customers:,} customers …")
        connection.execute(f"DROP DATABASE IF EXISTS {KEPT} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {KEPT}")
    environment = {**environment, "DATABASE_URL": embedded.url(server_data, KEPT)}
    _manage(environment, "migrate", "--verbosity=0")
    _manage(environment, "demo", f"--customers={customers}")
    with psycopg.connect(embedded.url(server_data, KEPT), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    with _maintenance(server_data) as connection:
        remark = sql.SQL("COMMENT ON DATABASE {} IS {}")
        connection.execute(remark.format(sql.Identifier(KEPT), sql.Literal(wanted)))


def _parameters(customers) -> str:
    digest = hashlib.blake2s()
    for pattern in MAKES_THE_DATA:
        for path in sorted(BASE_DIR.glob(pattern)):
            digest.update(path.read_bytes())
    return json.dumps({"customers": customers, "day": str(timezone.localdate()), "made by": digest.hexdigest()})


def _maintenance(server_data):
    return psycopg.connect(embedded.url(server_data, "postgres"), autocommit=True)


def _manage(environment, *arguments):
    child = Child([sys.executable, str(BASE_DIR / "manage.py"), *arguments], **environment)
    child.start()
    try:
        if child.process.wait():
            raise DataFailed(f"manage.py {' '.join(arguments)} failed.")
    finally:
        child.kill()
