from django import forms
from django.utils.translation import gettext_lazy as _

from followups.models import Pattern

from .follow_ups import BaseField, not_too_far


class ManyForm(forms.Form):
    """One pattern for many customers, and from when it counts."""

    pattern = forms.ModelChoiceField(
        Pattern.objects.none(), label=_("Follow-up pattern"), empty_label=_("Please choose")
    )
    base_on = BaseField()
    spreads = forms.BooleanField(label=_("Spread flexible steps over days with less to do"), required=False)

    def __init__(self, *args, me, stores, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["pattern"].queryset = Pattern.objects.visible_to(me).usable_in_some(stores)

    def clean_base_on(self):
        return not_too_far(self.cleaned_data["base_on"], self.now)
