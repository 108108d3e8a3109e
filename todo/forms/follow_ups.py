from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Deal
from followups.expansion import preference_of
from followups.foresight import foresee
from followups.models import Pattern
from followups.starting import base_for
from stores.calendar import NoOpenDay
from stores.inputs import DayInput

from .contacts import choose_deal
from .recording import closing_label


class FollowUpForm(forms.Form):
    """Which pattern, counted from when, and what ends because of it (REQUIREMENTS B1, B6, B8)."""

    pattern = forms.ModelChoiceField(
        Pattern.objects.none(), label=_("Follow-up pattern"), empty_label=_("Please choose")
    )
    deal = forms.ModelChoiceField(
        Deal.objects.none(), label=_("Deal"), required=False, empty_label=_("No particular deal")
    )
    base_on = forms.DateField(
        label=_("Base date"),
        required=False,
        widget=DayInput,
        help_text=_("Empty: counted from what the pattern says, such as the day of the enquiry."),
    )
    close = forms.MultipleChoiceField(
        label=_("What is running already"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, me, customer, deal, closable, **kwargs):
        super().__init__(*args, **kwargs)
        self.customer = customer
        self.fields["pattern"].queryset = Pattern.objects.visible_to(me).usable_in(customer.store)
        choose_deal(self, customer, deal)
        if closable:
            self.fields["close"].choices = [(str(row.pk), closing_label(row)) for row in closable]
            self.fields["close"].initial = [str(row.pk) for row in closable if row.is_pursuit]
        else:
            del self.fields["close"]

    @property
    def deal_chosen(self):
        return self.cleaned_data.get("deal")

    @property
    def closed(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data.get("close", [])]

    def base(self, now):
        """The day that was typed, or what the pattern counts from."""
        version = self.cleaned_data["pattern"].current_version
        typed = self.cleaned_data["base_on"]
        return typed or base_for(version.base, customer=self.customer, deal=self.deal_chosen, now=now)

    def preview(self, now) -> list:
        """Where each step would fall; nothing as long as the choice isn't complete."""
        if not self.is_valid():
            return []
        version = self.cleaned_data["pattern"].current_version
        store = self.customer.store
        try:
            return foresee(version.step_list, self.base(now), store.calendar(), preference_of(self.customer))
        except NoOpenDay:
            return []
