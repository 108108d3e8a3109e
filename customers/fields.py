"""Form fields that take what people type about a customer and give what we keep."""

import re
import unicodedata

from django import forms
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from stores.inputs import SeveralField

from .text import full_width_kana, normalise_email, normalise_phone, normalise_plate, tidy


class NameField(forms.CharField):
    def to_python(self, value):
        return tidy(super().to_python(value))


class KanaField(forms.CharField):
    def to_python(self, value):
        return full_width_kana(super().to_python(value))


class PlateField(forms.CharField):
    def to_python(self, value):
        return normalise_plate(super().to_python(value))


class PhoneField(forms.CharField):
    """One number in any writing; gives its digits."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
    default_error_messages = {"phone": _("“%(value)s” is not a phone number.")}

    def clean(self, value):
        value = super().clean(value)
        return self.normalise(value) if value else ""

    def normalise(self, value):
        try:
            return normalise_phone(value)
        except ValueError:
            raise forms.ValidationError(self.error_messages["phone"], "phone", {"value": value}) from None


class EmailField(forms.CharField):
    """One address; gives it in small letters of single width."""

    widget = forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"})
    default_error_messages = {"email": _("“%(value)s” is not a mail address.")}

    def clean(self, value):
        value = super().clean(value)
        return self.normalise(value) if value else ""

    def normalise(self, value):
        address = normalise_email(value)
        try:
            EmailValidator()(address)
        except forms.ValidationError:
            raise forms.ValidationError(self.error_messages["email"], "email", {"value": value}) from None
        return address


class WebsiteField(forms.CharField):
    """An address of the web; gives it with its scheme."""

    widget = forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"})
    default_error_messages = {"url": _("“%(value)s” is not an address of the web.")}

    def clean(self, value):
        value = unicodedata.normalize("NFKC", super().clean(value))
        if not value:
            return ""
        address = value if "://" in value else f"https://{value}"
        try:
            URLValidator(schemes=["http", "https"])(address)
        except forms.ValidationError:
            raise forms.ValidationError(self.error_messages["url"], "url", {"value": value}) from None
        return address


class LinesField(SeveralField):
    """Several values, one a line, each cleaned by `each` and written by `shown`."""

    def __init__(self, *, each: forms.Field, shown=str, **kwargs):
        self.each, self.shown = each, shown
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return "\n".join(map(self.shown, value)) if isinstance(value, list) else value

    def read(self, text):
        return self.each.clean(text)


class YenField(forms.IntegerField):
    """Yen as people write them: "1,234,567円", in any width; also any other large number, such as "45,000km"."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def prepare_value(self, value):
        return f"{value:,}" if isinstance(value, int) else value

    def to_python(self, value):
        return super().to_python(
            re.sub(
                r"[,、\s円¥\\]|(?i:km|キロ)$", "", unicodedata.normalize("NFKC", "" if value is None else str(value))
            )
        )
