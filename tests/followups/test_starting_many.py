"""One pattern chosen for many customers or deals at once: who gets it, who is left out and why."""

from datetime import date

import pytest

from customers.models import Customer, LostReason
from followups.expansion import expand
from followups.models import EndReason, FollowUp, Pattern, Task
from followups.starting import WhyNot, sort_out, start, start_many
from followups.stopping import lose_deal, stop
from tests.cast import at, customer, lead, pattern

NOW = at("2026-11-21 12:00")


@pytest.fixture
def care(cast):
    return pattern("care", [{"title": "お電話"}, {"title": "はがき", "channel": "letter", "offset_days": 7}])


def people(store, number, **fields):
    return [customer(store, name=f"顧客{n}", phones=[], **fields) for n in range(number)]


def reasons(left_out):
    return dict(left_out)


def test_everybody_gets_their_tasks(cast, care):
    chosen = people(cast.hiratsuka, 20, owner=cast.sales)
    many = start_many(care, chosen, by=cast.manager, now=NOW)
    assert ({row.customer for row in many.started}, many.left_out) == (set(chosen), [])
    assert expand(NOW) == 20
    assert Task.objects.open().filter(assignee=cast.sales, title="お電話").count() == 20
    assert set(FollowUp.objects.begun_together(many.key)) == set(many.started)
    assert {row.started_by for row in many.started} == {cast.manager}


@pytest.mark.parametrize("number", [1, 30])
def test_it_takes_as_many_statements_for_many_as_for_one(cast, care, number, django_assert_num_queries):
    chosen = people(cast.hiratsuka, number)
    with django_assert_num_queries(12):
        start_many(care, chosen, by=cast.manager, now=NOW)


def test_who_has_it_already_is_left_out_and_named(cast, care):
    first, second = people(cast.hiratsuka, 2)
    start(care, customer=first, by=cast.sales, now=NOW)
    many = start_many(care, [first, second], by=cast.manager, now=NOW)
    assert [row.customer for row in many.started] == [second]
    assert many.left_out == [(first, WhyNot.RUNNING)]


def test_chosen_twice_it_begins_once(cast, care):
    chosen = people(cast.hiratsuka, 3)
    start_many(care, [*chosen, *chosen], by=cast.manager, now=NOW)
    again = start_many(care, chosen, by=cast.manager, now=NOW)
    assert (FollowUp.objects.count(), again.started) == (3, [])
    assert set(reasons(again.left_out).values()) == {WhyNot.RUNNING}


def test_one_with_nothing_left_to_do_does_not_stand_in_the_way(cast, care):
    (who,) = people(cast.hiratsuka, 1)
    before = start(care, customer=who, by=cast.sales, now=NOW)
    expand(NOW)
    before.tasks.update(done_at=NOW)
    assert sort_out(care, [who]).ready == [(who, care)]
    assert len(start_many(care, [who], by=cast.manager, now=NOW).started) == 1
    before.refresh_from_db()
    assert before.end_reason == EndReason.DONE


def test_what_is_finished_of_another_deal_of_the_customer_leaves_none_of_its_own_behind(cast, care):
    (who,) = people(cast.hiratsuka, 1)
    deals = [lead(who, NOW) for _n in range(3)]
    start_many(care, deals, by=cast.sales, now=NOW)
    expand(NOW)
    Task.objects.update(done_at=NOW)
    for deal in reversed(deals):
        assert len(start_many(care, [deal], by=cast.manager, now=NOW).started) == 1


def test_a_lost_deal_and_a_closed_customer_are_left_out(cast, care):
    good, lost = lead(customer(cast.hiratsuka), NOW), lead(customer(cast.hiratsuka), NOW)
    closed = customer(cast.hiratsuka)
    Customer.objects.filter(pk=closed.pk).update(closed_at=NOW)
    closed.refresh_from_db()
    lose_deal(lost, LostReason.PRICE, cast.sales, NOW)
    stale = type(lost)(pk=lost.pk, customer=lost.customer, store=lost.store)
    many = start_many(care, [good, stale, closed], by=cast.manager, now=NOW)
    assert [(row.customer, row.deal) for row in many.started] == [(good.customer, good)]
    assert reasons(many.left_out) == {lost: WhyNot.LOST, closed: WhyNot.CLOSED}


def test_the_same_customer_may_have_it_for_a_deal_and_by_themselves(cast, care):
    deal = lead(customer(cast.hiratsuka), NOW)
    assert len(start_many(care, [deal, deal.customer], by=cast.manager, now=NOW).started) == 2


def test_each_store_uses_its_own_copy_and_one_without_any_is_left_out(cast, care):
    here, there = customer(cast.hiratsuka), customer(cast.yokohama)
    own = pattern("care", [{"title": "こちら"}], store=cast.hiratsuka)
    many = start_many(care, [here, there], by=cast.admin, now=NOW)
    assert {row.customer: row.pattern for row in many.started} == {here: own, there: care}
    only_here = pattern("only-here", [{}], store=cast.hiratsuka)
    assert start_many(only_here, [here, there], by=cast.admin, now=NOW).left_out == [(there, WhyNot.ELSEWHERE)]


def test_a_retired_pattern_begins_for_nobody(cast, care):
    care.retire(NOW)
    (who,) = people(cast.hiratsuka, 1)
    assert start_many(care, [who], by=cast.manager, now=NOW).left_out == [(who, WhyNot.ELSEWHERE)]


def test_it_counts_from_what_the_pattern_says_or_from_the_day_given(cast):
    after_talks = pattern("after-talks", [{}], base="negotiated")
    known, unknown = people(cast.hiratsuka, 2)
    Customer.objects.filter(pk=known.pk).update(last_negotiated_at=at("2026-11-10 15:00"))
    known.refresh_from_db()
    many = start_many(after_talks, [known, unknown], by=cast.manager, now=NOW)
    assert {row.customer: row.base_on for row in many.started} == {
        known: date(2026, 11, 10),
        unknown: date(2026, 11, 21),
    }
    stop(FollowUp.objects.begun_together(many.key), EndReason.STOPPED, by=cast.manager, now=NOW)
    again = start_many(after_talks, [known], by=cast.manager, now=NOW, base=date(2026, 12, 1))
    assert [row.base_on for row in again.started] == [date(2026, 12, 1)]


def test_nobody_chosen_is_nobody_begun(cast):
    assert start_many(Pattern.objects.get(slug="new-arrival"), [], by=cast.manager, now=NOW).started == []
