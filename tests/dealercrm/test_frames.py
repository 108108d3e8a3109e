"""Room for the frames of a request: nothing is asked of the system again and again."""

import resource

import pytest

from dealercrm.frames import with_room

CALLS = 300
DEPTHS = range(10, 250)


def leaf():
    return 1


def at_depth(depth):
    """Many calls, so many frames below."""
    if depth:
        return at_depth(depth - 1)
    return sum(leaf() for _number in range(CALLS))


def most_page_faults(call) -> int:
    """Of all those depths, where the system had to be asked most often."""
    found = []
    for depth in DEPTHS:
        call(depth)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        call(depth)
        found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return sorted(found)[-1]


def test_no_depth_of_calls_asks_the_system_again_and_again():
    assert most_page_faults(with_room(at_depth)) < CALLS / 3


def test_without_room_some_depth_does():
    """The negative control: as long as this holds, the room is needed."""
    assert most_page_faults(at_depth) > CALLS / 3


def test_what_goes_in_and_out_is_the_same():
    assert with_room(lambda *args: args)(1, "two") == (1, "two")
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 / 0)()
