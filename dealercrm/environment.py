"""What the process's environment says, read before Django's settings exist.

Every setting stands in `SETTINGS`; docs/operations.md shows the same table, and a test compares the two.
"""

import difflib
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from dealercrm import log, values

BASE_DIR = Path(__file__).resolve().parent.parent
FOR_SHORT_STATEMENTS = "-c max_parallel_workers_per_gather=0 -c jit=off -c join_collapse_limit=4"
"""For a page's few rows, parallel workers, a compiler or weighing every order of joins take longer than the answer."""
NEARLY = 0.88
"""How alike a name must be to one of ours to be a slip of the finger: DATABSE_URL is, DATABASE_PORT is not."""


@dataclass(frozen=True)
class Setting:
    """One name in the environment: `read` gives its text's value, or raises ValueError with what is wanted."""

    name: str
    read: Callable[[str], Any]
    says: str
    default: str = ""
    required: bool = False
    """Has to be given outside the demonstration."""


SETTINGS = (
    Setting("DEMONSTRATION", values.switch, "`0`: never the demonstration; `1`: it is, also on `DATABASE_URL`."),
    Setting("DATABASE_URL", values.database, "PostgreSQL 18, `postgresql://user:password@host/name`.", required=True),
    Setting("SECRET_KEY", values.secret, "Signs sessions; 50 characters or more, at random.", required=True),
    Setting("ALLOWED_HOSTS", values.hosts, "Names people type, with commas; mails link to the first.", required=True),
    Setting("PROXIES", values.whole(0, 9), "How many proxies stand in front; one speaks https.", required=True),
    Setting("DATA_DIR", values.folder, "A folder that the processes may write to.", required=True),
    Setting("STATIC_DIR", values.place, "Where `collectstatic` puts files; unset: `static` in `DATA_DIR`."),
    Setting("HOST", values.host, "The address the web server listens on.", default="127.0.0.1"),
    Setting("PORT", values.whole(1, 65535), "Its port.", default="8000"),
    Setting("WEB_WORKERS", values.whole(1, 64), "Web processes, each with four threads; one per core.", default="2"),
    Setting("EMAIL_URL", values.mail, "`smtp://`, `smtp+tls://` or `smtps://user:password@host:port`.", "smtp://localhost"),
    Setting("EMAIL_FROM", values.sender, "The sender of mails.", default="dealercrm@localhost"),
    Setting("REDIS_URL", values.redis, "The worker's messages go by this Redis; unset: by PostgreSQL."),
)  # fmt: skip


def read(environment=os.environ):
    """Every setting's value, by its name; None where nothing was given and nothing is the default.

    Raises ImproperlyConfigured with all problems at once, so that an operator mends them in one go. No value
    is ever repeated in it, because some are secret.
    """
    problems, found = nearly_ours(environment), {}
    real = not is_demonstration(environment)
    for setting in SETTINGS:
        given = environment.get(setting.name, "")
        if not given and setting.required and real:
            problems.append(f"{setting.name} is missing.")
            continue
        try:
            found[setting.name] = setting.read(given or setting.default) if given or setting.default else None
        except ValueError as error:
            problems.append(f"{setting.name} {error}.")
    if problems:
        raise ImproperlyConfigured("\n  ".join(["These settings cannot be used (docs/operations.md):", *problems]))
    return SimpleNamespace(**found)


def read_or_exit():
    """The same for a program's start: what is wrong is the last thing it says, without a traceback."""
    try:
        return read()
    except ImproperlyConfigured as problem:
        sys.exit(log.as_written("CRITICAL", "dealercrm.settings", str(problem)))


def nearly_ours(environment):
    """A line for every name that looks like one of ours and isn't; we have no prefix to tell them by."""
    known = [setting.name for setting in SETTINGS]
    long = [name for name in known if len(name) > len("HOST")]
    lines = []
    for name in sorted(set(environment) - set(known)):
        meant = difflib.get_close_matches(name.upper(), long, n=1, cutoff=NEARLY)
        if meant:
            lines.append(f"{name} is no setting; {meant[0]} is.")
    return lines


def is_demonstration(environment=os.environ):
    """Whether this is the demonstration: it was asked for, or no server was named and it wasn't ruled out."""
    asked = environment.get("DEMONSTRATION")
    return asked == "1" or (asked != "0" and "DATABASE_URL" not in environment)


def data_dir():
    """The folder that everything made while running lives in (`DATA_DIR`, else `.data`)."""
    return Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").absolute()


def demonstration_secret_key():
    """A secret key made once per data folder, so that sign-ins survive a restart of the demonstration."""
    path = data_dir() / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        key = path.read_text().strip()
        if key:
            return key
        handle = os.open(path, os.O_WRONLY, 0o600)
    key = secrets.token_urlsafe(50)
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key


def database(url):
    """Django's connection settings for a libpq address; what Django has no name for goes into OPTIONS."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "dealercrm.postgres",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": {"connect_timeout": 5, "options": FOR_SHORT_STATEMENTS, **parts},
        "CONN_HEALTH_CHECKS": True,
    }


def pooled(database):
    """The same connection settings with a pool, as only gunicorn's processes use it.

    The short time limits make each waiting request try a new connection at once after the database was
    away, where the pool alone would back off for up to a minute (`dealercrm.postgres` does the waiting).
    """
    pool = {"min_size": 1, "max_size": 10, "timeout": 1, "reconnect_timeout": 0.5}
    return {**database, "CONN_MAX_AGE": 0, "OPTIONS": {**database["OPTIONS"], "pool": pool}}


def socket_url(socket_dir, name):
    """The libpq address of a database behind a Unix socket."""
    return f"postgresql:///{name}?{urlencode({'host': str(socket_dir), 'user': 'postgres'})}"
