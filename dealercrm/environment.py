"""What the process's environment says, read before Django's settings exist."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent
FOR_SHORT_STATEMENTS = "-c max_parallel_workers_per_gather=0 -c jit=off -c join_collapse_limit=4"
"""For a page's few rows, parallel workers, a compiler or weighing every order of joins take longer than the answer."""
REQUIRED = ("DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "PROXIES", "DATA_DIR")


def is_demonstration():
    """Whether this is the demonstration: no server was named, or it was asked for."""
    return "DATABASE_URL" not in os.environ or os.environ.get("DEMONSTRATION") == "1"


def data_dir():
    """The folder that everything made while running lives in (`DATA_DIR`, else `.data`)."""
    return Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").absolute()


def required():
    """The values that a real installation must give, by name.

    Raises ImproperlyConfigured with every missing name at once, so that an operator fixes them in one go.
    """
    missing = [name for name in REQUIRED if not os.environ.get(name)]
    if missing:
        raise ImproperlyConfigured(f"Set these environment variables: {', '.join(missing)}")
    return {name: os.environ[name] for name in REQUIRED}


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
