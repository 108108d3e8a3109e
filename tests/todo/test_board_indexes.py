"""What the board asks again and again is answered from the index that is there for it (STYLE.md 9)."""

from datetime import date, timedelta

import pytest
from django.db import connection

from customers.models import Deal
from followups.models import Contact, Task
from stores.models import Role
from tests.cast import at, contact, customer, lead, reply, staff, task
from todo.board import Who

NOW = at("2026-11-22 14:00")


MUCH = 2000
"""So many of each are over and done with: a small part is open, as in a dealership of some years."""


@pytest.fixture
def busy(cast):
    someone = customer(cast.hiratsuka, owner=cast.sales)
    past = at("2026-08-22 11:00")
    open_task = task(someone, date(2026, 11, 20))
    copies(task(someone, date(2026, 8, 20)), done_at=past, done_by=cast.sales)
    new = lead(someone, at("2026-11-22 11:00"), staff=cast.sales)
    copies(lead(someone, past, staff=cast.sales), taken_at=past, closed_at=past)
    waiting = reply(someone, at("2026-11-22 10:30"), at("2026-11-22 12:30"))
    copies(contact(someone, past))
    people = [(cast.sales, cast.hiratsuka), (cast.yokohama_sales, cast.yokohama)]
    people += [(staff(f"s{number}", Role.SALESPERSON, cast.hiratsuka), cast.hiratsuka) for number in range(12)]
    for days in range(1, 40):
        for person, store in people:
            day = date(2026, 11, 10) + timedelta(days=days)
            closing = at(f"{day} 19:00")
            window = {"due_from": closing, "due_until": closing, "late_at": closing}
            copies(open_task, 2, due_on=day, **window, assignee_id=person.pk, store_id=store.pk)
        copies(new, 1, received_at=NOW - timedelta(hours=days))
        copies(waiting, 1, happened_at=NOW - timedelta(hours=days))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return cast


def copies(row, number=MUCH, **fields):
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    type(row).objects.bulk_create(type(row)(**{**values, **fields}) for _number in range(number))


def plan(queryset) -> str:
    """How the database would answer if the tables were large."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return queryset.explain()


@pytest.mark.parametrize("view", ["reached", "on_time", "overdue", "upcoming"])
@pytest.mark.parametrize("who", ["me", "store"])
def test_open_tasks_are_picked_from_an_index_of_open_tasks(busy, view, who):
    """Which of the two the planner takes for one's own depends on how much of the store is one's own."""
    tasks = getattr(Who.parse(who, busy.sales).tasks(busy.sales), view)(NOW)
    connection.cursor().execute("SET LOCAL enable_bitmapscan = off")
    found = plan(tasks.order_by("late_at", "due_from", "pk").values("pk"))
    assert "using task_open_of_store" in found or (who == "me" and "using task_open_of_person" in found)


def test_rows_are_picked_before_anything_is_joined_to_them(busy):
    tasks = Task.objects.visible_to(busy.sales).overdue(NOW).by_urgency().first_rows(51).for_board()
    found = plan(tasks)
    assert found.index("InitPlan") < found.index("customers_customer")
    assert "ANY ((InitPlan" in found
    assert "Index Scan using followups_task_pkey" in found


@pytest.mark.parametrize("late", [True, False])
def test_new_leads_are_found_by_their_index(busy, late):
    deals = Deal.objects.visible_to(busy.sales)
    assert "deal_new" in plan((deals.new_late(NOW) if late else deals.new()).longest_waiting())


@pytest.mark.parametrize("late", [True, False])
def test_waiting_replies_are_found_by_their_index(busy, late):
    replies = Contact.objects.visible_to(busy.sales)
    assert "contact_waiting" in plan((replies.waiting_late(NOW) if late else replies.waiting()).longest_waiting())


def test_what_was_done_today_is_found_by_its_index(busy):
    assert "task_done_of_store" in plan(Task.objects.visible_to(busy.sales).done_today(NOW).latest_done())


def test_tasks_to_flag_are_found_by_their_index(busy):
    assert "task_to_flag" in plan(Task.objects.to_flag(NOW).order_by("late_at"))


def test_a_list_that_ignores_the_index_is_noticed(busy):
    """The negative control: a condition the index doesn't have takes another way."""
    assert "task_open_of_person" not in plan(Task.objects.filter(assignee=busy.sales, title="お電話"))
