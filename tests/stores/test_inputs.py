from datetime import date

import pytest
from django import forms

from stores.inputs import DayField, plain, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("12", 12), ("9" * 18, 10**18 - 1)])
def test_a_number_is_read(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", None, "²", "１２", "-1", "1.0", " 1", "x", "9" * 19, "9" * 5000])
def test_what_names_no_row_is_no_number(text):
    assert whole_number(text) is None


def test_words_come_without_the_sign_that_the_database_refuses():
    assert plain("a\0b") == "ab"
    assert plain(None) == ""


@pytest.mark.parametrize("day", ["1900-01-01", "2026-11-21", "2100-12-31"])
def test_a_day_that_can_be_meant_is_taken(day):
    assert DayField().clean(day) == date.fromisoformat(day)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_that_nobody_means_is_refused(day):
    with pytest.raises(forms.ValidationError):
        DayField().clean(day)
