"""Ending follow-ups and taking an end back (REQUIREMENTS B6)."""

from datetime import timedelta

import pytest

from customers.models import LostReason, Stage
from followups.expansion import expand
from followups.models import CancelReason, EndReason, FollowUp, Task
from followups.starting import start
from followups.stopping import (
    end_finished,
    lose_deal,
    move_deal,
    reopen_deal,
    resume,
    stop,
    stop_of_closed_deals,
)
from tests.cast import at, customer, lead, pattern

NOW = at("2026-11-21 12:00")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka), NOW, staff=cast.sales)


@pytest.fixture
def follow_up(cast, deal):
    steps = [{"offset_days": days} for days in (0, 1, 2)]
    made = start(pattern("calls", steps), customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
    expand(NOW)
    return made


def only(follow_up):
    return FollowUp.objects.filter(pk=follow_up.pk)


def end(follow_up, cast, now=LATER):
    return stop(only(follow_up), EndReason.STOPPED, by=cast.sales, now=now)


def test_open_tasks_are_cancelled_with_the_reason_and_what_is_done_stays(cast, follow_up):
    done = follow_up.tasks.order_by("due_on").first()
    Task.objects.filter(pk=done.pk).update(done_at=NOW, done_by=cast.sales)
    assert end(follow_up, cast) == 2
    follow_up.refresh_from_db()
    assert (follow_up.ended_at, follow_up.end_reason, follow_up.ended_by) == (LATER, "stopped", cast.sales)
    cancelled = follow_up.tasks.exclude(pk=done.pk)
    assert set(cancelled.values_list("cancelled_at", "cancelled_by", "cancel_reason")) == {
        (LATER, cast.sales.pk, "ended")
    }
    done.refresh_from_db()
    assert done.cancelled_at is None


def test_saying_it_twice_is_harmless(cast, follow_up):
    end(follow_up, cast)
    assert end(follow_up, cast, now=LATER + timedelta(hours=1)) == 0
    follow_up.refresh_from_db()
    assert follow_up.ended_at == LATER


def test_resuming_reopens_what_the_end_had_cancelled_and_nothing_else(cast, follow_up):
    first = follow_up.tasks.order_by("due_on").first()
    first.cancel(cast.sales, NOW, "不要になった")
    end(follow_up, cast)
    assert resume(only(follow_up)) == 1
    follow_up.refresh_from_db()
    assert (follow_up.ended_at, follow_up.end_reason) == (None, "")
    assert follow_up.tasks.open().count() == 2
    first.refresh_from_db()
    assert first.cancel_reason == CancelReason.NOT_NEEDED


def test_what_was_chosen_anew_meanwhile_stays_ended_and_doubles_nothing(cast, deal, follow_up):
    end(follow_up, cast)
    start(follow_up.pattern, customer=deal.customer, deal=deal, by=cast.sales, now=LATER)
    assert resume(only(follow_up)) == 0
    follow_up.refresh_from_db()
    assert follow_up.ended_at == LATER
    assert follow_up.tasks.open().count() == 0


def test_a_follow_up_ended_before_its_tasks_were_made_gets_them_when_it_is_resumed(
    cast, deal, django_capture_on_commit_callbacks
):
    waiting = start(pattern("one", [{}]), customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
    end(waiting, cast)
    expand(LATER)
    with django_capture_on_commit_callbacks() as callbacks:
        resume(only(waiting))
    assert len(callbacks) == 1, "the worker is woken"
    expand(LATER)
    assert waiting.tasks.open().count() == 1


class TestClosedDeals:
    def test_a_lost_deal_ends_its_follow_ups(self, cast, deal, follow_up):
        deal.lose(LostReason.PRICE, cast.sales, LATER)
        assert stop_of_closed_deals(LATER) == 3
        follow_up.refresh_from_db()
        assert follow_up.end_reason == EndReason.LOST

    def test_an_order_ends_them_too(self, cast, deal, follow_up):
        deal.move_to(Stage.ORDER, cast.sales, LATER)
        stop_of_closed_deals(LATER)
        follow_up.refresh_from_db()
        assert follow_up.end_reason == EndReason.WON

    def test_what_began_after_the_order_goes_on(self, cast, deal):
        deal.move_to(Stage.ORDER, cast.sales, NOW)
        after = start(pattern("after", [{}]), customer=deal.customer, deal=deal, by=cast.sales, now=LATER)
        expand(LATER)
        assert stop_of_closed_deals(LATER) == 0
        after.refresh_from_db()
        assert after.ended_at is None

    def test_an_open_deal_and_a_customers_own_follow_up_go_on(self, cast, deal, follow_up):
        start(pattern("own", [{}]), customer=deal.customer, by=cast.sales, now=NOW)
        assert stop_of_closed_deals(LATER) == 0
        assert FollowUp.objects.running().count() == 2

    def test_the_net_looks_only_as_far_back_as_it_is_told(self, cast, deal, follow_up):
        deal.lose(LostReason.PRICE, cast.sales, NOW)
        assert stop_of_closed_deals(LATER, since=LATER) == 0
        assert stop_of_closed_deals(LATER, since=NOW) == 3

    def test_who_loses_the_deal_ends_them_at_once_and_reopening_brings_them_back(self, cast, deal, follow_up):
        assert lose_deal(deal, LostReason.PRICE, cast.sales, LATER)
        follow_up.refresh_from_db()
        assert (follow_up.end_reason, follow_up.ended_by) == (EndReason.LOST, cast.sales)
        assert reopen_deal(deal, cast.sales, LATER)
        assert follow_up.tasks.open().count() == 3

    def test_the_order_ends_them_at_once_and_going_back_brings_them_back(self, cast, deal, follow_up):
        move_deal(deal, Stage.ORDER, cast.sales, LATER)
        follow_up.refresh_from_db()
        assert (follow_up.end_reason, follow_up.ended_by) == (EndReason.WON, cast.sales)
        move_deal(deal, Stage.DELIVERY, cast.sales, LATER)
        assert follow_up.tasks.open().count() == 0
        move_deal(deal, Stage.ESTIMATE, cast.sales, LATER)
        follow_up.refresh_from_db()
        assert (follow_up.ended_at, follow_up.tasks.open().count()) == (None, 3)

    def test_going_back_leaves_alone_what_somebody_stopped(self, cast, deal, follow_up):
        end(follow_up, cast)
        move_deal(deal, Stage.ORDER, cast.sales, LATER)
        move_deal(deal, Stage.ESTIMATE, cast.sales, LATER)
        follow_up.refresh_from_db()
        assert follow_up.end_reason == EndReason.STOPPED

    def test_a_lost_deal_moves_nowhere_and_ends_nothing_anew(self, cast, deal, follow_up):
        as_read_before = type(deal).objects.get(pk=deal.pk)
        lose_deal(deal, LostReason.PRICE, cast.sales, NOW)
        assert not move_deal(as_read_before, Stage.ORDER, cast.sales2, LATER)
        assert as_read_before.lost_at == NOW
        follow_up.refresh_from_db()
        assert follow_up.end_reason == EndReason.LOST


class TestTheNight:
    def test_a_slice_ends_so_many_and_leaves_the_rest(self, cast):
        calls = pattern("calls", [{}])
        for number in range(3):
            start(calls, customer=customer(cast.hiratsuka, name=f"顧客{number}"), by=None, now=NOW)
        expand(NOW)
        Task.objects.update(done_at=NOW)
        assert [end_finished(LATER, limit=2) for _ in range(3)] == [2, 1, 0]

    def test_a_follow_up_without_open_tasks_is_done(self, cast, follow_up):
        follow_up.tasks.update(done_at=NOW)
        assert end_finished(LATER) == 1
        follow_up.refresh_from_db()
        assert follow_up.end_reason == EndReason.DONE

    def test_one_with_an_open_task_and_one_that_waits_for_the_worker_are_not(self, cast, deal, follow_up):
        start(pattern("waits", [{}]), customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
        follow_up.tasks.exclude(pk=follow_up.tasks.first().pk).update(done_at=NOW)
        assert end_finished(LATER) == 0
