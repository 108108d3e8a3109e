"""Real processes and connections: a worker killed, two at the same list, two lists into one store (STYLE.md 22)."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from customers.importing import slices, uploads
from customers.models import Customer, ImportFile, ImportRow, Vehicle
from tests.cast import at, lead

from .lists import csv_of, many

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-22 10:00")
WORKER = """
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = %(name)r
from django.utils import timezone
from customers.importing import slices
slices.ROWS = 50
while slices.one_slice(timezone.now()):
    pass
"""


def received(cast, rows, monkeypatch):
    monkeypatch.setattr(uploads, "QUICK_SECONDS", 0)
    monkeypatch.setattr(uploads, "wake", lambda job: None)
    return uploads.receive(csv_of(rows), name="顧客.csv", store=cast.hiratsuka, by=cast.manager, now=NOW)


def confirmed(cast, rows, monkeypatch):
    file = received(cast, rows, monkeypatch)
    while slices.one_slice(NOW, only=file):
        pass
    assert uploads.confirm(file, by=cast.manager, now=NOW)
    return file


def start_worker():
    code = WORKER % {"name": connection.settings_dict["NAME"]}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "dealercrm.settings"}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=settings.BASE_DIR)


def test_a_killed_worker_loses_nothing_and_doubles_nothing(cast, monkeypatch):
    file = confirmed(cast, many(2000), monkeypatch)
    killed = 0
    while ImportFile.objects.get(pk=file.pk).state == "saving" and killed < 3:
        before = Customer.objects.count()
        worker = start_worker()
        deadline = time.monotonic() + 120
        while Customer.objects.count() == before and time.monotonic() < deadline:
            time.sleep(0.002)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        killed += 1
    assert killed
    while slices.one_slice(NOW, only=file):
        pass
    assert ImportFile.objects.get(pk=file.pk).report["new"] == 2000
    assert Customer.objects.count() == Vehicle.objects.count() == 2000
    assert Customer.objects.values("code").distinct().count() == 2000
    assert ImportRow.objects.filter(outcome="new", customer__isnull=False).count() == 2000


def in_threads(*functions):
    barrier = threading.Barrier(len(functions))

    def run(function):
        try:
            with connection.cursor():
                barrier.wait(10)
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))


def working(file=None):
    def work():
        while slices.one_slice(NOW, only=file):
            pass

    return work


def test_two_workers_at_one_list_save_each_row_once(cast, monkeypatch):
    monkeypatch.setattr(slices, "ROWS", 20)
    file = confirmed(cast, many(200), monkeypatch)
    in_threads(working(file), working(file), working())
    assert ImportFile.objects.get(pk=file.pk).report["new"] == 200
    assert Customer.objects.count() == Vehicle.objects.count() == 200


def test_two_people_with_the_same_list_at_once_double_nothing(cast, monkeypatch):
    monkeypatch.setattr(slices, "ROWS", 20)
    files = [confirmed(cast, many(200), monkeypatch), confirmed(cast, many(200), monkeypatch)]
    in_threads(*(working(file) for file in files))
    told = [ImportFile.objects.get(pk=file.pk).report for file in files]
    assert [one["new"] + one["unchanged"] for one in told] == [200, 200]
    assert sum(one["new"] for one in told) == 200
    assert Customer.objects.count() == Vehicle.objects.count() == 200


def test_saying_save_twice_at_once_saves_once(cast, monkeypatch):
    file = received(cast, many(3), monkeypatch)
    working(file)()
    answers = in_threads(*[lambda: uploads.confirm(file, by=cast.manager, now=NOW)] * 2)
    assert sorted(answers) == [False, True]


def test_who_writes_something_about_a_customer_does_not_wait_for_a_list(cast, monkeypatch):
    file = confirmed(cast, many(1), monkeypatch)
    working(file)()
    known = Customer.objects.get()
    file = confirmed(cast, many(1, 職業="医師"), monkeypatch)

    def write():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return lead(known, NOW)

    with transaction.atomic():
        assert slices.one_slice(NOW, only=file)
        assert Customer.objects.get().occupation == "医師"
        assert in_threads(write)[0].customer_id == known.pk
