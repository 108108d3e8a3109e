"""Overdue work moves on by the store's rules, by open hours, once by each rule (REQUIREMENTS A7)."""

from datetime import date, timedelta

import pytest

from followups.duty import on_duty
from followups.escalating import due, escalate, rules_with_oldest, would_move
from followups.models import Escalation, EscalationRule, Outcome, Task
from followups.overdue import flag
from followups.recording import Result, record
from stores.models import Notification, Role, Store
from tests.cast import at, customer, staff, task
from tests.plans import leave_only, uses

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)
"""A Saturday; the store closes at 19:00. The pass looks on Sunday, four open hours later, or a moment before."""
FOUR_HOURS = at("2026-11-22 14:00")


def rule(cast, to="colleague", hours=4, **fields):
    fields = {"store": cast.hiratsuka, "made_by": cast.manager, "made_at": at("2026-11-01 10:00"), **fields}
    return EscalationRule.objects.create(after_hours=hours, to=to, **fields)


def late(cast, day=DAY, **fields):
    return task(customer(cast.hiratsuka, owner=cast.sales), day, **fields)


def whose(call):
    call.refresh_from_db()
    return call.assignee


def test_it_moves_after_so_many_open_hours_and_not_a_moment_before(cast):
    call = late(cast)
    rule(cast)
    assert escalate(FOUR_HOURS - timedelta(seconds=1)) == 0
    assert whose(call) == cast.sales
    assert escalate(FOUR_HOURS) == 1
    assert whose(call) == cast.sales2
    [kept] = Escalation.objects.all()
    assert (kept.task, kept.before, kept.after, kept.at) == (call, cast.sales, cast.sales2, FOUR_HOURS)


def test_closed_days_and_nights_do_not_count(cast):
    call = late(cast, date(2026, 11, 24))
    rule(cast, hours=2)
    assert escalate(at("2026-11-26 11:59")) == 0
    assert escalate(at("2026-11-26 12:00")) == 1
    assert whose(call) == cast.sales2


def test_again_it_moves_nothing(cast):
    call = late(cast)
    rule(cast)
    escalate(FOUR_HOURS)
    Task.objects.filter(pk=call.pk).update(assignee=cast.sales)
    assert escalate(FOUR_HOURS + timedelta(hours=3)) == 0
    assert whose(call) == cast.sales
    assert Escalation.objects.count() == 1


@pytest.mark.parametrize(
    ("to", "who"), [("colleague", "sales2"), ("team", None), ("back_office", "assistant"), ("manager", "manager")]
)
def test_it_goes_where_the_rule_says(cast, to, who):
    call = late(cast)
    rule(cast, to)
    assert escalate(FOUR_HOURS) == 1
    assert whose(call) == (who and getattr(cast, who))


@pytest.mark.parametrize("to", ["colleague", "back_office", "manager"])
def test_where_nobody_fits_it_stays_nothing_is_written_and_the_next_look_finds_somebody(cast, to):
    call = late(cast)
    rule(cast, to)
    others = [cast.sales2, cast.assistant, cast.manager]
    for person in others:
        person.take_days_off([FOUR_HOURS.date()])
    assert escalate(FOUR_HOURS) == 0
    assert whose(call) == cast.sales
    assert not Escalation.objects.exists()
    for person in others:
        person.give_up_days_off(FOUR_HOURS.date(), FOUR_HOURS.date())
    assert escalate(FOUR_HOURS) == 1


def test_nobody_who_has_left_gets_any(cast):
    late(cast)
    rule(cast, "manager")
    cast.manager.is_active = False
    cast.manager.save()
    assert escalate(FOUR_HOURS) == 0


def test_whoever_has_least_to_do_today_gets_it_and_one_customers_stay_together(cast):
    third = staff("sales3", Role.SALESPERSON, cast.hiratsuka)
    busy = customer(cast.hiratsuka, owner=cast.sales2)
    for _number in range(3):
        task(busy, FOUR_HOURS.date())
    person = customer(cast.hiratsuka, owner=cast.sales)
    calls = [task(person, DAY), task(person, DAY)]
    other = late(cast)
    rule(cast)
    assert escalate(FOUR_HOURS) == 3
    assert {whose(call) for call in calls} == {third}
    assert whose(other) == third


def test_nobodys_work_finds_somebody(cast):
    call = task(customer(cast.hiratsuka), DAY)
    rule(cast)
    escalate(FOUR_HOURS)
    assert whose(call) in {cast.sales, cast.sales2}


def test_what_is_with_them_already_stays(cast):
    mine = task(customer(cast.hiratsuka, owner=cast.manager), DAY)
    pool = task(customer(cast.hiratsuka), DAY)
    rule(cast, "manager")
    rule(cast, "team", hours=5)
    assert escalate(FOUR_HOURS) == 1
    assert (whose(mine), whose(pool)) == (cast.manager, cast.manager)


def test_the_longer_rule_goes_first_and_the_shorter_one_leaves_it_alone(cast):
    call = late(cast, date(2026, 11, 18) - timedelta(days=1))
    rule(cast, "colleague", 4)
    longer = rule(cast, "manager", 16)
    assert escalate(FOUR_HOURS) == 1
    assert whose(call) == cast.manager
    assert [row.rule for row in Escalation.objects.all()] == [longer]
    assert escalate(FOUR_HOURS) == 0


def test_first_a_colleague_later_the_manager(cast):
    call = late(cast)
    rule(cast, "colleague", 4)
    rule(cast, "manager", 8)
    escalate(FOUR_HOURS)
    assert whose(call) == cast.sales2
    escalate(FOUR_HOURS + timedelta(hours=4))
    assert whose(call) == cast.manager


def test_only_the_channels_and_the_store_it_is_for(cast):
    call, mail = late(cast), late(cast, channel="email")
    elsewhere = task(customer(cast.yokohama, owner=cast.yokohama_sales), DAY)
    rule(cast, "team", channels=["email", "sms"])
    assert escalate(FOUR_HOURS) == 1
    assert [whose(one) for one in (call, mail, elsewhere)] == [cast.sales, None, cast.yokohama_sales]


def test_a_retired_rule_moves_nothing_and_a_new_one_in_its_place_does(cast):
    call = late(cast)
    old = rule(cast, "team")
    escalate(FOUR_HOURS)
    old.retire(FOUR_HOURS)
    assert whose(call) is None
    rule(cast, "manager")
    assert escalate(FOUR_HOURS) == 1
    assert whose(call) == cast.manager


def test_what_is_recorded_is_never_touched_and_the_miss_counts_for_who_missed_it(cast):
    done, call = late(cast), late(cast)
    flag(at("2026-11-21 19:00"))
    record(done, Result(Outcome.NO_ANSWER), by=cast.sales, now=at("2026-11-22 11:00"))
    before = Task.objects.filter(pk=done.pk).values().get()
    rule(cast)
    assert escalate(FOUR_HOURS) == 1
    assert Task.objects.filter(pk=done.pk).values().get() == before
    assert whose(call) == cast.sales2
    assert call.counted_staff == cast.sales


def test_who_gains_work_is_told_once_a_sweep_with_how_much(cast, django_assert_max_num_queries):
    for _number in range(5):
        late(cast)
    rule(cast)
    while escalate(FOUR_HOURS, limit=2):
        pass
    [told] = Notification.objects.visible_to(cast.sales2)
    assert told.values == {"n": 5, "by_rule": True}
    assert "店舗のルール" in told.text
    assert not Notification.objects.visible_to(cast.sales).exists()
    late(cast)
    escalate(FOUR_HOURS + timedelta(minutes=2))
    assert Notification.objects.visible_to(cast.sales2).count() == 2


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_tasks(cast, number, django_assert_max_num_queries):
    for _number in range(number):
        late(cast)
    rule(cast)
    with django_assert_max_num_queries(15):
        assert escalate(FOUR_HOURS) == number


def test_without_rules_a_look_costs_one_statement(cast, django_assert_num_queries):
    late(cast)
    with django_assert_num_queries(1):
        assert escalate(FOUR_HOURS) == 0


@pytest.mark.parametrize("stores", [1, 10])
def test_with_nothing_overdue_for_long_enough_it_costs_one_statement_for_all_stores(
    cast, stores, django_assert_num_queries
):
    for number in range(stores):
        place = Store.objects.create(slug=f"place{number}", name=f"店舗{number}")
        rule(cast, store=place)
        soon = FOUR_HOURS - timedelta(hours=3, minutes=59)
        task(customer(place), FOUR_HOURS.date(), due_from=soon, due_until=soon, late_at=soon)
    with django_assert_num_queries(1):
        assert escalate(FOUR_HOURS) == 0


@pytest.mark.parametrize("stores", [1, 10])
def test_what_has_moved_already_or_waits_for_opening_costs_no_statement_by_rule(
    cast, stores, django_assert_max_num_queries
):
    """In the night the shops' evening is overdue for hours, of which none was open."""
    late(cast)
    rule(cast)
    assert escalate(FOUR_HOURS) == 1
    for number in range(stores):
        place = Store.objects.create(slug=f"place{number}", name=f"店舗{number}")
        rule(cast, store=place)
        task(customer(place), DAY)
    with django_assert_max_num_queries(6):
        assert escalate(at("2026-11-22 05:00")) == 0


def test_the_look_at_all_stores_reads_open_tasks_alone(cast):
    late(cast)
    rule(cast)
    leave_only("task_open_of_store")
    assert uses(rules_with_oldest(FOUR_HOURS), "task_open_of_store")


@pytest.mark.parametrize("to", ["colleague", "team", "manager"])
def test_a_look_that_finds_nothing_reads_only_the_open_tasks_of_the_store(cast, to):
    leave_only("task_open_of_store")
    rows = due(rule(cast, to), cast.hiratsuka, on_duty([cast.hiratsuka.pk], FOUR_HOURS), FOUR_HOURS)
    assert uses(rows, "task_open_of_store")


def test_how_many_it_would_move_can_be_asked_without_moving_any(cast):
    late(cast)
    late(cast, FOUR_HOURS.date())
    unsaved = EscalationRule(store=cast.hiratsuka, after_hours=4, to="colleague")
    assert would_move(unsaved, FOUR_HOURS) == 1
    assert not Escalation.objects.exists()
