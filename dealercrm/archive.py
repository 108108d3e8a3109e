"""The file that a backup is: a zip of what it is about, PostgreSQL's own dump, and the files people brought in.

A zip keeps a checksum of every part, is written in one go without a second copy on the disk, and anybody can
look into it. The dump inside is compressed already.
"""

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dealercrm import embedded

FORMAT = 1
PRODUCT = "dealercrm"
ABOUT, DUMP, FILES = "about.json", "database.dump", "files/"
ENCRYPTED = {"require", "verify-ca", "verify-full"}


class BackupError(Exception):
    """A backup cannot be written or restored; the message is one line that tells a person why."""


@contextmanager
def opened(path):
    """The archive at a path, and what it is about. Raises BackupError for anything that is no backup of ours."""
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _about(archive, path)
    except FileNotFoundError:
        raise BackupError(f"{path}: there is no such file.") from None
    except zipfile.BadZipFile:
        cut = _begins_like_ours(path)
        raise BackupError(
            f"{path} {'was cut short or is damaged' if cut else 'is no backup of this system'}."
        ) from None
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror}.") from None


def _about(archive, path):
    try:
        about = json.loads(archive.read(ABOUT))
        if about["product"] != PRODUCT or archive.getinfo(DUMP) is None:
            raise KeyError
    except (KeyError, ValueError, TypeError):
        raise BackupError(f"{path} is no backup of this system.") from None
    if about["format"] > FORMAT:
        raise BackupError(f"{path} was written by a newer version: install that version first.")
    return about


def _begins_like_ours(path):
    with path.open("rb") as file:
        beginning = file.read(100)
    return beginning.startswith(b"PK") and ABOUT.encode() in beginning


def check(path):
    """Reads a whole archive, its dump also by PostgreSQL's eyes. Raises BackupError when something is amiss."""
    with opened(path) as (archive, _):
        damaged = archive.testzip()
        if damaged:
            raise BackupError(f"{path} is damaged: {damaged} is not what was written.")
        feed(archive, "pg_restore", "--format=custom", "--file=/dev/null")


def feed(archive, program, *arguments, url=""):
    """Runs a PostgreSQL program on an archive's dump. Raises BackupError with what it says when it fails."""
    with running(program, *arguments, url=url, stdin=subprocess.PIPE) as process, archive.open(DUMP) as dump:
        try:
            shutil.copyfileobj(dump, process.stdin, 1 << 20)
        except BrokenPipeError:
            pass


@contextmanager
def running(program, *arguments, url="", **streams):
    """A PostgreSQL program on the database of an address, until it ends; what it complains of is a BackupError.

    The password goes by the environment: a command line can be read by everybody on the machine.
    """
    parts = conninfo_to_dict(url)
    secret = {"PGPASSWORD": parts.pop("password")} if "password" in parts else {}
    where = [f"--dbname={make_conninfo(**parts)}", "--no-password"] if parts else []
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [_find(program, parts), *arguments, *where],
            env={**os.environ, "LC_ALL": "C", **secret},
            stderr=complaints,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **streams},
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            for stream in (process.stdin, process.stdout):
                _close(stream)
            process.wait()
        complaints.seek(0)
        said = complaints.read().decode(errors="replace").strip()
    if process.returncode:
        first = next(iter(said.splitlines()), f"ended with {process.returncode}")
        raise BackupError(f"{program} failed: {first.removeprefix(f'{program}: ').removeprefix('error: ')}")


def _close(stream):
    """Closes one end of a pipe; what is left in it may have nobody to go to any more."""
    try:
        if stream:
            stream.close()
    except BrokenPipeError:
        pass


def _find(program, parts):
    """Where a program is: in the wheel, or the machine's own, because the wheel's do not encrypt connections."""
    if parts.get("sslmode") not in ENCRYPTED:
        return embedded.program(program)
    found = shutil.which(program)
    if not found:
        raise BackupError(f"{program} of PostgreSQL 18 is not installed; connections with sslmode need it.")
    return found


def applied(connection):
    """The migrations of our own apps that a database has seen, as "app.name"."""
    rows = connection.execute("SELECT app, name FROM django_migrations WHERE app = ANY(%s) ORDER BY id", [_our_apps()])
    return [f"{app}.{name}" for app, name in rows]


def unknown(migrations):
    """Those that this version has never heard of: the database was left by a newer one."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    return [name for name in migrations if name not in known]


def _our_apps():
    ours = Path(settings.BASE_DIR)
    return [app.label for app in apps.get_app_configs() if Path(app.path).parent == ours]


def rows(connection):
    """How many rows every table has."""
    tables = connection.execute(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema' ORDER BY 1"
    ).fetchall()
    count = "SELECT count(*) FROM "
    return {table: connection.execute(count + table).fetchone()[0] for (table,) in tables}
