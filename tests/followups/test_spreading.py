"""Steps that may leave their day move to days with less to do: what must hold whatever the load (REQUIREMENTS B8)."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from followups.reasons import explain
from followups.schedule import DayRule, StepSpec, day_zero_of, plan
from followups.spreading import Bundle, spread
from followups.tolerance import earliest_spread
from stores.calendar import Hours, OpeningCalendar
from stores.channels import Channel
from tests.followups.test_schedule_properties import BASES, IN_ORDER, PROFILE, calendars

TOKYO = ZoneInfo("Asia/Tokyo")
MONDAY = date(2026, 11, 23)
OPEN = OpeningCalendar(zone=TOKYO, hours=Hours(datetime(2026, 1, 1, 10).time(), datetime(2026, 1, 1, 19).time()))
LETTER = StepSpec(channel=Channel.LETTER)


def bundle(count=1, *, steps=(LETTER,), base=MONDAY, calendar=OPEN, fixed=True, flex=3, holders=None, targets=()):
    planned = plan(base, steps, calendar, fixed_base=fixed)
    return Bundle(
        count=count,
        days=[one.due_on for one in planned],
        specs=list(steps),
        keys=[str(number) for number, _step in enumerate(steps)],
        holders=holders or [1] * len(steps),
        flex=[0 if step.insists else flex for step in steps],
        is_open=calendar.is_open,
        earliest=earliest_spread(day_zero_of(base, calendar, fixed=fixed)[0], fixed=fixed),
        targets=targets,
    )


def load_of(bundles):
    load = defaultdict(Counter)
    for one in bundles:
        for holder, day in zip(one.holders, one.finals, strict=True):
            load[holder][day] += one.count
    return load


def overflow(load, capacity):
    return sum(max(0, number - capacity(holder, day)) for holder, days in load.items() for day, number in days.items())


def test_what_is_too_much_for_a_day_goes_to_the_days_around_it():
    found = spread([bundle(10)], load_of([bundle(10)]), lambda holder, day: 2)
    assert sum(one.count for one in found) == 10
    assert load_of(found)[1] == {MONDAY + timedelta(days=distance): 2 for distance in range(-2, 3)}


def test_a_person_whose_day_has_room_moves_nothing():
    only = [bundle(2)]
    assert [one.moves() for one in spread(only, load_of(only), lambda holder, day: 2)] == [{}]


def test_targets_are_dealt_out_in_their_order():
    mine = [bundle(3, flex=1, targets=((7, None), (8, None), (9, 4)))]
    found = spread(mine, load_of(mine), lambda holder, day: 1)
    moved = {target: one.moves() for one in found for target in one.targets}
    assert moved == {(7, None): {0: -1}, (8, None): {0: 1}, (9, 4): {}}


def test_the_days_moved_can_be_read():
    [placed] = plan(MONDAY, [replace(LETTER, spread_days=2)], OPEN, fixed_base=True)
    assert placed.due_on == MONDAY + timedelta(days=2)
    assert ["spread", 2] in placed.reason
    assert len(explain([["spread", 2], ["spread", -1]])) == 2


def test_where_the_day_is_closed_by_now_it_falls_on_the_nearest_one_back():
    closed = replace(OPEN, dates={MONDAY + timedelta(days=2): None, MONDAY + timedelta(days=1): None})
    [placed] = plan(MONDAY, [replace(LETTER, spread_days=2)], closed, fixed_base=True)
    assert placed.due_on == MONDAY
    assert ["spread", 2] not in placed.reason


def test_a_step_for_its_very_day_is_not_moved():
    exact = replace(LETTER, day_rule=DayRule.EXACT, spread_days=2)
    assert plan(MONDAY, [exact], OPEN, fixed_base=True)[0].due_on == MONDAY


GROUPS = st.lists(
    st.fixed_dictionaries(
        {
            "count": st.integers(1, 9),
            "steps": IN_ORDER,
            "base": BASES,
            "fixed": st.booleans(),
            "flex": st.integers(0, 7),
        }
    ),
    min_size=1,
    max_size=4,
)


@settings(PROFILE, max_examples=150)
@given(groups=GROUPS, calendar=calendars(), daily=st.integers(0, 6), holders=st.lists(st.integers(1, 2), min_size=6))
def test_nothing_is_lost_nothing_leaves_its_tolerance_and_nothing_overflows_more(groups, calendar, daily, holders):
    before = [bundle(calendar=calendar, holders=holders[: len(one["steps"])], **one) for one in groups]
    wanted = sum(one.count * len(one.days) for one in before)

    def capacity(holder, day):
        return daily if calendar.is_open(day) else 0

    load = load_of(before)
    too_much = overflow(load, capacity)
    after = spread(before, load, capacity)
    assert load_of(after) == {holder: Counter({d: n for d, n in days.items() if n}) for holder, days in load.items()}
    assert sum(one.count * len(one.days) for one in after) == wanted
    assert overflow(load_of(after), capacity) <= too_much
    for one in after:
        for index, days in one.moves().items():
            assert abs(days) <= one.flex[index]
            assert calendar.is_open(one.finals[index])
        in_order = list(zip(one.days, one.finals, strict=True))
        for index, (day, final) in enumerate(in_order):
            assert all(final <= later for own, later in in_order[index + 1 :] if own >= day)


@settings(PROFILE, max_examples=150)
@given(groups=GROUPS, calendar=calendars(), daily=st.integers(0, 3))
def test_what_was_proposed_is_what_is_planned(groups, calendar, daily):
    for one in groups:
        mine = bundle(calendar=calendar, **one)
        for part in spread([mine], load_of([mine]), lambda holder, day: daily):
            moves = part.moves()
            steps = [replace(step, spread_days=moves.get(index, 0)) for index, step in enumerate(one["steps"])]
            planned = plan(one["base"], steps, calendar, fixed_base=one["fixed"])
            assert [placed.due_on for placed in planned] == part.finals


@settings(PROFILE, max_examples=50)
@given(groups=GROUPS, calendar=calendars(), daily=st.integers(0, 3))
def test_the_same_is_proposed_again(groups, calendar, daily):
    def proposed():
        mine = [bundle(calendar=calendar, **one) for one in groups]
        return [(one.count, one.finals) for one in spread(mine, load_of(mine), lambda holder, day: daily)]

    assert proposed() == proposed()
