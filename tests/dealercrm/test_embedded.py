import os
import stat
import subprocess
import sys

import psutil
import psycopg
import pytest

from dealercrm import embedded
from dealercrm.embedded import EmbeddedPostgresError, Server
from dealercrm.environment import BASE_DIR

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder that the tests of this file use one after the other."""
    return tmp_path_factory.mktemp("embedded") / "postgres"


def ask(data, query):
    with psycopg.connect(embedded.url(data)) as connection:
        return connection.execute(query).fetchone()[0]


def test_it_starts_knows_japanese_and_stops(data):
    with Server(data, durable=False) as server:
        with psycopg.connect(embedded.url(data)) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            assert connection.execute("SELECT show_trgm('日本語')").fetchone()[0]
        assert ask(data, "SELECT lower('ＡÉ')") == "ａé"
        assert ask(data, "SELECT current_setting('TimeZone')") == "UTC"
        process = server.postmaster()
        assert process.username() != "root"
    assert server.postmaster() is None
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_nobody_else_may_enter_its_folder(data):
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_what_was_written_is_there_after_a_restart(data):
    with Server(data) as server:
        with psycopg.connect(embedded.url(data)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert ask(data, "SHOW fsync") == "on"
    with server:
        assert ask(data, "SELECT answer FROM kept") == 42


def test_the_last_one_to_leave_stops_it(data):
    with Server(data, durable=False) as first:
        second = Server(data, durable=False).__enter__()
        pid = first.postmaster().pid
    assert second.postmaster().pid == pid
    second.__exit__(None, None, None)
    assert second.postmaster() is None


def test_a_killed_user_is_not_counted(data):
    code = (
        "import sys, time; from dealercrm.embedded import Server; "
        f"Server({str(data)!r}).__enter__(); print('up', flush=True); time.sleep(60)"
    )
    user = subprocess.Popen([sys.executable, "-c", code], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
    assert user.stdout.readline() == "up\n"
    user.kill()
    user.wait()
    left = Server(data, durable=False)
    assert left.postmaster()
    with left:
        assert ask(data, "SELECT 1") == 1
    assert left.postmaster() is None


def test_a_pid_file_left_by_a_crash_does_not_stop_it(data):
    with Server(data, durable=False) as server:
        process = server.postmaster()
        process.kill()
        process.wait(5)
        assert (data / "postmaster.pid").exists()
        server.ensure_running()
        assert ask(data, "SELECT 1") == 1


def test_a_pid_file_that_names_another_process_is_not_believed(data):
    lines = [str(os.getpid()), str(data), "1", "5432", str(data), "", "", "ready"]
    (data / "postmaster.pid").write_text("\n".join(lines))
    with Server(data, durable=False):
        assert ask(data, "SELECT 1") == 1


def test_data_of_another_major_version_is_refused_and_left_alone(tmp_path):
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedPostgresError, match="written by PostgreSQL 15"):
        Server(data).__enter__()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_folder_that_is_not_empty_is_not_taken_for_a_new_one(tmp_path):
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "letters.txt").write_text("mine")
    with pytest.raises(EmbeddedPostgresError, match="not empty"):
        Server(data).__enter__()
    assert (data / "letters.txt").read_text() == "mine"


def test_a_path_too_long_for_a_socket_works_too(tmp_path):
    data = tmp_path / ("deep" * 30) / "店舗's data" / "postgres"
    data.parent.mkdir(parents=True)
    with Server(data, durable=False):
        assert embedded.socket_dir(data) != data
        assert ask(data, "SELECT 1") == 1


def test_a_half_made_folder_is_made_again(tmp_path):
    data = tmp_path / "postgres"
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "half").write_text("")
    with Server(data, durable=False):
        assert ask(data, "SELECT 1") == 1
