"""How sure a share or a connection is, against values worked out elsewhere."""

import pytest

from reports.intervals import Interval, connection, wilson


@pytest.mark.parametrize(
    ("hits", "due", "low", "high"),
    [(8, 10, 0.490162, 0.943318), (0, 10, 0, 0.277533), (10, 10, 0.722467, 1), (1, 1, 0.206549, 1)],
)
def test_the_interval_of_a_share_is_wilsons(hits, due, low, high):
    found = wilson(hits, due)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


def test_of_nothing_there_is_no_interval():
    assert wilson(0, 0) is None


def test_intervals_that_touch_overlap():
    assert Interval(0.1, 0.2).overlaps(Interval(0.2, 0.3))
    assert not Interval(0.1, 0.2).overlaps(Interval(0.21, 0.3))


def test_a_connection_has_its_interval_by_fishers_z():
    found = connection([(1, 2), (2, 1), (3, 4), (4, 3), (5, 5)])
    assert found.r == pytest.approx(0.8)
    assert found.interval.low == pytest.approx(-0.279640, abs=1e-6)
    assert found.interval.high == pytest.approx(0.986196, abs=1e-6)
    assert not found.is_clear


def test_a_perfect_connection_is_clear():
    found = connection([(number, -number / 7) for number in range(6)])
    assert found.r == -1
    assert found.is_clear


@pytest.mark.parametrize("pairs", [[(1, 1), (2, 2), (3, 3)], [(1, 5), (2, 5), (3, 5), (4, 5)]])
def test_few_or_alike_have_no_connection(pairs):
    assert connection(pairs) is None
