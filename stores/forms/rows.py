"""Rows beside a form and saved with it: closing days in certain weeks, long holidays."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models.store import Weekday

NTHS = [(number, _("no. %(number)s") % {"number": number}) for number in range(1, 6)]
LONGEST_HOLIDAY = 62
LEAP_YEAR = 2024


class RowsFormSet(forms.BaseFormSet):
    """Of forms with `row`, what the store keeps (None when empty), and `typed(row)`, what stands in their fields."""

    @property
    def rows(self) -> list:
        return [form.row for form in self if form.row]

    @classmethod
    def sent(cls, rows, prefix, *, extra=None) -> dict[str, str]:
        """What a browser sends for these rows, and `extra` empty ones behind them."""
        total = len(rows) + (cls.extra if extra is None else extra)
        found = {f"{prefix}-TOTAL_FORMS": str(total), f"{prefix}-INITIAL_FORMS": "0"}
        for number in range(total):
            typed = cls.form.typed(rows[number]) if number < len(rows) else dict.fromkeys(cls.form.base_fields, "")
            found |= {f"{prefix}-{number}-{name}": str(value) for name, value in typed.items()}
        return found


class NthForm(forms.Form):
    """'The second Tuesday of the month'; both empty is none."""

    nth = forms.TypedChoiceField(label=_("Which one"), coerce=int, required=False, empty_value=None)
    weekday = forms.TypedChoiceField(label=_("Weekday"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["nth"].choices = [("", "—"), *NTHS]
        self.fields["weekday"].choices = [("", "—"), *Weekday.choices]

    def clean(self):
        nth, weekday = self.cleaned_data.get("nth"), self.cleaned_data.get("weekday")
        if (nth is None) != (weekday is None):
            self.add_error("weekday" if weekday is None else "nth", _("Choose both, or leave both empty."))

    @property
    def row(self):
        nth, weekday = self.cleaned_data.get("nth"), self.cleaned_data.get("weekday")
        return None if nth is None else (weekday, nth)

    @staticmethod
    def typed(row):
        weekday, nth = row
        return {"nth": nth, "weekday": weekday}


class HolidayForm(forms.Form):
    """A long holiday: its name, and the first and last day of it in every year."""

    name = forms.CharField(label=_("name"), max_length=30, required=False)
    first_month = forms.IntegerField(label=_("from month"), required=False)
    first_day = forms.IntegerField(label=_("day"), required=False)
    last_month = forms.IntegerField(label=_("until month"), required=False)
    last_day = forms.IntegerField(label=_("day"), required=False)

    def clean(self):
        data = super().clean()
        if self.errors or not any(value not in {None, ""} for value in data.values()):
            return data
        for name, value in list(data.items()):
            if value in {None, ""}:
                self.add_error(name, _("Fill in the whole row, or empty all of it."))
        for which in ("first", "last"):
            self._check_day(which)
        if not self.errors and self._days() > LONGEST_HOLIDAY:
            text = _("A long holiday has at most %(days)d days.") % {"days": LONGEST_HOLIDAY}
            self.add_error("last_day", text)
        return data

    def _check_day(self, which):
        month, day = self.cleaned_data.get(f"{which}_month"), self.cleaned_data.get(f"{which}_day")
        if month is not None and not 1 <= month <= 12:
            self.add_error(f"{which}_month", _("There is no such month."))
        elif month is not None and day is not None and not _is_day(month, day):
            self.add_error(f"{which}_day", _("There is no such day."))

    def _days(self) -> int:
        """How long it is, in a leap year."""
        _name, *numbers = self.row
        first, last = date(LEAP_YEAR, *numbers[:2]), date(LEAP_YEAR, *numbers[2:])
        return (last - first).days % 366 + 1

    @property
    def row(self):
        data = self.cleaned_data
        return [data[name] for name in self.base_fields] if data.get("name") else None

    @staticmethod
    def typed(row):
        return dict(zip(HolidayForm.base_fields, row, strict=True))


def _is_day(month: int, day: int) -> bool:
    try:
        date(LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


NthFormSet = forms.formset_factory(NthForm, formset=RowsFormSet, extra=2, max_num=20, absolute_max=30)
HolidayFormSet = forms.formset_factory(HolidayForm, formset=RowsFormSet, extra=0, max_num=20, absolute_max=30)
