from django import forms
from django.utils.translation import gettext_lazy as _

from followups.models import Pattern
from stores.models import Staff


class SettleForm(forms.Form):
    """Who looks after a new lead, and by which pattern; without one the person plans by hand."""

    staff = forms.ModelChoiceField(Staff.objects.none(), label=_("Person in charge"))
    pattern = forms.ModelChoiceField(Pattern.objects.none(), label=_("Follow-up pattern"), required=False)

    def __init__(self, *args, me, deal, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = Staff.objects.working_in([deal.store_id])
        self.fields["pattern"].queryset = Pattern.objects.visible_to(me).usable_in(deal.store)
