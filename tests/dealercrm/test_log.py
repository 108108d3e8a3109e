"""What the log says, and what it never says: real gunicorn and worker, and the parts (issue 3, 4)."""

import json
import logging
import socket
import sys

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django_q.tasks import async_task

from dealercrm import log
from dealercrm.access_log import without_words
from dealercrm.log import JsonFormatter, LineFormatter, WithoutPersonalData
from tests.dealercrm.real import NAME, PHONE, WORKER, Program
from tests.dealercrm.test_run import wait_until


def record(message, *args, error=None):
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.getLogger("t").makeRecord("t", logging.ERROR, "f", 1, message, args, info)
    WithoutPersonalData().filter(made)
    return made


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


@pytest.mark.parametrize("formatter", [LineFormatter, JsonFormatter])
@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("at %s", ("/customers/?q=山田",)),
        ("failed: %s", (ValueError("Key (phone)=(090-1234-5678) of 山田"),)),
        ("Key (phone)=(090-1234-5678) of 山田", ()),
    ],
)
def test_the_log_names_no_customer(formatter, message, args):
    line = formatter().format(record(message, *args, error=raised(ValueError("Key (phone)=(090-1234-5678) of 山田"))))
    assert "ValueError" in line
    assert "test_log.py" in line
    assert "山田" not in line
    assert "090" not in line


def test_an_exception_is_one_object_in_the_line_with_its_cause():
    try:
        try:
            raise KeyError(NAME)
        except KeyError as cause:
            raise ValueError(NAME) from cause
    except ValueError as error:
        line = JsonFormatter().format(record("Two\nlines", error=error))
    assert "\n" not in line
    read = json.loads(line)
    assert read["message"] == "Two\nlines"
    assert read["exception"]["type"] == "ValueError"
    assert read["exception"]["cause"] == "KeyError"
    assert read["exception"]["where"][0].startswith("tests/dealercrm/test_log.py:")


def test_what_is_printed_becomes_a_line_and_a_printed_traceback_an_exception_without_words(caplog):
    stray = log.Stray()
    stray.write("half a ")
    assert not caplog.records
    stray.write("line\n\n")
    try:
        raise ValueError(NAME)
    except ValueError:
        for text in ("Traceback (most recent call last):\n", f"ValueError: {NAME}\n"):
            stray.write(text)
    assert [seen.getMessage() for seen in caplog.records] == ["half a line", "Unhandled exception"]
    assert NAME not in "".join(JsonFormatter().format(seen) for seen in caplog.records)


def test_at_a_terminal_it_is_read_by_a_person(monkeypatch):
    monkeypatch.setattr(sys.__stderr__, "isatty", lambda: True)
    assert isinstance(log.ToStandardError().formatter, LineFormatter)
    assert log.as_written("CRITICAL", "x", "the list") == "the list"
    before = sys.stderr
    log.only_lines()
    assert sys.stderr is before


def test_words_in_an_address_are_replaced_by_what_they_stand_for():
    assert without_words("/deals/12/stage/won/", {"pk": 12, "stage": "won"}) == "/deals/12/stage/<stage>/"


def signed_in(staff):
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(staff.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: staff.get_session_auth_hash(),
        }
    )
    session.save()
    return f"sessionid={session.session_key}"


def is_clean(text):
    return not any(word in text for word in (NAME, *NAME.split(), PHONE, "%E5%B1%B1", "佐藤"))


@pytest.mark.slow
def test_whatever_is_asked_of_the_web_server_its_lines_are_json_without_personal_data(web, cast):
    cookie = signed_in(cast.sales)
    assert web.get("/customers/?q=%E5%B1%B1%E7%94%B0", Cookie=cookie)[0] == 200
    assert web.get("/%E5%B1%B1%E7%94%B0", Cookie=cookie)[0] == 404
    assert web.get("/followups/undo/%E5%B1%B1%E7%94%B0/", Cookie=cookie)[0] == 405
    assert web.get("/test/crash/?name=%E5%B1%B1%E7%94%B0", Cookie=cookie, Referer="/?q=山田".encode())[0] == 500
    assert web.get("/test/doubled/")[0] == 500
    assert web.get("/test/printing/")[0] == 200
    for nonsense in (f"GET /?q={NAME} HTTP/1.1\r\nX {NAME}: 1\r\n\r\n", f"{NAME} / HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", web.port)) as raw:
            raw.sendall(nonsense.encode())
            assert b" 400 " in raw.recv(1000)
    assert web.stop()[0] == 0

    assert is_clean(web.said())
    lines = web.lines()
    asked = [line for line in lines if line["message"] == "request"]
    # A line is written when the answer is on its way, so the next one may come before it.
    of_path = {line["path"]: line for line in asked}
    assert {(line["path"], line["status"]) for line in asked} >= {
        ("/customers/", 200),
        ("(unknown)", 404),
        ("/followups/undo/<signed>/", 405),
        ("/test/crash/", 500),
        ("/test/doubled/", 500),
        ("/test/printing/", 200),
    }
    assert of_path["/customers/"]["staff"] == cast.sales.pk
    assert of_path["/customers/"]["method"] == "GET"
    assert of_path["/customers/"]["ms"] >= 0
    assert "staff" not in of_path["/test/doubled/"]
    failed = {line["exception"]["type"]: line["exception"] for line in lines if "exception" in line}
    assert failed.keys() == {"ValueError", "django.db.utils.IntegrityError"}
    assert failed["django.db.utils.IntegrityError"]["state"] == "23505"
    assert any("urls.py" in place and "in crash" in place for place in failed["ValueError"]["where"])
    assert any(line["logger"] == "stderr" and line["message"] == "a library prints" for line in lines)


@pytest.mark.slow
def test_jobs_that_fail_are_told_of_without_their_words_and_nothing_else_is_printed(worker):
    async_task("tests.dealercrm.real.jobs.crash")
    async_task("tests.dealercrm.real.jobs.doubled")
    wait_until(lambda: worker.said().count("A job failed") == 2, 60, worker.said)
    assert worker.stop()[0] == 0
    assert is_clean(worker.said())
    failed = {line["exception"]["type"]: line["exception"] for line in worker.lines() if "exception" in line}
    assert failed.keys() == {"ValueError", "django.db.utils.IntegrityError"}
    assert any("jobs.py" in place and "in crash" in place for place in failed["ValueError"]["where"])
    assert next(line["message"] for line in worker.lines() if line["logger"] == "dealercrm.worker") == "Started"


@pytest.mark.slow
def test_a_part_of_the_worker_that_dies_is_a_line_too(worker):
    wait_until(lambda: len(worker.family()) >= 5, 60, worker.said)
    worker.family()[-1].kill()
    wait_until(lambda: "after sudden death" in worker.said() or "after death" in worker.said(), 60, worker.said)
    assert {"CRITICAL", "INFO"} <= {line["level"] for line in worker.lines()}


@pytest.mark.slow
def test_without_its_database_the_worker_says_so_in_lines_and_names_no_server(tmp_path, db):
    program = Program(WORKER, tmp_path, DATABASE_URL="postgresql://crm:s3cr3t@127.0.0.1:9/crm")
    try:
        assert program.process.wait(60) == 1
        assert "s3cr3t" not in program.said()
        assert any(line.get("exception", {}).get("type", "").endswith("OperationalError") for line in program.lines())
    finally:
        program.end()
