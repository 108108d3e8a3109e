"""A follow-up begins anew from today, and the way back (REQUIREMENTS B6; DESIGN.md "The engine", pass 3)."""

from datetime import date, timedelta

import pytest

from followups.correcting import correct, undo
from followups.expansion import expand
from followups.models import Base, EndReason, FollowUp, Outcome, Task
from followups.pausing import pause
from followups.recording import Result, record
from followups.restarting import restart, undo_start
from followups.starting import start
from tests.cast import at, customer, lead, pattern, vehicle

NOW = at("2026-11-21 12:00")
LATER = NOW + timedelta(days=9)
STEPS = [{"offset_days": days} for days in (0, 2, 5)]


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)


@pytest.fixture
def follow_up(cast, deal):
    made = start(pattern("calls", STEPS), customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
    expand(NOW)
    return made


def only(follow_up):
    return FollowUp.objects.filter(pk=follow_up.pk)


def days(follow_up):
    return [f"{task.due_on:%m-%d}" for task in follow_up.tasks.open().order_by("step__position")]


def as_it_is():
    """Everything recorded, and how each follow-up stands."""
    tasks = Task.objects.filter(follow_up__isnull=False).order_by("pk")
    return (
        list(tasks.values("done_at", "done_by", "cancelled_at", "cancel_reason", "due_on")),
        list(FollowUp.objects.order_by("pk").values("ended_at", "end_reason", "ended_by", "ended_with", "base_at")),
    )


def test_another_one_begins_from_today_and_what_is_done_stays(cast, deal, follow_up):
    first = follow_up.tasks.order_by("pk").first()
    record(first, Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
    (new,) = restart(only(follow_up), by=cast.sales2, now=LATER)
    expand(LATER)
    follow_up.refresh_from_db()
    first.refresh_from_db()
    assert (follow_up.end_reason, follow_up.ended_by, follow_up.ended_at) == (EndReason.RESTARTED, cast.sales2, LATER)
    assert (first.done_at, days(follow_up)) == (NOW, [])
    assert (new.pattern, new.deal, new.base_at, new.base_on) == (follow_up.pattern, deal, LATER, date(2026, 11, 30))
    assert days(new) == ["11-30", "12-03", "12-05"]


def test_it_begins_by_the_version_that_is_current(cast, follow_up):
    version = follow_up.pattern.add_version(base=Base.CHOSEN, steps=[], by=cast.admin, now=NOW)
    (new,) = restart(only(follow_up), by=cast.sales, now=LATER)
    assert (new.version, follow_up.version.number) == (version, 1)


def test_said_twice_it_begins_once(cast, follow_up):
    restart(only(follow_up), by=cast.sales, now=LATER)
    assert restart(only(follow_up), by=cast.sales, now=LATER) == []
    assert FollowUp.objects.count() == 2


def test_one_that_rests_begins_awake(cast, follow_up):
    pause(only(follow_up), by=cast.sales, now=NOW)
    (new,) = restart(only(follow_up), by=cast.sales, now=LATER)
    expand(LATER)
    assert (new.paused_at, len(days(new))) == (None, 3)


def test_what_counts_from_a_date_that_stands_elsewhere_goes_on(cast):
    car = vehicle(customer(cast.hiratsuka), inspection_expires_on=date(2027, 3, 1))
    due = pattern("due", [{"offset_months": -1}], base=Base.INSPECTION)
    running = start(due, customer=car.customer, by=cast.sales, now=NOW)
    assert not running.may_restart
    assert restart(only(running), by=cast.sales, now=LATER) == []
    assert FollowUp.objects.running().get() == running


def test_beside_one_that_was_begun_by_hand_it_is_left_alone(cast, deal, follow_up):
    only(follow_up).update(occurrence_key="year:2026")
    other = start(follow_up.pattern, customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
    assert restart(only(follow_up), by=cast.sales, now=LATER) == []
    assert set(FollowUp.objects.running()) == {follow_up, other}


class TestTakenBack:
    def test_it_is_all_as_it_was(self, cast, follow_up):
        before = as_it_is()
        (new,) = restart(only(follow_up), by=cast.sales, now=LATER)
        expand(LATER)
        assert undo_start(new, by=cast.sales, now=LATER)
        tasks, follow_ups = as_it_is()
        assert (tasks[:3], follow_ups[:1]) == before
        assert (follow_ups[1]["end_reason"], days(new)) == (EndReason.STOPPED, [])

    def test_a_second_time_nothing_happens(self, cast, follow_up):
        (new,) = restart(only(follow_up), by=cast.sales, now=LATER)
        assert undo_start(new, by=cast.sales, now=LATER)
        assert not undo_start(new, by=cast.sales, now=LATER)
        assert FollowUp.objects.running().get() == follow_up

    def test_what_was_done_of_the_new_one_stays(self, cast, follow_up):
        (new,) = restart(only(follow_up), by=cast.sales, now=LATER)
        expand(LATER)
        call = new.tasks.order_by("pk").first()
        kept = record(call, Result(Outcome.SPOKE, "話した"), by=cast.sales, now=LATER)
        undo_start(new, by=cast.sales, now=LATER)
        call.refresh_from_db()
        assert (call.done_at, kept.voided_at) == (LATER, None)

    def test_a_choice_gives_back_what_it_replaced_and_the_lead_that_it_took(self, cast, deal, follow_up):
        other = pattern("other", STEPS)
        new = start(other, customer=deal.customer, deal=deal, by=cast.sales, now=LATER, replace=only(follow_up))
        deal.take(cast.sales, LATER)
        undo_start(new, by=cast.sales, now=LATER)
        deal.refresh_from_db()
        assert FollowUp.objects.running().get() == follow_up
        assert (len(days(follow_up)), deal.is_new) == (3, True)

    def test_what_somebody_stopped_then_stays_stopped(self, cast, deal, follow_up):
        only(follow_up).update(ended_at=LATER, end_reason=EndReason.STOPPED)
        new = start(pattern("other", STEPS), customer=deal.customer, deal=deal, by=cast.sales, now=LATER)
        undo_start(new, by=cast.sales, now=LATER)
        assert not FollowUp.objects.running().exists()


class TestWithARecord:
    @pytest.fixture
    def call(self, follow_up):
        return follow_up.tasks.order_by("pk").first()

    def test_what_was_chosen_begins_anew_and_no_other(self, cast, deal, follow_up, call):
        other = start(pattern("other", STEPS), customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
        kept = record(call, Result(Outcome.SPOKE, "話した", restart=[follow_up.pk]), by=cast.sales, now=LATER)
        new = kept.started_follow_ups.get()
        assert kept.ended_follow_ups.get() == follow_up
        assert set(FollowUp.objects.running()) == {other, new}

    @pytest.mark.parametrize("outcome", [Outcome.SPOKE, Outcome.APPOINTMENT])
    def test_taking_the_record_back_brings_the_old_one_back(self, cast, follow_up, call, outcome):
        before = as_it_is()
        kept = record(call, Result(outcome, "話した", restart=[follow_up.pk]), by=cast.sales, now=LATER)
        expand(LATER)
        undo(kept, by=cast.sales, now=LATER)
        tasks, follow_ups = as_it_is()
        assert (tasks[:3], follow_ups[:1]) == before
        assert follow_ups[1]["end_reason"] == EndReason.STOPPED

    def test_a_corrected_record_takes_it_along(self, cast, follow_up, call):
        old = record(call, Result(Outcome.SPOKE, "話した", restart=[follow_up.pk]), by=cast.sales, now=LATER)
        new = correct(old, details="短く話した", content_kind=None, outcome=Outcome.SPOKE, by=cast.sales, now=LATER)
        undo(new, by=cast.sales, now=LATER)
        assert FollowUp.objects.running().get() == follow_up

    def test_another_customers_cannot_be_chosen(self, cast, call):
        foreign = start(
            pattern("theirs", STEPS), customer=customer(cast.hiratsuka, name="高橋"), by=cast.sales, now=NOW
        )
        record(call, Result(Outcome.SPOKE, "話した", restart=[foreign.pk]), by=cast.sales, now=LATER)
        foreign.refresh_from_db()
        assert foreign.ended_at is None

    def test_a_refusal_that_loses_the_deal_begins_nothing_anew(self, cast, follow_up, call):
        record(call, Result(Outcome.REFUSED, restart=[follow_up.pk]), by=cast.sales, now=LATER)
        assert not FollowUp.objects.running().exists()
