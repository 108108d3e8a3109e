"""Which deals are shown, counted and taken out (REQUIREMENTS D2, D6)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stores.inputs import FIRST_DAY, LAST_DAY
from stores.models import Staff, Store

from .forms import PeopleFilter
from .models import DealKind, EvaluationPeriod, LostReason, Stage, StageSetting

TABS = {
    "open": _("Open deals"),
    "ordered": _("Orders of a period"),
    "paid": _("Paid deals"),
    "lost": _("Lost deals"),
}


class DealFilter(PeopleFilter):
    """Whose, of which store and kind, in which stage, only those that stand still, or those a figure counts.

    `settings`: what the group says of its stages, by stage.
    """

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All")), *DealKind.choices], required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("All")), *LostReason.choices], required=False)
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
        self.settings = StageSetting.objects.by_stage()
        stages = [(stage.value, row.label_for(DealKind.SALE)) for stage, row in self.settings.items()]
        self.fields["stage"].choices = [("", _("All")), *(one for one in stages if one[0] != Stage.PAID)]
        self.fields["shop"].queryset = me.visible_stores()
        self.fields["seller"].queryset = Staff.objects.visible_to(me)

    def found(self, rows):
        rows = super().found(rows)
        return rows.of_kind(self.cleaned_data["kind"]) if self.cleaned_data.get("kind") else rows

    def open(self, deals, now):
        """The open ones of every stage; with `still`, those that have stood for longer than their stage allows."""
        rows = self.found(deals).open()
        return rows.standing_still(now, self.settings) if self.cleaned_data.get("still") else rows

    def ordered(self, deals):
        """The orders of a period, as figures count them: for the store and the person they were made in and by."""
        self.is_valid()
        data = self.cleaned_data
        first, last = data.get("first") or FIRST_DAY, data.get("last") or LAST_DAY
        found = deals.counted_visible_to(self.me).counted_for(store=data.get("shop"), staff=data.get("seller"))
        if data.get("counted") and data.get("first") and data.get("last"):
            return found.ordered_in(EvaluationPeriod.load().rule.within(first, last))
        return found.ordered_between(first, last)

    def of_tab(self, deals, tab: str, now):
        """What a tab of the list shows of `deals`."""
        if tab == "ordered":
            return self.ordered(deals)
        if tab == "open":
            rows = self.open(deals, now)
            return rows.in_stage(self.cleaned_data["stage"]) if self.cleaned_data.get("stage") else rows
        found, reason = self.found(deals), self.cleaned_data.get("reason")
        if tab == "paid":
            return found.paid()
        return found.lost().because_of(reason) if reason else found.lost()
