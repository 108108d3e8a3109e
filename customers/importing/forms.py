import zlib

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stores.models import Staff, Store

from . import fields, showing
from .columns import MANY
from .reading import Unusable, refuse_large
from .uploads import stores_for

NOBODY = "nobody"
MOST_NAMES = 100
"""Who took the wrong column for the person in charge has as many names as rows."""


class UploadForm(forms.Form):
    """The list, and the store it is for where there is a choice."""

    file = forms.FileField(
        label=_("The list"),
        help_text=_("CSV or Excel (.xlsx), up to 20 MB. Nothing is saved yet: first you see what would happen."),
        allow_empty_file=True,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,text/csv"}),
    )
    store = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), empty_label=None)

    def __init__(self, *args, me, **kwargs):
        super().__init__(*args, **kwargs)
        self.stores = stores_for(me)
        self.only_store = self.stores[0] if len(self.stores) == 1 else None
        if self.only_store:
            del self.fields["store"]
        else:
            self.fields["store"].queryset = Store.objects.visible_to(me)
            self.fields["store"].choices = [(store.pk, store.name) for store in self.stores]
            self.may = {store.pk for store in self.stores}

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            refuse_large(file.size)
        except Unusable as unusable:
            raise forms.ValidationError(str(unusable)) from None
        return file

    def clean_store(self):
        store = self.cleaned_data["store"]
        if store.pk not in self.may:
            raise forms.ValidationError(self.fields["store"].error_messages["invalid_choice"])
        return store

    @property
    def store_chosen(self) -> Store:
        return self.only_store or self.cleaned_data["store"]


class ColumnsForm(forms.Form):
    """What each column of the list is taken for."""

    def __init__(self, *args, file, **kwargs):
        super().__init__(*args, **kwargs)
        self.file, self.columns = file, showing.columns(file)
        for column in self.columns:
            self.fields[self._key(column)] = forms.ChoiceField(
                label=column.heading or gettext("(without a heading)"),
                choices=fields.choices,
                initial=column.field,
                required=False,
            )

    @staticmethod
    def _key(column):
        return f"column-{column.index}"

    @property
    def rows(self):
        """(column, bound field) for the table."""
        return [(column, self[self._key(column)]) for column in self.columns]

    def clean(self):
        data, taken = super().clean(), {}
        for column in self.columns:
            name = data.get(self._key(column))
            if name and name not in MANY and name in taken:
                said = gettext("“%(heading)s” is taken for this already.") % {"heading": taken[name].heading}
                self.add_error(self._key(column), said)
            if name:
                taken.setdefault(name, column)
        if not self.errors and not fields.named(taken):
            raise forms.ValidationError(_("Choose the column with the name, or with the family name."))
        return data

    @property
    def chosen(self) -> list[str]:
        """One field, or "", for each column of the file."""
        by_index = {column.index: self.cleaned_data[self._key(column)] for column in self.columns}
        return [by_index.get(index, "") for index in range(len(self.file.columns))]


class PeopleForm(forms.Form):
    """Who is meant by the names in the column of the person in charge that match nobody."""

    def __init__(self, *args, file, **kwargs):
        super().__init__(*args, **kwargs)
        staff = [(str(one.pk), one.name) for one in Staff.objects.working_in([file.store]).by_name()]
        rows = dict(file.report.get("people", []))
        names = [*rows, *(name for name in file.people if name not in rows)]
        self.more = max(0, len(names) - MOST_NAMES)
        self.names = {}
        for name in names[:MOST_NAMES]:
            choices = [(NOBODY, _("Nobody: without a person in charge")), *staff]
            if name not in file.people:
                choices.insert(0, ("", _("Not decided yet")))
            self.names[self._key(name)] = name
            self.fields[self._key(name)] = forms.ChoiceField(
                label=name,
                choices=choices,
                initial=self._initial(file.people, name),
                required=False,
                help_text=gettext("%(count)d rows") % {"count": rows[name]} if name in rows else "",
            )

    @staticmethod
    def _key(name):
        """The same for the same name, however the list has changed since."""
        return f"person-{zlib.crc32(name.encode()):08x}"

    @staticmethod
    def _initial(people, name):
        return "" if name not in people else str(people[name] or NOBODY)

    @property
    def chosen(self) -> dict[str, int | None]:
        """By name as written: the id of the colleague, None for nobody; names that nobody decided are left out."""
        said = {name: self.cleaned_data.get(key, "") for key, name in self.names.items()}
        return {name: None if value == NOBODY else int(value) for name, value in said.items() if value}
