"""How forms save: two people who save at once never lose a word, and both are told."""

import hashlib

from django import forms
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

    def save(self, commit=True):
        if self.instance.pk:
            self.instance.save(update_fields=self._meta.fields)
        else:
            self.instance.save()
        return self.instance


class SeenForm(OwnFieldsForm):
    """A form that knows which state of the row its reader saw; the second of two people is told what stands there."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.differing = []
        if self.instance.pk:
            self.fields["seen"].initial = lambda: self._state_of(self.instance)

    @property
    def status(self) -> int:
        """Of the page that shows this form."""
        if self.differing:
            return 409
        return 422 if self.is_bound else 200

    def standing(self, row) -> dict:
        """What the row says, by field."""
        return model_to_dict(row, self._meta.fields)

    def differing_from(self, row) -> list[tuple]:
        """(label, words) of each field in which the row says something else than what was typed."""
        return [
            (self.fields[name].label, self._words(name, value))
            for name, value in self.standing(row).items()
            if name in self.fields and self.fields[name].has_changed(_one_end(value), _one_end(self[name].data))
        ]

    def save(self, commit=True):
        """Raises NotSaved when somebody else has changed the row since it was read.

        The form then says what stands there now, and saves over it when it is sent again.
        """
        with transaction.atomic():
            if self.instance.pk:
                self._refuse_unseen(type(self.instance).objects.select_for_update(no_key=True).get(pk=self.instance.pk))
            return super().save()

    def _refuse_unseen(self, current):
        state = self._state_of(current)
        if self.cleaned_data["seen"] in {"", state}:
            return
        self.differing = self.differing_from(current)
        self.data = self.data.copy()
        self.data["seen"] = state
        raise NotSaved

    def _state_of(self, row) -> str:
        values = [f"{name}: {value}" for name, value in sorted(self.standing(row).items())]
        return hashlib.blake2s("\n".join(values).encode(), digest_size=8).hexdigest()

    def _words(self, name, value) -> str:
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


def _one_end(value):
    """Browsers end lines with two signs."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
