from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..among import AmongField
from ..deal_filter import TABS, DealFilter
from ..forms import CustomerFilter
from ..models import Customer, Deal, Export, Vehicle
from ..vehicle_forms import DueFilter

EVERYBODY = 10_000_000
"""An export is not cut off where a list stops leafing."""


class ExportForm(forms.Form):
    form = forms.ChoiceField(
        label=_("File"),
        choices=[(form.value, form.label) for form in (Export.Form.XLSX, Export.Form.CP932, Export.Form.UTF8)],
        initial=Export.Form.XLSX,
        widget=forms.RadioSelect,
    )


class Asked:
    """What is taken: the filter of the list that one came from, of the stores from which one may take it."""

    def __init__(self, what: str, query, *, me, stores, now):
        self.what, self.stores = what, stores
        self.is_due = what == Export.What.VEHICLES and "due" in query
        """The list of cars whose day is coming, not all cars of a list of people."""
        self.tab = query.get("tab") if what == Export.What.DEALS and query.get("tab") in TABS else ""
        self.filter = self._filter(query, me, now)
        self.found = self._found(me, now)

    def _filter(self, query, me, now):
        if self.is_due:
            return DueFilter(query, me=me, today=timezone.localdate(now))
        return (DealFilter if self.what == Export.What.DEALS else CustomerFilter)(query, me=me)

    def _found(self, me, now):
        if self.what == Export.What.DEALS:
            return self._deals(Deal.objects.visible_to(me).in_stores(self.stores), now).longest_waiting()
        if self.is_due:
            return self.filter.found(Vehicle.objects.visible_to(me).in_stores(self.stores).managed().of_net_customers())
        customers = Customer.objects.visible_to(me).in_stores(self.stores)
        found = self.filter.found(customers, most=EVERYBODY)
        if self.what == Export.What.CUSTOMERS:
            return found
        return Vehicle.objects.visible_to(me).of_customers(found.order_by())

    def _deals(self, deals, now):
        """Of a tab what it shows; else all of them, or all that stand still or in a stage."""
        tab = self.tab or ("open" if self.filter["still"].value() or self.filter["stage"].value() else "")
        return self.filter.of_tab(deals, tab, now) if tab else self.filter.found(deals)

    @property
    def words(self) -> list[str]:
        """The filter as a person reads it."""
        said = [f"{label}: {value}" for label, value in self._said()]
        return [*said, str(TABS[self.tab])] if self.tab else said

    def _said(self):
        for name, value in self._asked():
            field = self.filter.fields[name]
            choices = dict(getattr(field, "choices", ()))
            shown = choices.get(value) or next((text for key, text in choices.items() if str(key) == str(value)), value)
            shown = field.words(value) if isinstance(field, AmongField) else shown
            yield field.label or name, "✓" if isinstance(field, forms.BooleanField) else shown

    def _asked(self):
        names = [name for name in self.filter.fields if name != "order"]  # narrows nothing
        return [(name, value) for name in names if (value := self.filter[name].value())]
