from django import forms
from django.utils.translation import gettext_lazy as _

from ..deal_filter import TABS, DealFilter
from ..forms import CustomerFilter
from ..models import Customer, Deal, Export, StageSetting, Vehicle

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
        self.tab = query.get("tab") if what == Export.What.DEALS and query.get("tab") in TABS else ""
        self.filter = (DealFilter if what == Export.What.DEALS else CustomerFilter)(query, me=me)
        self.found = self._found(me, now)

    def _found(self, me, now):
        if self.what == Export.What.DEALS:
            return self._deals(Deal.objects.visible_to(me).in_stores(self.stores), now).longest_waiting()
        customers = Customer.objects.visible_to(me).in_stores(self.stores).net()
        found = self.filter.found(customers, most=EVERYBODY)
        if self.what == Export.What.CUSTOMERS:
            return found
        return Vehicle.objects.visible_to(me).of_customers(found.order_by())

    def _deals(self, deals, now):
        """Of a tab what it shows; else all of them, or all that stand still."""
        tab = self.tab or ("open" if self.filter["still"].value() else "")
        if not tab:
            return self.filter.found(deals)
        return self.filter.of_tab(deals, tab, now, StageSetting.objects.by_stage())

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
            yield field.label or name, "✓" if isinstance(field, forms.BooleanField) else shown

    def _asked(self):
        return [(name, value) for name in self.filter.fields if (value := self.filter[name].value())]
