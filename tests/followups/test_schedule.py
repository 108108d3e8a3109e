"""When steps fall, example by example: each rule of DESIGN.md "Time" by name. No database, no clock.

November 2026: the 21st is a Saturday, the store is closed on Wednesdays (18th, 25th).
"""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from followups.schedule import DayRule, Preference, StepSpec, Window, plan
from stores.calendar import Hours, NoOpenDay, OpeningCalendar
from tests.cast import at

WEDNESDAY, SATURDAY, SUNDAY = 2, 5, 6


def hours(text):
    starts, ends = text.split("-")
    return Hours(time.fromisoformat(starts), time.fromisoformat(ends))


WINDOWS = tuple(hours(text) for text in ("12:00-13:00", "15:00-16:00", "17:00-19:00", "10:00-11:00"))


def calendar(**fields):
    contactable = {channel: hours(text) for channel, text in fields.pop("contactable", {}).items()}
    return OpeningCalendar(
        **{
            "zone": ZoneInfo("Asia/Tokyo"),
            "hours": hours("10:00-19:00"),
            "weekdays": frozenset({WEDNESDAY}),
            "call_windows": WINDOWS,
            "contactable": contactable,
            **fields,
        }
    )


def step(channel="phone", offset=0, **fields):
    if "hours" in fields:
        fields |= {"window": Window.FIXED, "hours": hours(fields["hours"])}
    if "soon_minutes" in fields:
        fields["window"] = Window.SOON
    return StepSpec(channel, offset, **fields)


def call(offset, **fields):
    return step("phone", offset, window=Window.ROTATING, **fields)


def placed(base, *steps, store=None, **known):
    base = at(base) if " " in base else date.fromisoformat(base)
    return plan(base, steps, store or calendar(), **known)


def days(found):
    return [one.due_on.day for one in found]


def window(one):
    """'22 10:00–11:00', with the last day ahead of the end when it is another."""
    last = f"{one.due_until:%d }" if one.due_until.date() != one.due_on else ""
    return f"{one.due_on:%d} {one.due_from:%H:%M}–{last}{one.due_until:%H:%M}"


def codes(one):
    return [code for code, *_values in one.reason]


class TestDayZero:
    def test_it_is_the_day_of_the_event(self):
        (one,) = placed("2026-11-21 14:10", step())
        assert window(one) == "21 14:10–19:00"

    def test_an_event_before_opening_counts_from_that_day_and_starts_with_opening(self):
        (one,) = placed("2026-11-21 07:10", step())
        assert window(one) == "21 10:00–19:00"

    def test_after_closing_it_is_the_next_open_day(self):
        first, second = placed("2026-11-21 21:43", step(), step("email", 1))
        assert days([first, second]) == [22, 23]
        assert "base_after_closing" in codes(first)

    def test_at_the_minute_of_closing_it_is_after_closing(self):
        (one,) = placed("2026-11-21 19:00", step())
        assert window(one) == "22 10:00–19:00"

    def test_after_closing_on_the_eve_of_a_closed_day_both_are_jumped(self):
        (one,) = placed("2026-11-17 19:30", step())
        assert days([one]) == [19]

    def test_on_a_closed_day_it_is_the_next_open_day(self):
        first, second = placed("2026-11-18 14:00", step(), step("email", 1))
        assert days([first, second]) == [19, 20]
        assert "base_closed" in codes(first)

    def test_a_base_that_is_a_day_has_the_whole_day(self):
        (one,) = placed("2026-11-21", step())
        assert window(one) == "21 10:00–19:00"

    def test_with_less_than_an_hour_left_the_window_runs_into_the_next_opening(self):
        (one,) = placed("2026-11-17 18:20", step())
        assert window(one) == "17 18:20–19 10:20"
        assert one.late_at == at("2026-11-19 19:00")
        assert "into_next_opening" in codes(one)

    def test_with_a_whole_hour_left_it_does_not(self):
        (one,) = placed("2026-11-17 18:00", step())
        assert window(one) == "17 18:00–19:00"

    def test_after_the_channels_hours_it_falls_on_the_next_open_day(self):
        (one,) = placed("2026-11-21 17:30", step(), store=calendar(contactable={"phone": "10:00-17:00"}))
        assert window(one) == "22 10:00–17:00"
        assert "too_late_that_day" in codes(one)

    def test_not_even_a_step_that_insists_is_due_before_what_it_answers(self):
        found = placed(
            "2026-11-21 17:30",
            step(day_rule=DayRule.EXACT),
            store=calendar(contactable={"phone": "10:00-17:00"}),
        )
        assert window(found[0]) == "22 10:00–17:00"


class TestClosedDays:
    def test_a_step_moves_to_the_next_open_day(self):
        (one,) = placed("2026-11-17", step("email", 1))
        assert days([one]) == [19]
        assert ["moved", "2026-11-18"] in one.reason

    def test_or_to_the_previous_one(self):
        (one,) = placed("2026-11-16", step("email", 2, day_rule=DayRule.PREVIOUS))
        assert days([one]) == [17]

    def test_but_never_before_day_zero(self):
        closed = calendar(dates={date(2026, 11, 17): None, date(2026, 11, 18): None}, weekdays=frozenset())
        first, second = placed(
            "2026-11-16",
            step("email", 1, day_rule=DayRule.PREVIOUS),
            step("email", 2, day_rule=DayRule.PREVIOUS),
            store=closed,
        )
        assert days([first, second]) == [16, 16]

    def test_a_step_that_insists_stays_on_the_closed_day(self):
        (one,) = placed("2026-11-17", step("letter", 1, day_rule=DayRule.EXACT))
        assert window(one) == "18 10:00–19:00"
        assert "insists" in codes(one)

    def test_steps_before_the_base_count_backwards(self):
        found = placed("2026-11-30", step("email", -12), step("email", -5, day_rule=DayRule.PREVIOUS), step("email", 0))
        assert days(found) == [19, 24, 30]

    def test_the_order_of_the_steps_is_kept(self):
        first, second = placed("2026-11-17", step("email", 1), step("sms", 2, day_rule=DayRule.PREVIOUS))
        assert days([first, second]) == [19, 19]
        behind_a_call = placed("2026-11-19", call(0), call(0), step("email", 0))
        assert days(behind_a_call) == [19, 20, 20]
        assert "in_order" in codes(behind_a_call[2])

    def test_on_one_day_a_later_step_does_not_begin_before_the_one_ahead(self):
        first, second = placed("2026-11-19", step("phone", 1, hours="15:00-16:00"), step("email", 1))
        assert (window(first), window(second)) == ("20 15:00–16:00", "20 15:00–19:00")

    def test_but_not_beyond_the_hours_of_its_own_channel(self):
        _visit, soon = placed(
            "2026-11-21 17:50",
            step("visit", 0, hours="18:30-19:00"),
            step("sms", 0, soon_minutes=60),
            store=calendar(contactable={"sms": "10:00-18:00"}),
        )
        assert window(soon) == "21 17:50–22 10:50"

    def test_a_store_that_never_opens_is_told(self):
        with pytest.raises(NoOpenDay):
            placed("2026-11-21", step(), store=calendar(weekdays=frozenset(range(7))))


class TestAllowedDays:
    def test_it_is_late_at_the_closing_of_the_last_day(self):
        (one,) = placed("2026-11-21", step("phone", 0, allowed_days=2))
        assert window(one) == "21 10:00–19:00"
        assert one.late_at == at("2026-11-23 19:00")

    def test_the_last_day_being_closed_the_open_one_before_it_counts(self):
        (one,) = placed("2026-11-23", step("phone", 0, allowed_days=2))
        assert one.late_at == at("2026-11-24 19:00")

    def test_the_allowance_counts_from_the_steps_day_even_when_it_moved(self):
        (one,) = placed("2026-11-17", step("phone", 1, allowed_days=1))
        assert (days([one]), one.late_at) == ([19], at("2026-11-19 19:00"))

    def test_closing_is_that_days_own(self):
        early = calendar(dates={date(2026, 11, 22): hours("10:00-15:00")})
        (one,) = placed("2026-11-21", step("email", 1), store=early)
        assert one.late_at == at("2026-11-22 15:00")


class TestOneCallADay:
    def test_the_second_call_of_a_day_moves_to_the_next_open_one(self):
        first, second = placed("2026-11-17", call(0), call(0))
        assert days([first, second]) == [17, 19]
        assert "one_call_a_day" in codes(second)

    def test_days_on_which_another_pattern_calls_count_as_well(self):
        (one,) = placed("2026-11-21", call(0), called_on=frozenset({date(2026, 11, 21), date(2026, 11, 22)}))
        assert days([one]) == [23]

    def test_somebody_who_has_just_been_in_touch_is_called_at_once_all_the_same(self):
        soon = step("phone", window="soon", soon_minutes=60)
        (one,) = placed("2026-11-21", soon, called_on=frozenset({date(2026, 11, 21)}))
        assert days([one]) == [21]

    def test_messages_are_not_calls(self):
        assert days(placed("2026-11-21", call(0), step("email"), step("sms"))) == [21, 21, 21]

    def test_a_step_that_insists_calls_anyway(self):
        assert days(placed("2026-11-21", call(0), call(0, day_rule=DayRule.EXACT))) == [21, 21]


class TestHours:
    def test_opening_hours_cut_contactable_hours(self):
        (one,) = placed("2026-11-21", step("email"), store=calendar(contactable={"email": "08:00-18:00"}))
        assert window(one) == "21 10:00–18:00"

    def test_contactable_hours_win_where_the_two_do_not_meet(self):
        (one,) = placed("2026-11-21", step("sms"), store=calendar(contactable={"sms": "19:30-21:00"}))
        assert window(one) == "21 19:30–21:00"
        assert one.late_at == at("2026-11-21 21:00")

    def test_the_customers_hours_win_over_the_steps_window(self):
        (one,) = placed("2026-11-21", call(1), preference=Preference(hours=hours("18:00-20:00")))
        assert window(one) == "22 18:00–19:00"
        assert "customer_hours" in codes(one)

    def test_but_not_over_opening_hours(self):
        (one,) = placed("2026-11-21", step(hours="15:00-16:00"), preference=Preference(hours=hours("20:00-21:00")))
        assert window(one) == "21 15:00–16:00"
        assert "customer_hours_out_of_reach" in codes(one)

    def test_and_not_for_what_is_written(self):
        (one,) = placed("2026-11-21", step("email"), preference=Preference(hours=hours("18:00-19:00")))
        assert window(one) == "21 10:00–19:00"

    def test_with_less_than_an_hour_left_the_customers_hours_still_begin_the_window(self):
        (one,) = placed("2026-11-21 18:10", call(0), preference=Preference(hours=hours("18:30-20:00")))
        assert window(one) == "21 18:30–22 10:10"


class TestFixedWindow:
    def test_it_is_kept(self):
        (one,) = placed("2026-11-21", step(hours="15:00-16:00"))
        assert window(one) == "21 15:00–16:00"
        assert one.late_at == at("2026-11-21 19:00")

    def test_what_has_begun_is_used_as_far_as_it_goes(self):
        (one,) = placed("2026-11-21 15:20", step(hours="15:00-16:00"))
        assert window(one) == "21 15:20–16:00"

    def test_when_it_has_passed_the_rest_of_the_day_is_used(self):
        (one,) = placed("2026-11-21 16:20", step(hours="15:00-16:00"))
        assert window(one) == "21 16:20–19:00"
        assert "window_passed" in codes(one)

    def test_outside_opening_hours_it_holds_where_the_channel_allows(self):
        evening = calendar(contactable={"phone": "09:00-21:00"})
        (one,) = placed("2026-11-21 11:00", step(hours="19:30-20:30"), store=evening)
        assert window(one) == "21 19:30–20:30"
        assert "window_outside_opening" in codes(one)

    def test_but_does_not_begin_before_the_event(self):
        early = calendar(contactable={"phone": "08:00-21:00"})
        (one,) = placed("2026-11-21 09:00", step(hours="08:00-09:30"), store=early)
        assert window(one) == "21 09:00–09:30"

    @pytest.mark.parametrize("impossible", ["08:00-09:00", "20:00-21:00"])
    def test_where_the_channel_does_not_allow_it_the_reachable_hours_are_used_and_the_reason_says_so(self, impossible):
        (one,) = placed("2026-11-21", step(hours=impossible))
        assert window(one) == "21 10:00–19:00"
        assert "window_out_of_reach" in codes(one)


class TestSoon:
    def test_it_runs_from_the_event(self):
        (one,) = placed("2026-11-21 14:10", step(soon_minutes=60))
        assert window(one) == "21 14:10–15:10"
        assert one.late_at == at("2026-11-21 19:00")

    def test_from_opening_when_the_event_came_after_closing(self):
        (one,) = placed("2026-11-21 21:43", step(soon_minutes=60))
        assert window(one) == "22 10:00–11:00"

    def test_what_closing_cuts_off_is_left_for_the_next_opening(self):
        (one,) = placed("2026-11-17 18:40", step(soon_minutes=60))
        assert window(one) == "17 18:40–19 10:40"
        assert one.late_at == at("2026-11-19 19:00")


class TestCustomersDays:
    saturdays = Preference(weekdays=frozenset({SATURDAY}))

    def test_a_call_waits_for_a_day_that_suits(self):
        (one,) = placed("2026-11-16", call(1), preference=self.saturdays)
        assert days([one]) == [21]
        assert "customer_day" in codes(one)

    def test_but_not_beyond_the_next_step(self):
        first, second = placed("2026-11-16", call(1), call(3), preference=self.saturdays)
        assert days([first, second]) == [17, 21]
        assert "customer_day_out_of_reach" in codes(first)

    def test_and_not_on_day_zero(self):
        assert days(placed("2026-11-16 11:00", call(0), preference=self.saturdays)) == [16]

    def test_a_mail_does_not_wait(self):
        assert days(placed("2026-11-16", step("email", 1), preference=self.saturdays)) == [17]

    def test_a_day_that_suits_but_is_closed_does_not_suit(self):
        wednesdays = Preference(weekdays=frozenset({WEDNESDAY}))
        (one,) = placed("2026-11-16", call(1), preference=wednesdays)
        assert days([one]) == [17]

    def test_a_day_that_suits_but_has_a_call_already_is_passed_over(self):
        weekend = Preference(weekdays=frozenset({SATURDAY, SUNDAY}))
        (one,) = placed("2026-11-16", call(1), preference=weekend, called_on=frozenset({date(2026, 11, 21)}))
        assert days([one]) == [22]

    def test_a_call_that_moves_because_of_another_one_lands_on_a_day_that_suits(self):
        weekend = Preference(weekdays=frozenset({SATURDAY, SUNDAY}))
        (one,) = placed("2026-11-21", call(1), preference=weekend, called_on=frozenset({date(2026, 11, 22)}))
        assert days([one]) == [28]


class TestRotation:
    def test_each_call_has_another_window(self):
        found = placed("2026-11-19", *[call(offset) for offset in range(4)])
        assert [window(one)[3:] for one in found] == ["12:00–13:00", "15:00–16:00", "17:00–19:00", "10:00–11:00"]

    def test_the_fifth_begins_anew(self):
        found = placed("2026-11-19", *[call(offset) for offset in range(5)])
        assert window(found[4])[3:] == "12:00–13:00"

    def test_windows_tried_in_vain_come_last(self):
        found = placed("2026-11-19", call(0), call(1), tried_at=(time(12, 10), time(15, 30)))
        assert [window(one)[3:] for one in found] == ["17:00–19:00", "10:00–11:00"]

    def test_never_the_last_one_again_while_there_is_another(self):
        (one,) = placed("2026-11-19", call(0), tried_at=(time(15), time(17), time(10), time(12)))
        assert window(one)[3:] == "15:00–16:00"
        short_day = calendar(hours=hours("12:00-16:00"))
        found = placed("2026-11-19", *[call(offset) for offset in range(4)], store=short_day)
        assert [window(one)[3:] for one in found] == ["12:00–13:00", "15:00–16:00"] * 2

    def test_with_one_window_it_is_that_one_each_time(self):
        single = calendar(call_windows=WINDOWS[:1])
        assert {window(one)[3:] for one in placed("2026-11-19", call(0), call(1), store=single)} == {"12:00–13:00"}

    def test_a_call_as_soon_as_possible_counts_as_a_try_of_its_hour(self):
        found = placed("2026-11-19 12:00", step(soon_minutes=60), call(1))
        assert window(found[1])[3:] == "15:00–16:00"

    def test_without_a_window_left_that_day_the_rest_of_the_day_is_used(self):
        lunch = calendar(call_windows=WINDOWS[:1])
        (one,) = placed("2026-11-19 13:30", call(0), store=lunch)
        assert window(one) == "19 13:30–19:00"
        assert "no_window_left" in codes(one)


def test_month_ends_and_the_leap_day_are_ordinary_days():
    every_day = calendar(weekdays=frozenset())
    found = placed("2028-01-31", step("email", 29), step("email", 30), step("email", 60), store=every_day)
    assert [one.due_on for one in found] == [date(2028, 2, 29), date(2028, 3, 1), date(2028, 3, 31)]


def test_each_reason_begins_with_the_base_and_the_offset():
    (one,) = placed("2026-11-21 21:43", step("email", 2))
    assert one.reason == [
        ["base", "2026-11-21T21:43+09:00"],
        ["base_after_closing", "2026-11-22"],
        ["offset", 2],
    ]
