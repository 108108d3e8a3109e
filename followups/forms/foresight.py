"""For whom, and how far ahead, one wants to know what a pattern would come to (REQUIREMENTS B8)."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Rank
from stores.models import Store

from ..workload import MOST_MONTHS, Workload, foresee_pattern, foresee_rules

EVERYBODY, BY_RULES = "everybody", "rules"


class ForesightForm(forms.Form):
    """`rules`: those of the pattern that `staff` sees, with their ranks."""

    whom = forms.ChoiceField(label=gettext_lazy("for whom"))
    store = forms.ModelChoiceField(None, label=gettext_lazy("store"), required=False)
    months = forms.IntegerField(
        label=gettext_lazy("months ahead"),
        min_value=1,
        max_value=MOST_MONTHS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    spreads = forms.BooleanField(label=gettext_lazy("Spread flexible steps over days with less to do"), required=False)

    def __init__(self, data, *, pattern, staff, rules):
        self.pattern, self.staff, self.rules = pattern, staff, list(rules)
        for rule in self.rules:
            rule.pattern = pattern
        self.ranks = list(Rank.objects.all())
        opening = {"whom": BY_RULES if self.rules else EVERYBODY, "months": 12}
        super().__init__({**opening, **data})
        self.fields["whom"].choices = self._groups()
        if pattern.store_id:
            del self.fields["store"]
        else:
            self.fields["store"].queryset = Store.objects.visible_to(staff)
            self.fields["store"].empty_label = _("All stores")

    def _groups(self) -> list[tuple[str, str]]:
        groups = [(EVERYBODY, _("All customers"))]
        groups += [(f"rank-{rank.pk}", _("Customers of rank %(rank)s") % {"rank": rank}) for rank in self.ranks]
        if self.rules:
            groups.insert(0, (BY_RULES, _("Whom its rules name")))
            groups += [(f"rule-{rule.pk}", _("By the rule: %(words)s") % {"words": rule.words}) for rule in self.rules]
        return groups

    def workload(self, now) -> Workload:
        """Once valid."""
        asked = self.cleaned_data
        scope = {
            "me": self.staff,
            "now": now,
            "store": asked.get("store"),
            "months": asked["months"],
            "spread": asked["spreads"],
        }
        kind, _dash, pk = asked["whom"].partition("-")
        if kind in {EVERYBODY, "rank"}:
            rank = next((rank for rank in self.ranks if str(rank.pk) == pk), None)
            return foresee_pattern(self.pattern, rank=rank, **scope)
        rules = [rule for rule in self.rules if kind == BY_RULES or str(rule.pk) == pk]
        return foresee_rules([(rule, rule.ranks.all()) for rule in rules], **scope)
