"""Taking a record back with all it set in motion, and leaving alone what others did since then."""

from datetime import date, timedelta

import pytest

from customers.models import LostReason, Stage
from followups.correcting import UNDO_WITHIN, TooLateToUndo, undo
from followups.expansion import expand
from followups.models import CancelReason, Contact, EndReason, FollowUp, Outcome, Task
from followups.recording import NextAppointment, Result, receive, record
from followups.starting import start
from followups.stopping import end_finished, stop, stop_of_closed_deals
from tests.cast import at, customer, lead, pattern

NOW = at("2026-11-21 12:00")
LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka, owner=cast.sales), NOW - timedelta(hours=1), staff=cast.sales)


@pytest.fixture
def follow_up(cast, deal):
    steps = [{"offset_days": days} for days in (0, 1, 2)]
    made = start(pattern("calls", steps), customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
    expand(NOW)
    return made


@pytest.fixture
def call(follow_up):
    return follow_up.tasks.order_by("due_on").first()


def state(deal):
    """Everything a record may change, but for the record itself."""
    deal.refresh_from_db()
    fields = ("done_at", "done_by", "cancelled_at", "cancel_reason", "counted_staff", "counted_store")
    return (
        [deal.stage, deal.taken_at, deal.taken_by, deal.lost_at, deal.closed_at, deal.lost_reason, deal.won_at],
        [deal.last_contacted_at, deal.last_negotiated_at, deal.customer.last_contacted_at],
        list(Task.objects.filter(follow_up__isnull=False).order_by("pk").values(*fields)),
        list(FollowUp.objects.order_by("pk").values("ended_at", "end_reason", "ended_by", "ended_with")),
        list(Contact.objects.waiting().order_by("pk").values("answered_at", "answered_by", "answered_with")),
    )


def engine_runs():
    expand(LATER)
    stop_of_closed_deals(LATER)


@pytest.mark.parametrize("outcome", [*Outcome.for_channel("phone"), Outcome.SENT, Outcome.UNDELIVERED])
def test_everything_is_as_it_was(cast, deal, follow_up, call, outcome):
    receive(deal.customer, deal, "email", Result(Outcome.MESSAGE, "質問"), by=cast.sales, now=NOW)
    before = state(deal)
    result = Result(outcome, close=[follow_up.pk], next=NextAppointment(date(2026, 11, 23)), negotiated=True)
    kept = record(call, result, by=cast.sales, now=NOW)
    assert state(deal) != before
    engine_runs()
    undo(kept, by=cast.sales, now=LATER)
    engine_runs()
    deal.customer.refresh_from_db()
    assert state(deal) == before
    made = kept.made_tasks.get()
    assert (made.cancelled_at, made.cancel_reason) == (LATER, CancelReason.UNDONE)


def test_the_record_stays_struck_out_and_the_task_can_be_recorded_again(cast, deal, call):
    kept = record(call, Result(Outcome.SPOKE), by=cast.sales, now=NOW)
    undo(kept, by=cast.sales2, now=LATER)
    kept.refresh_from_db()
    assert (kept.voided_at, kept.voided_by) == (LATER, cast.sales2)
    record(call, Result(Outcome.NO_ANSWER), by=cast.sales, now=LATER)
    assert call.contacts.count() == 2


def test_after_a_day_and_a_second_time_it_is_too_late(cast, deal, call):
    kept = record(call, Result(Outcome.SPOKE), by=cast.sales, now=NOW)
    with pytest.raises(TooLateToUndo):
        undo(kept, by=cast.sales, now=NOW + UNDO_WITHIN)
    undo(kept, by=cast.sales, now=LATER)
    with pytest.raises(TooLateToUndo):
        undo(kept, by=cast.sales, now=LATER)


def test_a_pattern_it_started_ends_with_its_tasks(cast, deal, call):
    month = pattern("month", [{"offset_days": 20}], base="negotiated")
    kept = record(call, Result(Outcome.SPOKE, pattern=month), by=cast.sales, now=NOW)
    expand(NOW)
    undo(kept, by=cast.sales, now=LATER)
    begun = FollowUp.objects.get(pattern=month)
    assert (begun.end_reason, begun.tasks.open().count()) == (EndReason.STOPPED, 0)


def test_what_it_made_and_is_done_already_stays(cast, deal, call):
    kept = record(call, Result(Outcome.SPOKE, next=NextAppointment(date(2026, 11, 21))), by=cast.sales, now=NOW)
    record(kept.made_tasks.get(), Result(Outcome.SPOKE), by=cast.sales, now=NOW)
    undo(kept, by=cast.sales, now=LATER)
    assert kept.made_tasks.get().done_at == NOW


def test_who_was_counted_when_it_fell_late_stays_counted(cast, deal, call):
    Task.objects.filter(pk=call.pk).update(overdue_at=NOW, counted_staff=cast.sales2, counted_store=cast.hiratsuka)
    kept = record(call, Result(Outcome.SPOKE), by=cast.sales, now=NOW)
    undo(kept, by=cast.sales, now=LATER)
    call.refresh_from_db()
    assert call.counted_staff == cast.sales2


class TestWhatOthersDidSinceThen:
    def test_a_deal_that_moved_on_stays_there(self, cast, deal, call):
        kept = record(call, Result(Outcome.APPOINTMENT), by=cast.sales, now=NOW)
        deal.refresh_from_db()
        deal.move_to(Stage.ORDER, cast.manager, LATER)
        undo(kept, by=cast.sales, now=LATER)
        deal.refresh_from_db()
        assert (deal.stage, deal.won_at) == (Stage.ORDER, LATER)

    def test_a_deal_that_others_went_on_with_is_not_new_again(self, cast, deal, follow_up, call):
        kept = record(call, Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        record(follow_up.tasks.open().first(), Result(Outcome.NO_ANSWER), by=cast.sales2, now=LATER)
        undo(kept, by=cast.sales, now=LATER)
        deal.refresh_from_db()
        assert not deal.is_new

    def test_a_deal_reopened_and_lost_for_another_reason_stays_lost(self, cast, deal, call):
        kept = record(call, Result(Outcome.REFUSED), by=cast.sales, now=NOW)
        deal.refresh_from_db()
        deal.reopen(cast.manager, LATER)
        deal.lose(LostReason.PRICE, cast.manager, LATER)
        undo(kept, by=cast.sales, now=LATER)
        deal.refresh_from_db()
        assert deal.lost_reason == LostReason.PRICE

    def test_a_follow_up_ended_by_somebody_else_stays_ended_and_so_does_the_task(self, cast, deal, follow_up, call):
        kept = record(call, Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        stop(FollowUp.objects.filter(pk=follow_up.pk), EndReason.STOPPED, by=cast.manager, now=LATER)
        undo(kept, by=cast.sales, now=LATER)
        call.refresh_from_db()
        assert (call.done_at, call.cancelled_at, call.cancelled_by) == (None, LATER, cast.manager)

    def test_a_follow_up_that_the_night_called_done_runs_again(self, cast, deal, follow_up, call):
        follow_up.tasks.exclude(pk=call.pk).update(cancelled_at=NOW, cancel_reason=CancelReason.NOT_NEEDED)
        kept = record(call, Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        end_finished(LATER)
        undo(kept, by=cast.sales, now=LATER)
        follow_up.refresh_from_db()
        call.refresh_from_db()
        assert follow_up.ended_at is None
        assert call.is_open

    def test_a_pattern_chosen_anew_is_not_doubled(self, cast, deal, follow_up, call):
        kept = record(call, Result(Outcome.SPOKE, close=[follow_up.pk]), by=cast.sales, now=NOW)
        start(follow_up.pattern, customer=deal.customer, deal=deal, by=cast.sales, now=LATER)
        undo(kept, by=cast.sales, now=LATER)
        call.refresh_from_db()
        assert FollowUp.objects.running().count() == 1
        assert not call.is_open
        assert call.done_at is None
