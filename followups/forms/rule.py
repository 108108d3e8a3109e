"""What is typed when a pattern is to begin by itself (REQUIREMENTS B9)."""

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import DealKind, Source, Stage
from stores.channels import Channel
from stores.inputs import DayField
from stores.models import Store
from stores.wake import wake

from ..models import Base, StartRule

OF_DEALS = ("sources", "deal_kinds", "stages")


class RuleForm(forms.ModelForm):
    """For whom and from when. `pattern` says what is counted from, and with it which filters make sense."""

    sources = forms.MultipleChoiceField(
        label=gettext_lazy("sources"), choices=Source.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    deal_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("kinds of deal"),
        choices=DealKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    stages = forms.MultipleChoiceField(
        label=gettext_lazy("stages"), choices=Stage.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    before_holiday_days = forms.IntegerField(
        label=StartRule._meta.get_field("before_holiday_days").verbose_name, min_value=1, max_value=60, required=False
    )
    from_on = DayField(label=gettext_lazy("for dates from"))

    class Meta:
        model = StartRule
        fields = [
            "store",
            "sources",
            "deal_kinds",
            "stages",
            "ranks",
            "channel_allowed",
            "before_holiday_days",
            "from_on",
        ]
        widgets = {"ranks": forms.CheckboxSelectMultiple}

    def __init__(self, *args, pattern, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.pattern = pattern
        self.fields["channel_allowed"].choices = [("", _("Not specified")), *Channel.choices]
        base = Base(pattern.current_version.base)
        if not base.is_of_deal:
            for name in OF_DEALS:
                del self.fields[name]
        if base != Base.DELIVERED:
            del self.fields["before_holiday_days"]
        if pattern.store_id:
            del self.fields["store"]
        else:
            self.fields["store"].queryset = Store.objects.visible_to(staff)
            self.fields["store"].empty_label = gettext_lazy("All stores")

    def clean(self):
        if self.pattern.current_version.base == Base.CHOSEN:
            message = _("This pattern counts from the day it is chosen, so a person has to choose it.")
            raise forms.ValidationError(message)
        return self.cleaned_data

    def rule(self, *, by, now) -> StartRule:
        """Not saved yet, once valid."""
        rule = self.save(commit=False)
        rule.pattern, rule.made_by, rule.made_at = self.pattern, by, now
        return rule

    def write(self, *, by, now):
        """Saved as a whole, so that nobody is begun for before the ranks stand there."""
        with transaction.atomic():
            self.rule(by=by, now=now).save()
            self.save_m2m()
            wake("followups.jobs.sweep_on")
