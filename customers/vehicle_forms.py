"""What is typed in about a car, and the list of cars whose day is coming (REQUIREMENTS C2)."""

from datetime import date

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.inputs import FIRST_DAY, LAST_DAY, DayField

from .fields import PlateField, YenField
from .forms import BookForm, PeopleFilter
from .importing.values import Bad, folded, year
from .models import Customer, Vehicle
from .text import read_plate


class YearField(forms.IntegerField):
    """A year as its papers say it: 2020, 令和2年, R2, H30年式; gives the western year."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def to_python(self, value):
        text = folded(str(value or ""))
        try:
            return year(text) if text else None
        except Bad:
            return super().to_python(text)


class VehicleForm(BookForm):
    year = YearField(label=_("Model year"), required=False, help_text=_("Such as 2020 or H30."))
    plate = PlateField(label=_("Plate"), max_length=30, required=False, help_text=_("Such as 湘南 500 あ 12-34."))
    mileage_km = YenField(label=_("Mileage (km)"), required=False, min_value=0, max_value=2_000_000)
    used_by = forms.ModelChoiceField(
        Customer.objects.none(),
        label=_("Driven by somebody of the household"),
        required=False,
        empty_label=_("The owner"),
        help_text=_("Customers with the same address or phone."),
    )

    class Meta:
        model = Vehicle
        fields = [
            "maker",
            "model",
            "year",
            "plate",
            "inspection_expires_on",
            "check_due_on",
            "insurance_expires_on",
            "first_registered_on",
            "mileage_km",
            "mileage_on",
            "used_by",
            "user_name",
            "chassis_number",
            "bought_here",
            "delivered_on",
            "price_yen",
            "disposed_on",
        ]
        field_classes = dict.fromkeys(
            (
                "inspection_expires_on",
                "check_due_on",
                "insurance_expires_on",
                "first_registered_on",
                "mileage_on",
                "delivered_on",
                "disposed_on",
            ),
            DayField,
        )
        labels = {"model": pgettext_lazy("vehicle", "Model"), "user_name": _("Driven by somebody else")}

    def __init__(self, *args, today: date, **kwargs):
        """`today`: no mileage is read later."""
        super().__init__(*args, **kwargs)
        self.today = today
        self.mileage_before = self.instance.mileage_km, self.instance.mileage_on
        customer = self.instance.customer
        self.fields["used_by"].queryset = Customer.objects.household_of(customer, and_also=self.instance.used_by_id)

    def save_of(self, customer, *, by, now):
        """A mileage without a day was read today."""
        car = self.instance
        if car.mileage_km is None:
            car.mileage_on = None
        elif car.mileage_km != self.mileage_before[0] and car.mileage_on == self.mileage_before[1]:
            car.mileage_on = timezone.localdate(now)
        super().save_of(customer, by=by, now=now)

    def clean_plate(self):
        """What stands there already may stay as it came in, so that the rest can be changed."""
        plate = self.cleaned_data["plate"]
        if plate and plate != self.instance.plate:
            try:
                read_plate(plate)
            except ValueError:
                raise forms.ValidationError(
                    _("“%(plate)s” is no plate: it needs region, class, sign and number, such as 湘南 500 あ 12-34.")
                    % {"plate": plate}
                ) from None
        return plate

    def clean_mileage_on(self):
        """What stands there already may stay as it came in."""
        day = self.cleaned_data["mileage_on"]
        if day and day > self.today and day != self.mileage_before[1]:
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean_year(self):
        year = self.cleaned_data["year"]
        if year is not None and not FIRST_DAY.year <= year <= LAST_DAY.year:
            raise forms.ValidationError(_("Please give the year as four digits of the western calendar."))
        return year


class DueFilter(PeopleFilter):
    """Cars whose inspection, check or insurance is coming up, or has passed."""

    DAYS = {
        "inspection": ("inspection_expires_on", _("Inspection")),
        "check": ("check_due_on", _("Periodic inspection")),
        "insurance": ("insurance_expires_on", _("Insurance")),
    }
    WITHIN = ("1", "2", "3", "6", "12")
    PASSED = "passed"

    due = forms.ChoiceField(label=_("Which day"), required=False)
    within = forms.ChoiceField(label=_("In which time"), required=False)
    order = forms.ChoiceField(
        label=_("Sorted by"), required=False, choices=[("day", _("The nearest day first")), ("kana", _("By kana"))]
    )

    def __init__(self, data, *, me, today: date):
        super().__init__(data, me=me)
        self.today = today
        self.fields["due"].choices = [(name, label) for name, (_field, label) in self.DAYS.items()]
        months = [(number, _("Within %(number)s months") % {"number": number}) for number in self.WITHIN]
        self.fields["within"].choices = [*months, (self.PASSED, _("Passed already"))]
        self.initial = {"due": "inspection", "within": "3", "order": "day"}
        self.data = data.copy()
        for name, value in self.initial.items():
            if self.data.get(name) not in dict(self.fields[name].choices):
                self.data[name] = value

    @property
    def which(self) -> str:
        """The field of the day that is asked for."""
        return self.DAYS[self.cleaned_data["due"]][0]

    def found(self, rows):
        rows, data = super().found(rows), self.cleaned_data
        if data.get("within") == self.PASSED:
            rows = rows.due(self.which, before=self.today)
        else:
            until = self.today + relativedelta(months=int(data["within"]), days=1)
            rows = rows.due(self.which, since=self.today, before=until)
        return rows.in_kana_order() if data.get("order") == "kana" else rows.by_day(self.which)
