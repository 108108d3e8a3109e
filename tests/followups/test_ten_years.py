"""Ten years of leap days, month ends, Golden Weeks and year ends, against the holiday library and plain arithmetic.

What is expected is worked out here from `jpholiday`, `calendar` and `dateutil`, never by asking our own calendar.
"""

from calendar import isleap, monthrange
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import jpholiday
import pytest
from dateutil.rrule import DAILY, MONTHLY, rrule

from followups.models import Base, FollowUp, StartRule
from followups.occurrences import start_due
from followups.schedule import DayRule, StepSpec, plan
from stores.calendar import Hours, OpeningCalendar, YearlyStretch
from stores.models.store import default_long_holidays
from tests.cast import at, customer, pattern

YEARS = range(2024, 2034)
TUESDAY, WEDNESDAY = 1, 2
GOLDEN_WEEK, OBON, NEW_YEAR = (
    YearlyStretch(name, (month, day), (last_month, last_day))
    for name, month, day, last_month, last_day in default_long_holidays()
)


def calendar(*, closed_on=(WEDNESDAY,), open_on_holidays=False, **fields):
    return OpeningCalendar(
        zone=ZoneInfo("Asia/Tokyo"),
        hours=Hours(time(10), time(19)),
        weekdays=frozenset(closed_on),
        open_on_holidays=open_on_holidays,
        long_holidays=(GOLDEN_WEEK, OBON, NEW_YEAR),
        **fields,
    )


def days_of(year):
    return [moment.date() for moment in rrule(DAILY, dtstart=date(year, 1, 1), until=date(year, 12, 31))]


def is_closed(day, *, closed_on=(WEDNESDAY,), open_on_holidays=False):
    """By the library: closed on that weekday, unless it is a public holiday and the store opens on those."""
    return day.weekday() in closed_on and not (open_on_holidays and jpholiday.is_holiday(day))


def walk(day, by, **store):
    while is_closed(day, **store):
        day += timedelta(days=by)
    return day


def falls(base, *, store=None, **step):
    """The day on which one step falls."""
    channel = step.pop("channel", "letter")
    (placed,) = plan(base, [StepSpec(channel, **step)], store or calendar(), fixed_base=True)
    return placed.due_on


STORES = [
    {"closed_on": (WEDNESDAY,), "open_on_holidays": False},
    {"closed_on": (WEDNESDAY,), "open_on_holidays": True},
    {"closed_on": (TUESDAY, WEDNESDAY), "open_on_holidays": True},
]


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("year", YEARS)
def test_each_day_of_a_year_falls_on_the_next_or_previous_day_that_is_open(year, store):
    ours = calendar(**store)
    for day in days_of(year):
        assert falls(day, store=ours, day_rule=DayRule.NEXT) == walk(day, 1, **store)
        assert falls(day, store=ours, day_rule=DayRule.PREVIOUS) == walk(day, -1, **store)
        assert falls(day, store=ours, day_rule=DayRule.EXACT) == day


@pytest.mark.parametrize("year", YEARS)
def test_a_public_holiday_on_the_closing_day_is_open_where_the_store_says_so(year):
    holidays = [day for day, _name in jpholiday.year_holidays(year)]
    assert len(holidays) >= 16
    on_closing_day = [day for day in holidays if day.weekday() == WEDNESDAY]
    for day in on_closing_day:
        assert falls(day, store=calendar(open_on_holidays=True)) == day
        assert falls(day, store=calendar()) == day + timedelta(days=1)


def test_in_ten_years_some_holidays_do_fall_on_the_closing_day():
    found = [day for year in YEARS for day, _name in jpholiday.year_holidays(year) if day.weekday() == WEDNESDAY]
    assert len(found) > 20
    assert {day.year for day in found} == set(YEARS) - {2029}


FIRST_OPEN_AFTER = {
    # year: after Golden Week (7 May), after Obon (17 August), after the New Year that begins it (4 January)
    2024: ("05-07", "08-17", "01-04"),
    2025: ("05-08", "08-17", "01-04"),
    2026: ("05-07", "08-17", "01-04"),
    2027: ("05-07", "08-17", "01-04"),
    2028: ("05-07", "08-17", "01-04"),
    2029: ("05-07", "08-17", "01-04"),
    2030: ("05-07", "08-17", "01-04"),
    2031: ("05-08", "08-17", "01-04"),
    2032: ("05-07", "08-17", "01-04"),
    2033: ("05-07", "08-18", "01-04"),
}


@pytest.mark.parametrize("year", YEARS)
def test_the_first_open_day_after_a_long_holiday(year):
    """Delivered on each of the three weeks ahead of it, and amid it."""
    lasts = (date(year, 5, 6), date(year, 8, 16), date(year, 1, 3))
    firsts = (date(year, 4, 29), date(year, 8, 13), date(year - 1, 12, 29))
    for first, last, written in zip(firsts, lasts, FIRST_OPEN_AFTER[year], strict=True):
        expected = walk(last + timedelta(days=1), 1)
        assert f"{expected:%m-%d}" == written
        for delivered in rrule(DAILY, dtstart=first - timedelta(days=21), until=last):
            assert falls(delivered.date(), day_rule=DayRule.AFTER_HOLIDAY) == expected
        assert falls(last + timedelta(days=1), day_rule=DayRule.AFTER_HOLIDAY) > expected


@pytest.mark.parametrize("year", YEARS)
def test_golden_week_as_shipped_holds_every_holiday_of_those_days_substitutes_too(year):
    around = jpholiday.between(date(year, 4, 29), date(year, 5, 9))
    assert len(around) >= 4
    for day, name in around:
        assert date(year, 4, 29) <= day <= date(year, 5, 6), name
    after = falls(date(year, 4, 20), day_rule=DayRule.AFTER_HOLIDAY)
    assert not jpholiday.is_holiday(after)


@pytest.mark.parametrize("year", YEARS)
def test_month_ends(year):
    """A month that is too short gives its last day."""
    for moment in rrule(MONTHLY, dtstart=date(year, 1, 31), until=date(year, 12, 31), bymonthday=-1):
        base = moment.date()
        for months in (*range(-13, 14), 24, 36, 60):
            count = base.year * 12 + base.month - 1 + months
            to_year, to_month = count // 12, count % 12 + 1
            expected = date(to_year, to_month, min(base.day, monthrange(to_year, to_month)[1]))
            assert falls(base, day_rule=DayRule.EXACT, offset_months=months) == expected


@pytest.mark.parametrize("year", YEARS)
def test_days_are_counted_over_the_end_of_february(year):
    assert falls(date(year, 2, 28), day_rule=DayRule.EXACT, offset_days=1) == (
        date(year, 2, 29) if isleap(year) else date(year, 3, 1)
    )
    assert falls(date(year, 3, 1), day_rule=DayRule.EXACT, offset_days=-366).year == year - 1
    assert falls(date(year, 12, 31), day_rule=DayRule.EXACT, offset_days=366 if isleap(year + 1) else 365) == date(
        year + 1, 12, 31
    )


# ---- What comes every year, begun by the engine itself ----


def begins_each_year(made):
    """{year: base dates}, each year looked at in January and again in December, as the worker would."""
    StartRule.objects.create(pattern=made, from_on=date(2024, 1, 1), made_at=at("2023-12-31 10:00"))
    looks = [f"{year}-{day}" for year in YEARS for day in ("01-02", "02-10", "12-20")]
    for day in ["2023-12-20", *looks]:
        while start_due(at(f"{day} 10:00")):
            pass
    days = sorted(FollowUp.objects.values_list("base_on", flat=True))
    return {year: [day for day in days if day.year == year] for year in YEARS}


def counted(slug, steps, **fields):
    made = pattern(slug, steps)
    made.versions.update(**fields)
    made.__dict__.pop("current_version", None)
    return made


def test_a_birthday_on_29_february_is_on_the_28th_in_other_years(cast):
    customer(cast.hiratsuka, born_on=date(2000, 2, 29))
    found = begins_each_year(counted("birthdays", [{}], base=Base.BIRTHDAY))
    assert found == {year: [date(year, 2, 29 if isleap(year) else 28)] for year in YEARS}
    assert [year for year in YEARS if found[year][0].day == 29] == [2024, 2028, 2032]


def test_a_date_every_year_on_29_february_too(cast):
    customer(cast.hiratsuka)
    made = counted("leap", [{}], base=Base.YEARLY, yearly_month=2, yearly_day=29)
    assert begins_each_year(made) == {year: [date(year, 2, 29 if isleap(year) else 28)] for year in YEARS}


def test_new_year_comes_once_for_each_of_ten_years(cast):
    customer(cast.hiratsuka)
    made = counted("new-years", [{"offset_days": -10}], base=Base.YEARLY, yearly_month=1, yearly_day=1)
    found = begins_each_year(made)
    assert found == {year: [date(year, 1, 1)] for year in YEARS}
    for year in YEARS:
        assert falls(date(year, 1, 1), offset_days=-10, day_rule=DayRule.PREVIOUS) == walk(date(year - 1, 12, 22), -1)


def test_every_three_months_nobody_is_left_out_in_ten_years(cast):
    for number in range(6):
        customer(cast.hiratsuka, name=f"{number}", phones=[])
    made = counted("rounds", [{}], base=Base.EVERY, every_months=3)
    StartRule.objects.create(pattern=made, from_on=date(2024, 1, 1), made_at=at("2023-12-31 10:00"))
    for moment in rrule(DAILY, interval=45, dtstart=date(2024, 1, 1), until=date(2033, 12, 31)):
        while start_due(at(f"{moment:%Y-%m-%d} 10:00")):
            pass
    for person in range(6):
        days = sorted(FollowUp.objects.filter(customer__name=f"{person}").values_list("base_on", flat=True))
        assert days[0] <= date(2024, 4, 1)
        gaps = {(later - earlier).days for earlier, later in pairwise(days)}
        assert gaps <= {89, 90, 91, 92}, "Once in every three months, month ends included."
        assert days[-1] >= date(2033, 11, 1)
