"""Which morning's report, what is said with it, and what was heard from customers."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.inputs import DayField
from stores.models import Staff, Store

from .asked import Span
from .forms import ReportFilter
from .models import Heard, HeardContent, MorningReport


class MorningFilter(forms.Form):
    """A store that one works in or looks after, and a day; what makes no sense is left out."""

    store = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), required=False, empty_label=None)
    on = DayField(label=_("Morning of"), required=False)

    def __init__(self, data, *, me: Staff):
        super().__init__({name: value for name, value in data.dict().items() if value})
        self.me = me
        self.stores = list(me.visible_stores())
        self.fields["store"].queryset = me.visible_stores()
        if len(self.stores) < 2:
            del self.fields["store"]
        self.is_valid()

    @property
    def chosen_store(self) -> Store | None:
        """The one asked for, else the first that one manages, else the first; None where there is none."""
        managed = [one for one in self.stores if self.me.may_manage(one.pk)]
        return self.cleaned_data.get("store") or next(iter([*managed, *self.stores]), None)

    @property
    def chosen_day(self) -> date | None:
        return self.cleaned_data.get("on")

    def report(self) -> MorningReport | None:
        """Of that day, else the latest, which the field then says."""
        reports = MorningReport.objects.visible_to(self.me).in_store(self.chosen_store).for_page()
        found = (reports.on_day(self.chosen_day) if self.chosen_day else reports).latest_first().first()
        if found:
            self.data["on"] = found.on.isoformat()
        return found


class SharingForm(forms.Form):
    note = forms.CharField(
        label=_("A word to everybody"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody of the store is told in the app, and sees the store's figures and their own."),
    )


class HeardFilter(ReportFilter):
    """As figures are asked for, but of the whole store and the month unless something else is said."""

    OPEN, SETTLED = "open", "settled"
    kind = forms.ChoiceField(label=_("What was heard"), choices=[("", _("Everything")), *Heard.choices], required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", pgettext_lazy("what was heard", "All")),
            (OPEN, _("Not dealt with")),
            (SETTLED, _("Dealt with")),
        ],
        required=False,
    )

    def __init__(self, data, **kwargs):
        data = data.copy()
        data["who"] = data.get("who") or "store"
        super().__init__(data, **kwargs)

    def first_days(self, today):
        return {"span": Span.MONTH, "on": today.isoformat()}

    @property
    def more_fields(self):
        return [self["kind"], self["state"]]

    @property
    def query(self):
        chosen = {name: self.cleaned_data.get(name) for name in ("kind", "state")}
        return {**super().query, **{name: value for name, value in chosen.items() if value}}


class MarksForm(forms.Form):
    """What else was heard in a conversation, whatever it was about."""

    kinds = forms.MultipleChoiceField(
        label=_("What the store should hear"),
        choices=Heard.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class SettlingForm(forms.Form):
    note = forms.CharField(
        label=_("What was done"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ContentsForm(forms.Form):
    """Which kinds of content say so by themselves: one field for each that is offered."""

    def __init__(self, *args, content_kinds, **kwargs):
        super().__init__(*args, **kwargs)
        stands = dict(HeardContent.objects.values_list("content_kind", "kind"))
        for content_kind in content_kinds:
            self.fields[f"kind_{content_kind.pk}"] = forms.ChoiceField(
                label=content_kind.name,
                choices=[("", _("Not on the list")), *Heard.choices],
                initial=stands.get(content_kind.pk, ""),
                required=False,
            )

    def chosen(self) -> dict[int, str]:
        """By the id of the content."""
        return {int(name.removeprefix("kind_")): kind for name, kind in self.cleaned_data.items()}
