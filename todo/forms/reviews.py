"""What a manager types about a deal, and about a check call (REQUIREMENTS D4, E8)."""

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followups.models import CheckResult, Outcome
from followups.reviewing import movement_of


class ReviewForm(forms.Form):
    """A word on the deal. `seen`: its last contact when the page was made; one that came since is not reviewed."""

    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stays on the deal's page, and whoever is in charge is told."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, deal, says_something=False):
        super().__init__(data, initial={"seen": movement_of(deal).isoformat()})
        self.deal = deal
        self.fields["text"].required = says_something
        self.fields["text"].error_messages["required"] = _("Write what you want to say.")

    def clean_seen(self):
        try:
            seen = parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            seen = None
        return seen if seen and seen.tzinfo else movement_of(self.deal)


class CheckForm(forms.Form):
    """What the manager heard: as told, otherwise (then in words), or nobody answered."""

    ANSWERS = (
        (Outcome.NO_ANSWER.value, Outcome.NO_ANSWER.label),
        (CheckResult.AS_TOLD.value, CheckResult.AS_TOLD.label),
        (CheckResult.DIFFERS.value, CheckResult.DIFFERS.label),
    )
    result = forms.ChoiceField(label=gettext_lazy("Result"), choices=ANSWERS)
    details = forms.CharField(
        label=gettext_lazy("What the customer said"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Where it differs, the person is told it."),
    )

    def clean(self):
        data = super().clean()
        if data.get("result") == CheckResult.DIFFERS and not data.get("details") and "details" not in self.errors:
            self.add_error("details", _("Write what differs."))
        return data


class LeaveForm(forms.Form):
    """Why nobody is called."""

    reason = forms.CharField(label=gettext_lazy("Why nobody is called"), max_length=200)
