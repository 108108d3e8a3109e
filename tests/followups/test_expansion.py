"""The expand pass: follow-ups that were chosen become tasks, in sets, once (DESIGN.md "The engine")."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from followups.expansion import expand, plan_failed_ones_again
from followups.models import CancelReason, FollowUp, Task
from followups.starting import start
from stores.models import Membership, Role
from tests.cast import at, contact, customer, lead, pattern, staff, task

NOW = at("2026-11-21 12:00")
CALLS = [{"offset_days": 0}, {"offset_days": 1, "window": "rotating"}, {"offset_days": 2, "channel": "email"}]


@pytest.fixture
def calls(cast):
    return pattern("calls", CALLS)


def begin(pattern, who, *, by=None, now=NOW, **fields):
    return start(pattern, customer=who, by=by, now=now, **fields)


def many(count, calls, cast):
    customers = Customer.objects.bulk_create(
        [Customer(store=cast.hiratsuka, name=f"顧客{number}", owner=cast.sales) for number in range(count)]
    )
    for one in customers:
        begin(calls, one)
    return customers


def test_every_follow_up_gets_a_task_for_every_step(cast, calls):
    many(5, calls, cast)
    assert expand(NOW) == 5
    assert Task.objects.count() == 15
    assert not FollowUp.objects.waiting().exists()


def test_a_task_says_what_its_step_and_follow_up_say(cast, calls):
    deal = lead(customer(cast.hiratsuka), NOW, staff=cast.sales)
    follow_up = begin(calls, deal.customer, deal=deal)
    expand(NOW)
    made = follow_up.tasks.order_by("pk").first()
    assert (made.store, made.customer, made.deal) == (cast.hiratsuka, deal.customer, deal)
    assert (made.channel, made.title, made.created_at) == ("phone", "step 1", NOW)
    assert made.first_late_at == made.late_at == at("2026-11-21 19:00")
    assert made.reason[0] == ["base", "2026-11-21T12:00+09:00"]
    assert list(follow_up.tasks.order_by("pk").values_list("step__position", flat=True)) == [1, 2, 3]


def test_a_second_pass_adds_nothing(cast, calls):
    many(3, calls, cast)
    expand(NOW)
    assert expand(NOW) == 0
    FollowUp.objects.update(expanded_at=None)
    assert expand(NOW) == 3
    assert Task.objects.count() == 9


def test_what_was_done_before_a_crash_is_not_made_again(cast, calls):
    follow_up = begin(calls, customer(cast.hiratsuka))
    expand(NOW)
    follow_up.tasks.filter(step__position=2).update(done_at=NOW)
    FollowUp.objects.update(expanded_at=None)
    expand(NOW + timedelta(minutes=1))
    assert follow_up.tasks.count() == 3
    assert follow_up.tasks.filter(done_at=NOW).count() == 1


def test_a_slice_takes_the_oldest_and_leaves_the_rest(cast, calls):
    many(5, calls, cast)
    assert [expand(NOW, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_the_number_of_statements_does_not_grow_with_the_rows(cast, calls):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            expand(NOW)
        return len(captured)

    many(1, calls, cast)
    for_one = statements()
    many(10, calls, cast)
    assert statements() == for_one <= 16


def test_equal_bases_and_steps_give_equal_dates(cast, calls):
    many(4, calls, cast)
    expand(NOW)
    dates = {
        tuple(follow_up.tasks.order_by("step__position").values_list("due_on", "due_from", "due_until", "late_at"))
        for follow_up in FollowUp.objects.all()
    }
    assert len(dates) == 1


def test_a_version_without_steps_waits_no_longer(cast):
    follow_up = begin(pattern("empty", []), customer(cast.hiratsuka))
    assert (expand(NOW), expand(NOW)) == (1, 0)
    follow_up.refresh_from_db()
    assert follow_up.expanded_at == NOW


def test_a_follow_up_that_ended_before_the_worker_came_gets_no_tasks(cast, calls):
    begin(calls, customer(cast.hiratsuka))
    FollowUp.objects.update(ended_at=NOW, end_reason="stopped")
    assert expand(NOW) == 0


def test_a_follow_up_that_cannot_be_planned_holds_up_nobody(cast, calls, caplog):
    broken = begin(calls, customer(cast.hiratsuka), base=date(9999, 12, 31))
    fine = begin(calls, customer(cast.hiratsuka, name="高橋"))
    assert (expand(NOW, limit=1), expand(NOW, limit=1), expand(NOW)) == (1, 1, 0)
    assert fine.tasks.count() == 3
    broken.refresh_from_db()
    assert (broken.failed_at, broken.is_being_prepared) == (NOW, False)
    assert caplog.text.count(f"Follow-up {broken.pk} cannot be planned") == 1


def test_what_could_not_be_planned_is_tried_once_more_when_that_is_asked_for(cast, calls):
    broken = begin(calls, customer(cast.hiratsuka), base=date(9999, 12, 31))
    expand(NOW)
    FollowUp.objects.update(base_on=date(2026, 11, 21))
    assert plan_failed_ones_again() == 1
    expand(NOW)
    assert broken.tasks.count() == 3


class TestWhoGetsIt:
    def assignees(self, cast, steps, **fields):
        follow_up = begin(pattern("who", steps), **fields)
        expand(NOW)
        return [one.assignee for one in follow_up.tasks.order_by("step__position")]

    def test_the_deals_person_first(self, cast):
        deal = lead(customer(cast.hiratsuka, owner=cast.sales2), NOW, staff=cast.sales)
        assert self.assignees(cast, [{}], who=deal.customer, deal=deal) == [cast.sales]

    def test_else_the_customers(self, cast):
        deal = lead(customer(cast.hiratsuka, owner=cast.sales2), NOW)
        assert self.assignees(cast, [{}], who=deal.customer, deal=deal) == [cast.sales2]

    def test_else_the_stores_pool(self, cast):
        assert self.assignees(cast, [{}], who=customer(cast.hiratsuka)) == [None]

    def test_a_steps_role_goes_ahead_of_all(self, cast):
        deal = lead(customer(cast.hiratsuka), NOW, staff=cast.sales)
        steps = [{"assignee_role": Role.ASSISTANT}, {"assignee_role": Role.MANAGER}, {}]
        assert self.assignees(cast, steps, who=deal.customer, deal=deal) == [cast.assistant, cast.manager, cast.sales]

    def test_a_role_that_nobody_in_the_store_has_falls_to_the_person_in_charge(self, cast):
        mine = customer(cast.yokohama, owner=cast.yokohama_sales)
        assert self.assignees(cast, [{"assignee_role": Role.ASSISTANT}], who=mine) == [cast.yokohama_sales]

    def test_of_two_with_the_role_the_one_who_has_had_it_longest_and_still_works_here(self, cast):
        staff("assistant2", Role.ASSISTANT, cast.hiratsuka)
        third = staff("assistant3", Role.ASSISTANT, cast.hiratsuka)
        mine = customer(cast.hiratsuka)
        assert self.assignees(cast, [{"assignee_role": Role.ASSISTANT}], who=mine) == [cast.assistant]
        Membership.objects.filter(staff__username__in=["assistant", "assistant2"]).update(role=Role.SALESPERSON)
        again = begin(pattern("later", [{"assignee_role": Role.ASSISTANT}]), mine)
        expand(NOW)
        assert again.tasks.get().assignee == third


class TestStepsThatArePast:
    def test_steps_late_for_more_than_three_days_are_counted_and_not_made(self, cast):
        steps = [{"offset_days": days, "channel": "email"} for days in (0, 9, 20)]
        follow_up = begin(pattern("late", steps), customer(cast.hiratsuka), base=date(2026, 11, 8))
        expand(NOW)
        follow_up.refresh_from_db()
        assert [one.due_on for one in follow_up.tasks.order_by("due_on")] == [date(2026, 11, 28)]
        assert follow_up.past_steps == 2

    def test_a_step_missed_by_up_to_three_days_is_made(self, cast):
        follow_up = begin(pattern("just", [{}]), customer(cast.hiratsuka), base=date(2026, 11, 19))
        expand(NOW)
        assert follow_up.tasks.get().due_on == date(2026, 11, 19)

    def test_it_counts_from_the_choice_and_not_from_when_the_worker_came(self, cast, calls):
        follow_up = begin(calls, customer(cast.hiratsuka))
        expand(NOW + timedelta(days=10))
        assert follow_up.tasks.count() == 3


class TestCalls:
    def test_two_patterns_of_one_customer_never_call_on_one_day(self, cast):
        mine = customer(cast.hiratsuka)
        begin(pattern("first", [{"offset_days": 0}, {"offset_days": 1}]), mine)
        begin(pattern("second", [{"offset_days": 0}, {"offset_days": 1}]), mine)
        expand(NOW)
        days = sorted(Task.objects.values_list("due_on", flat=True))
        assert days == [date(2026, 11, day) for day in (21, 22, 23, 24)]

    def test_open_calls_from_before_count_and_cancelled_ones_do_not(self, cast):
        mine = customer(cast.hiratsuka)
        task(mine, date(2026, 11, 21))
        task(mine, date(2026, 11, 22), cancelled_at=NOW, cancel_reason=CancelReason.NOT_NEEDED)
        follow_up = begin(pattern("one", [{}]), mine)
        expand(NOW)
        assert follow_up.tasks.get().due_on == date(2026, 11, 22)

    def test_another_customers_calls_do_not_count(self, cast, calls):
        task(customer(cast.hiratsuka, name="高橋"), date(2026, 11, 21))
        follow_up = begin(calls, customer(cast.hiratsuka))
        expand(NOW)
        assert follow_up.tasks.order_by("due_on").first().due_on == date(2026, 11, 21)

    @pytest.mark.parametrize(("outcome", "expected"), [("no_answer", "15:00"), ("spoke", "12:00")])
    def test_windows_tried_in_vain_since_the_last_conversation_come_last(self, cast, outcome, expected):
        mine = customer(cast.hiratsuka)
        contact(mine, at("2026-11-18 12:10"), outcome="no_answer")
        contact(mine, at("2026-11-19 12:20"), outcome=outcome)
        follow_up = begin(pattern("rotating", [{"offset_days": 1, "window": "rotating"}]), mine)
        expand(NOW)
        assert f"{follow_up.tasks.get().due_from + timedelta(hours=9):%H:%M}" == expected

    def test_the_customers_days_and_hours_are_heard(self, cast):
        mine = customer(
            cast.hiratsuka,
            convenient_weekdays=[5],
            convenient_from=datetime(2026, 1, 1, 18).time(),
            convenient_until=datetime(2026, 1, 1, 20).time(),
        )
        follow_up = begin(pattern("suits", [{"offset_days": 2, "window": "rotating"}]), mine)
        expand(NOW)
        made = follow_up.tasks.get()
        assert (made.due_from, made.due_until) == (at("2026-11-28 18:00"), at("2026-11-28 19:00"))


def test_in_a_store_that_never_opens_a_task_on_a_closed_day_is_better_than_none(cast, calls):
    for weekday in range(7):
        cast.yokohama.closing_days.get_or_create(weekday=weekday, nth=None)
    follow_up = begin(calls, customer(cast.yokohama))
    assert expand(NOW) == 1
    assert follow_up.tasks.count() == 3
