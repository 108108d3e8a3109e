"""Customers as an upper floor finds them: a list of the book narrowed to those behind a figure (REQUIREMENTS C4).

So whatever can be done to a list, a pattern for all of them or a file of them, can be done to these.
"""

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FINDERS: dict[str, Callable] = {}
"""By mark: takes what follows the mark, who asks and now; gives a queryset of ids and what to call them. Raises
LookupError."""


def register(mark: str, find: Callable):
    FINDERS[mark] = find


class AmongField(forms.CharField):
    """A mark, a colon, and text: its value is (ids, words). The list sees to it that `me` sees no others by it."""

    widget = forms.HiddenInput

    def __init__(self, *, me):
        super().__init__(label=_("Behind the figure"), required=False, max_length=1000)
        self.me = me

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        mark, _colon, rest = text.partition(":")
        try:
            return FINDERS[mark](rest, self.me, timezone.now())
        except LookupError:
            raise ValidationError(_("There is no such list."), code="invalid") from None

    def words(self, value) -> str:
        found = self.clean(value)
        return found[1] if found else ""
