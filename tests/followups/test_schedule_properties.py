"""What must hold for every calendar, every pattern and every base (DESIGN.md "The engine")."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from followups.reasons import explain
from followups.schedule import DayRule, Preference, StepSpec, Window, plan
from stores.calendar import Hours, OpeningCalendar
from stores.channels import Channel

settings.register_profile("engine", derandomize=True, max_examples=200, deadline=None)
PROFILE = settings.get_profile("engine")
TOKYO = ZoneInfo("Asia/Tokyo")

# Few values that meet often, and now and then any.
DAYS = (
    st.dates(date(2026, 11, 9), date(2026, 11, 29))
    | st.sampled_from([date(2028, 2, 28), date(2028, 2, 29), date(2027, 2, 28), date(2028, 1, 31), date(2026, 12, 31)])
    | st.dates(date(2026, 1, 1), date(2029, 3, 31))
)
USUAL_TIMES = [time(8, 30), time(10), time(12, 30), time(16, 59), time(17, 30), time(18, 10), time(18, 59)]
TIMES = st.sampled_from(USUAL_TIMES) | st.builds(time, st.integers(0, 23), st.integers(0, 59))
USUAL_HOURS = [(10, 19), (9, 17), (10, 18), (12, 13), (17, 19), (18, 21), (8, 9), (0, 23)]


@st.composite
def hours(draw, earliest=0, latest=23):
    usual = [(starts, ends) for starts, ends in USUAL_HOURS if earliest <= starts and ends <= latest]
    if draw(st.integers(0, 3)):
        starts, ends = draw(st.sampled_from(usual))
    else:
        starts = draw(st.integers(earliest, latest - 1))
        ends = draw(st.integers(starts + 1, latest))
    return Hours(time(starts), time(ends, draw(st.sampled_from([0, 30]))))


@st.composite
def calendars(draw):
    single = draw(st.dictionaries(DAYS, st.none() | hours(8, 20), max_size=6))
    return OpeningCalendar(
        zone=TOKYO,
        hours=draw(st.just(Hours(time(10), time(19))) | hours(7, 21)),
        weekdays=draw(st.frozensets(st.integers(0, 6), max_size=3)),
        nth_weekdays=draw(st.frozensets(st.tuples(st.integers(0, 6), st.integers(1, 5)), max_size=3)),
        open_on_holidays=draw(st.booleans()),
        dates=single,
        contactable=draw(st.dictionaries(st.sampled_from([Channel.PHONE, Channel.SMS]), hours(), max_size=2)),
        call_windows=tuple(draw(st.lists(hours(8, 21), max_size=4))),
    )


@st.composite
def steps(draw):
    window = draw(st.sampled_from(Window.values))
    return StepSpec(
        channel=draw(st.sampled_from([Channel.PHONE, Channel.PHONE, Channel.SMS, Channel.EMAIL, Channel.VISIT])),
        offset_days=draw(st.integers(0, 2) | st.integers(0, 2) | st.integers(-40, 60)),
        allowed_days=draw(st.sampled_from([0, 0, 1, 2, 14])),
        day_rule=draw(st.sampled_from(DayRule.values)),
        window=window,
        hours=draw(hours()) if window == Window.FIXED else None,
        soon_minutes=draw(st.sampled_from([1, 30, 60, 600])) if window == Window.SOON else 0,
    )


IN_ORDER = st.lists(steps(), min_size=1, max_size=6).map(lambda found: sorted(found, key=lambda one: one.offset_days))
EVENTS = st.builds(lambda day, at: datetime.combine(day, at, TOKYO), DAYS, TIMES)
BASES = EVENTS | EVENTS | DAYS
PREFERENCES = st.builds(Preference, st.frozensets(st.integers(0, 6), max_size=3), st.none() | hours(6, 22))
CASES = st.fixed_dictionaries(
    {
        "base": BASES,
        "steps": IN_ORDER,
        "calendar": calendars(),
        "preference": PREFERENCES,
        "called_on": st.frozensets(DAYS, max_size=3),
        "tried_at": st.lists(TIMES, max_size=5).map(tuple),
    }
)


@PROFILE
@given(CASES)
def test_never_on_a_closed_day_unless_the_step_insists(case):
    for step, placed in zip(case["steps"], plan(**case), strict=True):
        assert step.insists or case["calendar"].is_open(placed.due_on)


@PROFILE
@given(CASES)
def test_never_outside_contactable_hours(case):
    for step, placed in zip(case["steps"], plan(**case), strict=True):
        for moment in (placed.due_from, placed.due_until):
            local = moment.astimezone(TOKYO)
            reachable = case["calendar"].contactable_on(step.channel, local.date())
            assert reachable.starts <= local.time() <= reachable.ends


@PROFILE
@given(CASES)
def test_the_window_lies_in_its_day_and_ends_before_it_is_late(case):
    for placed in plan(**case):
        assert placed.due_from.date() == placed.due_on
        assert placed.due_from < placed.due_until <= placed.late_at


@PROFILE
@given(CASES)
def test_the_order_of_the_steps_is_kept(case):
    days = [placed.due_on for step, placed in zip(case["steps"], plan(**case), strict=True) if not step.insists]
    assert days == sorted(days)


@PROFILE
@given(CASES, EVENTS)
def test_nothing_from_the_day_of_an_event_on_is_due_before_it_happened(case, event):
    case = {**case, "base": event}
    for step, placed in zip(case["steps"], plan(**case), strict=True):
        assert step.offset_days < 0 or placed.due_from >= event


@PROFILE
@given(CASES)
def test_at_most_one_call_a_day_unless_the_step_insists_or_answers_at_once(case):
    called = set(case["called_on"])
    for step, placed in zip(case["steps"], plan(**case), strict=True):
        if step.channel == Channel.PHONE:
            assert step.calls_anyway or placed.due_on not in called
            called.add(placed.due_on)


@PROFILE
@given(CASES, CASES)
def test_the_same_input_gives_the_same_output_whatever_was_planned_before(case, other):
    first = plan(**case)
    plan(**other)
    plan(**{**other, "calendar": case["calendar"], "steps": case["steps"]})
    assert plan(**case) == first


@PROFILE
@given(CASES)
def test_every_reason_can_be_said_in_both_languages(case):
    for placed in plan(**case):
        for language in ("ja", "en"):
            with translation.override(language):
                sentences = explain(placed.reason)
            assert len(sentences) == len(placed.reason)
            assert all(sentences)


@PROFILE
@given(calendars(), st.lists(st.integers(-400, 400), min_size=1, max_size=6).map(sorted), DAYS)
def test_days_are_counted_exactly_over_month_ends_and_leap_days(calendar, offsets, base):
    every_day = replace(calendar, weekdays=frozenset(), nth_weekdays=frozenset(), dates={})
    placed = plan(base, [StepSpec("email", offset) for offset in offsets], every_day)
    assert [one.due_on for one in placed] == [base + timedelta(days=offset) for offset in offsets]


@PROFILE
@given(CASES, st.integers(1, 59))
def test_seconds_do_not_matter(case, seconds):
    base = case["base"]
    if isinstance(base, datetime):
        assert plan(**{**case, "base": base.replace(second=seconds)}) == plan(**case)
