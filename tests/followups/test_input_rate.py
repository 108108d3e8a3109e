"""Input rate: entries made completely and in time ÷ entries due (DESIGN.md "Figures")."""

from datetime import date, timedelta

import pytest

from customers.models import BusinessCard, StageChange
from followups.input_rate import JUDGED_OVER, Fault, Rate, faulty_entries, input_rates
from followups.models import Contact, Task
from tests.cast import at, contact, customer, lead, task

pytestmark = pytest.mark.django_db
NOW = at("2026-11-22 14:00")
CALLED = at("2026-11-21 12:00")
SATURDAY = date(2026, 11, 21)


@pytest.fixture
def who(cast):
    return customer(cast.hiratsuka, owner=cast.sales)


def entry(cast, who, happened_at=CALLED, minutes=0, complete_after=0, **fields):
    complete = None if complete_after is None else happened_at + timedelta(minutes=complete_after)
    return contact(
        who, happened_at, entered_at=happened_at + timedelta(minutes=minutes), completed_at=complete,
        **{"counted_store": cast.hiratsuka, "counted_staff": cast.sales, **fields},
    )  # fmt: skip


def rate(cast):
    return input_rates([cast.hiratsuka.pk], NOW - JUDGED_OVER, NOW).get((cast.hiratsuka.pk, cast.sales.pk), Rate())


def faults(cast):
    rows = faulty_entries(cast.hiratsuka, cast.sales, NOW - JUDGED_OVER, NOW, limit=50)
    return [row.fault for row in rows]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"minutes": 30}, None),
        ({"minutes": 31}, Fault.LATE),
        ({"complete_after": None}, Fault.INCOMPLETE),
        ({"complete_after": 7 * 60}, None),
        ({"complete_after": 7 * 60 + 1}, Fault.LATE),
        ({"channel": "visit", "minutes": 7 * 60}, None),
        ({"channel": "visit", "minutes": 7 * 60 + 1}, Fault.LATE),
        ({"channel": "visit", "happened_at": at("2026-11-21 20:00"), "minutes": 30, "complete_after": 30}, None),
        ({"channel": "email", "direction": "in", "outcome": "message"}, None),
    ],
)
def test_in_time_and_complete(cast, who, fields, fault):
    entry(cast, who, **fields)
    assert rate(cast) == Rate(0 if fault else 1, 1)
    assert faults(cast) == ([fault] if fault else [])


def test_a_visit_is_entered_before_the_next_one(cast, who):
    entry(cast, who, channel="visit", minutes=120)
    entry(cast, who, CALLED + timedelta(minutes=90), channel="visit")
    assert rate(cast) == Rate(1, 2)
    assert faults(cast) == [Fault.LATE]


def test_a_task_that_fell_due_without_an_entry_is_missing(cast, who):
    call = task(who, SATURDAY, counted_store=cast.hiratsuka, counted_staff=cast.sales)
    assert rate(cast) == Rate(0, 1)
    [row] = faulty_entries(cast.hiratsuka, cast.sales, NOW - JUDGED_OVER, NOW, limit=50)
    assert (row.fault, row.task_id, row.customer) == (Fault.MISSING, call.pk, who.name)


def test_a_task_recorded_counts_once_and_by_its_entry(cast, who):
    call = task(who, SATURDAY, counted_store=cast.hiratsuka, counted_staff=cast.sales, done_at=CALLED)
    entry(cast, who, task=call, minutes=45, voided_at=NOW)
    entry(cast, who, task=call)
    assert rate(cast) == Rate(1, 1)


def test_what_is_not_due_does_not_count(cast, who):
    mine = {"counted_store": cast.hiratsuka, "counted_staff": cast.sales}
    task(who, date(2026, 11, 23), **mine)
    task(who, SATURDAY, **mine, cancelled_at=at("2026-11-21 12:00"))
    task(who, SATURDAY, counted_store=cast.hiratsuka)
    task(who, date(2026, 11, 7), **mine)
    entry(cast, who, NOW - JUDGED_OVER - timedelta(seconds=1))
    entry(cast, who, NOW)
    entry(cast, who, counted_staff=cast.sales2)
    assert rate(cast) == Rate(0, 0)
    assert faults(cast) == []


def test_cancelled_after_it_fell_due_it_stays_due(cast, who):
    task(who, SATURDAY, counted_store=cast.hiratsuka, counted_staff=cast.sales, cancelled_at=NOW)
    assert rate(cast) == Rate(0, 1)


def test_whoever_has_gone_to_another_store_is_not_named(cast, who):
    entry(cast, who, minutes=45)
    who.store = cast.yokohama
    who.save()
    Contact.objects.update(store=cast.yokohama)
    [row] = faulty_entries(cast.hiratsuka, cast.sales, NOW - JUDGED_OVER, NOW, limit=50)
    assert (row.fault, row.customer) == (Fault.LATE, "")


def test_stage_changes_and_typed_cards_raise_nobodys_rate(cast, who):
    deal = lead(who, CALLED, staff=cast.sales)
    StageChange.objects.create(deal=deal, before="enquiry", after="estimate", by=cast.sales, at=CALLED)
    BusinessCard.objects.create(
        store=cast.hiratsuka, customer=who, typed_by=cast.sales, typed_at=CALLED, taken_at=CALLED
    )
    assert rate(cast) == Rate(0, 0)


def test_the_days_begin_with_their_first_moment_and_end_before_their_last(cast, who):
    entry(cast, who, NOW - JUDGED_OVER)
    entry(cast, who, NOW - timedelta(seconds=1))
    assert rate(cast) == Rate(2, 2)


def test_a_task_that_no_pass_has_looked_at_yet_counts_for_whose_it_is_unless_they_were_off(cast, who):
    task(who, SATURDAY)
    assert rate(cast) == Rate(0, 1)
    cast.sales.take_days_off([SATURDAY])
    assert rate(cast) == Rate(0, 0)


def test_without_a_customer_nothing_is_entered_but_that_it_is_done(cast, who):
    """A card to type in, an editor's deadline."""
    mine = {"counted_store": cast.hiratsuka, "counted_staff": cast.sales}
    task(who, SATURDAY, **mine, done_at=CALLED)
    Task.objects.update(customer=None)
    assert rate(cast) == Rate(1, 1)
    task(who, SATURDAY, **mine)
    Task.objects.update(customer=None)
    assert rate(cast) == Rate(1, 2)
    [row] = faulty_entries(cast.hiratsuka, cast.sales, NOW - JUDGED_OVER, NOW, limit=50)
    assert (row.fault, row.customer_id, row.customer) == (Fault.MISSING, None, "お電話")
