"""What a deal needs at each stage, why it was lost, whose it is, and which deals are shown (REQUIREMENTS D1–D3)."""

import re
import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.fields import NameField
from customers.forms import PeopleFilter
from customers.models import Deal, LostReason, Stage
from customers.models.deal import DAY_OF_STAGE
from stores.forms.saving import SeenForm
from stores.inputs import DayField
from stores.models import Staff

ASKED = {
    Stage.ORDER: ("goods", "ordered_on", "promised_on", "amount_yen"),
    Stage.ORDERED: ("promised_on",),
    Stage.DELIVERY: ("delivered_on",),
    Stage.PAID: ("paid_on",),
}
OPTIONAL = {"amount_yen"}


class YenField(forms.IntegerField):
    """Yen as people write them: "1,234,567円", in any width."""

    def to_python(self, value):
        return super().to_python(re.sub(r"[,、\s円¥\\]", "", unicodedata.normalize("NFKC", str(value or ""))))


def amount_field() -> YenField:
    return YenField(
        label=_("Amount (yen)"),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


def call_days_of(form, deal):
    """By the words of the deal's kind."""
    for name in form.fields.keys() & deal.day_labels.keys():
        form.fields[name].label = deal.day_labels[name]


def check_after_order(form, ordered):
    """Puts the error beside the day that cannot be."""
    for name in ("promised_on", "delivered_on", "paid_on"):
        if ordered and form.cleaned_data.get(name) and form.cleaned_data[name] < ordered:
            form.add_error(name, _("This is before the order."))


def _asked(deal, stage) -> list[str]:
    """What the stage asks for, and what the stages on the way to it asked for and nobody has filled in."""
    missing = [
        name
        for earlier in Stage
        if earlier.position < stage.position
        for name in ASKED.get(earlier, ())
        if name not in OPTIONAL and not getattr(deal, name)
    ]
    return list(dict.fromkeys([*missing, *ASKED.get(stage, ())]))


class StageForm(forms.Form):
    """The dates that a stage asks for; a stage that asks for none is only confirmed."""

    goods = NameField(label=_("Car or goods"), max_length=120)
    ordered_on = DayField()
    promised_on = DayField()
    delivered_on = DayField()
    paid_on = DayField()
    amount_yen = amount_field()

    def __init__(self, *args, deal, stage, today, **kwargs):
        asked = _asked(deal, stage)
        initial = {name: getattr(deal, name) for name in asked}
        for name in ("ordered_on", "delivered_on", "paid_on"):
            if name in initial:
                initial[name] = initial[name] or today
        super().__init__(*args, initial=initial, **kwargs)
        for name in set(self.fields) - set(asked):
            del self.fields[name]
        call_days_of(self, deal)
        self.deal = deal

    def clean(self):
        data = super().clean()
        check_after_order(self, data.get("ordered_on") or self.deal.ordered_on)
        return data


class FactsForm(SeenForm):
    """What is known of a deal, at any time; the days of its stages once they are reached (REQUIREMENTS D1, D3)."""

    goods = NameField(label=_("Car or goods"), max_length=120, required=False)
    amount_yen = amount_field()

    class Meta:
        model = Deal
        fields = [
            "kind",
            "source",
            "goods",
            "vehicle",
            "note",
            "amount_yen",
            "ordered_on",
            "promised_on",
            "delivered_on",
            "paid_on",
        ]
        field_classes = dict.fromkeys(("ordered_on", "promised_on", "delivered_on", "paid_on"), DayField)
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        call_days_of(self, self.instance)
        needed = _needed(Stage(self.instance.stage))
        for name in DAY_OF_STAGE.values():
            if name not in needed:
                del self.fields[name]
        for name in needed & set(self.fields):
            self.fields[name].required = True
        self.fields["vehicle"].queryset = self.instance.customer.vehicles.all()
        if not self.fields["vehicle"].queryset.exists():
            del self.fields["vehicle"]

    def clean(self):
        data = super().clean()
        check_after_order(self, data.get("ordered_on"))
        return data


def _needed(stage) -> set[str]:
    """What that stage and those before it ask for."""
    asked = {name for reached in Stage if reached.position <= stage.position for name in ASKED.get(reached, ())}
    return asked - OPTIONAL


class LoseForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why"), choices=LostReason.choices, widget=forms.RadioSelect)


class AssignForm(forms.Form):
    """Whose a customer or a deal is, among the people of its store."""

    staff = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Person in charge"), required=False, empty_label=_("Nobody yet")
    )

    def __init__(self, *args, store, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = Staff.objects.working_in([store]).by_name()


class DealFilter(PeopleFilter):
    """Which deals are shown."""
