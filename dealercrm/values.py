"""Reading the text of one setting: each function gives its value, or raises ValueError with what is wanted.

What is wanted ends a sentence that begins with the setting's name. It never repeats the text: that may be secret.
"""

import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
HOST_NAME = re.compile(rf"\.?{LABEL}(\.{LABEL})*|\[[0-9a-f:.]+\]", re.IGNORECASE)
SHORTEST_KEY, FEWEST_DIFFERENT = 50, 10
FROM_AN_EXAMPLE = ("change", "example", "insecure", "password", "replace", "secret")
SENDER = re.compile(r"[^@<>\s]+@[^@<>\s]+|.*<[^@<>\s]+@[^@<>\s]+>")
MAIL_SCHEMES = {"smtp": (25, {}), "smtp+tls": (587, {"EMAIL_USE_TLS": True}), "smtps": (465, {"EMAIL_USE_SSL": True})}
REDIS_PATIENCE = {"socket_connect_timeout": "2", "socket_timeout": "5"}
"""Seconds. Ringing for the worker happens in a request: a Redis that is away must not hold the page."""


def switch(text):
    if text not in {"0", "1"}:
        raise ValueError("must be 0 or 1")
    return text == "1"


def whole(lowest, highest):
    """The reader of a whole number within limits."""

    def reader(text):
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(text)

    return reader


def database(text):
    """A libpq address that names its database; PostgreSQL's own complaint would repeat the password."""
    try:
        parts = conninfo_to_dict(text)
    except ProgrammingError:
        raise ValueError("must be an address like postgresql://user:password@host/name") from None
    if not parts.get("dbname"):
        raise ValueError("names no database (postgresql://user:password@host/name)")
    return text


def secret(text):
    if len(text) < SHORTEST_KEY:
        raise ValueError(f"is too short: {SHORTEST_KEY} characters at random at least")
    if len(set(text)) < FEWEST_DIFFERENT or any(word in text.lower() for word in FROM_AN_EXAMPLE):
        raise ValueError("can be guessed: it must be made at random")
    return text


def hosts(text):
    """The names, as Django wants them; `*` would let anybody's name in, and links in mails be made up."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or not all(HOST_NAME.fullmatch(name) for name in names):
        raise ValueError("must be names like crm.example.jp, with commas between them: no https://, no port, no *")
    return names


def host(text):
    if not re.fullmatch(r"[0-9A-Za-z.:\[\]-]+", text):
        raise ValueError("must be an address of this machine, or 0.0.0.0 for all")
    return text


def folder(text):
    """A folder that may be written to, or can be made."""
    path = place(text)
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise ValueError("is a folder that this account may not write to")
    return path


def place(text):
    """A folder that need not be there yet, and may be one to read from only."""
    path = Path(text).absolute()
    if path.exists() and not path.is_dir():
        raise ValueError("is no folder")
    return path


def mail(text):
    """Django's settings for a mail server."""
    parts = _address(text, MAIL_SCHEMES, "must be an address like smtp+tls://user:password@host:587")
    port, security = MAIL_SCHEMES[parts.scheme]
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        **security,
    }


def sender(text):
    if not SENDER.fullmatch(text):
        raise ValueError("must be a mail address")
    return text


def redis(text):
    """The address with limits to how long we wait, unless it has its own."""
    parts = _address(text, {"redis", "rediss"}, "must be an address like redis://host:6379/0")
    return parts._replace(query=urlencode({**REDIS_PATIENCE, **dict(parse_qsl(parts.query))})).geturl()


def _address(text, schemes, wanted):
    try:
        parts = urlsplit(text)
        valid = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError(wanted)
    return parts
