"""What pages ask again and again can be answered from the index that is there for it (STYLE.md 9)."""

import pytest
from django.db import connection

from customers.models import Customer, Deal
from followups.models import CheckCall, Contact, FollowUp, Task
from followups.reviewing import to_review
from followups.work import without_next_step
from tests.cast import at
from tests.plans import kinds, leave_only, steps, uses
from todo.board import Who

NOW = at("2026-11-22 14:00")
VIEWS = {"reached": "by_urgency", "on_time": "by_urgency", "overdue": "by_urgency", "upcoming": "by_day"}


def tasks(who, staff, view):
    """What the board picks its rows from."""
    found = getattr(Who.parse(who, staff).tasks(staff), view)(NOW)
    return getattr(found, VIEWS[view])().values("pk")[:51]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("who", "index"), [("me", "task_open_of_person"), ("store", "task_open_of_store")])
def test_open_tasks_are_picked_from_an_index_of_open_tasks_alone(cast, who, index, view):
    leave_only(index)
    rows = tasks(who, cast.sales, view)
    assert uses(rows, index)
    assert "Index Only Scan" in kinds(rows)


@pytest.mark.parametrize(
    ("view", "index"),
    [("on_time", "task_open_by_lateness"), ("overdue", "task_open_by_lateness"), ("upcoming", "task_open_by_day")],
)
def test_those_of_all_stores_are_read_in_the_order_of_an_index_and_no_further(cast, view, index):
    leave_only(index)
    for rows in (tasks("store", cast.admin, view), tasks("pool", cast.admin, view)):
        assert uses(rows, index)
        assert kinds(rows) == {"Limit", "Index Only Scan"}


def test_what_waits_in_all_stores_is_counted_from_an_index_alone(cast):
    leave_only("task_open_by_day")
    rows = Task.objects.visible_to(cast.admin).reached(NOW).values_list("due_from", "late_at")
    assert uses(rows, "task_open_by_day")
    assert "Index Only Scan" in kinds(rows)


def test_rows_are_picked_before_anything_is_joined_to_them(cast):
    leave_only("task_open_of_store")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE followups_task DROP CONSTRAINT task_once_per_step")
    found = Task.objects.visible_to(cast.sales).overdue(NOW).by_urgency().first_rows(51).for_board().explain()
    assert found.index("InitPlan") < found.index("customers_customer")
    assert "ANY ((InitPlan" in found
    assert "Index Scan using followups_task_pkey" in found


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("who", ["sales", "admin"])
def test_new_leads_are_found_by_their_index(cast, who, late):
    leave_only("deal_new")
    deals = Deal.objects.visible_to(getattr(cast, who))
    assert uses((deals.new_late(NOW) if late else deals.new()).longest_waiting(), "deal_new")


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("who", ["sales", "admin"])
def test_waiting_replies_are_found_by_their_index(cast, who, late):
    leave_only("contact_waiting")
    replies = Contact.objects.visible_to(getattr(cast, who))
    assert uses((replies.waiting_late(NOW) if late else replies.waiting()).longest_waiting(), "contact_waiting")


@pytest.mark.parametrize("who", ["sales", "admin"])
def test_what_was_done_today_is_found_by_its_index(cast, who):
    leave_only("task_done_of_store")
    assert uses(Task.objects.visible_to(getattr(cast, who)).done_today(NOW).latest_done(), "task_done_of_store")


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_deals_without_a_next_step_are_found_by_the_open_tasks_of_deals_alone(cast, who):
    leave_only("task_open_of_deal")
    deals = without_next_step(Deal.objects.managed_by(getattr(cast, who)))
    assert uses(deals, "task_open_of_deal")
    assert "Index Only Scan" in kinds(deals)


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_what_is_to_be_reviewed_and_to_be_checked_is_found_by_indexes_of_their_own(cast, who):
    me = getattr(cast, who)
    leave_only("deal_reviewed_until")
    # Which deals are open is asked of another table, whose size decides how it is read.
    assert "deal_reviewed_until" in {
        step.get("Index Name") for step in steps(to_review(Deal.objects.managed_by(me), NOW))
    }
    leave_only("check_call_open")
    assert uses(CheckCall.objects.managed_by(me).open(), "check_call_open")


def test_tasks_to_flag_are_found_by_their_index(db):
    leave_only("task_to_flag")
    assert uses(Task.objects.to_flag(NOW).order_by("late_at"), "task_to_flag")


def test_pauses_that_are_over_are_found_by_their_index(db):
    leave_only("follow_up_paused")
    rows = FollowUp.objects.paused_until(NOW.date()).values("pk")[:1000]
    assert uses(rows, "follow_up_paused")
    assert kinds(rows) == {"Limit", "Index Only Scan"}


@pytest.mark.parametrize("who", ["sales", "admin"])
def test_what_runs_of_each_pattern_is_counted_from_an_index_alone(cast, who):
    leave_only("follow_up_running")
    running = FollowUp.objects.visible_to(getattr(cast, who)).running()
    for rows in (running.order_by().values("pattern"), running.of_pattern(1).order_by().values("version")):
        assert uses(rows, "follow_up_running")
        assert kinds(rows) == {"Index Only Scan"}


@pytest.mark.parametrize(
    ("what", "index"), [("tasks", "task_open_of_customer"), ("follow_ups", "follow_up_running_customer")]
)
def test_who_has_nothing_planned_is_found_by_what_is_open_alone(cast, what, index):
    leave_only(index)
    found = steps(Customer.objects.visible_to(cast.sales).net().with_nothing_planned())
    [step] = [step for step in found if step.get("Index Name") == index]
    assert step["Node Type"] == "Index Only Scan"


def test_an_index_that_does_not_fit_is_noticed(cast):
    """The negative control: an index of open tasks can't answer for those that are done."""
    leave_only("task_open_of_person")
    assert not uses(Task.objects.of(cast.sales).by_urgency(), "task_open_of_person")
    assert uses(Task.objects.open().of(cast.sales).by_urgency(), "task_open_of_person")
