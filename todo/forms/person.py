"""What is typed in when somebody is no longer looked after, or their data is erased (REQUIREMENTS H3)."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.fields import NameField
from customers.text import fold


class WhyClosed(models.TextChoices):
    """Why somebody is no longer looked after."""

    MOVED = "moved", _("Moved away")
    NO_CAR = "no_car", _("Drives no more")
    ELSEWHERE = "elsewhere", _("Is looked after by another dealership")
    WISH = "wish", _("Does not want to hear from us")
    UNREACHABLE = "unreachable", _("Can no longer be reached")
    GONE = "gone", _("Has died, or the company is no more")
    OTHER = "other", pgettext_lazy("why closed", "Otherwise")


class ClosingForm(forms.Form):
    why = forms.ChoiceField(label=_("Why"), choices=WhyClosed.choices, widget=forms.RadioSelect)
    words = NameField(label=_("More about it"), max_length=150, required=False)

    def clean(self):
        data = super().clean()
        if data.get("why") == WhyClosed.OTHER and not data.get("words") and "words" not in self.errors:
            self.add_error("words", _("Please say why."))
        return data

    @property
    def said(self) -> str:
        """In words, once valid."""
        why, words = WhyClosed(self.cleaned_data["why"]), self.cleaned_data["words"]
        if why == WhyClosed.OTHER:
            return words
        return f"{why.label} ({words})" if words else str(why.label)


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
