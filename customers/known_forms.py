"""What is typed in about a customer beside their entry: facts, family, consent, and what the house requires."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from stores.forms.saving import SeenForm
from stores.inputs import DayField

from .fields import KanaField, NameField
from .models import BookRules, Consent, Fact, FamilyMember
from .models.book_rules import OF_COMPANIES, OF_PERSONS


class FactForm(forms.ModelForm):
    text = NameField(label=_("What we know"), max_length=300)

    class Meta:
        model = Fact
        fields = ["kind", "text"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, auto_id="id_fact_%s", **kwargs)


class FactTextForm(forms.Form):
    """Of a fact that is otherwise now."""

    text = NameField(label=_("What we know"), max_length=300)


class FamilyForm(SeenForm):
    """`today`: nobody is born later."""

    name = NameField(label=_("Name"), max_length=100)
    kana = KanaField(label=_("Kana"), max_length=100, required=False)

    class Meta:
        model = FamilyMember
        fields = ["relation", "name", "kana", "born_on", "note"]
        field_classes = {"born_on": DayField}

    def __init__(self, data=None, *, today: date, **kwargs):
        super().__init__(data, auto_id="id_family_%s", **kwargs)
        self.today = today

    def clean_born_on(self):
        born = self.cleaned_data["born_on"]
        if born and born > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return born


class ConsentForm(forms.ModelForm):
    class Meta:
        model = Consent
        fields = ["channel", "answer", "how", "said_on", "note"]
        field_classes = {"said_on": DayField}

    def __init__(self, data=None, *, today: date, **kwargs):
        super().__init__(data, auto_id="id_consent_%s", initial={"said_on": today}, **kwargs)
        self.today = today

    def clean_said_on(self):
        said = self.cleaned_data["said_on"]
        if said > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return said


class BookRulesForm(forms.ModelForm):
    person_fields = forms.MultipleChoiceField(
        label=_("Of a person"), choices=[(one.value, one.label) for one in OF_PERSONS], required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    company_fields = forms.MultipleChoiceField(
        label=_("Of a company"), choices=[(one.value, one.label) for one in OF_COMPANIES], required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    class Meta:
        model = BookRules
        fields = ["person_fields", "company_fields"]
