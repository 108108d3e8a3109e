"""An empty database as the migrations make it, from which every test process has its copy."""

import hashlib
import os
import subprocess
import sys

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from dealercrm.environment import BASE_DIR

PREFIX = "migrated_"
MAKES_IT = ("*/migrations/*.py", "followups/shipped*.py", "requirements.txt")


def template(url: str) -> str:
    """The name of that database on the server at `url`; made when there is none of these very migrations yet."""
    name = PREFIX + _fingerprint()
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
        found = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if name not in found:
            for old in found:
                if old.startswith(PREFIX):
                    connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
            _make(connection, url, f"{name}_unfinished", name)
    return name


def _make(connection, url, unfinished, name):
    making = sql.Identifier(unfinished)
    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(making))
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=BASE_DIR,
        env={**os.environ, "DATABASE_URL": make_conninfo(url, dbname=unfinished)},
        check=True,
    )
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(making, sql.Identifier(name)))


def _fingerprint() -> str:
    digest = hashlib.blake2s(digest_size=8)
    for pattern in MAKES_IT:
        for path in sorted(BASE_DIR.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
