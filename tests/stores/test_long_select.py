"""The select for hundreds of names says the same as Django's."""

import pytest
from django import forms
from django.test.html import parse_html

from stores.forms.long_select import LongSelect

CHOICES = [("", "全員"), ("1", "佐々木 <健太>"), (2, 'A & "B"')]


@pytest.mark.parametrize("value", [None, "", "1", 2, "9", '"><script>'])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_owner", "aria-invalid": "true", "disabled": True}])
def test_it_is_the_same_markup_as_djangos(value, attrs):
    ours, theirs = (widget(choices=CHOICES).render("owner", value, attrs) for widget in (LongSelect, forms.Select))
    assert parse_html(ours) == parse_html(theirs)
    assert "<健太>" not in ours


def test_what_was_chosen_is_validated_as_ever():
    field = forms.ChoiceField(choices=CHOICES, widget=LongSelect)
    assert field.clean("1") == "1"
    with pytest.raises(forms.ValidationError):
        field.clean("9")
