"""Which deals are shown, counted and taken out (REQUIREMENTS D2, D6)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stores.inputs import FIRST_DAY, LAST_DAY
from stores.models import Staff, Store

from .forms import PeopleFilter
from .models import EvaluationPeriod

TABS = {
    "open": _("Open deals"),
    "ordered": _("Orders of a period"),
    "paid": _("Paid deals"),
    "lost": _("Lost deals"),
}


class DealFilter(PeopleFilter):
    """Whose, of which store, only those that stand still, or those a figure counts."""

    still = forms.BooleanField(label=_("Only those that stand still"), required=False)
    first = forms.DateField(label=_("Ordered from"), required=False, widget=forms.HiddenInput)
    last = forms.DateField(label=_("Ordered until"), required=False, widget=forms.HiddenInput)
    counted = forms.BooleanField(label=_("Only days that count for a month"), required=False, widget=forms.HiddenInput)
    shop = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), required=False, widget=forms.HiddenInput)
    seller = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Person in charge"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, data, *, me):
        super().__init__(data, me=me)
        self.fields["shop"].queryset = me.visible_stores()
        self.fields["seller"].queryset = Staff.objects.visible_to(me)

    def open(self, deals, now, settings):
        """The open ones; with `still`, those that have stood for longer than their stage allows."""
        rows = self.found(deals).open()
        return rows.standing_still(now, settings) if self.cleaned_data.get("still") else rows

    def ordered(self, deals):
        """The orders of a period, as figures count them: for the store and the person they were made in and by."""
        self.is_valid()
        data = self.cleaned_data
        first, last = data.get("first") or FIRST_DAY, data.get("last") or LAST_DAY
        found = deals.counted_visible_to(self.me).counted_for(store=data.get("shop"), staff=data.get("seller"))
        if data.get("counted") and data.get("first") and data.get("last"):
            return found.ordered_in(EvaluationPeriod.load().rule.within(first, last))
        return found.ordered_between(first, last)

    def of_tab(self, deals, tab: str, now, settings):
        """What a tab of the list shows of `deals`. `settings`: of the stages, by stage."""
        if tab == "ordered":
            return self.ordered(deals)
        if tab == "open":
            return self.open(deals, now, settings)
        found = self.found(deals)
        return found.lost() if tab == "lost" else found.paid()
