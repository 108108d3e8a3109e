"""Each pass of the engine by two at once, and with its worker killed amid its work: nothing lost, nothing doubled.

The worker is a process of its own. It stops dead inside the transaction of its second slice, after it has written and
before it commits, and is killed there by `kill -9` (STYLE.md 22). The expand pass has tests like these of its own.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.conf import settings
from django.db import connection

from customers.models import Customer, Mark
from followups import adjustment, noticing, occurrences, pausing
from followups.adjustment import adjust
from followups.expansion import expand
from followups.models import Base, CancelReason, FollowUp, StartRule, Task, TaskMove
from followups.noticing import notice, notice_calendars
from followups.occurrences import start_due
from followups.pausing import pause, resume_due
from followups.starting import start_many
from stores.models import CalendarMark
from tests.cast import at, pattern
from tests.followups.test_concurrency import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-20 10:00")
MONDAY = date(2026, 11, 23)
NUMBER, SLICE = 60, 20

WORKER = """
import sys, time
from datetime import datetime
from importlib import import_module
name, pass_name, module, inner, dies_at, size, now = sys.argv[1:]
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = name
module = import_module(module)
if hasattr(module, "SLICE"):
    module.SLICE = int(size)
one_pass = getattr(module, pass_name)
if one_pass.__kwdefaults__:
    one_pass.__kwdefaults__["limit"] = int(size)
*path, last = inner.split(".")
owner = module
for part in path:
    owner = getattr(owner, part)
real, calls = getattr(owner, last), []
def amid(*given, **named):
    found = real(*given, **named)
    calls.append(1)
    if len(calls) == int(dies_at):
        print("amid", flush=True)
        time.sleep(60)
    return found
setattr(owner, last, amid)
while one_pass(datetime.fromisoformat(now)):
    pass
"""


def killed_amid(one_pass, inner: str, *, dies_at: int, now):
    """Start a worker on that pass, and kill it when `inner`, which the pass calls, has done so for the nth time."""
    name = connection.settings_dict["NAME"]
    about = [name, one_pass.__name__, one_pass.__module__, inner, str(dies_at), str(SLICE), now.isoformat()]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "dealercrm.settings"}
    command = [sys.executable, "-c", WORKER, *about]
    with subprocess.Popen(
        command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as worker:
        said = worker.stdout.readline()
        worker.kill()
        assert said == "amid\n", worker.stderr.read()


def people(cast):
    made = Customer.objects.bulk_create(
        [Customer(store=cast.hiratsuka, name=f"顧客{number}", owner=cast.sales) for number in range(NUMBER)]
    )
    Mark.objects.all().delete()
    return made


def running(cast, **fields):
    """Sixty follow-ups with two tasks each, on Monday and on Friday."""
    made = pattern("care", [{"channel": "letter", "offset_days": 3}, {"channel": "letter", "offset_days": 7}], **fields)
    start_many(made, people(cast), by=cast.sales, now=NOW)
    until_idle(expand)
    return made


def until_idle(*passes, now=NOW):
    while sum([one_pass(now) for one_pass in passes]):
        pass


@dataclass
class Scene:
    """`prepare` leaves work for the pass; `count` is how much of it is done: none at first, in the end NUMBER."""

    one_pass: Callable
    inner: str
    prepare: Callable
    count: Callable
    check: Callable = lambda: None
    dies_at: int = 2
    kept: int = SLICE
    now: object = NOW


def birthdays(cast):
    made = pattern("birthdays", [{"channel": "letter"}], base=Base.BIRTHDAY)
    StartRule.objects.create(pattern=made, from_on=date(2026, 1, 1), made_at=NOW)
    people(cast)
    Customer.objects.update(born_on=date(1984, 12, 1))
    Mark.objects.all().delete()


def each_began_once():
    assert FollowUp.objects.values("customer").distinct().count() == FollowUp.objects.count()
    assert set(FollowUp.objects.values_list("occurrence_key", flat=True)) == {"year:2026"}
    assert start_due(NOW) == 0


def birthdays_put_right(cast):
    birthdays(cast)
    until_idle(start_due, expand)
    Customer.objects.update(born_on=date(1984, 12, 15))


def moved_once_and_no_mark_is_left():
    assert not Mark.objects.exists()
    assert FollowUp.objects.to_adjust().count() == NUMBER
    until_idle(adjust)
    assert set(Task.objects.values_list("due_on", flat=True)) == {date(2026, 12, 15)}
    assert TaskMove.objects.count() == NUMBER


def calendar_changed(cast):
    running(cast)
    cast.hiratsuka.set_dates([MONDAY], None)


def all_left_the_closed_day():
    assert not CalendarMark.objects.exists()
    until_idle(adjust)
    assert not Task.objects.filter(due_on=MONDAY).exists()
    assert TaskMove.objects.count() == NUMBER


def calendar_noticed(cast):
    calendar_changed(cast)
    until_idle(notice_calendars)


def every_move_is_written_once():
    assert not FollowUp.objects.to_adjust().exists()
    assert TaskMove.objects.values("task").distinct().count() == TaskMove.objects.count() == NUMBER
    assert Task.objects.open().count() == 2 * NUMBER


def resting(cast):
    running(cast)
    pause(FollowUp.objects.all(), until=date(2026, 11, 27), by=cast.sales, now=NOW)


def each_is_as_far_behind_as_it_rested():
    assert set(FollowUp.objects.values_list("shift_days", flat=True)) == {4}
    until_idle(adjust, now=at("2026-11-27 10:00"))
    assert not Task.objects.filter(cancel_reason=CancelReason.PAUSED).exists()
    assert Task.objects.open().count() == 2 * NUMBER


SCENES = {
    "start": Scene(start_due, "start_by_rule", birthdays, FollowUp.objects.count, each_began_once),
    "notice": Scene(
        notice,
        "start_for",
        birthdays_put_right,
        FollowUp.objects.filter(base_on=date(2026, 12, 15)).count,
        moved_once_and_no_mark_is_left,
    ),
    "notice_calendars": Scene(
        notice_calendars,
        "FollowUp.objects._queryset_class.ask_to_adjust",
        calendar_changed,
        FollowUp.objects.to_adjust().count,
        all_left_the_closed_day,
        dies_at=1,
        kept=0,
    ),
    "adjust": Scene(
        adjust, "_save", calendar_noticed, TaskMove.objects.values("task").distinct().count, every_move_is_written_once
    ),
    "resume": Scene(
        resume_due,
        "wake",
        resting,
        FollowUp.objects.filter(paused_at__isnull=True).count,
        each_is_as_far_behind_as_it_rested,
        now=at("2026-11-27 10:00"),
    ),
}


@pytest.fixture(params=SCENES)
def scene(request, cast, monkeypatch):
    for module in (occurrences, noticing, adjustment, pausing):
        monkeypatch.setattr(module, "SLICE", SLICE)
    found = SCENES[request.param]
    found.prepare(cast)
    if found.one_pass.__kwdefaults__:
        monkeypatch.setitem(found.one_pass.__kwdefaults__, "limit", SLICE)
    return found


def test_killed_amid_its_work_it_has_done_whole_slices_and_the_next_worker_does_the_rest(scene):
    killed_amid(scene.one_pass, scene.inner, dies_at=scene.dies_at, now=scene.now)
    assert scene.count() == scene.kept
    until_idle(scene.one_pass, now=scene.now)
    assert scene.count() == NUMBER
    scene.check()


def test_two_at_once_do_it_once(scene):
    def worker():
        until_idle(scene.one_pass, now=scene.now)

    assert at_once(worker, worker, worker) == [None] * 3
    until_idle(scene.one_pass, now=scene.now)
    assert scene.count() == NUMBER
    scene.check()
