from django import forms
from django.utils.translation import gettext_lazy as _

from stores.models import Store

from .reading import Unusable, refuse_large
from .uploads import stores_for


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
        stores = stores_for(me)
        self.only_store = stores[0] if len(stores) == 1 else None
        if self.only_store:
            del self.fields["store"]
        else:
            self.fields["store"].queryset = Store.objects.visible_to(me)
            self.fields["store"].choices = [(store.pk, store.name) for store in stores]
            self.may = {store.pk for store in stores}

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
