"""A single task by hand: whose it is, and what is left of today (REQUIREMENTS B12, DESIGN.md "Time")."""

from datetime import date, time, timedelta

import pytest

from followups.models import Outcome
from followups.recording import NextAppointment, Result, appoint, record
from tests.cast import at, customer, lead, task

NOW = at("2026-11-20 11:00")
TODAY = NextAppointment(date(2026, 11, 20))


@pytest.fixture
def who(cast):
    return customer(cast.hiratsuka, owner=cast.sales)


class TestWhoseItIs:
    def made(self, who, deal, by):
        wish = NextAppointment(date(2026, 12, 1), title="ご来店")
        call = task(who, date(2026, 11, 20), deal=deal)
        return record(call, Result(Outcome.SPOKE, "…", next=wish), by=by, now=NOW).made_tasks.get().assignee

    def test_the_deals_persons_whoever_recorded_the_call(self, cast, who):
        assert self.made(who, lead(who, NOW, staff=cast.sales2), cast.assistant) == cast.sales2

    def test_else_the_customers_owners(self, cast, who):
        assert self.made(who, lead(who, NOW), cast.assistant) == cast.sales

    def test_else_of_whoever_recorded(self, cast):
        assert self.made(customer(cast.hiratsuka), None, cast.assistant) == cast.assistant


class TestToday:
    def window(self, who, now, appointment=TODAY):
        made = appoint(who, None, appointment, by=who.owner, now=now)
        return made.due_on, made.due_from, made.due_until, made.late_at, [code for code, *_ in made.reason]

    def test_what_is_left_of_the_day_and_nothing_before_now(self, who):
        closing = at("2026-11-20 19:00")
        assert self.window(who, NOW) == (TODAY.on, NOW, closing, closing, ["by_hand"])

    def test_before_opening_it_is_the_whole_day(self, who):
        closing = at("2026-11-20 19:00")
        expected = (TODAY.on, at("2026-11-20 10:00"), closing, closing, ["by_hand"])
        assert self.window(who, at("2026-11-20 08:00")) == expected

    def test_with_less_than_an_hour_left_it_runs_into_the_next_opening(self, who):
        now = at("2026-11-20 18:40")
        assert self.window(who, now) == (
            TODAY.on,
            now,
            at("2026-11-21 10:40"),
            at("2026-11-21 19:00"),
            ["by_hand", "into_next_opening"],
        )

    @pytest.mark.parametrize(("now", "day"), [("2026-11-20 20:00", 21), ("2026-11-18 12:00", 19)])
    def test_after_closing_and_on_a_closed_day_it_is_the_next_open_day(self, who, now, day):
        wish = NextAppointment(at(now).date())
        due_on, due_from, _until, late_at, reason = self.window(who, at(now), wish)
        assert (due_on, due_from, late_at) == (
            date(2026, 11, day),
            at(f"2026-11-{day} 10:00"),
            at(f"2026-11-{day} 19:00"),
        )
        assert reason == ["by_hand", "too_late_that_day"]

    def test_a_time_that_was_promised_stays_whatever_the_store_does(self, who):
        wish = NextAppointment(TODAY.on, time(20, 30))
        assert self.window(who, at("2026-11-20 20:00"), wish)[1:4] == (
            at("2026-11-20 20:30"),
            at("2026-11-20 21:30"),
            at("2026-11-20 21:30"),
        )

    def test_in_a_store_that_is_closed_for_years_it_is_today(self, cast, who):
        first = date(2026, 11, 1)
        cast.hiratsuka.set_dates([first + timedelta(days=days) for days in range(900)], None)
        assert self.window(who, NOW)[0] == TODAY.on


def test_another_day_is_that_day_also_when_the_store_is_closed(who):
    made = appoint(who, None, NextAppointment(date(2026, 11, 25)), by=who.owner, now=NOW)
    assert (made.due_on, made.due_from, made.late_at) == (
        date(2026, 11, 25),
        at("2026-11-25 10:00"),
        at("2026-11-25 19:00"),
    )
