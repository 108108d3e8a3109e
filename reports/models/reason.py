"""Why something was not entered, or late, or not completely (REQUIREMENTS E9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from followups.models import Contact, Task


class EntryReasonQuerySet(models.QuerySet):
    def about(self, tasks, contacts):
        """Of these, by their ids."""
        return self.filter(Q(task__in=tasks) | Q(contact__in=contacts))


class EntryReason(models.Model):
    """Said of a task that fell due, or of a contact without one. It explains, and changes no figure."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="entry_reasons", null=True, db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="entry_reasons", null=True, db_index=False)
    text = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    at = models.DateTimeField()

    objects = EntryReasonQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["task"], name="entry_reason_once_a_task"),
            models.UniqueConstraint(fields=["contact"], name="entry_reason_once_a_contact"),
            models.CheckConstraint(
                condition=Q(task__isnull=False, contact__isnull=True) | Q(task__isnull=True, contact__isnull=False),
                name="entry_reason_of_one",
            ),
        ]

    def __str__(self):
        return self.text
