"""`manage.py run` as a person uses it: real processes, one after the other on one data folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import psutil
import pytest

from dealercrm import embedded
from dealercrm.environment import BASE_DIR

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("run")


@pytest.fixture
def house(data_dir):
    house = House(data_dir)
    yield house
    house.end()


class House:
    """One run on the data folder, and what is seen of it from outside."""

    def __init__(self, data_dir):
        self.data_dir = data_dir
        self.log = data_dir / "run.log"
        self.port = free_port()
        self.process = None

    def start(self, within=120):
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DEMONSTRATION"}}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=BASE_DIR,
                env={**kept, "DATA_DIR": str(self.data_dir), "PORT": str(self.port)},
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: self.process.poll() is not None or "Ready" in self.said(), within, self.said)
        assert self.process.poll() is None, self.said()

    def said(self):
        return self.log.read_text()

    def health(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=10) as answer:
            return json.load(answer)

    def page(self):
        """The status of a page that reads the session from the database."""
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}/accounts/password/change/")
            request.add_header("Cookie", "sessionid=0123456789abcdefghijklmnopqrstuv")
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - http
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def processes(self, *words):
        """Every process that works on the data folder; only those with all the words in their command line."""
        return [
            process
            for process in psutil.process_iter()
            if belongs(process, self.data_dir) and all(word in command_of(process) for word in words)
        ]

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)


def belongs(process, data_dir):
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
            return False
        return process.environ().get("DATA_DIR") == str(data_dir) or str(data_dir) in command_of(process)
    except psutil.Error:
        return False


def command_of(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_until(condition, seconds, explain=lambda: ""):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Waited {seconds} s in vain. {explain()}"
        time.sleep(0.1)


def test_it_tells_where_it_is_and_who_may_sign_in_and_ctrl_c_leaves_nothing(house):
    house.start()
    assert f"http://127.0.0.1:{house.port}/" in house.said()
    assert "manager-yokohama" in house.said()
    wait_until(lambda: house.health()["worker"] == "ok", 60)
    assert house.page() == 200
    assert house.processes("bin/postgres")
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(30) == 0
    assert house.processes() == []


def test_a_second_start_is_ready_in_ten_seconds_and_sigterm_stops_it_as_well(house):
    started = time.monotonic()
    house.start()
    assert time.monotonic() - started < 10
    house.process.terminate()
    assert house.process.wait(30) == 0
    assert house.processes() == []


def test_a_second_run_on_the_same_data_or_a_taken_port_is_refused_in_one_line(house):
    house.start()
    other = House(house.data_dir)
    other.log = house.data_dir / "other.log"
    with pytest.raises(AssertionError, match="It is running already"):
        other.start()
    assert len(other.said().splitlines()) == 1


def test_killed_with_everything_it_leaves_no_orphans_and_the_next_run_starts_cleanly(house):
    house.start()
    house.process.kill()
    house.process.wait()
    wait_until(lambda: not [p for p in house.processes() if "postgres" not in command_of(p)], 5)
    house.start(within=10)
    assert house.health()["database"] == "ok"


def test_killed_together_with_the_database_the_next_run_starts_cleanly_too(house):
    house.start()
    for process in [psutil.Process(house.process.pid), *house.processes()]:
        process.kill()
    house.process.wait()
    house.start(within=20)
    assert house.health()["database"] == "ok"


def test_a_killed_web_server_and_a_killed_worker_come_back_without_doubles(house):
    house.start()
    wait_until(lambda: len(house.processes("worker", "--cluster")) >= 6, 60)
    clusters = house.processes("worker", "--cluster")
    first = min(clusters, key=lambda process: process.create_time())
    gunicorn = min(house.processes("gunicorn"), key=lambda process: process.create_time())
    first.kill()
    gunicorn.kill()
    wait_until(lambda: not any(process.is_running() for process in clusters), 10)
    wait_until(lambda: len(house.processes("worker", "--cluster")) == len(clusters), 60)
    wait_until(lambda: len(house.processes("gunicorn")) == 3, 60)
    wait_until(lambda: house.page() == 200, 60)


def test_a_restarted_database_shows_no_error_page_after_five_seconds(house):
    house.start()
    seen, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            status = house.page()
            seen.append((time.monotonic(), status))

    asking = [threading.Thread(target=ask) for _ in range(6)]
    for thread in asking:
        thread.start()
    time.sleep(1)
    embedded.Server(house.data_dir / "postgres").stop()
    stopped_at = time.monotonic()
    time.sleep(9)
    stop.set()
    for thread in asking:
        thread.join()
    late = [status for moment, status in seen if moment > stopped_at + 5]
    assert len(late) > 50
    assert set(late) == {200}
    assert house.health()["database"] == "ok"
