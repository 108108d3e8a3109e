"""What the shipped patterns give, date by date (REQUIREMENTS B2, B4): an ordinary week, a closing day, a long holiday.

The store is closed on Wednesdays. What is shipped is read from the lists it is shipped by, without a database.
"""

from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from followups.models import Base, Step
from followups.schedule import Preference, plan
from followups.shipped import PATTERNS
from followups.shipped_care import PATTERNS as CARE
from stores.calendar import Hours, OpeningCalendar, YearlyStretch
from stores.models.store import default_call_windows, default_long_holidays, parse_window
from tests.cast import at

SHIPPED = {one["slug"]: one for one in [*PATTERNS, *CARE]}
WEDNESDAY = 2


def closed(first, last):
    days = (date.fromisoformat(first) + timedelta(days=number) for number in range(40))
    return dict.fromkeys(day for day in days if day <= date.fromisoformat(last))


def calendar(*, shut=None):
    return OpeningCalendar(
        zone=ZoneInfo("Asia/Tokyo"),
        hours=Hours(time(10), time(19)),
        weekdays=frozenset({WEDNESDAY}),
        dates=closed(*shut) if shut else {},
        call_windows=tuple(parse_window(text) for text in default_call_windows()),
        long_holidays=tuple(
            YearlyStretch(name, (month, day), (last_month, last_day))
            for name, month, day, last_month, last_day in default_long_holidays()
        ),
    )


def steps_of(slug):
    beside = {"kind", "by_rank"}
    rows = [{name: value for name, value in step.items() if name not in beside} for step in SHIPPED[slug]["steps"]]
    return [Step(**row) for row in rows]


def placed(slug, base, *, shut=None, **known):
    base = at(base) if " " in base else date.fromisoformat(base)
    specs = [step.spec() for step in steps_of(slug)]
    return plan(base, specs, calendar(shut=shut), **known, fixed_base=Base(SHIPPED[slug]["base"]).is_fixed)


def dates(slug, base, **more):
    return [
        f"{one.due_on:%m-%d} {step.channel}"
        for step, one in zip(steps_of(slug), placed(slug, base, **more), strict=True)
    ]


def hours_of_calls(slug, base, **known):
    pairs = zip(steps_of(slug), placed(slug, base, **known), strict=True)
    return [f"{one.due_from:%H:%M}" for step, one in pairs if step.channel == "phone"]


NEW_YEAR, GOLDEN_WEEK = ("2026-12-29", "2027-01-03"), ("2027-04-29", "2027-05-06")
TABLE = [
    # Twenty, 24, 28, 30 and 40 days after the last negotiation, a Saturday, none on a Wednesday
    ("one-month-follow-up", "2026-09-05 16:00", None,
     ["09-25 email", "09-29 phone", "10-03 phone", "10-05 email", "10-15 phone"]),
    # A Monday's thirtieth day is a Wednesday
    ("one-month-follow-up", "2026-09-07 16:00", None,
     ["09-27 email", "10-01 phone", "10-05 phone", "10-08 email", "10-17 phone"]),
    # Days 24 and 28 fall into the holiday: two calls still are two days, and the mail keeps its place in the order
    ("one-month-follow-up", "2026-12-05 16:00", NEW_YEAR,
     ["12-25 email", "01-04 phone", "01-05 phone", "01-05 email", "01-14 phone"]),
    ("new-arrival", "2026-09-05 11:20", None,
     ["09-05 phone", "09-05 email", "09-06 sms", "09-06 phone", "09-07 email"]),
    # At night on the eve of the closing day, everything counts from Thursday
    ("new-arrival", "2026-09-08 21:43", None,
     ["09-10 phone", "09-10 email", "09-11 sms", "09-11 phone", "09-12 email"]),
    ("new-arrival", "2027-05-01 11:20", GOLDEN_WEEK,
     ["05-07 phone", "05-07 email", "05-08 sms", "05-08 phone", "05-09 email"]),
    ("standard-eight-touch", "2026-09-05 11:20", None,
     ["09-05 phone", "09-05 sms", "09-06 phone", "09-07 email", "09-08 phone", "09-10 phone", "09-13 email",
      "09-19 phone"]),
    ("standard-eight-touch", "2026-12-27 11:20", NEW_YEAR,
     ["12-27 phone", "12-27 sms", "12-28 phone", "01-04 email", "01-04 phone", "01-05 phone", "01-05 email",
      "01-10 phone"]),
    ("after-delivery", "2026-09-05", None, ["09-05 visit", "09-05 phone"]),
    ("after-delivery", "2026-09-09", None, ["09-10 visit", "09-10 phone"]),
    ("delivered-before-holiday", "2027-04-20", GOLDEN_WEEK, ["05-07 phone"]),
    ("delivered-before-holiday", "2026-12-20", NEW_YEAR, ["01-04 phone"]),
    # The trade's holiday counts, also where the store itself is open through it
    ("delivered-before-holiday", "2027-04-20", None, ["05-07 phone"]),
    ("event-letter", "2026-09-04", None, ["09-04 letter", "09-08 phone"]),
    ("event-letter", "2026-09-05", None, ["09-05 letter", "09-10 phone"]),
    ("event-letter", "2026-12-26", NEW_YEAR, ["12-26 letter", "01-04 phone"]),
    ("quarterly-contact", "2026-09-05", None, ["09-05 phone", "09-12 phone", "09-15 letter"]),
    ("quarterly-contact", "2026-12-24", NEW_YEAR, ["12-24 phone", "01-04 phone", "01-04 letter"]),
    ("inspection-due", "2026-11-20", None, ["08-22 letter", "09-06 phone", "10-06 phone", "10-30 phone"]),
    ("inspection-due", "2027-03-31", NEW_YEAR, ["01-04 letter", "01-15 phone", "02-14 phone", "03-11 phone"]),
    ("birthday", "2026-09-05", None, ["09-05 letter"]),
    ("birthday", "2026-09-09", None, ["09-08 letter"]),
    ("birthday", "2027-01-02", NEW_YEAR, ["12-28 letter"]),
    ("new-year", "2027-01-01", NEW_YEAR, ["12-22 letter"]),
    ("new-year", "2033-01-01", None, ["12-21 letter"]),
    ("summer-greetings", "2027-07-20", None, ["07-20 letter"]),
    ("summer-greetings", "2033-07-20", None, ["07-21 letter"]),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "base", "shut", "expected"), TABLE)
def test_the_dates_of_each_shipped_pattern(slug, base, shut, expected):
    assert dates(slug, base, shut=shut) == expected


def test_no_shipped_pattern_is_missing_in_the_table():
    assert {slug for slug, *_rest in TABLE} == set(SHIPPED)


class TestWithinTwoDaysOfDelivery:
    @pytest.mark.parametrize(
        ("delivered", "shut", "late"),
        [
            ("2026-09-05", None, "2026-09-07 19:00"),
            ("2026-09-07", None, "2026-09-08 19:00"),
            ("2027-04-27", GOLDEN_WEEK, "2027-04-27 19:00"),
        ],
    )
    def test_the_satisfaction_call_is_late_when_the_second_day_closes_or_the_open_one_before(
        self, delivered, shut, late
    ):
        _handing_over, call = placed("after-delivery", delivered, shut=shut)
        assert call.late_at == at(late)


class TestTheHourOfTheCalls:
    def test_the_first_call_is_at_once_and_the_next_at_another_hour(self):
        assert hours_of_calls("new-arrival", "2026-09-05 11:20") == ["11:20", "15:00"]

    def test_lunch_afternoon_evening(self):
        assert hours_of_calls("one-month-follow-up", "2026-09-05 16:00") == ["12:00", "15:00", "17:00"]

    @pytest.mark.parametrize("slug", SHIPPED)
    def test_never_the_same_hour_twice_in_a_row(self, slug):
        for day in range(14):
            hours = hours_of_calls(slug, f"{date(2026, 9, 1) + timedelta(days=day)}")
            assert all(one != following for one, following in pairwise(hours))

    def test_the_eight_touches_call_at_five_different_times(self):
        hours = hours_of_calls("standard-eight-touch", "2026-09-05 14:00")
        assert len(hours) == len({*hours}) == 5

    @pytest.mark.parametrize(
        ("tried", "expected"),
        [
            (["12:10"], ["15:00", "17:00", "10:00"]),
            (["12:10", "15:30"], ["17:00", "10:00", "12:00"]),
            (["12:10", "15:30", "18:00"], ["10:00", "12:00", "15:00"]),
            (["17:05", "12:40"], ["15:00", "10:00", "12:00"]),
        ],
    )
    def test_hours_tried_in_vain_are_passed_over(self, tried, expected):
        known = {"tried_at": tuple(time.fromisoformat(text) for text in tried)}
        assert hours_of_calls("one-month-follow-up", "2026-09-05 16:00", **known) == expected

    def test_once_the_customers_hours_are_known_they_win_on_every_call(self):
        suits = Preference(hours=Hours(time(18), time(20)))
        found = placed("one-month-follow-up", "2026-09-05 16:00", preference=suits)
        windows = [f"{one.due_from:%H:%M}–{one.due_until:%H:%M}" for one in found]
        assert windows == ["10:00–19:00", "18:00–19:00", "18:00–19:00", "10:00–19:00", "18:00–19:00"]

    def test_and_their_days_move_the_calls_but_not_the_mails(self):
        suits = Preference(weekdays=frozenset({6}))
        expected = ["09-25 email", "09-29 phone", "10-04 phone", "10-05 email", "10-18 phone"]
        assert dates("one-month-follow-up", "2026-09-05 16:00", preference=suits) == expected
