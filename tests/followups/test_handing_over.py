"""Work is handed over by hand, in sets, with a way back (REQUIREMENTS A6, A7)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from followups.handing_over import give_all_to, hand_over, spread
from followups.models import ActedOn, Left, Outcome, Task
from followups.recording import Result, record
from followups.taking_back import TooLateToTakeBack, take_back
from followups.work import DEALS, REPLIES, TASKS, Held
from stores.models import Role
from tests.cast import at, customer, lead, reply, staff, task

NOW = at("2026-11-22 14:00")
LATER = NOW + timedelta(hours=1)
DAY = date(2026, 11, 20)


@pytest.fixture
def calls(cast):
    """Three of Sato's, of three customers."""
    return [task(customer(cast.hiratsuka, name=f"顧客{n}", owner=cast.sales), DAY) for n in range(3)]


def ids(rows):
    return [row.pk for row in rows]


def give(cast, work, rows, to, now=NOW):
    return hand_over(work, ids(rows), give_all_to(to.pk), by=cast.manager, now=now)


def reread(row):
    row.refresh_from_db()
    return row


def test_the_way_back_locks_the_follow_ups_of_all_its_customers_in_one_statement(cast, calls):
    deal = lead(customer(cast.hiratsuka), NOW, staff=cast.sales)
    reply(deal.customer, NOW, LATER, for_staff=cast.sales, deal=deal)
    task(deal.customer, DAY, deal=deal)
    act = give(cast, DEALS, [deal], cast.sales2)
    assert all(act.rows.done().of_work(work).exists() for work in (TASKS, DEALS, REPLIES))
    with CaptureQueriesContext(connection) as asked:
        take_back(act, LATER)
    [lock] = [one["sql"] for one in asked if one["sql"].endswith('FOR NO KEY UPDATE OF "followups_followup"')]
    assert lock.count("UNION") > 0
    deal.refresh_from_db()
    assert deal.staff == cast.sales


class TestTasks:
    def test_are_somebody_elses_by_hand_and_tell_who_moved_them(self, cast, calls):
        act = give(cast, TASKS, calls, cast.sales2)
        assert {reread(call).assignee for call in calls} == {cast.sales2}
        assert {call.assigned_by_hand_at for call in calls} == {NOW}
        kept = ActedOn.objects.about(task=calls[0]).get()
        assert (kept.act, kept.act.by, kept.before, kept.after) == (act, cast.manager, cast.sales, cast.sales2)

    def test_recorded_meanwhile_are_left_alone_and_counted(self, cast, calls):
        record(calls[0], Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        act = give(cast, TASKS, calls, cast.sales2)
        assert reread(calls[0]).assignee == cast.sales
        assert reread(calls[1]).assignee == cast.sales2
        assert act.rows.left().count_by_reason() == {Left.DONE: 1}

    def test_that_person_has_already_are_left_alone(self, cast, calls):
        Task.objects.filter(pk=calls[0].pk).update(assignee=cast.sales2)
        act = give(cast, TASKS, calls, cast.sales2)
        assert act.rows.left().count_by_reason() == {Left.SAME: 1}
        assert reread(calls[0]).assigned_by_hand_at is None

    def test_given_back_are_as_before(self, cast, calls):
        earlier = NOW - timedelta(days=5)
        Task.objects.filter(pk=calls[0].pk).update(assigned_by_hand_at=earlier)
        act = give(cast, TASKS, calls, cast.sales2)
        assert take_back(act, LATER) == (3, 0)
        assert {reread(call).assignee for call in calls} == {cast.sales}
        assert [call.assigned_by_hand_at for call in calls] == [earlier, None, None]

    def test_done_or_moved_on_since_are_not_given_back(self, cast, calls):
        act = give(cast, TASKS, calls, cast.sales2)
        record(calls[0], Result(Outcome.NO_ANSWER), by=cast.sales2, now=NOW)
        calls[1].assign(cast.assistant, cast.assistant, NOW)
        assert take_back(act, LATER) == (1, 2)
        assert [reread(call).assignee for call in calls] == [cast.sales2, cast.assistant, cast.sales]

    def test_are_not_given_back_to_somebody_who_left_the_store(self, cast, calls):
        act = give(cast, TASKS, calls, cast.sales2)
        cast.sales.memberships.all().delete()
        assert take_back(act, LATER) == (0, 3)

    def test_taken_back_once_only_and_for_a_day(self, cast, calls):
        act = give(cast, TASKS, calls, cast.sales2)
        with pytest.raises(TooLateToTakeBack):
            take_back(act, NOW + timedelta(days=1))
        take_back(act, LATER)
        with pytest.raises(TooLateToTakeBack):
            take_back(act, LATER)

    @pytest.mark.parametrize("number", [10, 200])
    def test_need_as_many_statements_for_many_as_for_few(self, cast, number, django_assert_num_queries):
        first = task(customer(cast.hiratsuka, owner=cast.sales), DAY)
        fields = {f.attname: getattr(first, f.attname) for f in Task._meta.concrete_fields if not f.primary_key}
        calls = Task.objects.bulk_create(Task(**fields) for _n in range(number))
        with django_assert_num_queries(8):
            act = give(cast, TASKS, calls, cast.sales2)
        assert Task.objects.filter(assignee=cast.sales2).count() == number
        with django_assert_num_queries(9):
            take_back(act, LATER)
        assert not Task.objects.filter(assignee=cast.sales2).exists()


class TestDeals:
    @pytest.fixture
    def deal(self, cast):
        return lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)

    def test_take_their_tasks_and_waiting_replies_along_and_are_not_begun_by_it(self, cast, deal):
        call = task(deal.customer, DAY, deal=deal)
        by_hand = task(deal.customer, DAY, deal=deal)
        by_hand.assign(cast.assistant, cast.manager, NOW)
        other = task(deal.customer, DAY)
        wrote = reply(deal.customer, NOW, LATER, deal=deal)
        act = give(cast, DEALS, [deal], cast.sales2)
        assert reread(deal).staff == reread(call).assignee == reread(wrote).for_staff == cast.sales2
        assert reread(by_hand).assignee == cast.assistant
        assert reread(other).assignee == reread(deal.customer).owner == cast.sales
        assert call.assigned_by_hand_at is None, "it follows the deal, not a hand"
        assert deal.is_new
        take_back(act, LATER)
        assert reread(deal).staff == reread(call).assignee == reread(wrote).for_staff == cast.sales

    def test_a_customer_of_nobody_goes_along_with_what_is_theirs(self, cast):
        deal = lead(customer(cast.hiratsuka), NOW)
        own, wrote = task(deal.customer, DAY), reply(deal.customer, NOW, LATER)
        act = give(cast, DEALS, [deal], cast.sales2)
        assert reread(deal.customer).owner == reread(own).assignee == reread(wrote).for_staff == cast.sales2
        take_back(act, LATER)
        assert reread(deal.customer).owner is reread(own).assignee is reread(wrote).for_staff is None

    def test_lost_meanwhile_stay_with_all_that_is_theirs(self, cast, deal):
        call = task(deal.customer, DAY, deal=deal)
        deal.lose("price", cast.sales, NOW)
        act = give(cast, DEALS, [deal], cast.sales2)
        assert reread(deal).staff == reread(call).assignee == cast.sales
        assert act.rows.left().count_by_reason() == {Left.DONE: 1}

    @pytest.mark.parametrize("number", [2, 40])
    def test_need_as_many_statements_for_many_as_for_few(self, cast, number, django_assert_num_queries):
        deals = [lead(customer(cast.hiratsuka), NOW) for _n in range(number)]
        for deal in deals:
            task(deal.customer, DAY, deal=deal)
        with django_assert_num_queries(12):
            act = give(cast, DEALS, deals, cast.sales2)
        assert Task.objects.filter(assignee=cast.sales2).count() == number
        with django_assert_num_queries(12):
            take_back(act, LATER)


def test_replies_are_somebody_elses_to_answer(cast):
    waiting = reply(customer(cast.hiratsuka, owner=cast.sales), NOW, LATER)
    answered = reply(customer(cast.hiratsuka, owner=cast.sales), NOW, LATER, answered_at=NOW, answer_note="済み")
    act = give(cast, REPLIES, [waiting, answered], cast.sales2)
    assert reread(waiting).for_staff == cast.sales2
    assert reread(answered).for_staff == cast.sales
    assert take_back(act, LATER) == (1, 0)
    assert reread(waiting).for_staff == cast.sales


class TestSpreading:
    def rows(self, *customers, holder=1, store=1):
        return [Held(number, holder, customer, store) for number, customer in enumerate(customers)]

    def test_gives_everybody_equally_many(self):
        shares = spread(self.rows(*range(10, 19)), {1: [2, 3, 4]})
        assert sorted(shares.values()) == [2, 2, 2, 3, 3, 3, 4, 4, 4]

    def test_gives_all_about_one_customer_to_one_person(self):
        shares = spread(self.rows(10, 10, 10, 11, 12), {1: [2, 3]})
        assert len({shares[0], shares[1], shares[2]}) == 1
        assert shares[3] == shares[4] != shares[0]

    def test_gives_nothing_to_whoever_has_it_and_nothing_to_nobody(self):
        assert spread(self.rows(10, holder=2), {1: [2, 3]}) == {0: 3}
        assert spread(self.rows(10, holder=2), {1: [2]}) == {}
        assert spread(self.rows(10, store=9), {1: [2]}) == {}

    def test_leaves_what_nobody_can_take_and_says_so(self, cast, calls):
        act = hand_over(TASKS, ids(calls), lambda rows: spread(rows, {}), by=cast.manager, now=NOW)
        assert act.rows.left().count_by_reason() == {Left.NOBODY_ELSE: 3}
        assert {reread(call).assignee for call in calls} == {cast.sales}


def test_taking_a_colleagues_task_is_kept_as_well(cast, calls):
    assert calls[0].assign(cast.sales2, cast.sales2, NOW)
    kept = ActedOn.objects.about(task=calls[0]).get()
    assert (kept.act.by, kept.before, kept.after) == (cast.sales2, cast.sales, cast.sales2)
    record(calls[1], Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
    assert not calls[1].assign(cast.sales2, cast.sales2, NOW)
    assert not ActedOn.objects.about(task=calls[1]).exists()


def test_a_new_colleague_can_be_given_everything(cast, calls):
    newcomer = staff("newcomer", Role.SALESPERSON, cast.hiratsuka)
    give(cast, TASKS, calls, newcomer)
    assert {reread(call).assignee for call in calls} == {newcomer}
