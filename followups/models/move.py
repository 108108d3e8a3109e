from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from stores.calendar import Hours

from .move_reason import MoveReason
from .task import Task


def window_of(placed) -> str:
    """'17:00–19:00' of whatever has a window, a task or a plan of one."""
    starts, ends = (timezone.localtime(moment).time() for moment in (placed.due_from, placed.due_until))
    return str(Hours(starts, ends))


class TaskMoveQuerySet(models.QuerySet):
    def by_the_pattern_again(self, task, since):
        """What became of letting the pattern place a task again."""
        return self.filter(task=task, reason=MoveReason.BY_HAND, moved_by=None, moved_at__gte=since)

    def for_panel(self):
        """The latest first."""
        return self.select_related("moved_by").order_by("-moved_at", "-pk")


class TaskMove(models.Model):
    """An open task was given another time: from when to when, why, and by whom (the system where nobody)."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="times_moved")
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    reason = models.CharField(max_length=12, choices=MoveReason.choices)
    from_on = models.DateField()
    from_window = models.CharField(max_length=13)
    to_on = models.DateField()
    to_window = models.CharField(max_length=13)

    objects = TaskMoveQuerySet.as_manager()

    class Meta:
        ordering = ["moved_at", "pk"]

    def __str__(self):
        return f"{self.from_on} {self.to_on}"

    @classmethod
    def between(cls, task, placed, reason, *, now, by=None) -> "TaskMove":
        """From where the task stands to where it is placed; not saved yet."""
        return cls(
            task_id=task.pk,
            moved_at=now,
            moved_by=by,
            reason=reason,
            from_on=task.due_on,
            from_window=window_of(task),
            to_on=placed.due_on,
            to_window=window_of(placed),
        )

    @property
    def only_its_deadline(self) -> bool:
        """Day and window are as before: it may be done until another day."""
        return (self.from_on, self.from_window) == (self.to_on, self.to_window)

    @property
    def why(self) -> str:
        """By hand without a hand: somebody let the pattern place it again."""
        if self.reason == MoveReason.BY_HAND and self.moved_by_id is None:
            return _("Placed by the pattern again")
        return self.get_reason_display()
