"""The one page with which a house begins (REQUIREMENTS H7)."""

from datetime import time

from django import forms
from django.utils.translation import gettext_lazy as _

from ..founding import found
from ..inputs import ClockInput
from ..models import Staff, Store
from ..models.store import Weekday
from .staff import UsernameField, UsernameMixin, check_password_of
from .store import check_opening_order


class StoreSetupForm(forms.Form):
    """The store, and nothing of it that can wait. `person`: who is signed in already."""

    store_name = forms.CharField(label=_("Name of the store"), max_length=60)
    opens = forms.TimeField(label=_("opens"), widget=ClockInput, initial=time(10))
    closes = forms.TimeField(label=_("closes"), widget=ClockInput, initial=time(19))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Closed every week on"),
        coerce=int,
        choices=Weekday.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    store_fields = ("store_name", "opens", "closes", "weekdays")

    def __init__(self, *args, person=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance = person or Staff()

    @property
    def about_store(self):
        return [self[name] for name in self.store_fields]

    @property
    def about_self(self):
        return [field for field in self if field.name not in self.store_fields]

    def clean_weekdays(self):
        weekdays = self.cleaned_data["weekdays"]
        if len(weekdays) == len(Weekday):
            raise forms.ValidationError(_("The store must be open on some day of the week."))
        return weekdays

    def clean(self):
        check_opening_order(self, "opens", "closes")

    def save(self) -> Staff:
        """The person, in every role of the new store. Raises founding.AlreadyFounded."""
        data = self.cleaned_data
        store = Store(name=data["store_name"], opens=data["opens"], closes=data["closes"])
        return found(store, self.instance, closed_on=data["weekdays"])


class SetupForm(UsernameMixin, StoreSetupForm):
    """The store and oneself."""

    name = forms.CharField(label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    username = UsernameField()
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        help_text=_("At least ten letters or digits."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("Password, once more"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self):
        super().clean()
        data = self.cleaned_data
        self.instance.name, self.instance.username = data.get("name", ""), data.get("username", "")
        check_password_of(self, self.instance)
        if "password" in data and data.get("password_again") not in (None, data["password"]):
            self.add_error("password_again", _("The two passwords differ."))

    def save(self):
        self.instance.set_password(self.cleaned_data["password"])
        return super().save()
