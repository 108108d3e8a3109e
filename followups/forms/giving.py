"""What is typed when leads are to be given out by a rule (REQUIREMENTS E6)."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Source

from ..allocation import ENOUGH_DUE
from ..models import LeadRule, Prefer


class LeadRuleForm(forms.ModelForm):
    """Which leads, and who comes first."""

    sources = forms.MultipleChoiceField(
        label=gettext_lazy("Only leads of these sources"),
        choices=Source.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("None ticked: every source that no other rule names."),
    )
    prefer = forms.ChoiceField(
        label=gettext_lazy("Who comes first"), choices=Prefer.choices, widget=forms.RadioSelect, initial=Prefer.LOAD
    )
    lowest_percent = forms.IntegerField(
        label=gettext_lazy("Lowest input rate (%)"), min_value=1, max_value=100, required=False
    )

    class Meta:
        model = LeadRule
        fields = ["sources", "prefer", "lowest_percent"]

    def __init__(self, *args, store, changes: LeadRule | None = None, **kwargs):
        begun = {name: getattr(changes, name) for name in self._meta.fields} if changes else None
        super().__init__(*args, initial=begun, **kwargs)
        self.store, self.changes = store, changes
        self.fields["lowest_percent"].help_text = _(
            "Whoever entered less than this completely and in time over the last 14 days gets no new lead. "
            "With fewer than %(n)d entries due it counts neither for nor against. Empty: it excludes nobody."
        ) % {"n": ENOUGH_DUE}

    def clean_sources(self):
        """Of each source one rule decides."""
        sources = self.cleaned_data["sources"]
        rules = [rule for rule in LeadRule.objects.in_store(self.store).active() if rule != self.changes]
        if not sources and any(not rule.sources for rule in rules):
            raise forms.ValidationError(_("There is a rule for every other source already. Stop it first."))
        doubly = sorted({source for rule in rules for source in rule.sources} & set(sources))
        if doubly:
            names = ", ".join(str(Source(source).label) for source in doubly)
            raise forms.ValidationError(_("There is a rule already for: %(names)s. Stop it first.") % {"names": names})
        return sources

    def rule(self, *, by, now) -> LeadRule:
        """Not saved yet, once valid."""
        rule = self.save(commit=False)
        rule.store, rule.made_by, rule.made_at = self.store, by, now
        return rule
