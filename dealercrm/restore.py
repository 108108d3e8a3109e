"""Bringing a backup back (`manage.py restore FILE`).

It is loaded into a database beside the present one, brought to this version's tables and counted; then the two
change names, both in one transaction. Whatever fails before changes nothing, and what was there is kept under a name
with its moment until somebody says --forget: of two restores in a row each keeps what it replaced (H6).
"""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections
from django.utils import timezone
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dealercrm import archive
from dealercrm.archive import FILES, BackupError

LONGEST_NAME = 63
LOCK = 7305
KEPT = "_before_restore"
HOW_TO_STOP = (
    "Stop web and worker first (docker compose stop web worker; systemctl stop dealercrm-web dealercrm-worker; "
    "Ctrl-C where `make run` runs)."
)
PROVIDERS = {"b": "builtin", "c": "libc", "i": "icu"}


def look_into(path):
    """What a backup is about, after reading all of it. Raises BackupError when it can't be restored here."""
    archive.check(path)
    with archive.opened(path) as (_, about):
        newer = archive.unknown(about["migrations"])
    if newer:
        raise BackupError(f"{path} was written by a newer version ({newer[0]}): install that version first.")
    return about


class Restoring:
    """The database of the settings, and the two beside it: the one being filled, and the one that was there before."""

    def __init__(self, url=None):
        self.url = url or settings.DATABASE_URL
        self.name = conninfo_to_dict(self.url)["dbname"]
        self.fresh = self._beside("_restoring")
        self.moment = f"{timezone.localtime():%Y%m%d_%H%M%S}"
        self.before = self._beside(f"{KEPT}_{self.moment}")
        self.files = Path(settings.MEDIA_ROOT)

    def refuse_company(self):
        """Raises BackupError while anybody else is connected to the database."""
        with self._server() as server:
            self._refuse_company(server)

    def restore(self, path):
        """Puts a backup in place of the present data. Raises BackupError, and then nothing has changed."""
        connections.close_all()
        try:
            with self._server() as server, self._alone(server):
                self._refuse_company(server)
                shutil.rmtree(self._files("restoring"), ignore_errors=True)
                try:
                    self._make_fresh(server)
                    self._load(path)
                    self._refuse_company(server)
                    self._swap(server)
                finally:
                    self._drop(server, self.fresh)
                    shutil.rmtree(self._files("restoring"), ignore_errors=True)
        except psycopg.Error as error:
            raise BackupError(f"The database refuses: {str(error).splitlines()[0]}") from None
        except OSError as error:
            raise BackupError(f"{error.filename or path}: {error.strerror}.") from None

    def forget(self):
        """Removes for good what was there before the restores; gives the names of the databases."""
        with self._server() as server:
            there = self._kept(server)
            for name in there:
                self._drop(server, name)
        for folder in self.files.parent.glob(f"{self.files.name}.before_restore*"):
            shutil.rmtree(folder, ignore_errors=True)
        return there

    def _beside(self, ending):
        return self.name.encode()[: LONGEST_NAME - len(ending)].decode(errors="ignore") + ending

    def _files(self, ending):
        return self.files.with_name(f"{self.files.name}.{ending}")

    @contextmanager
    def _server(self):
        """A connection to the server, but not to our database: a database in use cannot be renamed."""
        try:
            server = psycopg.connect(make_conninfo(self.url, dbname="postgres"), autocommit=True, connect_timeout=5)
        except psycopg.Error as error:
            raise BackupError(f"The database server does not answer: {type(error).__name__}.") from None
        with server:
            yield server

    @contextmanager
    def _alone(self, server):
        if not server.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()[0]:
            raise BackupError("Another restore is running on this server.")
        yield

    def _refuse_company(self, server):
        there = server.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            " AND coalesce(backend_type, 'client backend') = 'client backend'",
            [self.name],
        ).fetchone()[0]
        if there:
            raise BackupError(f"{self.name} is in use by {there} connections. {HOW_TO_STOP}")

    def _kept(self, server):
        """The databases that restores of ours left, the oldest first."""
        dated = re.compile(re.escape(self.before.removesuffix(self.moment)) + r"\d{8}_\d{6}")
        names = [name for (name,) in server.execute("SELECT datname FROM pg_database ORDER BY datname")]
        return [name for name in names if name == self._beside(KEPT) or dated.fullmatch(name)]

    def _drop(self, server, name):
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    def _make_fresh(self, server):
        """An empty database that sorts and folds letters as the present one does; what a crash left goes first."""
        self._drop(server, self.fresh)
        provider, locale, collate, ctype = server.execute(
            "SELECT datlocprovider, datlocale, datcollate, datctype FROM pg_database WHERE datname = %s", [self.name]
        ).fetchone()
        options = [("LC_COLLATE", collate), ("LC_CTYPE", ctype), ("LOCALE_PROVIDER", PROVIDERS[provider])]
        if locale:
            options.append(("BUILTIN_LOCALE" if provider == "b" else "ICU_LOCALE", locale))
        written = [sql.SQL("{} {}").format(sql.SQL(option), sql.Literal(value)) for option, value in options]
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' {}").format(
                sql.Identifier(self.fresh), sql.SQL(" ").join(written)
            )
        )

    def _load(self, path):
        url = make_conninfo(self.url, dbname=self.fresh)
        with archive.opened(path) as (opened, about):
            archive.feed(
                opened, "pg_restore", "--format=custom", "--no-owner", "--no-privileges", "--exit-on-error", url=url
            )
            for name in opened.namelist():
                if name.startswith(FILES):
                    opened.extract(name, self._files("restoring"))
        with psycopg.connect(url, autocommit=True) as loaded:
            if archive.rows(loaded) != about["rows"]:
                raise BackupError(f"{path} is damaged: not every row that was written came back.")
            _manage(url, "migrate", "--verbosity=0", "--noinput")
            _manage(url, "schedules")
            loaded.execute("ANALYZE")

    def _swap(self, server):
        """The two databases change names at once; the files follow, and theirs are kept as well."""
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with server.transaction():
            server.execute(rename.format(sql.Identifier(self.name), sql.Identifier(self.before)))
            server.execute(rename.format(sql.Identifier(self.fresh), sql.Identifier(self.name)))
        if self.files.exists():
            self.files.rename(self._files(f"before_restore_{self.moment}"))
        brought = self._files("restoring") / FILES
        if brought.exists():
            brought.rename(self.files)


def _manage(url, *arguments):
    """One of our commands on the database being filled, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        env={**os.environ, "DATABASE_URL": url, "DEMONSTRATION": "1" if settings.DEMONSTRATION else "0"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupError(
            f"manage.py {arguments[0]} failed on the restored data: {(done.stderr.splitlines() or ['?'])[-1]}"
        )
