from datetime import timedelta

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models import Deal
from followups.counting import base_for, counted_from
from followups.foresight import foresee_for
from followups.models import Pattern
from followups.rebasing import foresee_base
from stores.inputs import DayField, DayInput

from .contacts import choose_deal
from .running import closing_label

FARTHEST = timedelta(days=3 * 366)
"""Steps count at most two years from their base: one farther away is a slip of the finger."""


class BaseField(forms.DateField):
    """The day that steps count from."""

    widget = DayInput

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Base date"),
            required=False,
            help_text=_("Empty: counted from what the pattern says, such as the day of the enquiry."),
            **kwargs,
        )


def not_too_far(day, now):
    if day and abs(day - timezone.localdate(now)) > FARTHEST:
        raise forms.ValidationError(_("This is more than three years away."))
    return day


class FollowUpForm(forms.Form):
    """Which pattern, counted from when, and what ends because of it (REQUIREMENTS B1, B6, B8).

    `replace`: the one that is to be switched to another pattern, ticked.
    """

    pattern = forms.ModelChoiceField(
        Pattern.objects.none(), label=_("Follow-up pattern"), empty_label=_("Please choose")
    )
    deal = forms.ModelChoiceField(
        Deal.objects.none(), label=_("Deal"), required=False, empty_label=_("No particular deal")
    )
    base_on = BaseField()
    close = forms.MultipleChoiceField(
        label=_("What is running already"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, me, customer, deal, closable, now, replace=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.customer, self.now = customer, now
        self.fields["pattern"].queryset = Pattern.objects.visible_to(me).usable_in(customer.store)
        choose_deal(self, customer, deal)
        if closable:
            self.fields["close"].choices = [(str(row.pk), closing_label(row)) for row in closable]
            ending = [row for row in closable if row.pk == replace or (row.ends_when_spoken_to and not row.is_paused)]
            self.fields["close"].initial = [str(row.pk) for row in ending]
        else:
            del self.fields["close"]

    def clean_base_on(self):
        return not_too_far(self.cleaned_data["base_on"], self.now)

    @property
    def deal_chosen(self):
        return self.cleaned_data.get("deal")

    @property
    def closed(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data.get("close", [])]

    def base(self):
        """The day that was typed, or what the pattern counts from."""
        version = self.cleaned_data["pattern"].current_version
        typed = self.cleaned_data["base_on"]
        if typed:
            return counted_from(typed, self.now)
        return base_for(version, customer=self.customer, deal=self.deal_chosen, now=self.now)

    def preview(self) -> list:
        """Where each step would fall; nothing as long as the choice isn't complete."""
        if not self.is_valid():
            return []
        version = self.cleaned_data["pattern"].current_version
        return foresee_for(version, self.base(), customer=self.customer, deal=self.deal_chosen, now=self.now)


PAUSES = [
    ("week", _("1 week")),
    ("month", _("1 month")),
    ("day", _("Until a day…")),
    ("open", _("No end")),
]


class PauseForm(forms.Form):
    """For how long a follow-up rests."""

    length = forms.ChoiceField(label=pgettext_lazy("pause", "For how long"), choices=PAUSES, widget=forms.RadioSelect)
    until = DayField(label=_("Resumes on"), required=False)

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate(now)

    def clean(self):
        data = super().clean()
        length, until = data.get("length"), data.get("until")
        ahead = {"week": relativedelta(weeks=1), "month": relativedelta(months=1), "open": None}
        if length in ahead:
            data["until"] = ahead[length] and self.today + ahead[length]
        elif length and not until and "until" not in self.errors:
            self.add_error("until", _("Please give the day."))
        elif until and until <= self.today:
            self.add_error("until", _("This day has passed."))
        elif until and until - self.today > FARTHEST:
            self.add_error("until", _("This is more than three years away."))
        return data


class MoveBaseForm(forms.Form):
    """Another day to count from."""

    base_on = DayField(label=_("Base date"))

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_base_on(self):
        return not_too_far(self.cleaned_data["base_on"], self.now)

    def base(self):
        return counted_from(self.cleaned_data["base_on"], self.now)

    def preview(self, follow_up) -> list:
        """What would move; nothing as long as no day is given."""
        if not (self.is_bound and self.is_valid()):
            return []
        return foresee_base(follow_up, self.base(), self.now)
