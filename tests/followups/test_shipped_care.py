"""The patterns of care every dealership starts with (REQUIREMENTS B2, C6)."""

import pytest

from customers.models import Rank
from followups.models import Base, Pattern
from followups.shipped_care import PATTERNS

pytestmark = pytest.mark.django_db


def test_every_pattern_of_care_is_there_and_can_be_edited(db):
    for shipped in PATTERNS:
        version = Pattern.objects.get(slug=shipped["slug"], store=None).current_version
        assert version.base == shipped["base"]
        assert [step.title for step in version.step_list] == [step["title"] for step in shipped["steps"]]


def test_a_birthday_differs_by_rank(db):
    (step,) = Pattern.objects.get(slug="birthday").current_version.step_list
    codes = {str(rank.pk): rank.code for rank in Rank.objects.all()}
    assert {codes[rank]: own["channel"] for rank, own in step.by_rank.items()} == {"A": "visit", "C": "email"}


def test_what_counts_from_the_calendar_says_from_which_day(db):
    for pattern in Pattern.objects.filter(slug__in=[one["slug"] for one in PATTERNS]):
        version = pattern.current_version
        if version.base == Base.YEARLY:
            assert version.yearly_month
            assert version.yearly_day
        if version.base == Base.SILENCE:
            assert version.silent_days == 90
