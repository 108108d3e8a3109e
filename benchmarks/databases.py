"""The data that is measured on: made once a week, kept, and measured on a copy that is thrown away.

The server is the bench's own, so that nobody's data is touched. Dates are relative to the day the data were made, and a
few more tasks are late on each day after; they are made anew after a week, or when migrations or the demonstration
itself changed. What is compared with each other was made on the same day.
"""

import hashlib
import json
import sys
from contextlib import contextmanager
from datetime import date

import psycopg
from django.utils import timezone
from psycopg import sql

from dealercrm import embedded
from dealercrm.environment import BASE_DIR
from dealercrm.processes import Child

KEPT_DAYS = 7
MAKES_THE_DATA = (
    "todo/demo/*.py",
    "*/migrations/*.py",
    "followups/shipped.py",
    "reports/summed.py",
    "reports/stories.py",
)
EMPTY = "bench_of_nobody"
"""As the migrations make it; every size begins with a copy."""


class DataFailed(Exception):
    """The data to measure on could not be made; the message is the command that failed."""


@contextmanager
def copies_of_data(server_data, sizes: list[int], *, environment: dict, say):
    """Gives the addresses of a fresh copy of the data of each size, so many customers.

    `environment`: what child processes get besides it.
    """
    _make_what_is_missing(server_data, sizes, environment, say)
    try:
        for customers in sizes:
            _drop(server_data, _copy(customers))
            with _maintenance(server_data) as connection:
                copy = f"CREATE DATABASE {_copy(customers)} TEMPLATE {_kept(customers)} STRATEGY file_copy"
                connection.execute(copy)
        yield [embedded.url(server_data, _copy(customers)) for customers in sizes]
    finally:
        for customers in sizes:
            _drop(server_data, _copy(customers))


def _kept(customers) -> str:
    return f"bench_of_{customers}"


def _copy(customers) -> str:
    return f"{_kept(customers)}_run"


def _make_what_is_missing(server_data, sizes, environment, say):
    today, made_by = timezone.localdate(), _made_by()
    days = {customers: _day_of(server_data, customers, made_by) for customers in sizes}
    there = {day for day in days.values() if day and (today - day).days < KEPT_DAYS}
    wanted = there.pop() if len(there) == 1 and None not in days.values() else None
    missing = [customers for customers in sizes if wanted is None or days[customers] != wanted]
    if missing:
        _fresh(server_data, EMPTY)
        _manage({**environment, "DATABASE_URL": embedded.url(server_data, EMPTY)}, "migrate", "--verbosity=0")
    for customers in missing:
        _make(server_data, customers, environment, say, json.dumps({"day": str(today), "made by": made_by}))


def _day_of(server_data, customers, made_by) -> date | None:
    """When the data of that size were made; None when there are none, or by another version of us."""
    comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with _maintenance(server_data) as connection:
        found = connection.execute(comment, [_kept(customers)]).fetchone()
    known = json.loads(found[0]) if found and found[0] else {}
    return date.fromisoformat(known["day"]) if known.get("made by") == made_by else None


def _make(server_data, customers, environment, say, remark):
    name = _kept(customers)
    say(f"Making a dealership of {customers:,} customers …")
    _fresh(server_data, name, EMPTY)
    _manage({**environment, "DATABASE_URL": embedded.url(server_data, name)}, "demo", f"--customers={customers}")
    with psycopg.connect(embedded.url(server_data, name), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    with _maintenance(server_data) as connection:
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
        connection.execute(comment.format(sql.Identifier(name), sql.Literal(remark)))


def _fresh(server_data, name, template="template1"):
    _drop(server_data, name)
    with _maintenance(server_data) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def _drop(server_data, name):
    with _maintenance(server_data) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _made_by() -> str:
    digest = hashlib.blake2s()
    for pattern in MAKES_THE_DATA:
        for path in sorted(BASE_DIR.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


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
