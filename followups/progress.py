"""How far a batch is, and what became of its rows, in words."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .models import Batch, BatchRow
from .starting import WhyNot

UNDO_WITHIN = timedelta(days=1)


class Skipped(models.TextChoices):
    """Why a row was left as it was; when a pattern is chosen also what followups.starting.WhyNot says."""

    COLLEAGUE = "colleague", _("A colleague looks after them: only a manager chooses for them")
    ENDED = "ended", _("It had ended meanwhile")
    SAME = "same", _("It runs by that version already")
    OTHER_BASE = "other_base", _("It counts from something else, so that its dates would mean nothing there")
    FAILED = "failed", _("It could not be done; the log says why")
    TAKEN_BACK = "taken_back", _("Begun, and taken back")


WHY = {one.value: one.label for reasons in (WhyNot, Skipped) for one in reasons}


class State(models.TextChoices):
    WORKING = "working", _("In work")
    PAUSED = "paused", pgettext_lazy("batch", "Paused")
    TAKING_BACK = "taking_back", _("Being taken back")
    FINISHED = "finished", pgettext_lazy("batch", "Done")
    CANCELLED = "cancelled", _("Broken off")
    TAKEN_BACK = "taken_back", _("Taken back")


@dataclass
class Standing:
    """How far a batch is. `left`: {why: how many} of those that were left as they were."""

    batch: Batch
    got: int = 0
    to_do: int = 0
    left: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.got + self.to_do + sum(self.left.values())

    @property
    def taken_back(self) -> int:
        return self.left.get(Skipped.TAKEN_BACK, 0)

    @property
    def state(self) -> State:
        batch = self.batch
        if batch.is_in_work:
            waiting = State.PAUSED if batch.is_paused else State.WORKING
            return State.TAKING_BACK if batch.cancelled_at else waiting
        if self.taken_back:
            return State.TAKEN_BACK
        return State.CANCELLED if batch.cancelled_at else State.FINISHED

    @property
    def settled(self) -> int:
        """Of `whole`, those that need nothing more."""
        return self.taken_back if self.state == State.TAKING_BACK else self.total - self.to_do

    @property
    def whole(self) -> int:
        return self.got + self.taken_back if self.state == State.TAKING_BACK else self.total

    @property
    def reasons(self) -> list[tuple[str, str, int]]:
        """(why, in words, how many), the most frequent first."""
        rows = [(why, WHY.get(why, why), number) for why, number in self.left.items()]
        return sorted(rows, key=lambda row: -row[2])

    def may_be_taken_back(self, staff, now) -> bool:
        batch = self.batch
        over = batch.begins and not batch.is_in_work and self.got > 0
        return over and batch.made_by_id == staff.pk and now - batch.finished_at < UNDO_WITHIN


def standing_of(batches) -> list[Standing]:
    """How far each is, in their order, in one statement."""
    found = {batch.pk: Standing(batch) for batch in batches}
    for pk, why, is_done, number in BatchRow.objects.filter(batch__in=list(found)).tally():
        if not is_done:
            found[pk].to_do += number
        elif why:
            found[pk].left[why] = number
        else:
            found[pk].got = number
    return list(found.values())
