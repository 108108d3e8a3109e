"""What a deal needs at each stage, why it was lost, whose it is, and which deals are shown (REQUIREMENTS D1–D3)."""

import re
import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.fields import NameField
from customers.forms import PeopleFilter
from customers.models import LostReason, Stage
from stores.inputs import DayInput
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
    ordered_on = forms.DateField(label=_("Ordered on"), widget=DayInput)
    promised_on = forms.DateField(label=_("Promised delivery"), widget=DayInput)
    delivered_on = forms.DateField(label=_("Delivered on"), widget=DayInput)
    paid_on = forms.DateField(label=_("Paid on"), widget=DayInput)
    amount_yen = YenField(
        label=_("Amount (yen)"),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args, deal, stage, today, **kwargs):
        asked = _asked(deal, stage)
        initial = {name: getattr(deal, name) for name in asked}
        for name in ("ordered_on", "delivered_on", "paid_on"):
            if name in initial:
                initial[name] = initial[name] or today
        super().__init__(*args, initial=initial, **kwargs)
        for name in set(self.fields) - set(asked):
            del self.fields[name]
        self.deal = deal

    def clean(self):
        data = super().clean()
        ordered = data.get("ordered_on") or self.deal.ordered_on
        for name in ("promised_on", "delivered_on"):
            if ordered and data.get(name) and data[name] < ordered:
                self.add_error(name, _("This is before the order."))
        return data


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
