"""Whose way is looked at, and which deals."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import DealKind
from stores.forms.long_select import LongSelect
from stores.models import Staff, Store

from .way import Scope


class WayFilter(forms.Form):
    """Of the stores that one manages, or works in and shows the others how. What makes no sense is left out."""

    store = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), required=False, empty_label=_("All stores"))
    person = forms.ModelChoiceField(
        Staff.objects.none(),
        label=_("Person in charge"),
        required=False,
        empty_label=_("Most orders"),
        widget=LongSelect,
    )
    kind = forms.ChoiceField(label=_("Deals"), required=False, choices=[("", _("All kinds")), *DealKind.choices])

    def __init__(self, *args, me, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.me, self.now = me, now
        stores = me.visible_stores() if me.may_coach else Store.objects.managed_by(me)
        self.stores = list(stores)
        self.fields["store"].queryset = stores
        self.fields["person"].queryset = Staff.objects.working_in(self.stores).by_name()
        if len(self.stores) < 2:
            del self.fields["store"]
        self.is_valid()

    def chosen(self, name):
        return self.cleaned_data.get(name) or None

    @property
    def chosen_stores(self) -> list[Store]:
        return [one for one in self.stores if self.chosen("store") in {None, one}]

    @property
    def scope(self) -> Scope:
        return Scope(tuple(one.pk for one in self.chosen_stores), self.chosen("kind") or "", self.now)
