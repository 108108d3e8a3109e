"""Who gets a new lead: the decision over facts (REQUIREMENTS E6)."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followups.allocation import Candidate, Criterion, decide, fitting, is_below, to_come, to_mend

LOAD, RATE = Criterion.LOAD, Criterion.RATE


def person(pk, **facts):
    return Candidate(pk, **{"on_duty": True, **facts})


def codes(decision, pk):
    return [reason["code"] for reason in decision.reasons[pk]]


def test_least_open_work_comes_first_where_the_rule_prefers_it():
    decision = decide([person(1, load=3), person(2, load=1), person(3, load=2)], (LOAD, RATE))
    assert decision.chosen == 2
    assert codes(decision, 2)[0] == "won_load"
    assert codes(decision, 1)[0] == codes(decision, 3)[0] == "lost_load"


def test_the_better_input_rate_comes_first_where_the_rule_prefers_it():
    people = [person(1, load=0, due=20, good=10), person(2, load=9, due=20, good=19)]
    assert decide(people, (RATE, LOAD)).chosen == 2
    assert decide(people, (LOAD, RATE)).chosen == 1


def test_rates_that_are_alike_leave_it_to_the_next_criterion():
    people = [person(1, load=2, due=100, good=91), person(2, load=1, due=100, good=90)]
    decision = decide(people, (RATE, LOAD))
    assert decision.chosen == 2
    assert codes(decision, 2)[0] == "won_load"


def test_who_is_off_never_gets_one_and_reads_so():
    decision = decide([person(1, on_duty=False), person(2, load=99)], (LOAD,))
    assert decision.chosen == 2
    assert codes(decision, 1)[0] == "off"
    assert codes(decision, 2)[0] == "won_only"


@pytest.mark.parametrize(("due", "good", "below"), [(10, 7, True), (10, 8, False), (9, 0, False), (0, 0, False)])
def test_below_the_threshold_nobody_gets_one_unless_too_little_was_due(due, good, below):
    one = person(1, due=due, good=good)
    assert is_below(one, 80) == below
    assert not is_below(one, None)
    assert decide([one], (LOAD,), 80).chosen == (None if below else 1)


def test_79_9_percent_is_not_80():
    assert is_below(person(1, due=1000, good=799), 80)
    assert not is_below(person(1, due=1000, good=800), 80)
    assert person(1, due=1000, good=799).percent == 79


def test_below_reads_what_it_is_and_what_is_asked():
    decision = decide([person(1, due=10, good=7)], (), 80)
    assert decision.reasons[1][0] == {"code": "below", "percent": 70, "due": 10, "asked": 80}


def test_who_is_not_judged_yet_stands_where_the_others_do():
    better, worse, new = person(1, due=20, good=20), person(2, due=20, good=8), person(3, due=3, good=0)
    assert decide([better.given(7), new], (RATE,)).chosen == 3
    assert decide([better, worse, new], (RATE,)).chosen == 1
    assert decide([worse, new], (RATE,)).chosen == 2
    assert decide([worse.given(7), new], (RATE,)).chosen == 3


def test_strictly_in_turn_it_goes_round():
    people, got = {pk: person(pk) for pk in (1, 2, 3)}, []
    for turn in range(1, 7):
        chosen = decide(list(people.values())).chosen
        people[chosen] = people[chosen].given(turn)
        got.append(chosen)
    assert got == [1, 2, 3, 1, 2, 3]


def test_nobody_there_nobody_gets_it():
    assert decide([]).chosen is None
    assert decide([person(1, on_duty=False)]).chosen is None


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy; that says nothing about the decision."""
facts = st.builds(
    lambda on_duty, load, due, bad, turn: {
        "on_duty": on_duty, "load": load, "due": due, "good": max(0, due - bad), "turn": turn
    },
    st.booleans(), st.integers(0, 30), st.integers(0, 60), st.integers(0, 60), st.integers(0, 5),
)  # fmt: skip
people = st.lists(facts, max_size=8).map(lambda rows: [Candidate(pk, **row) for pk, row in enumerate(rows, start=1)])
orders = st.sampled_from([(), (LOAD, RATE), (RATE, LOAD)])
lowest = st.none() | st.integers(1, 100)


@patient
@given(people, orders, lowest)
def test_somebody_who_fits_gets_it_whoever_else_is_asked_about(candidates, criteria, lowest_percent):
    decision = decide(candidates, criteria, lowest_percent)
    fit = {one.staff_id for one in fitting(candidates, lowest_percent)}
    assert (decision.chosen in fit) if fit else decision.chosen is None
    assert set(decision.reasons) == {one.staff_id for one in candidates}
    assert decide(list(reversed(candidates)), criteria, lowest_percent).chosen == decision.chosen
    if fit:
        assert all(codes(decision, pk)[0].startswith(("won_", "lost_")) for pk in fit)


@patient
@given(people, orders, lowest)
def test_whoever_is_preferred_by_load_has_the_least(candidates, criteria, lowest_percent):
    decision = decide(candidates, (LOAD,), lowest_percent)
    fit = fitting(candidates, lowest_percent)
    if fit:
        least = min(one.load for one in fit)
        assert next(one for one in fit if one.staff_id == decision.chosen).load == least


@patient
@given(people, lowest, st.integers(1, 30))
def test_in_turn_nobody_gets_two_more_than_another_one_who_fits(candidates, lowest_percent, number):
    by_id = {one.staff_id: Candidate(one.staff_id, one.on_duty, one.load, one.due, one.good) for one in candidates}
    got = dict.fromkeys((one.staff_id for one in fitting(by_id.values(), lowest_percent)), 0)
    for turn in range(1, number + 1):
        chosen = decide(list(by_id.values()), (), lowest_percent).chosen
        if chosen is None:
            break
        got[chosen] += 1
        by_id[chosen] = by_id[chosen].given(turn)
    assert not got or max(got.values()) - min(got.values()) <= 1


@pytest.mark.parametrize("lowest", [1, 50, 79, 80, 99, 100])
@pytest.mark.parametrize("good", [0, 5, 11])
def test_the_way_back_is_as_long_as_it_is_said_to_be(good, lowest):
    one = Candidate(1, on_duty=True, due=12, good=good)
    if not is_below(one, lowest):
        return
    mend, come = to_mend(one, lowest), to_come(one, lowest)
    assert not is_below(replace(one, good=good + mend), lowest)
    assert is_below(replace(one, good=good + mend - 1), lowest)
    if come is None:
        assert lowest == 100
        return
    assert not is_below(replace(one, good=good + come, due=12 + come), lowest)
    assert is_below(replace(one, good=good + come - 1, due=12 + come - 1), lowest)
