"""Where a pattern is thin, in words."""

import pytest
from django.utils import translation

from followups.input_rate import Rate
from reports.thin import Heard, may_tell, thin_spots


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def heard(position, *, day=0, channel="phone", done=(10, 10), spoke=(5, 10), replied=(5, 10)):
    return Heard(position, "お電話", day, channel, Rate(*done), Rate(*spoke), Rate(*replied))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (heard(1, done=(5, 10)), ["done in 50% of 10 cases"]),
        (heard(1, done=(5, 9)), []),
        (heard(1, spoke=(2, 10)), ["spoken to in 20% of 10 cases"]),
        (heard(1, spoke=(0, 10), channel="email"), []),
        (heard(1, replied=(2, 10), channel="email"), ["replied to in 20% of 10 cases"]),
        (heard(1), []),
    ],
)
def test_a_step_is_thin_that_is_seldom_done_or_seldom_heard(step, said):
    spots = thin_spots([step])
    assert len(spots) == len(said)
    assert all(words in spot.text for words, spot in zip(said, spots, strict=True))


@pytest.mark.parametrize(("day", "is_said"), [(13, False), (14, True)])
def test_a_long_silence_after_a_step_that_seldom_reaches_anybody_is_told(day, is_said):
    spots = thin_spots([heard(1, spoke=(1, 10)), heard(2, day=day)])
    assert any("go by until step 2" in spot.text for spot in spots) == is_said


def test_after_a_step_that_reaches_people_silence_is_fine():
    assert thin_spots([heard(1), heard(2, day=60)]) == []


def test_of_little_nothing_is_told():
    assert not may_tell([heard(1, done=(0, 9))])
    assert may_tell([heard(1, done=(0, 9)), heard(2, done=(0, 10))])
