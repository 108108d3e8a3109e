"""Tasks of who is off go round among those on duty, and come back (REQUIREMENTS A2, E9)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from followups.assignment import assign_customer
from followups.covering import cover, to_give_back
from followups.models import Outcome, Task
from followups.overdue import flag
from followups.recording import Result, record
from stores.models import Cover, Role, Store
from tests.cast import at, customer, staff, task
from tests.plans import leave_only, uses

pytestmark = pytest.mark.django_db
SUNDAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 23)
MORNING = at("2026-11-22 00:01")
NEXT_MORNING = at("2026-11-23 00:01")


@pytest.fixture
def off(cast):
    """Sato is off on Sunday; the store lets the work go round."""
    Store.objects.filter(pk=cast.hiratsuka.pk).update(cover=Cover.ROTATE)
    cast.sales.take_days_off([SUNDAY])
    return cast.sales


def due(cast, day=SUNDAY, owner=None, **fields):
    return task(customer(cast.hiratsuka, owner=owner or cast.sales), day, **fields)


def whose(call):
    call.refresh_from_db()
    return (call.assignee, call.covering_for)


def test_what_is_due_goes_round_and_remembers_for_whom(cast, off):
    third = staff("sales3", Role.SALESPERSON, cast.hiratsuka)
    calls = [due(cast) for _number in range(4)]
    assert cover(MORNING) == 4
    assert sorted(whose(call)[0].username for call in calls) == ["sales2", "sales2", third.username, third.username]
    assert {whose(call)[1] for call in calls} == {off}
    assert cover(MORNING) == 0


def test_all_of_one_customer_goes_to_one_person_also_what_comes_later(cast, off):
    staff("sales3", Role.SALESPERSON, cast.hiratsuka)
    person = customer(cast.hiratsuka, owner=off)
    calls = [task(person, SUNDAY), task(person, SUNDAY)]
    cover(MORNING)
    [first] = {whose(call)[0] for call in calls}
    task(customer(cast.hiratsuka, owner=first), SUNDAY)
    later = task(person, SUNDAY)
    cover(at("2026-11-22 15:00"))
    assert whose(later)[0] == first


def test_what_is_for_another_day_or_was_given_by_hand_stays(cast, off):
    tomorrow, by_hand = due(cast, MONDAY), due(cast, assigned_by_hand_at=MORNING)
    assert cover(MORNING) == 0
    assert (whose(tomorrow), whose(by_hand)) == ((off, None), (off, None))


def test_without_the_setting_or_anybody_on_duty_it_stays(cast, off):
    call = due(cast)
    cast.sales2.take_days_off([SUNDAY])
    assert cover(MORNING) == 0
    cast.sales2.give_up_days_off(SUNDAY, SUNDAY)
    Store.objects.update(cover=Cover.TEAM)
    assert cover(MORNING) == 0
    assert whose(call) == (off, None)


def test_only_who_sells_covers_and_nobody_of_another_store(cast, off):
    cast.sales2.is_active = False
    cast.sales2.save()
    call = due(cast)
    assert cover(MORNING) == 0
    assert whose(call) == (off, None)


def test_what_is_still_open_goes_back_on_the_next_day_at_work(cast, off):
    call, done = due(cast), due(cast)
    cover(MORNING)
    record(done, Result(Outcome.NO_ANSWER), by=cast.sales2, now=at("2026-11-22 15:00"))
    assert cover(at("2026-11-22 23:59")) == 0
    assert cover(NEXT_MORNING) == 1
    assert whose(call) == (off, None)
    assert whose(done) == (cast.sales2, off)


def test_a_day_off_entered_or_removed_in_the_middle_of_the_day_comes_right(cast, off):
    call, other = due(cast), due(cast, owner=cast.sales2)
    noon = at("2026-11-22 12:00")
    third = staff("sales3", Role.SALESPERSON, cast.hiratsuka)
    Task.objects.filter(pk=call.pk).update(assignee=cast.sales2, covering_for=off)
    cast.sales2.take_days_off([SUNDAY])
    while cover(noon):
        pass
    assert whose(call) == (third, off)
    assert whose(other) == (third, cast.sales2)
    off.give_up_days_off(SUNDAY, SUNDAY)
    while cover(noon):
        pass
    assert whose(call) == (off, None)
    assert whose(other) == (third, cast.sales2)


def test_what_was_given_to_somebody_else_meanwhile_does_not_come_back(cast, off):
    by_hand, with_owner = due(cast), due(cast)
    cover(MORNING)
    by_hand.assign(cast.manager, cast.manager, MORNING)
    assign_customer(with_owner.customer, cast.assistant)
    assert cover(NEXT_MORNING) == 0
    assert (whose(by_hand), whose(with_owner)) == ((cast.manager, None), (cast.assistant, None))


def test_to_who_has_left_nothing_goes_back(cast, off):
    call = due(cast)
    cover(MORNING)
    off.is_active = False
    off.save()
    assert cover(NEXT_MORNING) == 0
    assert whose(call)[0] == cast.sales2


def test_who_covers_is_counted_and_not_who_was_off(cast, off):
    call = due(cast)
    cover(MORNING)
    flag(at("2026-11-22 19:00"))
    cover(NEXT_MORNING)
    call.refresh_from_db()
    assert (call.assignee, call.counted_staff) == (off, cast.sales2)


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_tasks(cast, off, number, django_assert_max_num_queries):
    for _number in range(number):
        due(cast)
    with django_assert_max_num_queries(13):
        assert cover(MORNING) == number
    with django_assert_max_num_queries(10):
        assert cover(MORNING + timedelta(minutes=1)) == 0


def test_with_nobody_off_or_nothing_going_round_a_look_costs_one_statement(cast, django_assert_num_queries):
    due(cast)
    Store.objects.update(cover=Cover.ROTATE)
    with django_assert_num_queries(1):
        assert cover(MORNING) == 0
    Store.objects.update(cover=Cover.TEAM)
    cast.sales.take_days_off([SUNDAY])
    with django_assert_num_queries(1):
        assert cover(MORNING) == 0


def test_its_row_says_quietly_that_it_is_for_somebody_who_is_off(client, cast, off, time_machine):
    time_machine.move_to(at("2026-11-22 10:00"), tick=False)
    call = due(cast)
    cover(MORNING)
    client.force_login(cast.sales2)
    [row] = client.get(reverse("todo:board")).context["rows"].rows
    assert "休みの人の代わり" in row["origin"]
    assert "佐藤 健太" in client.get(reverse("todo:task", args=[call.pk])).content.decode()


def test_a_look_that_finds_nothing_reads_only_what_is_covered(cast):
    leave_only("task_covered")
    assert uses(to_give_back(MORNING), "task_covered")
