"""What is typed when overdue work is to move on by itself (REQUIREMENTS A7)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stores.channels import Channel

from ..models import EscalateTo, EscalationRule

MOST_HOURS = 500
"""About two months of open hours: longer is a slip of the finger."""


class EscalationForm(forms.ModelForm):
    """When, what, and to whom."""

    after_hours = forms.IntegerField(
        label=_("open hours overdue"),
        min_value=1,
        max_value=MOST_HOURS,
        initial=4,
        help_text=_("Only hours in which the store is open are counted."),
    )
    channels = forms.MultipleChoiceField(
        label=_("Only tasks by these channels"),
        choices=Channel.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None ticked: every task."),
    )
    to = forms.ChoiceField(label=_("goes to"), choices=EscalateTo.choices, widget=forms.RadioSelect)

    class Meta:
        model = EscalationRule
        fields = ["after_hours", "channels", "to"]

    def __init__(self, *args, store, **kwargs):
        super().__init__(*args, **kwargs)
        self.store = store

    def clean(self):
        data = super().clean()
        alike = EscalationRule.objects.in_store(self.store).active()
        if not self.errors and alike.saying(**{name: data[name] for name in self.fields}).exists():
            raise forms.ValidationError(_("There is such a rule already."))
        return data

    def rule(self, *, by, now) -> EscalationRule:
        """Not saved yet, once valid."""
        rule = self.save(commit=False)
        rule.store, rule.made_by, rule.made_at = self.store, by, now
        return rule
