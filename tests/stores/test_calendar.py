"""The opening calendar as a value (REQUIREMENTS B5)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from stores.calendar import Hours, NoOpenDay, OpeningCalendar
from tests.cast import at

TOKYO = ZoneInfo("Asia/Tokyo")
WEDNESDAY, SATURDAY = 2, 5
TEN_TO_SEVEN = Hours(time(10), time(19))


def calendar(**fields):
    return OpeningCalendar(**{"zone": TOKYO, "hours": TEN_TO_SEVEN, "weekdays": frozenset({WEDNESDAY}), **fields})


def test_the_closing_weekday_is_closed_and_the_others_are_open():
    week = [calendar().is_open(date(2026, 11, day)) for day in range(16, 23)]
    assert week == [True, True, False, True, True, True, True]


def test_a_weekday_can_be_closed_as_the_nth_of_the_month_only():
    closed = calendar(weekdays=frozenset(), nth_weekdays=frozenset({(WEDNESDAY, 1), (WEDNESDAY, 3)}))
    days = [day for day in range(1, 31) if not closed.is_open(date(2026, 11, day))]
    assert days == [4, 18]


def test_the_fifth_of_a_weekday_exists_only_in_long_months():
    closed = calendar(weekdays=frozenset(), nth_weekdays=frozenset({(SATURDAY, 5)}))
    assert all(closed.is_open(date(2026, 11, day)) for day in range(1, 31))
    assert [day for day in range(1, 32) if not closed.is_open(date(2027, 1, day))] == [30]


def test_a_single_date_wins_over_the_weekday_either_way():
    short_day = Hours(time(13), time(17))
    special = calendar(dates={date(2026, 11, 18): short_day, date(2026, 11, 19): None})
    assert special.hours_on(date(2026, 11, 18)) == short_day
    assert special.hours_on(date(2026, 11, 19)) is None
    assert special.hours_on(date(2026, 11, 20)) == TEN_TO_SEVEN


def test_a_public_holiday_is_an_ordinary_day_unless_the_store_says_otherwise():
    labour_day_on_monday = date(2026, 11, 23)
    assert calendar().is_open(labour_day_on_monday)
    assert not calendar(weekdays=frozenset({0})).is_open(labour_day_on_monday)
    assert calendar(weekdays=frozenset({0}), open_on_holidays=True).is_open(labour_day_on_monday)


def test_open_on_holidays_does_not_open_a_day_that_was_closed_by_date():
    labour_day = date(2026, 11, 23)
    assert not calendar(open_on_holidays=True, dates={labour_day: None}).is_open(labour_day)


def test_the_next_and_the_previous_open_day_are_the_day_itself_when_it_is_open():
    assert calendar().next_open(date(2026, 11, 19)) == date(2026, 11, 19)
    assert calendar().previous_open(date(2026, 11, 19)) == date(2026, 11, 19)


def test_the_next_and_the_previous_open_day_jump_over_closed_days():
    closed = calendar(dates={date(2026, 11, 19): None})
    assert closed.next_open(date(2026, 11, 18)) == date(2026, 11, 20)
    assert closed.previous_open(date(2026, 11, 19)) == date(2026, 11, 17)


def test_a_store_that_never_opens_says_so_and_does_not_search_for_ever():
    never = calendar(weekdays=frozenset(range(7)))
    with pytest.raises(NoOpenDay):
        never.next_open(date(2026, 11, 18))
    with pytest.raises(NoOpenDay):
        never.previous_open(date(2026, 11, 18))
    assert never.next_open_or_itself(date(2026, 11, 18)) == date(2026, 11, 18)
    assert never.after_open_minutes(at("2026-11-18 18:30"), 60) == at("2026-11-19 10:30"), "a limit must end"


@pytest.mark.parametrize(
    ("since", "minutes", "until"),
    [
        ("2026-11-17 12:00", 60, "2026-11-17 13:00"),
        ("2026-11-17 18:00", 60, "2026-11-17 19:00"),
        ("2026-11-17 08:15", 60, "2026-11-17 11:00"),
        ("2026-11-17 18:30", 60, "2026-11-19 10:30"),
        ("2026-11-17 21:43", 60, "2026-11-19 11:00"),
        ("2026-11-18 12:00", 60, "2026-11-19 11:00"),
        ("2026-11-16 18:00", 9 * 60 + 61, "2026-11-19 10:01"),
    ],
    ids=[
        "within the day",
        "until closing exactly",
        "before opening",
        "over closing and a closed day",
        "after closing",
        "on a closed day",
        "longer than a whole day",
    ],
)
def test_open_minutes_count_only_while_the_store_is_open(since, minutes, until):
    assert calendar().after_open_minutes(at(since), minutes) == at(until)


def test_open_minutes_take_a_moment_of_any_time_zone_and_answer_in_the_stores():
    answer = calendar().after_open_minutes(datetime(2026, 11, 17, 3, tzinfo=ZoneInfo("UTC")), 60)
    assert answer.isoformat() == "2026-11-17T13:00:00+09:00"


def test_contactable_hours_are_the_channels_own_else_the_opening_hours_of_that_day():
    short_day = Hours(time(13), time(17))
    evening = Hours(time(9), time(21))
    store = calendar(contactable={"email": evening}, dates={date(2026, 11, 19): short_day})
    assert store.contactable_on("email", date(2026, 11, 19)) == evening
    assert store.contactable_on("phone", date(2026, 11, 19)) == short_day
    assert store.contactable_on("phone", date(2026, 11, 18)) == TEN_TO_SEVEN


def test_closing_is_that_days_own_and_of_a_closed_day_the_usual_one():
    store = calendar(dates={date(2026, 11, 19): Hours(time(13), time(17))})
    assert store.closing(date(2026, 11, 19)) == at("2026-11-19 17:00")
    assert store.closing(date(2026, 11, 18)) == at("2026-11-18 19:00")


def test_hours_overlap_only_where_both_hold():
    assert TEN_TO_SEVEN.overlap(Hours(time(18), time(21))) == Hours(time(18), time(19))
    assert TEN_TO_SEVEN.overlap(Hours(time(19), time(21))) is None


@pytest.mark.django_db
def test_a_stores_rows_become_that_calendar(cast):
    store = cast.hiratsuka
    store.closing_days.create(weekday=0, nth=2)
    store.calendar_dates.create(on=date(2026, 11, 25), opens=time(13), closes=time(17))
    store.calendar_dates.create(on=date(2026, 11, 26))
    store.contact_hours.create(channel="sms", starts=time(9), ends=time(20))
    calendar = store.calendar()
    assert [day for day in range(9, 30) if not calendar.is_open(date(2026, 11, day))] == [9, 11, 18, 26]
    assert calendar.hours_on(date(2026, 11, 25)) == Hours(time(13), time(17))
    assert calendar.contactable_on("sms", date(2026, 11, 25)) == Hours(time(9), time(20))
    assert [str(window) for window in calendar.call_windows] == [
        "12:00–13:00",
        "15:00–16:00",
        "17:00–19:00",
        "10:00–11:00",
    ]


@pytest.mark.parametrize(
    ("by", "minutes", "since"),
    [
        ("2026-11-21 15:00", 60, "2026-11-21 14:00"),
        ("2026-11-21 15:00", 300, "2026-11-21 10:00"),
        ("2026-11-21 15:00", 301, "2026-11-20 18:59"),
        ("2026-11-21 23:00", 60, "2026-11-21 18:00"),
        ("2026-11-26 11:00", 120, "2026-11-24 18:00"),
    ],
)
def test_open_minutes_are_counted_backwards_as_well(by, minutes, since):
    found = calendar().before_open_minutes(at(by), minutes)
    assert found == at(since)
    assert calendar().after_open_minutes(found, minutes) <= at(by)


def test_backwards_too_a_store_that_never_opens_counts_as_if_it_always_did():
    never = calendar(weekdays=frozenset(range(7)))
    assert never.before_open_minutes(at("2026-11-22 11:00"), 120) == at("2026-11-21 18:00")
