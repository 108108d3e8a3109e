"""Writing a backup (`manage.py backup FILE`), also while people work: everything in it is of one moment (H6)."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import psycopg
from django.conf import settings

from dealercrm import archive
from dealercrm.archive import ABOUT, DUMP, FILES, FORMAT, PRODUCT, BackupError


def write(target, now):
    """Writes and reads back a backup of everything; gives what it is about.

    The file appears when it is whole, and never in place of another. Raises BackupError, and leaves nothing.
    """
    target = Path(target).absolute()
    if target.exists():
        raise BackupError(f"{target} is there already: choose another name, or move it away.")
    if not target.parent.is_dir():
        raise BackupError(f"{target.parent}: there is no such folder.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        about = _fill(part, now)
        archive.check(part)
        _publish(part, target)
    except psycopg.Error as error:
        raise BackupError(f"The database does not answer: {type(error).__name__}.") from None
    except OSError as error:
        raise BackupError(f"{target}: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
    return about


def _fill(part, now):
    """Writes the archive from one snapshot of the database; only its owner may read it."""
    with (
        psycopg.connect(settings.DATABASE_URL, connect_timeout=5) as connection,
        os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone()
        about = {
            "product": PRODUCT,
            "format": FORMAT,
            "written_at": now.isoformat(timespec="seconds"),
            "migrations": archive.applied(connection),
            "rows": archive.rows(connection),
        }
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as made:
            made.writestr(ABOUT, json.dumps(about, indent=1))
            _dump(made, snapshot)
            _add_files(made, Path(settings.MEDIA_ROOT))
        file.flush()
        os.fsync(file.fileno())
    return about


def _dump(made, snapshot):
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", "--lock-wait-timeout=30s"]
    with (
        archive.running("pg_dump", *options, url=settings.DATABASE_URL, stdout=subprocess.PIPE) as process,
        made.open(DUMP, "w", force_zip64=True) as dump,
    ):
        shutil.copyfileobj(process.stdout, dump, 1 << 20)


def _add_files(made, folder):
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            made.write(path, FILES + str(path.relative_to(folder)))


def _publish(part, target):
    """Gives the file its name. A link is refused where a file of that name has appeared meanwhile; a rename isn't."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise BackupError(f"{target} is there already: choose another name, or move it away.") from None
    except OSError:
        part.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
