"""What becomes of running follow-ups when something is recorded: they go on, begin anew, or end (REQUIREMENTS B6)."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from followups.models import Outcome, StopWhen
from followups.models.contact import CONVERSATIONS


class Fate(models.TextChoices):
    """What a person says becomes of one."""

    KEEP = "keep", pgettext_lazy("follow-up", "Go on")
    RESTART = "restart", _("Restart from today")
    STOP = "stop", pgettext_lazy("follow-up", "Stop")


AS_ITS_PATTERN_SAYS = "perhaps"
MET_BY = {StopWhen.SPOKEN: CONVERSATIONS, StopWhen.APPOINTMENT: {Outcome.APPOINTMENT}}
"""Which outcomes meet a condition that not all do."""


class RunningFollowUps:
    """Of a form that records: a choice for each running follow-up, `running-<id>`, with what its version says chosen.

    `ends`: the condition that every outcome which asks the question meets; `ends_perhaps`: one that only some meet, and
    how that is said. One that has ended since the form was shown is not asked for any more.
    """

    running_legend = _("When spoken to")
    ends, ends_perhaps = StopWhen.SPOKEN, (StopWhen.APPOINTMENT, _("Stop at an appointment"))

    def offer(self, closable):
        self.running = {f"running-{row.pk}": row for row in closable}
        for name, row in self.running.items():
            self.fields[name] = self._field(row)

    def _field(self, row) -> forms.ChoiceField:
        conditions, (perhaps, words) = row.version.stop_conditions, self.ends_perhaps
        choices = [one for one in Fate.choices if one[0] != Fate.RESTART or row.may_restart]
        initial = Fate.STOP if self.ends in conditions else Fate.KEEP
        if initial == Fate.KEEP and perhaps in conditions:
            choices, initial = [(AS_ITS_PATTERN_SAYS, words), *choices], AS_ITS_PATTERN_SAYS
        label = open_tasks_label(row)
        return forms.ChoiceField(
            label=label, choices=choices, initial=initial, required=False, widget=forms.RadioSelect
        )

    @property
    def running_fields(self) -> list:
        return [self[name] for name in self.running]

    def chosen(self) -> dict[str, list[int]]:
        """For `followups.recording.Result`; what isn't in it goes as its version says."""
        fates = {name: [] for name in ("keep", "restart", "close")}
        perhaps, _words = self.ends_perhaps
        met = self.cleaned_data["outcome"] in MET_BY[perhaps]
        key_of = {Fate.KEEP: "keep", Fate.RESTART: "restart", Fate.STOP: "close"}
        key_of[AS_ITS_PATTERN_SAYS] = "close" if met else "keep"
        for name, row in self.running.items():
            if key := key_of.get(self.cleaned_data.get(name)):
                fates[key].append(row.pk)
        return fates


def open_tasks_label(row):
    """'3 open tasks of “one-month follow-up”'; the follow-up brings `open_tasks`."""
    if row.is_being_prepared:
        return _("“%(pattern)s”, whose tasks are being prepared") % {"pattern": row.pattern.name}
    words = {"n": row.open_tasks, "pattern": row.pattern.name}
    return ngettext_lazy("%(n)d open task of “%(pattern)s”", "%(n)d open tasks of “%(pattern)s”", "n") % words


def closing_label(row):
    """'Close the 3 open tasks of “one-month follow-up”'."""
    words = {"n": row.open_tasks, "pattern": row.pattern.name}
    if row.is_being_prepared:
        return _("Close “%(pattern)s”, whose tasks are being prepared") % words
    if row.is_paused:
        return _("Close “%(pattern)s”, which is paused") % words
    return _("Close the %(n)d open tasks of “%(pattern)s”") % words
