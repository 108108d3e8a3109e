from django.conf import settings
from django.db import models

from .move_reason import MoveReason
from .task import Task


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

    class Meta:
        ordering = ["moved_at", "pk"]

    def __str__(self):
        return f"{self.from_on} {self.to_on}"
