"""What is typed when a pattern is written: its name, what it counts from, its steps (REQUIREMENTS B1, B4, B5)."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.channels import Channel
from stores.forms.saving import OwnFieldsForm, SeenForm
from stores.inputs import ClockInput, DayField
from stores.models import Role, Store

from ..models import Base, ContentKind, Pattern, PatternVersion, Step, StopWhen, Window
from ..models.pattern import COUNTING
from . import by_rank

MOST_STEPS = 40
EARLIEST, LATEST = -400, 800
LONGEST = 60
MOST_FLEX = 14
LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FOLDED = (
    *("script", "from_script", "details_template", "kind", "assignee_role", "allowed_days", "offset_months"),
    *("second_channel", "flex_days", "cost_yen"),
)


class NameForm(SeenForm):
    class Meta:
        model = Pattern
        fields = ["name", "description"]


class NewNameForm(OwnFieldsForm):
    """A new pattern also says for whom: the group (administrators), or a store one manages."""

    class Meta(NameForm.Meta):
        pass

    store = forms.ModelChoiceField(None, label=gettext_lazy("which store it is for"), required=False)

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        store = self.fields["store"]
        store.queryset = Store.objects.managed_by(staff)
        store.required = not staff.is_admin
        store.empty_label = _("All stores") if staff.is_admin else None


class NoteForm(forms.ModelForm):
    """Why there is to be a new version, and which one it is meant to follow."""

    began_from = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PatternVersion
        fields = ["note"]


NEEDED_BY = {
    Base.YEARLY: ("yearly_month", "yearly_day"),
    Base.EVERY: ("every_months",),
    Base.SILENCE: ("silent_days",),
}
"""What a base needs to be told besides."""


class VersionForm(NoteForm):
    """What is counted from, with what that needs, and what ends it."""

    yearly_month = forms.IntegerField(label=gettext_lazy("month"), min_value=1, max_value=12, required=False)
    yearly_day = forms.IntegerField(label=gettext_lazy("day of the month"), min_value=1, max_value=31, required=False)
    every_months = forms.IntegerField(label=gettext_lazy("months"), min_value=1, max_value=60, required=False)
    silent_days = forms.IntegerField(
        label=gettext_lazy("days without contact"), min_value=1, max_value=1500, required=False
    )
    own_ends = forms.BooleanField(label=gettext_lazy("Say yourself what ends it"), required=False)
    stop_when = forms.MultipleChoiceField(
        label=gettext_lazy("ends when"),
        choices=StopWhen.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta(NoteForm.Meta):
        fields = ["base", "yearly_month", "yearly_day", "every_months", "silent_days", "note"]

    def clean(self):
        """What the base needs, and only that: the rest is dropped."""
        clean = self.cleaned_data
        needed = NEEDED_BY.get(clean.get("base"), ())
        for name in {name for names in NEEDED_BY.values() for name in names} - set(needed):
            clean[name] = None
            self._errors.pop(name, None)
        for name in needed:
            if clean.get(name) is None and name not in self.errors:
                self.add_error(name, _("Give a number."))
        month, day = clean.get("yearly_month"), clean.get("yearly_day")
        if month and day and day > LONGEST_MONTHS[month - 1]:
            self.add_error("yearly_day", _("That month has no such day."))
        clean["stop_when"] = sorted(clean.get("stop_when") or []) if clean.get("own_ends") else None
        return clean

    def _post_clean(self):
        """Nothing more: `clean` checks all that the constraints say."""

    @property
    def counting(self) -> dict:
        """As PatternVersion.counting has it, once valid."""
        return {name: self.cleaned_data.get(name) for name in COUNTING}


def typed_counting(version: PatternVersion) -> dict:
    """What stands in the fields of a version that is there already."""
    return {**version.counting, "stop_when": sorted(version.stop_conditions), "own_ends": version.stop_when is not None}


class TakeoverForm(NoteForm):
    """Which version of the group's was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class StepForm(forms.ModelForm):
    """One step. `kinds`: choices of the kind of content; `library`: versions of scripts by id.

    Whether it can be placed says `placeable.check`.
    """

    offset_days = forms.IntegerField(label=gettext_lazy("days after"), min_value=EARLIEST, max_value=LATEST)
    offset_months = forms.IntegerField(label=gettext_lazy("months after"), min_value=-60, max_value=120, required=False)
    flex_days = forms.IntegerField(
        label=Step._meta.get_field("flex_days").verbose_name, min_value=0, max_value=MOST_FLEX, required=False
    )
    cost_yen = forms.IntegerField(
        label=Step._meta.get_field("cost_yen").verbose_name, min_value=0, max_value=9_999_999, required=False
    )
    allowed_days = forms.IntegerField(
        label=Step._meta.get_field("allowed_days").verbose_name, min_value=0, max_value=LONGEST, required=False
    )
    soon_minutes = forms.IntegerField(
        label=Step._meta.get_field("soon_minutes").verbose_name, min_value=1, max_value=24 * 60, required=False
    )
    kind = forms.TypedChoiceField(label=gettext_lazy("kind of content"), coerce=int, empty_value=None, required=False)
    from_script = forms.TypedChoiceField(
        label=Step._meta.get_field("from_script").verbose_name, coerce=int, empty_value=None, required=False
    )
    assignee_role = forms.ChoiceField(
        label=Step._meta.get_field("assignee_role").verbose_name,
        choices=[("", gettext_lazy("Person in charge")), *Role.of_stores()],
        required=False,
    )

    class Meta:
        model = Step
        fields = [
            "offset_days",
            "channel",
            "title",
            "window",
            "window_from",
            "window_until",
            "soon_minutes",
            "day_rule",
            "allowed_days",
            "script",
            "details_template",
            "assignee_role",
            "offset_months",
            "second_channel",
            "flex_days",
            "cost_yen",
            "is_check",
        ]
        widgets = {
            "window_from": ClockInput,
            "window_until": ClockInput,
            "script": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, kinds, ranks, library, **kwargs):
        super().__init__(*args, **kwargs)
        self.ranks, self.library = ranks, library
        self.fields["from_script"].choices = script_choices(library)
        self.fields["second_channel"].choices = [("", _("Not specified")), *Channel.choices]
        by_rank.add_fields(self, ranks)
        self.fields["kind"].choices = kinds
        self.fields["title"].error_messages["required"] = _("Say what is to be done.")
        self.fields["offset_days"].error_messages["required"] = _("Give the number of days; 0 is the day itself.")

    def clean(self):
        """What the time of day needs, and only that: the rest is dropped."""
        clean = self.cleaned_data
        window = clean.get("window")
        if window == Window.FIXED:
            self._check_hours(clean.get("window_from"), clean.get("window_until"))
        else:
            clean["window_from"] = clean["window_until"] = None
            self._forget_errors("window_from", "window_until")
        if window == Window.SOON:
            if not clean.get("soon_minutes") and "soon_minutes" not in self.errors:
                self.add_error("soon_minutes", _("Give the number of minutes."))
        else:
            clean["soon_minutes"] = None
            self._forget_errors("soon_minutes")
        for name in ("allowed_days", "offset_months", "flex_days", "cost_yen"):
            clean[name] = clean.get(name) or 0
        if clean["offset_months"] * (clean.get("offset_days") or 0) < 0:
            self.add_error("offset_months", _("Months and days have to go the same way."))
        if clean.get("second_channel") and clean["second_channel"] == clean.get("channel"):
            self.add_error("second_channel", _("Choose another way than the first."))
        clean["script"] = clean.get("script", "").replace("\r\n", "\n")
        if clean.get("from_script") and not clean["script"].strip():
            clean["script"] = self.library[clean["from_script"]].text
        return clean

    def _post_clean(self):
        """Nothing more: the fields and `clean` check all that the constraints say, without asking the database."""

    def _forget_errors(self, *names):
        for name in names:
            self._errors.pop(name, None)

    def _check_hours(self, starts, ends):
        if starts is None or ends is None:
            for name in ("window_from", "window_until"):
                if self.cleaned_data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Give a time."))
        elif starts >= ends:
            self.add_error("window_until", _("It has to end after it begins."))

    @property
    def is_folded_wrong(self) -> bool:
        """Something is wrong with a field that is folded away until asked for."""
        return any(name in self.errors for name in FOLDED)

    @property
    def is_rank_wrong(self) -> bool:
        return any(name in self.errors for name in by_rank.names_for(self.ranks))

    @property
    def rank_rows(self) -> list[dict]:
        return by_rank.rows_of(self, self.ranks)

    @property
    def differs_by_rank(self) -> bool:
        return any(self[name].value() not in {"", None} for name in by_rank.names_for(self.ranks))

    def step(self) -> Step:
        """What was typed, as an unsaved step. Only when nothing but the title is wrong."""
        fields = {name: value for name, value in self.cleaned_data.items() if name in self.Meta.fields}
        own = by_rank.read(self.cleaned_data, self.ranks)
        taken = {
            "content_kind_id": self.cleaned_data.get("kind"),
            "from_script_id": self.cleaned_data.get("from_script"),
        }
        return Step(**taken, by_rank=own, **fields)


class StepFormSet(forms.BaseFormSet):
    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "too_few_forms": gettext_lazy("A pattern needs at least one step."),
        "too_many_forms": gettext_lazy("A pattern has at most %(num)d steps."),
    }


Steps = forms.formset_factory(
    StepForm,
    formset=StepFormSet,
    extra=0,
    min_num=1,
    max_num=MOST_STEPS,
    absolute_max=MOST_STEPS + 1,
    validate_min=True,
    validate_max=True,
)


class PreviewForm(forms.Form):
    """From when and where the dates are shown: a day, the time where it matters, a store."""

    on = DayField(label=gettext_lazy("base date"))
    at = forms.TimeField(label=gettext_lazy("time"), widget=ClockInput, required=False)
    store = forms.ModelChoiceField(None, label=gettext_lazy("store"), empty_label=None)

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["store"].queryset = Store.objects.visible_to(staff).with_calendar()


def script_choices(library: dict) -> list[tuple]:
    """The scripts of the library, by channel and purpose as they are looked for."""
    words = (
        (pk, f"{one.script} v{one.number}({one.script.purpose}・{one.script.get_channel_display()})")
        for pk, one in library.items()
    )
    return [("", _("Not from the library")), *words]


def kind_choices(steps) -> list[tuple]:
    """The house's kinds of content, and those no longer offered that the steps still have."""
    used = {step.content_kind_id for step in steps}
    return [("", _("Not specified")), *((kind.pk, kind.name) for kind in ContentKind.objects.current_or(used))]
