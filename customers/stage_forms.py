"""How a group arranges the stages of its deals: what is used, what it is called, what must be filled in (D1)."""

import hashlib
import json

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

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
        for kind in DealKind:
            widget = forms.TextInput(attrs={"placeholder": str(self.stage.label_for(kind))})
            self.fields[f"label_{kind}"] = NameField(label=kind.label, max_length=20, required=False, widget=widget)

    @property
    def words(self) -> list:
        """Its fields of words, for the template."""
        return [self[f"label_{kind}"] for kind in DealKind]

    @property
    def has_words(self) -> bool:
        return any(field.value() or field.errors for field in self.words)

    @property
    def always(self) -> list:
        """What it asks for whatever the group says, in words."""
        labels = {"ordered_on": _("Ordered on"), "delivered_on": _("Delivered on"), "paid_on": _("Paid on")}
        labels |= dict(Needed.choices)
        return [labels[name] for name in ALWAYS_NEEDED.get(self.stage, ())]

    def keep(self):
        data = self.cleaned_data
        words = {kind.value: data[f"label_{kind}"] for kind in DealKind if data[f"label_{kind}"]}
        StageSetting.objects.update_or_create(
            stage=self.stage,
            defaults={
                "skipped": not data.get("used", True),
                "labels": words,
                "needed": data["needed"],
                "still_after_days": data["still_after_days"],
            },
        )


class StagesForm:
    """All of them, saved together. `is_outdated`: somebody else has arranged them since this page was opened."""

    def __init__(self, data=None):
        self.data, self.settings = data, StageSetting.objects.by_stage()
        self.forms = [StageSettingForm(data, setting=setting) for setting in self.settings.values()]
        self.is_outdated = data is not None and data.get("seen", "") not in {"", self.seen}

    @property
    def seen(self) -> str:
        """What stands in the database, in short."""
        return _print(self.settings)

    def is_valid(self) -> bool:
        return not self.is_outdated and all(form.is_valid() for form in self.forms)

    def save(self) -> bool:
        """False when somebody else was a moment faster; nothing is saved then."""
        with transaction.atomic():
            list(StageSetting.objects.select_for_update())
            if _print(StageSetting.objects.by_stage()) != self.seen:
                self.is_outdated = True
                return False
            for form in self.forms:
                form.keep()
        return True


def _print(settings) -> str:
    said = [[row.stage, row.skipped, row.labels, row.needed, row.still_after_days] for row in settings.values()]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
