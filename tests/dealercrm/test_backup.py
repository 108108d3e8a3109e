"""`manage.py backup` and `restore` as an operator uses them, on the embedded server and on a named one (H6)."""

import json
import os
import pty
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
import zipfile

import psycopg
import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from dealercrm import embedded
from dealercrm.environment import BASE_DIR
from tests.dealercrm.test_run import wait_until

pytestmark = [pytest.mark.slow]

CASTS = re.compile(r"[()]|::(character varying|text)(\[\])?")


class Place:
    """An installation: its data folder, the address of its database, and how its commands find that."""

    def __init__(self, folder, url, **environment):
        self.folder, self.url = folder, url
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DEMONSTRATION"}}
        self.environment = {**kept, "DATA_DIR": str(folder), **environment}

    def manage(self, *arguments, **how):
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=BASE_DIR,
            env=self.environment,
            **{"capture_output": True, "text": True, "stdin": subprocess.DEVNULL, **how},
        )

    def done(self, *arguments):
        finished = self.manage(*arguments)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def refused(self, *arguments, **how):
        """What a refusal says, which is one line."""
        finished = self.manage(*arguments, **how)
        assert finished.returncode == 1, finished.stdout
        (line,) = finished.stderr.splitlines()
        return line

    def ask(self, question, url=""):
        with psycopg.connect(url or self.url, autocommit=True) as connection:
            found = connection.execute(question)
            return found.fetchall() if found.description else None

    def databases(self):
        """The server's databases, asked beside ours: nobody may be connected to that while it is restored."""
        beside = psycopg.conninfo.make_conninfo(self.url, dbname="postgres")
        return {name for (name,) in self.ask("SELECT datname FROM pg_database WHERE NOT datistemplate", beside)}

    def everything(self):
        """Every row of every table, where every sequence stands, what the tables look like, and the files."""
        tables = self.ask("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        rows = {name: sorted(self.ask(f"SELECT t::text FROM {name} t")) for (name,) in tables}  # noqa: S608
        sequences = self.ask("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        dump = subprocess.run(
            [embedded.program("pg_dump"), "--schema-only", "--no-owner", "--no-privileges", f"--dbname={self.url}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        # PostgreSQL words a cast in a condition in two ways, and a dump's first lines with a key of their own.
        tables_look = [CASTS.sub("", line) for line in dump.splitlines() if "restrict " not in line]
        files = {str(path): path.read_bytes() for path in (self.folder / "files").rglob("*") if path.is_file()}
        assert len(rows) > 30
        assert sum(map(len, rows.values())) > 500
        return rows, sequences, tables_look, files


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backup")
    with embedded.Server(folder / "postgres", durable=False):
        yield folder


@pytest.fixture(scope="module")
def here(server, django_db_setup):
    """The embedded database, with a small dealership and a file in it."""
    own = Place(server, embedded.url(server / "postgres"))
    tables = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    copied = subprocess.run([embedded.program("pg_dump"), f"--dbname={tables}"], capture_output=True, check=True)
    filling = [
        embedded.program("psql"),
        "--quiet",
        "--output=/dev/null",
        "--set=ON_ERROR_STOP=1",
        f"--dbname={own.url}",
    ]
    subprocess.run(filling, input=copied.stdout, check=True)
    own.done("schedules")
    own.done("demo", "--customers=40")
    (server / "files" / "letters").mkdir(parents=True)
    (server / "files" / "letters" / "年賀状.txt").write_text("謹賀新年")
    return own


@pytest.fixture(scope="module")
def kept(here):
    """A backup that tests may copy and spoil."""
    path = here.folder / "kept.crm"
    here.done("backup", path)
    return path


@pytest.fixture(scope="module")
def named(here, kept):
    """The same house moved to a server that is named, into the empty database of an ordinary account."""
    here.ask("CREATE ROLE crm LOGIN CREATEDB PASSWORD 's3cr3t'")
    here.ask("CREATE DATABASE crm OWNER crm")
    url = here.url.replace("/dealercrm?", "/crm?").replace("user=postgres", "user=crm&password=s3cr3t")
    other = Place(here.folder / "named", url, DATABASE_URL=url, DEMONSTRATION="1")
    other.folder.mkdir()
    other.done("restore", kept, "--yes")
    return other


@pytest.fixture(params=["here", "named"])
def place(request):
    return request.getfixturevalue(request.param)


def spoil(place):
    """What a bad day does to the data."""
    place.ask("DELETE FROM customers_stagechange")
    place.ask("UPDATE customers_customer SET name = 'overwritten'")
    place.ask("SELECT nextval(pg_get_serial_sequence('customers_customer', 'id')) FROM generate_series(1, 1000)")
    place.ask("CREATE TABLE left_over (id int)")
    (place.folder / "files").mkdir(exist_ok=True)
    (place.folder / "files" / "new.txt").write_text("new")


def test_a_restore_brings_back_every_row_sequence_table_and_file(place, tmp_path):
    before = place.everything()
    said = place.done("backup", tmp_path / "day.crm")
    assert f"{sum(map(len, before[0].values())):,} rows of {len(before[0])} tables" in said
    spoil(place)
    assert place.everything() != before
    place.done("restore", tmp_path / "day.crm", "--yes")
    assert place.everything() == before
    place.done("migrate", "--check")


def kept_beside(place):
    return sorted(name for name in place.databases() if name.startswith("dealercrm_before_restore"))


def test_what_was_there_before_a_restore_is_kept_until_it_is_forgotten(here, kept):
    here.ask("UPDATE stores_store SET phone = '000'")
    here.done("restore", "--forget")
    assert "kept as database dealercrm_before_restore_" in here.done("restore", kept, "--yes")
    (name,) = kept_beside(here)
    before = psycopg.conninfo.make_conninfo(here.url, dbname=name)
    assert here.ask("SELECT DISTINCT phone FROM stores_store", before) == [("000",)]
    here.done("restore", "--forget")
    assert not kept_beside(here)
    assert not list(here.folder.glob("files.before_restore*"))
    assert "nothing to remove" in here.done("restore", "--forget")


def test_a_wrong_file_and_then_the_right_one_lose_nothing_of_what_was_there(here, kept):
    here.done("restore", "--forget")
    here.ask("UPDATE stores_store SET phone = '222'")
    (here.folder / "files" / "only.txt").write_text("here")
    for _time in range(2):
        here.done("restore", kept, "--yes")
    first, _second = kept_beside(here)
    before = psycopg.conninfo.make_conninfo(here.url, dbname=first)
    assert here.ask("SELECT DISTINCT phone FROM stores_store", before) == [("222",)]
    assert len(list(here.folder.glob("files.before_restore_*/only.txt"))) == 1
    here.ask("CREATE DATABASE dealercrm_before_restore_mine")
    here.ask("CREATE DATABASE dealercrm_before_restore")
    here.done("restore", "--forget")
    assert kept_beside(here) == ["dealercrm_before_restore_mine"], "a name of somebody else's"
    here.ask("DROP DATABASE dealercrm_before_restore_mine")


def test_files_that_a_crashed_restore_left_do_not_come_along(here, kept):
    left = here.folder / "files.restoring" / "files"
    left.mkdir(parents=True)
    (left / "stale.txt").write_text("stale")
    here.done("restore", kept, "--yes")
    assert not (here.folder / "files" / "stale.txt").exists()
    assert (here.folder / "files" / "letters" / "年賀状.txt").exists()


def test_only_its_owner_may_read_a_backup_and_no_password_is_seen_while_it_is_written(kept, named):
    assert kept.stat().st_mode & 0o777 == 0o600
    from dealercrm import archive

    with archive.running("psql", "--command=SELECT pg_sleep(1)", url=named.url) as process:
        time.sleep(0.3)
        with open(f"/proc/{process.pid}/cmdline") as seen:
            assert "s3cr3t" not in seen.read()


def test_a_backup_is_of_one_moment_also_while_people_work(here, tmp_path):
    here.ask("CREATE TABLE scales AS SELECT n, 100 AS weight FROM generate_series(1, 2) n")
    stop, moved = threading.Event(), []

    def work():
        with psycopg.connect(here.url) as connection:
            while not stop.is_set():
                for n, weight in ((1, -1), (2, 1)):
                    connection.execute("UPDATE scales SET weight = weight + %s WHERE n = %s", [weight, n])
                connection.commit()
                moved.append(1)

    working = threading.Thread(target=work)
    working.start()
    here.done("backup", tmp_path / "busy.crm")
    stop.set()
    working.join()
    here.ask("UPDATE scales SET weight = 0")
    here.done("restore", tmp_path / "busy.crm", "--yes")
    ((first,), (second,)) = here.ask("SELECT weight FROM scales ORDER BY n")
    assert len(moved) > 100
    assert first + second == 200
    assert first != 100
    here.ask("DROP TABLE scales")


def test_a_file_that_is_there_is_never_overwritten(here, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    assert "is there already" in here.refused("backup", tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert "no such folder" in here.refused("backup", tmp_path / "nowhere" / "day.crm")


def test_without_room_on_the_disk_nothing_is_left_behind(here, tmp_path):
    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    assert "File too large" in here.refused("backup", tmp_path / "day.crm", preexec_fn=little_room)
    assert list(tmp_path.iterdir()) == []


def as_a_photo(path, kept):
    path.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 50)


def as_nothing(path, kept):
    path.write_bytes(b"")


def as_a_spreadsheet(path, kept):
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook/>")


def cut_short(path, kept):
    path.write_bytes(kept.read_bytes()[:-5000])


def with_a_bit_turned(path, kept):
    whole = bytearray(kept.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def without_a_row(path, kept):
    rewrite(path, kept, lambda about: about["rows"].update({"public.stores_store": 99}))


def of_a_newer_version(path, kept):
    rewrite(path, kept, lambda about: about["migrations"].append("customers.9999_not_yet_written"))


def of_a_newer_form(path, kept):
    rewrite(path, kept, lambda about: about.update(format=99))


def rewrite(path, kept, change):
    """A backup whole in itself, that says something else about itself."""
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "about.json":
                about = json.loads(content)
                change(about)
                content = json.dumps(about)
            new.writestr(name, content)


REFUSED = (
    (as_a_photo, "is no backup"),
    (as_nothing, "is no backup"),
    (as_a_spreadsheet, "is no backup"),
    (cut_short, "was cut short or is damaged"),
    (with_a_bit_turned, "damaged"),
    (without_a_row, "not every row"),
    (of_a_newer_version, "newer version (customers.9999_not_yet_written)"),
    (of_a_newer_form, "newer version"),
)


def test_what_cannot_be_restored_is_refused_in_a_line_and_changes_nothing(here, kept, tmp_path):
    before = here.everything()
    for make, why in REFUSED:
        path = tmp_path / f"{make.__name__}.crm"
        make(path, kept)
        assert why in here.refused("restore", path, "--yes"), make.__name__
        assert "dealercrm_restoring" not in here.databases(), make.__name__
    assert here.everything() == before


def test_a_file_that_is_not_there_or_a_folder_is_refused(here, tmp_path):
    assert "no such file" in here.refused("restore", tmp_path / "nothing.crm", "--yes")
    assert "Is a directory" in here.refused("restore", tmp_path, "--yes")
    assert "Name the file" in here.refused("restore")


def test_nothing_is_restored_while_anybody_is_connected(named, kept):
    before = named.everything()
    with psycopg.connect(named.url):
        said = named.refused("restore", kept, "--yes")
    assert "in use by 1 connections" in said
    assert "docker compose stop web worker" in said
    assert named.everything() == before


def test_killed_in_the_middle_it_has_changed_nothing_and_can_be_done_again(here, kept):
    here.ask("UPDATE stores_store SET phone = '111'")
    before = here.everything()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "restore", str(kept), "--yes"], cwd=BASE_DIR, env=here.environment
    )
    wait_until(lambda: "dealercrm_restoring" in here.databases(), 60)
    process.kill()
    process.wait()
    assert here.everything() == before
    wait_until(lambda: here.manage("restore", kept, "--yes").returncode == 0, 60)
    assert here.ask("SELECT count(*) FROM stores_store WHERE phone = '111'") == [(0,)]


def test_an_older_backup_is_brought_to_the_tables_of_today(here, server, tmp_path):
    names = sorted(name for app, name in MigrationLoader(None).disk_migrations if app == "followups")
    url = psycopg.conninfo.make_conninfo(here.url, dbname="older")
    here.ask("CREATE DATABASE older TEMPLATE dealercrm", psycopg.conninfo.make_conninfo(here.url, dbname="postgres"))
    older = Place(tmp_path, url, DATABASE_URL=url, DEMONSTRATION="1")
    try:
        older.done("migrate", "followups", names[-2], "--verbosity=0")
        older.done("backup", tmp_path / "older.crm")
        assert older.manage("migrate", "--check").returncode == 1
        older.done("restore", tmp_path / "older.crm", "--yes")
        older.done("migrate", "--check")
        older.done("restore", "--forget")
    finally:
        here.ask("DROP DATABASE older")


def typed(place, text, *arguments):
    """What a command does when a person at a terminal types this."""
    ours, theirs = pty.openpty()
    os.write(ours, text.encode())
    try:
        return place.manage(*arguments, stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_person_has_to_type_the_name_of_what_is_replaced(here, kept):
    here.ask("UPDATE stores_store SET phone = '222'")
    assert "--yes" in here.refused("restore", kept)
    assert "Nothing was changed" in typed(here, "yes\n", "restore", kept).stderr
    assert here.ask("SELECT DISTINCT phone FROM stores_store") == [("222",)]
    done = typed(here, "dealercrm\n", "restore", kept)
    assert done.returncode == 0, done.stderr
    assert here.ask("SELECT DISTINCT phone FROM stores_store") != [("222",)]


def test_a_server_that_wants_encryption_needs_the_machines_own_programs(monkeypatch):
    from dealercrm import archive

    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(archive.BackupError, match="PostgreSQL 18 is not installed"):
        archive._find("pg_dump", {"sslmode": "verify-full"})
    assert archive._find("pg_dump", {"sslmode": "prefer"}).is_file()
