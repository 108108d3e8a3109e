"""Two at once over the same rows, on connections of their own (STYLE.md 22)."""

from datetime import date, timedelta

import pytest

from followups.expansion import expand
from followups.handing_over import give_all_to, hand_over
from followups.models import Act, ActedOn, Contact, EndReason, FollowUp, Outcome, Pattern, Task
from followups.recording import AlreadyRecorded, Result, record
from followups.reminding import remind
from followups.starting import start
from followups.stopping import stop
from followups.taking_back import TooLateToTakeBack, take_back
from followups.work import DEALS, TASKS
from tests.cast import at, customer, lead, task
from tests.followups.test_concurrency import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-22 14:00")
DAY = date(2026, 11, 20)


@pytest.fixture
def calls(cast):
    people = [customer(cast.hiratsuka, name=f"顧客{n}", owner=cast.sales) for n in range(40)]
    return [task(person, DAY) for person in people for _twice in range(2)]


def ids(rows):
    return [row.pk for row in rows]


def test_what_one_records_while_another_hands_it_over_is_recorded_and_counted(cast, calls):
    call = calls[7]
    act, kept = at_once(
        lambda: hand_over(TASKS, ids(calls), give_all_to(cast.sales2.pk), by=cast.manager, now=NOW),
        lambda: record(Task.objects.get(pk=call.pk), Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW),
    )
    assert isinstance(act, Act)
    assert isinstance(kept, Contact | AlreadyRecorded)
    call.refresh_from_db()
    assert call.done_by == cast.sales
    moved = set(act.rows.done().values_list("task", flat=True))
    assert set(Task.objects.filter(assignee=cast.sales2).values_list("pk", flat=True)) == moved
    assert len(moved) == len(calls) - act.rows.left().count()


def test_two_managers_who_hand_the_same_rows_over_do_not_block_each_other(cast, calls):
    found = at_once(
        lambda: hand_over(TASKS, ids(calls), give_all_to(cast.sales2.pk), by=cast.manager, now=NOW),
        lambda: hand_over(TASKS, ids(reversed(calls)), give_all_to(cast.assistant.pk), by=cast.admin, now=NOW),
    )
    assert [type(one) for one in found] == [Act, Act]
    [last] = set(Task.objects.values_list("assignee", flat=True))
    latest = {row.task_id: row.after_id for row in ActedOn.objects.order_by("pk")}
    assert last in {cast.sales2.pk, cast.assistant.pk}
    assert len(latest) == len(calls)


def test_handing_over_and_a_pattern_that_ends_lock_in_one_order(cast):
    pattern = Pattern.objects.get(slug="new-arrival")
    deals = [lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales) for _n in range(10)]
    for deal in deals:
        start(pattern, customer=deal.customer, deal=deal, by=None, now=NOW)
    expand(NOW)
    tasks = list(Task.objects.order_by("-pk"))
    found = at_once(
        lambda: hand_over(TASKS, ids(tasks), give_all_to(cast.sales2.pk), by=cast.manager, now=NOW),
        lambda: hand_over(DEALS, ids(deals), give_all_to(cast.assistant.pk), by=cast.admin, now=NOW),
        lambda: stop(FollowUp.objects.all(), EndReason.STOPPED, by=cast.sales, now=NOW),
    )
    assert [type(one) for one in found] == [Act, Act, int]
    assert not Task.objects.open().exists()


def test_of_two_who_take_an_act_back_one_does(cast, calls):
    act = hand_over(TASKS, ids(calls), give_all_to(cast.sales2.pk), by=cast.manager, now=NOW)
    found = at_once(*[lambda: take_back(Act.objects.get(pk=act.pk), NOW + timedelta(hours=1))] * 2)
    assert sorted(type(one).__name__ for one in found) == [TooLateToTakeBack.__name__, "tuple"]
    assert set(Task.objects.values_list("assignee", flat=True)) == {cast.sales.pk}


def test_two_who_remind_at_once_remind_once(cast, calls):
    rows = TASKS.known(ids(calls), cast.manager)
    acts = at_once(*[lambda: remind(TASKS, rows, by=cast.manager, now=NOW)] * 2)
    assert sorted(act.rows.done().count() for act in acts) == [0, len(calls)]
