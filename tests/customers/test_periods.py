"""Months and years as a group counts them (REQUIREMENTS D6)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from customers.periods import Rule

DAYS = st.dates(date(2000, 1, 1), date(2050, 12, 31))
RULES = st.builds(
    Rule,
    begins_day=st.integers(1, 31),
    begins_in=st.sampled_from([-1, 0]),
    ends_day=st.integers(1, 31),
    ends_in=st.sampled_from([0, 1]),
    first_month=st.integers(1, 12),
).filter(lambda rule: not rule.is_backwards and not rule.overlaps)


def test_a_day_that_a_month_lacks_is_its_last():
    rule = Rule(begins_day=31, begins_in=-1, ends_day=30)
    assert (rule.of_month(date(2026, 3, 1)).first, rule.of_month(date(2026, 2, 1)).last) == (
        date(2026, 2, 28),
        date(2026, 2, 28),
    )


def test_a_fiscal_year_begins_in_its_first_month():
    assert [one.month for one in Rule(first_month=4).year_of(date(2027, 3, 1))][::11] == [
        date(2026, 4, 1),
        date(2027, 3, 1),
    ]


@given(RULES, DAYS)
def test_no_day_counts_twice_and_the_current_month_has_begun(rule, day):
    current = rule.current(day)
    assert current.first <= day
    held = rule.holding(day)
    assert held in {None, current}
    if held is None:
        assert day > current.last
    later = rule.of_month(current.month + timedelta(days=32))
    assert later.first > day
    assert rule.before(current).last < current.first


def test_what_ends_before_it_begins_and_what_counts_a_day_twice_is_told():
    assert Rule(begins_day=16, ends_day=15).is_backwards
    assert Rule(begins_day=16, begins_in=-1, ends_day=16).overlaps
    assert not Rule(begins_day=16, begins_in=-1, ends_day=15).overlaps
