"""How forms save: two people who save at once never lose a word, and both are told."""

import json
from contextlib import suppress

from django import forms
from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _


class NotSaved(Exception):
    """Nothing was saved, and the form says why."""


def save_or_tell(form, save=None) -> bool:
    """Save a valid form, by `save` where that isn't its own. False when it then has an error, and nothing is saved.

    Where somebody was a moment faster with what may be there only once, checking the form again finds it.
    """
    try:
        with transaction.atomic():
            (save or form.save)()
    except NotSaved:
        return False
    except IntegrityError:
        form.full_clean()
        if form.is_valid():
            raise
        return False
    return True


class OwnFieldsForm(forms.ModelForm):
    """Writes the columns it shows and no others: what was done to the row meanwhile stays done."""

    @property
    def shown(self) -> list[str]:
        """The columns that this form shows."""
        return [name for name in self._meta.fields if name in self.fields]

    def save(self, commit=True):
        if self.instance.pk:
            self.instance.save(update_fields=self.shown)
        else:
            self.instance.save()
        return self.instance


class SeenForm(OwnFieldsForm):
    """A form that knows which state of the row its reader saw, and writes only what that reader changed.

    Of two people, the second keeps what the first changed elsewhere, and is shown it (`taken`). What both changed is
    put beside their own words (`stands`), and nothing is saved until they have decided.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stands, self.taken, self.changed_by, self.is_outdated, self._base = {}, [], None, False, None
        if self.instance.pk:
            self.fields["seen"].initial = lambda: self._sign(self.standing(self.instance))

    @property
    def status(self) -> int:
        """Of the page that shows this form."""
        if self.is_outdated:
            return 409
        return 422 if self.is_bound else 200

    def standing(self, row) -> dict:
        """What the row says, by field."""
        return model_to_dict(row, self.shown)

    def last_change(self, row):
        """(who, when) of the last change by hand, where the row knows it."""

    def say(self, text) -> str:
        """What is told once saved: with what somebody else had changed meanwhile, and what is kept of it."""
        if not self.taken:
            return text
        kept = _("Changed by somebody else meanwhile, and kept: %(fields)s")
        return f"{text} {kept % {'fields': ', '.join(str(label) for label in self.taken)}}"

    def full_clean(self):
        """What only the other one changed is taken over first: what was typed may be right only together with it."""
        if self.is_bound and self.instance.pk and self._base is None and self.data.get("seen"):
            self._base = self._read(self.data["seen"])
            self._take_over(self.standing(self.instance))
        super().full_clean()

    def save(self, commit=True):
        """Raises NotSaved when somebody else has changed what was changed here too.

        The form then says what stands there now, and saves over it when it is sent again.
        """
        with transaction.atomic():
            if self._base is not None:
                self._merge(type(self.instance).objects.select_for_update(no_key=True).get(pk=self.instance.pk))
            return super().save()

    def _merge(self, current):
        """Looks once more, nobody else can write now. Raises NotSaved where a person must look again."""
        stands = self.standing(current)
        if self._take_over(stands):
            self.full_clean()
        both = [name for name in self._changed(stands) if self.says_other(name, stands[name])]
        self.stands = {name: self.words_of(name, stands[name]) for name in both}
        for name in self.stands.keys() & self.fields.keys():
            self.fields[name].stands = self.stands[name]
        self.is_outdated = bool(both) or not self.is_valid()
        if self.is_outdated:
            self.changed_by = self.last_change(current)
            self.data = self.data.copy()
            self.data["seen"] = self._sign(stands)
            raise NotSaved

    def _changed(self, stands) -> list[str]:
        """What somebody else changed since it was read."""
        return [name for name, value in stands.items() if _plain(value) != self._base.get(name, self)]

    def _take_over(self, stands) -> bool:
        """What only the other one changed, or what was not there to be seen; whether there was any."""
        names = [name for name in self._changed(stands) if self._base and not self._is_mine(name)]
        if not names:
            return False
        self.data = self.data.copy()
        for name in names:
            self.take(name, stands[name])
            self._base[name] = _plain(stands[name])
        self.data["seen"] = self._sign(self._base)
        self.taken += [self.label_of(name) for name in names]
        return True

    def _is_mine(self, name) -> bool:
        return name in self._base and self.says_other(name, self._base[name])

    def says_other(self, name, value) -> bool:
        """Whether what was typed differs from a value as `standing` gives it, or as it was read from `seen`."""
        field = self.fields.get(name)
        if field is None:
            return False
        if isinstance(value, str):
            with suppress(forms.ValidationError):
                value = field.to_python(_one_end(value))
        return field.has_changed(value, _one_end(self[name].data))

    def take(self, name, value):
        """As if the other one's value had been typed."""
        field = self.fields.get(name)
        if field is None:
            return
        if isinstance(field, forms.MultipleChoiceField):
            _put_list(self.data, name, [str(one) for one in value])
        elif isinstance(field, forms.BooleanField):
            _put_list(self.data, name, ["on"] if value else [])
        elif isinstance(field, forms.ChoiceField):
            self.data[name] = "" if value is None else str(value)
        else:
            self.data[name] = field.widget.format_value(field.prepare_value(value)) or ""

    @property
    def differing(self) -> list[tuple]:
        """(label, the words that stand there now) of each field that both have changed."""
        return [(self.label_of(name), words) for name, words in self.stands.items()]

    def label_of(self, name):
        return self.fields[name].label if name in self.fields else name

    def words_of(self, name, value) -> str:
        field = self.fields[name]
        if hasattr(field, "choices"):
            labels = {str(key): label for key, label in field.choices}
            chosen = value if isinstance(value, list) else [value]
            words = ", ".join(str(labels.get(str(one), one)) for one in chosen if one not in {None, ""})
        elif isinstance(value, bool):
            words = _("Yes") if value else _("No")
        else:
            words = field.widget.format_value(field.prepare_value(value))
        return words or "—"

    def _sign(self, values) -> str:
        return signing.dumps(_plain(values), salt=self._salt, compress=True)

    def _read(self, signed) -> dict:
        """What the reader saw; nothing is known of a state that isn't from us, so that everything is compared."""
        try:
            return signing.loads(signed, salt=self._salt)
        except (signing.BadSignature, ValueError):
            return {}

    @property
    def _salt(self) -> str:
        return f"seen.{self._meta.model._meta.label_lower}.{self.instance.pk}"


def _plain(value):
    """As it comes back from JSON."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _put_list(data, name, values):
    if hasattr(data, "setlist"):
        data.setlist(name, values)
    elif values:
        data[name] = values
    else:
        data.pop(name, None)


def _one_end(value):
    """Browsers end lines with two signs."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
