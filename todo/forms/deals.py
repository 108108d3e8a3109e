"""What a deal needs at each stage, why it was lost, whose it is, and which deals are shown (REQUIREMENTS D1–D3)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.asking import asked, has, needed_now
from customers.fields import NameField, YenField
from customers.models import Deal, Estimate, LostReason, Stage, Vehicle
from customers.models.stage import ALWAYS_NEEDED, DAY_OF_STAGE
from stores.forms.saving import OwnFieldsForm, SeenForm
from stores.inputs import DayField
from stores.models import Staff

ALWAYS_IN_PLACE = {name for names in ALWAYS_NEEDED.values() for name in names}
"""What may not be emptied again once its stage is reached."""


def amount_field(label=None, *, required=False) -> YenField:
    return YenField(
        label=label or _("Amount (yen)"),
        min_value=0,
        max_value=2_000_000_000,
        required=required,
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


class StageForm(forms.Form):
    """What a stage asks for; one that asks for nothing is only confirmed.

    `seen`: where the deal stood when the form was opened, so that nobody moves what a colleague has moved meanwhile.
    """

    seen = forms.ChoiceField(choices=Stage.choices, required=False, widget=forms.HiddenInput)
    goods = NameField(label=_("Car or goods"), max_length=120)
    vehicle = forms.ModelChoiceField(Vehicle.objects.none(), label=_("Vehicle"))
    note = forms.CharField(label=_("What the customer asked for"), widget=forms.Textarea(attrs={"rows": 3}))
    staff = forms.ModelChoiceField(Staff.objects.none(), label=_("Person in charge"))
    estimate = amount_field(_("Estimate (yen)"))
    valid_until_on = DayField(label=_("Estimate valid until"), required=False)
    ordered_on = DayField()
    promised_on = DayField()
    delivered_on = DayField()
    paid_on = DayField()
    amount_yen = amount_field()

    def __init__(self, *args, deal, stage, today, **kwargs):
        needed = asked(deal, stage)
        initial = {name: getattr(deal, name) for name in needed if name != "estimate"}
        for name in ("ordered_on", "delivered_on", "paid_on"):
            if name in initial:
                initial[name] = initial[name] or today
        super().__init__(*args, initial={**initial, "seen": deal.stage}, **kwargs)
        self.deal, self.today = deal, today
        shown = {"seen", *needed} | ({"valid_until_on"} if "estimate" in needed else set())
        for name in set(self.fields) - shown:
            del self.fields[name]
        for name, required in needed.items():
            self.fields[name].required = required
        call_days_of(self, deal)
        if "vehicle" in self.fields:
            self._offer_vehicles(deal.customer)
        if "staff" in self.fields:
            self.fields["staff"].queryset = Staff.objects.working_in([deal.store_id]).by_name()

    def _offer_vehicles(self, customer):
        field = self.fields["vehicle"]
        field.queryset = customer.vehicles.managed()
        if not field.queryset.exists():
            field.help_text = _("This customer has no car yet: enter it on the customer's page first.")

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self.visible_fields())

    def clean(self):
        data = super().clean()
        check_after_order(self, data.get("ordered_on") or self.deal.ordered_on)
        check_validity(self, data.get("valid_until_on"), self.today)
        if data.get("valid_until_on") and data.get("estimate") is None and "estimate" not in self.errors:
            self.add_error("estimate", _("Say how much the estimate comes to."))
        return data

    @property
    def values(self) -> dict:
        """What `todo.stages.move` takes."""
        found = {name: value for name, value in self.cleaned_data.items() if value is not None}
        amount, until = found.pop("estimate", None), found.pop("valid_until_on", None)
        if amount is not None:
            found["estimate"] = {"amount_yen": amount, "valid_until_on": until}
        found["seen"] = found.pop("seen", None) or None
        return found


def check_validity(form, until, today):
    if until and until < today:
        form.add_error("valid_until_on", _("This day is over."))


class EstimateForm(OwnFieldsForm):
    """An estimate for a deal; where it goes out at once, the deal moves to that stage if it stands before it."""

    amount_yen = amount_field(required=True)
    sent = forms.BooleanField(label=_("It goes to the customer today"), required=False, initial=True)
    move = forms.BooleanField(required=False, initial=True)

    class Meta:
        model = Estimate
        fields = ["amount_yen", "valid_until_on", "note"]
        field_classes = {"valid_until_on": DayField}

    def __init__(self, *args, deal, today, **kwargs):
        super().__init__(*args, initial={"amount_yen": deal.amount_yen}, **kwargs)
        self.today = today
        is_before = Stage(deal.stage).position < Stage.ESTIMATE.position
        if is_before and not deal.stage_settings[Stage.ESTIMATE].skipped and not self._asks_for_more(deal):
            label = _("Move the deal to “%(stage)s”") % {"stage": deal.word_for(Stage.ESTIMATE)}
            self.fields["move"].label = label
        else:
            del self.fields["move"]

    def _asks_for_more(self, deal) -> bool:
        """Whether the stage needs what isn't asked here; then it is moved by its own form."""
        return any(required for name, required in asked(deal, Stage.ESTIMATE).items() if name != "estimate")

    def clean(self):
        data = super().clean()
        check_validity(self, data.get("valid_until_on"), self.today)
        return data

    @property
    def moves(self) -> bool:
        return bool(self.cleaned_data.get("sent") and self.cleaned_data.get("move"))


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
            "competitor",
            "ordered_on",
            "promised_on",
            "delivered_on",
            "paid_on",
            "counted_staff",
        ]
        field_classes = dict.fromkeys(("ordered_on", "promised_on", "delivered_on", "paid_on"), DayField)
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, me, **kwargs):
        super().__init__(*args, **kwargs)
        call_days_of(self, self.instance)
        needed, stands = needed_now(self.instance), Stage(self.instance.stage)
        for stage, name in DAY_OF_STAGE.items():
            if stage.position > stands.position:
                del self.fields[name]
        for name in needed & set(self.fields):
            self.fields[name].required = name in ALWAYS_IN_PLACE or has(self.instance, name)
        if me.may_manage(self.instance.store_id) and self.instance.ordered_on:
            people = Staff.objects.working_in_or_with_ids([self.instance.store_id], [self.instance.counted_staff_id])
            self.fields["counted_staff"].queryset = people.by_name()
            self.fields["counted_staff"].help_text = _("Targets and figures count the order for this person.")
        else:
            del self.fields["counted_staff"]
        self.fields["vehicle"].queryset = self.instance.customer.vehicles.all()
        if not self.fields["vehicle"].queryset.exists():
            del self.fields["vehicle"]

    def clean(self):
        data = super().clean()
        check_after_order(self, data.get("ordered_on"))
        return data


class LoseForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why"), choices=LostReason.choices, widget=forms.RadioSelect)
    competitor = NameField(
        label=_("To which competitor"),
        max_length=80,
        required=False,
        help_text=_("The dealership or service the customer decided for, where it is known."),
    )


class AssignForm(forms.Form):
    """Whose a customer or a deal is, among the people of its store."""

    staff = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Person in charge"), required=False, empty_label=_("Nobody yet")
    )

    def __init__(self, *args, store, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = Staff.objects.working_in([store]).by_name()
