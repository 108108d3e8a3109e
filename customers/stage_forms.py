"""How a group arranges the stages of its deals: what is used, what it is called, what must be filled in (D1)."""

import hashlib
import json

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from .fields import NameField
from .models import DealKind, Stage, StageSetting
from .models.stage import ALWAYS_NEEDED, ALWAYS_USED, Needed

LONGEST_DAYS = 365


class StageSettingForm(forms.Form):
    """One stage. Words that are left empty are those that everybody uses."""

    used = forms.BooleanField(label=_("In use"), required=False)
    needed = forms.MultipleChoiceField(
        label=_("Must be filled in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    still_after_days = forms.IntegerField(label=_("Stands still after (days)"), min_value=1, max_value=LONGEST_DAYS)

    def __init__(self, data=None, *, setting):
        self.stage, self.setting = Stage(setting.stage), setting
        initial = {
            "used": not setting.skipped,
            "needed": setting.needed,
            "still_after_days": setting.still_after_days,
            **{f"label_{kind}": word for kind, word in setting.labels.items()},
        }
        super().__init__(data, prefix=setting.stage, initial=initial)
        fixed = ALWAYS_NEEDED.get(self.stage, ())
        self.fields["needed"].choices = [(one.value, one.label) for one in Needed if one not in fixed]
        if self.stage in ALWAYS_USED:
            del self.fields["used"]
        if self.stage == Stage.PAID:
            del self.fields["still_after_days"]  # There the deal is closed.
        for kind in DealKind:
            widget = forms.TextInput(attrs={"placeholder": str(self.stage.label_for(kind))})
            self.fields[f"label_{kind}"] = NameField(label=kind.label, max_length=20, required=False, widget=widget)

    @property
    def words(self) -> list:
        """Its fields of words, for the template."""
        return [self[f"label_{kind}"] for kind in DealKind]

    @property
    def has_words(self) -> bool:
        return any(field.value() or field.errors or hasattr(field.field, "stands") for field in self.words)

    @property
    def always(self) -> list:
        """What it asks for whatever the group says, in words."""
        labels = {"ordered_on": _("Ordered on"), "delivered_on": _("Delivered on"), "paid_on": _("Paid on")}
        labels |= dict(Needed.choices)
        return [labels[name] for name in ALWAYS_NEEDED.get(self.stage, ())]

    def put_beside(self):
        """Beside what was chosen here: what stands, where that is something else."""
        for bound in self:
            stands = self.get_initial_for_field(bound.field, bound.name)
            if self._words(bound, bound.value()) != (words := self._words(bound, stands)):
                bound.field.stands = words

    def _words(self, bound, value) -> str:
        if bound.name == "used":
            return str(_("In use") if value else _("Not in use"))
        if bound.name == "needed":
            return (
                pgettext("list", ", ").join(str(label) for key, label in bound.field.choices if key in (value or ()))
                or "—"
            )
        return str(value or "—")

    def keep(self):
        data = self.cleaned_data
        words = {kind.value: data[f"label_{kind}"] for kind in DealKind if data[f"label_{kind}"]}
        StageSetting.objects.update_or_create(
            stage=self.stage,
            defaults={
                "skipped": not data.get("used", True),
                "labels": words,
                "needed": data["needed"],
                "still_after_days": data.get("still_after_days", self.setting.still_after_days),
            },
        )


class StagesForm:
    """All of them, saved together.

    `is_outdated`: somebody else has arranged them since this page was opened. What stands is then put beside what was
    chosen here, and sent again that is saved.
    """

    def __init__(self, data=None):
        self.data, self.settings = data, StageSetting.objects.by_stage()
        self.forms = [StageSettingForm(data, setting=setting) for setting in self.settings.values()]
        self.is_outdated = data is not None and data.get("seen", "") not in {"", self.seen}
        if self.is_outdated:
            self._put_beside()

    @property
    def seen(self) -> str:
        """What stands in the database, in short."""
        return _print(self.settings)

    def _put_beside(self):
        for form in self.forms:
            form.put_beside()

    def is_valid(self) -> bool:
        return not self.is_outdated and all(form.is_valid() for form in self.forms)

    def save(self) -> bool:
        """False when somebody else was a moment faster; nothing is saved then."""
        with transaction.atomic():
            list(StageSetting.objects.select_for_update())
            if _print(StageSetting.objects.by_stage()) != self.seen:
                self.__init__(self.data)
                return False
            for form in self.forms:
                form.keep()
        return True


def _print(settings) -> str:
    said = [[row.stage, row.skipped, row.labels, row.needed, row.still_after_days] for row in settings.values()]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
