"""What figures count is read from the index that is there for it (STYLE.md 9)."""

from datetime import date

import pytest
from django.db import connection

from followups.giving import waiting_leads
from reports import day, reach, work
from reports.asked import Asked
from reports.heard import heard
from tests.cast import at
from tests.plans import kinds, leave_only, steps, uses

NOW = at("2026-11-22 15:00")
PARTS = {"task_fell_due": [work.executed, work.task_entries], "contact_without_task": [work.contact_entries]}


@pytest.fixture(autouse=True)
def row_by_row(db):
    """Which way of joining is cheapest changes with statistics; whether an index fits does not."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")


def asked(*stores, staff=None):
    return Asked(tuple(one.pk for one in stores), staff and staff.pk, date(2026, 11, 16), date(2026, 11, 22), NOW)


@pytest.mark.parametrize("index", PARTS)
def test_what_fell_due_is_found_by_the_store_that_counts_and_the_days(cast, index):
    leave_only(index)
    for rows in PARTS[index]:
        for one in (asked(cast.hiratsuka), asked(cast.hiratsuka, cast.yokohama, staff=cast.sales)):
            assert uses(rows(one).order_by().values("pk"), index)


def test_what_was_to_be_entered_about_tasks_is_judged_without_reading_a_table_as_a_whole(cast):
    leave_only("task_fell_due")
    assert uses(work.task_entries(asked(cast.hiratsuka)), "task_fell_due")


def test_whether_there_was_another_visit_is_found_by_the_store_and_the_moment(cast):
    leave_only("contact_of_store")
    assert uses(work.contact_entries(asked(cast.hiratsuka)), "contact_of_store")


def test_contacts_of_a_year_are_found_by_the_store_and_the_days(cast):
    leave_only("contact_of_store")
    assert uses(reach.contacts_of_year(asked(cast.hiratsuka)).values("pk"), "contact_of_store")


@pytest.mark.parametrize("rows", [day.conversations, day.visits, day.appointments])
def test_what_happened_on_days_is_found_by_the_store_and_the_moment(cast, rows):
    leave_only("contact_of_store")
    assert uses(rows(asked(cast.hiratsuka)).order_by().values("pk"), "contact_of_store")


def test_leads_that_came_in_are_found_by_the_store_and_the_moment(cast):
    leave_only("deal_received_in_store")
    assert uses(day.leads(asked(cast.hiratsuka)).order_by().values("pk"), "deal_received_in_store")


def test_leads_to_be_given_out_are_found_among_the_new_ones_alone(cast):
    leave_only("deal_new")
    assert uses(waiting_leads().in_stores([cast.hiratsuka.pk]).order_by().values("pk"), "deal_new")


def test_what_was_heard_is_found_by_what_it_was_about_and_the_moment(cast):
    leave_only("contact_of_content")
    one = asked(cast.hiratsuka)
    found = steps(heard(one.stores, one.begins, one.until).values("pk"))
    (read,) = [step for step in found if step.get("Index Name") == "contact_of_content"]
    assert "content_kind_id = ANY" in read["Index Cond"]
    assert "happened_at" in read["Index Cond"]


@pytest.mark.parametrize("figure", [reach.reached, reach.silent])
def test_who_heard_from_us_is_told_by_an_index_alone(cast, figure):
    leave_only("contact_heard_of_customer")
    rows = figure(asked(cast.hiratsuka)).filter(hit=True).values("pk")
    assert uses(rows, "contact_heard_of_customer")
    assert "Index Only Scan" in kinds(rows)


def test_an_index_that_does_not_fit_is_noticed(cast):
    """The negative control: what was taken back isn't in it."""
    leave_only("contact_without_task")
    rows = work.contact_entries(asked(cast.hiratsuka)).model.objects.in_store(cast.hiratsuka)
    assert not uses(rows.filter(happened_at__gte=asked().begins), "contact_without_task")
