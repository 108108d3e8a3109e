"""What comes in from outside: plain words and numbers, and fields for times and days as people write them."""

import re
import unicodedata
from datetime import date, time

from django import forms
from django.utils.translation import gettext_lazy as _

from .calendar import Hours

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
"""Nobody means a day beyond these: it is a slip of the finger."""
MOST_DIGITS = 18
"""Any such number fits the database's."""


def whole_number(text: str | None) -> int | None:
    """The number that a link or a form names; None where it is none that a row could have."""
    text = text or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def plain(text: str | None) -> str:
    """`text` without NUL, which the database refuses."""
    return (text or "").replace("\0", "")


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class DayField(forms.DateField):
    """A day that can be meant."""

    widget = DayInput
    default_error_messages = {"year": _("This year cannot be right.")}

    def clean(self, value):
        day = super().clean(value)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(self.error_messages["year"], "year")
        return day


class SeveralField(forms.CharField):
    """Several values in one box: `split` tells them apart, `read` takes one; gives a list without doubles."""

    widget = forms.Textarea(attrs={"rows": 2})

    def split(self, text: str) -> list[str]:
        return text.splitlines()

    def read(self, text: str):
        """One value. Raises ValidationError."""
        raise NotImplementedError

    def clean(self, value):
        found, wrong = [], []
        for text in filter(None, (part.strip() for part in self.split(super().clean(value)))):
            try:
                found.append(self.read(text))
            except forms.ValidationError as error:
                wrong.append(error)
        if wrong:
            raise forms.ValidationError(wrong)
        return list(dict.fromkeys(found))

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class WindowsField(SeveralField):
    """Stretches of a day, one a line or with commas, in any width; gives ["12:00-13:00", …]."""

    widget = forms.Textarea(attrs={"rows": 4})
    default_error_messages = {
        "window": _("“%(value)s” is not a stretch of time such as 12:00-13:00."),
        "order": _("“%(value)s” ends before it begins."),
    }
    _HOUR = r"(\d{1,2})(?:[:時](\d{2})?分?)?"
    _WINDOW = re.compile(rf"{_HOUR}[-~]{_HOUR}")

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def split(self, text):
        return re.split(r"[\n,、;]", unicodedata.normalize("NFKC", text))

    def read(self, text: str) -> str:
        plain = re.sub(r"\s", "", re.sub("[–—−〜～‐ー]|から", "-", text))
        match = self._WINDOW.fullmatch(plain)
        try:
            hours = [int(part or 0) for part in match.groups()] if match else None
            window = hours and Hours(time(*hours[:2]), time(*hours[2:]))
        except ValueError:
            window = None
        if not window:
            raise forms.ValidationError(self.error_messages["window"], "window", {"value": text})
        if window.starts >= window.ends:
            raise forms.ValidationError(self.error_messages["order"], "order", {"value": text})
        return f"{window.starts:%H:%M}-{window.ends:%H:%M}"
