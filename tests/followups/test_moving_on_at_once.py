"""The cover and the escalate pass on several workers at once, and stopped midway (STYLE.md 22)."""

from collections import Counter
from datetime import date

import pytest

from followups.covering import cover
from followups.escalating import escalate
from followups.models import Escalation, EscalationRule, Task
from followups.placing import Wanted, place
from stores.models import Cover, Notification, Role, Store
from tests.cast import at, customer, staff, task
from tests.followups.test_concurrency import at_once
from tests.followups.test_passes_at_once import SLICE, killed_amid

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-22 14:00")
SATURDAY, SUNDAY = date(2026, 11, 21), date(2026, 11, 22)
NUMBER = 60


@pytest.fixture
def calls(cast):
    staff("sales3", Role.SALESPERSON, cast.hiratsuka)
    return [task(customer(cast.hiratsuka, owner=cast.sales), SATURDAY) for _number in range(NUMBER)]


@pytest.fixture
def rule(cast):
    return EscalationRule.objects.create(store=cast.hiratsuka, after_hours=4, to="colleague", made_at=NOW)


def until_done(one_pass):
    return sum(iter(lambda: one_pass(NOW, limit=7), 0))


def test_of_several_workers_each_moves_what_no_other_has_moved(cast, calls, rule):
    moved = at_once(*[lambda: until_done(escalate)] * 3)
    until_done(escalate)
    assert sum(moved) <= NUMBER
    assert Escalation.objects.values("task").distinct().count() == Escalation.objects.count() == NUMBER
    got = Counter(Escalation.objects.values_list("after", flat=True))
    assert dict(got) == Task.objects.open().count_by_person()
    told = Counter()
    for row in Notification.objects.all():
        told[row.staff_id] += row.values["n"]
    assert told == got


def test_killed_amid_a_slice_the_rest_is_moved_by_the_next_worker(cast, calls, rule):
    killed_amid(escalate, "_move", dies_at=2, now=NOW)
    assert Escalation.objects.count() == Task.objects.exclude(assignee=cast.sales).count() == SLICE
    until_done(escalate)
    assert Escalation.objects.count() == Task.objects.exclude(assignee=cast.sales).count() == NUMBER
    assert sum(row.values["n"] for row in Notification.objects.all()) == NUMBER


def test_killed_amid_a_slice_of_cover_the_rest_is_covered_by_the_next_worker(cast, calls):
    Store.objects.update(cover=Cover.ROTATE)
    cast.sales.take_days_off([SUNDAY])
    killed_amid(cover, "_place", dies_at=2, now=NOW)
    assert Task.objects.covered().count() == SLICE
    until_done(cover)
    assert Task.objects.covered().exclude(assignee=cast.sales).count() == NUMBER


def test_several_workers_cover_each_task_once_and_give_it_back_once(cast, calls):
    Store.objects.update(cover=Cover.ROTATE)
    cast.sales.take_days_off([SUNDAY])
    assert sum(at_once(*[lambda: until_done(cover)] * 3)) + until_done(cover) == NUMBER
    assert Task.objects.filter(covering_for=cast.sales).exclude(assignee=cast.sales).count() == NUMBER
    cast.sales.give_up_days_off(SUNDAY, SUNDAY)
    assert sum(at_once(*[lambda: until_done(cover)] * 3)) + until_done(cover) == NUMBER
    assert Task.objects.filter(assignee=cast.sales, covering_for=None).count() == NUMBER


def test_a_task_moved_by_two_ends_where_one_of_them_put_it_and_tells_both_moves(cast, calls):
    days = [date(2026, 11, 27), date(2026, 11, 28)]
    at_once(*[lambda day=day: place(calls[0], Wanted(day), by=cast.sales, now=NOW) for day in days])
    call = Task.objects.get(pk=calls[0].pk)
    assert call.due_on in days
    assert call.moves == call.times_moved.count() == 2
    assert [move.to_on for move in call.times_moved.all()][-1] == call.due_on
