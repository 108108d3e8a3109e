"""A task placed by hand stays where it was put, until the pattern is let place it again (REQUIREMENTS A5, B6, B12)."""

from datetime import date, time, timedelta

import pytest

from followups.adjustment import adjust
from followups.models import FollowUp, MoveReason, Outcome, Task
from followups.overdue import flag
from followups.placing import (
    NotOpen,
    TooLateToPutBack,
    Wanted,
    doubts,
    let_the_pattern_place,
    place,
    placed_by_hand,
    put_back,
)
from followups.recording import Result, record
from tests.cast import at, customer, task
from tests.followups.test_adjustment import open_tasks, running, settle

NOW = at("2026-11-22 14:00")
FRIDAY = date(2026, 11, 27)
WEDNESDAY = date(2026, 11, 25)
pytestmark = pytest.mark.django_db


@pytest.fixture
def call(cast):
    return task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 23))


def move(call, cast, on=FRIDAY, *times, wish=False, now=NOW):
    moved = place(Task.objects.get(pk=call.pk), Wanted(on, *times, wish=wish), by=cast.sales, now=now)
    call.refresh_from_db()
    return moved


def test_for_a_whole_day_it_is_late_when_that_day_closes(cast, call):
    moved = move(call, cast)
    assert (call.due_on, call.due_from, call.late_at) == (FRIDAY, at("2026-11-27 10:00"), at("2026-11-27 19:00"))
    assert (call.placed_by_hand_at, call.promised_at, call.moves) == (NOW, None, 1)
    assert (moved.move.reason, moved.move.moved_by) == (MoveReason.BY_HAND, cast.sales)
    assert (moved.move.from_on, moved.move.to_on) == (date(2026, 11, 23), FRIDAY)
    assert (moved.move.from_window, moved.move.to_window) == ("10:00–19:00", "10:00–19:00")


def test_between_two_times_the_day_is_still_its_own(cast, call):
    move(call, cast, FRIDAY, time(17), time(18, 30))
    assert (call.due_from, call.due_until) == (at("2026-11-27 17:00"), at("2026-11-27 18:30"))
    assert (call.late_at, call.promised_at) == (at("2026-11-27 19:00"), None)


def test_a_time_the_customer_wished_is_promised_and_not_counted_among_the_moves(cast, call):
    moved = move(call, cast, FRIDAY, time(17), wish=True)
    assert (call.promised_at, call.late_at) == (at("2026-11-27 17:00"), at("2026-11-27 18:00"))
    assert call.reason == [["promised"]]
    assert (call.moves, moved.move.reason) == (0, MoveReason.WISH)
    move(call, cast, FRIDAY, time(15))
    assert (call.promised_at, call.reason, call.moves) == (None, [], 1)


def test_a_miss_stays_a_miss(cast, call):
    missed = call.first_late_at
    later = at("2026-11-24 12:00")
    flag(later)
    move(call, cast, now=later)
    assert (call.first_late_at, call.overdue_at) == (missed, later)
    assert not call.is_late(later)


def test_said_twice_it_is_moved_once(cast, call):
    move(call, cast)
    again = move(call, cast, now=NOW + timedelta(minutes=1))
    assert again.move is None
    assert (call.moves, call.times_moved.count()) == (1, 1)


def test_what_is_done_meanwhile_is_not_moved(cast, call):
    record(call, Result(Outcome.NO_ANSWER), by=cast.sales2, now=NOW)
    with pytest.raises(NotOpen):
        move(call, cast)
    call.refresh_from_db()
    assert call.due_on == date(2026, 11, 23)
    assert not call.times_moved.exists()


def test_too_late_today_it_is_for_the_next_open_day(cast, call):
    calendar = cast.hiratsuka.calendar()
    tuesday = date(2026, 11, 24)
    placed = placed_by_hand(Wanted(tuesday), "phone", calendar, at("2026-11-24 20:00"))
    assert placed.due_on == date(2026, 11, 26)
    assert placed_by_hand(Wanted(tuesday), "phone", calendar, at("2026-11-24 15:00")).due_on == tuesday


def test_a_closed_day_and_an_hour_out_of_reach_raise_doubts_and_no_more(cast, call):
    calendar = cast.hiratsuka.calendar()
    codes = [code for code, *_values in doubts(Wanted(WEDNESDAY, time(20)), "phone", calendar)]
    assert codes == ["closed_then", "outside_contactable"]
    assert doubts(Wanted(FRIDAY, time(17), time(19)), "phone", calendar) == []
    move(call, cast, WEDNESDAY, time(20))
    assert (call.due_on, call.late_at) == (WEDNESDAY, at("2026-11-25 21:00"))


class TestTheWayBack:
    def test_puts_everything_as_it_was_and_takes_the_line_out_of_the_history(self, cast, call):
        before = Task.objects.filter(pk=call.pk).values().get()
        moved = move(call, cast, FRIDAY, time(17), wish=True)
        put_back(call, moved.way_back)
        assert Task.objects.filter(pk=call.pk).values().get() == before
        assert not call.times_moved.exists()

    def test_of_two_moves_only_the_last_one_is_taken_back(self, cast, call):
        first = move(call, cast)
        second = move(call, cast, date(2026, 11, 28), now=NOW + timedelta(minutes=1))
        with pytest.raises(TooLateToPutBack):
            put_back(call, first.way_back)
        put_back(call, second.way_back)
        call.refresh_from_db()
        assert (call.due_on, call.moves) == (FRIDAY, 1)

    def test_ends_with_the_task_and_after_a_day(self, cast, call, time_machine):
        time_machine.move_to(NOW, tick=False)
        moved = move(call, cast)
        time_machine.move_to(NOW + timedelta(days=1, minutes=1), tick=False)
        with pytest.raises(TooLateToPutBack):
            put_back(call, moved.way_back)
        time_machine.move_to(NOW, tick=False)
        record(call, Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        with pytest.raises(TooLateToPutBack):
            put_back(call, moved.way_back)

    def test_is_no_way_back_of_another_task_and_cannot_be_made_up(self, cast, call):
        other = task(call.customer, date(2026, 11, 24))
        moved = move(call, cast)
        for receipt in (moved.way_back, "made-up"):
            with pytest.raises(TooLateToPutBack):
                put_back(other, receipt)


class TestThePattern:
    def test_leaves_it_alone_whatever_changes(self, cast):
        follow_up = running(cast, [{"offset_days": 1}, {"offset_days": 5}])
        first, second = open_tasks(follow_up)
        move(first, cast, date(2026, 11, 24), time(17), now=NOW)
        cast.hiratsuka.set_dates([date(2026, 11, 24), second.due_on], None)
        settle()
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.due_on, first.due_from) == (date(2026, 11, 24), at("2026-11-24 17:00"))
        assert second.due_on == date(2026, 11, 28)
        assert [one.reason for one in first.times_moved.all()] == [MoveReason.BY_HAND]

    def test_places_it_again_when_asked_to(self, cast):
        follow_up = running(cast, [{"offset_days": 1}])
        [planned] = open_tasks(follow_up)
        move(planned, cast, FRIDAY, time(17), wish=True)
        assert let_the_pattern_place(planned, now=NOW)
        adjust(NOW)
        planned.refresh_from_db()
        assert (planned.due_on, planned.placed_by_hand_at, planned.promised_at) == (date(2026, 11, 23), None, None)
        assert ["promised"] not in planned.reason
        back = planned.times_moved.for_panel()[0]
        assert (back.from_on, back.to_on, back.why) == (FRIDAY, date(2026, 11, 23), "パターンどおりに戻した")
        assert not let_the_pattern_place(planned, now=NOW)

    def test_lets_go_of_it_when_that_is_taken_back(self, cast):
        follow_up = running(cast, [{"offset_days": 1}])
        [planned] = open_tasks(follow_up)
        move(planned, cast, FRIDAY, time(17), wish=True)
        before = Task.objects.filter(pk=planned.pk).values().get()
        way_back = let_the_pattern_place(planned, now=NOW)
        adjust(NOW)
        put_back(planned, way_back)
        settle()
        assert Task.objects.filter(pk=planned.pk).values().get() == before
        assert [row.reason for row in planned.times_moved.all()] == [MoveReason.WISH]
        way_back = let_the_pattern_place(planned, now=NOW)
        move(planned, cast, date(2026, 11, 28))
        with pytest.raises(TooLateToPutBack):
            put_back(planned, way_back)

    def test_cannot_place_what_comes_from_none(self, cast, call):
        move(call, cast)
        assert not let_the_pattern_place(call, now=NOW)
        assert not FollowUp.objects.exists()

    def test_moves_the_others_when_its_base_moves(self, cast):
        follow_up = running(cast, [{"offset_days": 1}, {"offset_days": 5}])
        first, _second = open_tasks(follow_up)
        move(first, cast, FRIDAY)
        FollowUp.objects.move_base(date(2026, 11, 26), NOW)
        settle()
        assert [f"{one.due_on:%m-%d}" for one in open_tasks(follow_up)] == ["11-27", "12-01"]
