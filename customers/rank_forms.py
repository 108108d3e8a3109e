"""What is typed in about ranks (REQUIREMENTS C5)."""

import hashlib
import json
import re
import unicodedata
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.inputs import DayField
from stores.models import Store

from .forms import choose_store
from .models import Rank, RankRules
from .models.rank import FEWEST, MOST

MOST_POINTS = 100_000


class ProposalFilter(forms.Form):
    """Which proposals are looked at; what makes no sense is left out."""

    store = forms.ModelChoiceField(
        Store.objects.none(), label=gettext_lazy("Store"), required=False, empty_label=gettext_lazy("All stores")
    )
    before = forms.ChoiceField(label=gettext_lazy("Rank now"), required=False)
    after = forms.ChoiceField(label=gettext_lazy("Rank proposed"), required=False)

    def __init__(self, data, *, me):
        super().__init__(data)
        choose_store(self, me)
        ranks = [(rank.code, rank.code) for rank in Rank.objects.all()]
        self.fields["before"].choices = [("", _("All")), ("none", _("Without a rank")), *ranks]
        self.fields["after"].choices = [("", _("All")), *ranks]

    def found(self, standings):
        self.is_valid()
        data = self.cleaned_data
        if data.get("store"):
            standings = standings.in_store(data["store"])
        if data.get("before"):
            standings = standings.from_rank(data["before"])
        return standings.to_rank(data["after"]) if data.get("after") else standings

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(name, value) for name in self.fields if (value := self[name].value())]


class ShownForm(forms.Form):
    """Which proposals somebody had before them when they decided about all of them."""

    shown_until = forms.DateTimeField(widget=forms.HiddenInput)
    shown_number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    @classmethod
    def of(cls, moves) -> "ShownForm":
        """`moves`: as RankStandingQuerySet.count_moves gives them; not empty."""
        latest = max(latest for *_move, latest in moves)
        return cls(initial={"shown_until": latest.isoformat(), "shown_number": sum(move[2] for move in moves)})

    def seen_of(self, standings):
        """Those of the open ones that were before them; None where that can't be told any more."""
        if not self.is_valid():
            return None
        seen = standings.open().proposed_until(self.cleaned_data["shown_until"])
        most = self.cleaned_data["shown_number"]
        return seen if seen.count_up_to(most + 1) <= most else None


class RankHoldForm(forms.Form):
    """A rank set by hand."""

    rank = forms.ModelChoiceField(Rank.objects.none(), label=gettext_lazy("Rank"), empty_label=None)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, help_text=gettext_lazy("Colleagues read it in the history.")
    )
    until_on = DayField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("Until the end of that day nothing is proposed. Empty: until you release it."),
    )

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["rank"].queryset = Rank.objects.current()

    def clean_until_on(self):
        until = self.cleaned_data["until_on"]
        if until and until < self.today:
            raise forms.ValidationError(_("This day is over."))
        return until


class RankRulesForm(forms.ModelForm):
    """What ranks are given by. `scale`, once valid, is as RankRules.scale gives it."""

    new_code = forms.CharField(label=gettext_lazy("One more rank"), max_length=4, required=False)
    new_from = forms.IntegerField(
        label=gettext_lazy("Given from so many points on"),
        required=False,
        min_value=-MOST_POINTS,
        max_value=MOST_POINTS,
    )

    class Meta:
        model = RankRules
        fields = ["years", "visit_months", *RankRules.WEIGHTS]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ranks = list(Rank.objects.current())
        points = dict(self.instance.scale())
        for rank in self.ranks:
            words = {"rank": rank.code}
            self.fields[f"from_{rank.pk}"] = forms.IntegerField(
                label=_("Rank %(rank)s from so many points on") % words,
                required=False,
                initial=points.get(rank.code),
                min_value=-MOST_POINTS,
                max_value=MOST_POINTS,
                widget=forms.NumberInput(attrs={"placeholder": _("everybody else")}),
            )
            self.fields[f"drop_{rank.pk}"] = forms.BooleanField(
                label=_("Give rank %(rank)s no more") % words, required=False
            )

    @property
    def rank_rows(self) -> list[tuple]:
        return [(rank, self[f"from_{rank.pk}"], self[f"drop_{rank.pk}"]) for rank in self.ranks]

    @property
    def weight_fields(self):
        return [self[name] for name in RankRules.WEIGHTS]

    def clean_new_code(self):
        code = unicodedata.normalize("NFKC", self.cleaned_data["new_code"]).strip().upper()
        if code and not re.fullmatch(r"[A-Z0-9]{1,4}", code):
            raise forms.ValidationError(_("Letters and digits only, at most four."))
        if code in {rank.code for rank in self.ranks}:
            raise forms.ValidationError(_("There is such a rank already."))
        return code

    def clean(self):
        data = super().clean()
        self.scale = self._scale_of(data)
        return data

    def _scale_of(self, data):
        given = [(rank.code, f"from_{rank.pk}") for rank in self.ranks if not data.get(f"drop_{rank.pk}")]
        if data.get("new_code"):
            given.append((data["new_code"], "new_from"))
        elif data.get("new_from") is not None:
            self.add_error("new_code", _("What is it called?"))
        if not FEWEST <= len(given) <= MOST:
            text = _("There are at least %(fewest)d and at most %(most)d ranks.")
            self.add_error(None, text % {"fewest": FEWEST, "most": MOST})
        lowest = [field for _code, field in given if data.get(field) is None and field not in self.errors]
        if not lowest:
            self.add_error(None, _("One rank, the lowest, is for everybody else: leave its points empty."))
        for field in lowest[:-1]:
            self.add_error(field, _("Only the lowest rank is without points."))
        points = [data.get(field) for _code, field in given]
        for number, (_code, field) in enumerate(given):
            if points[number] is not None and points[number] in points[:number]:
                self.add_error(field, _("Another rank has the same."))
        steps = [(code, data.get(field)) for code, field in given]
        return sorted(steps, key=lambda step: (step[1] is None, -(step[1] or 0)))

    @property
    def seal(self) -> str:
        """Names what was typed: what is saved is that whose effect was shown."""
        words = json.dumps([sorted((k, str(v)) for k, v in self.cleaned_data.items()), self.scale])
        return hashlib.sha256(words.encode()).hexdigest()[:16]
