from django import forms
from django.utils.translation import gettext_lazy as _

from customers.text import fold


class ErasureForm(forms.Form):
    """What cannot be undone takes typing the name."""

    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Without the person's name: it is kept."))
    name = forms.CharField(label=_("The customer's name, to confirm"), max_length=100)

    def __init__(self, *args, customer, **kwargs):
        super().__init__(*args, **kwargs)
        self.customer = customer

    def clean_name(self):
        name = self.cleaned_data["name"]
        if fold(name) != fold(self.customer.name):
            raise forms.ValidationError(_("This is not the customer's name."))
        return name

    def clean_reason(self):
        reason = self.cleaned_data["reason"]
        if fold(self.customer.name) in fold(reason):
            raise forms.ValidationError(_("Please leave the name out."))
        return reason
