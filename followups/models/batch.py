from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Deal
from stores.models import Store

from .followup import FollowUp
from .pattern import Pattern, PatternVersion


class BatchKind(models.TextChoices):
    BEGIN = "begin", _("Choose a pattern for many")
    MOVE = "move", _("Move running follow-ups to a version")


class Batch(models.Model):
    """Something done to many customers or follow-ups by the worker, slice by slice (REQUIREMENTS B7, B8).

    Its rows are the work and, afterwards, the list of who got what and who not and why. Paused it waits, cancelled it
    leaves what is not done undone; what is done stays.
    """

    kind = models.CharField(max_length=6, choices=BatchKind.choices)
    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="batches")
    version = models.ForeignKey(PatternVersion, models.PROTECT, related_name="+", null=True)
    """The version that running follow-ups move to."""
    store = models.ForeignKey(Store, models.CASCADE, related_name="+", null=True)
    """The store all of it is about; None where it is about several."""
    base_on = models.DateField(null=True, blank=True)
    spreads = models.BooleanField(default=False)
    """Whether steps that may be moved by some days are spread over days with less to do."""
    key = models.CharField(max_length=40, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="batches", null=True)
    made_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(
                fields=["id"],
                name="batch_unfinished",
                condition=Q(finished_at__isnull=True, cancelled_at__isnull=True),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pattern}"


class BatchRow(models.Model):
    """One customer, deal or running follow-up of a batch. `why`: why it was left out, empty where done."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="+", null=True, db_index=False)
    follow_up = models.ForeignKey(FollowUp, models.SET_NULL, related_name="+", null=True, db_index=False)
    """The one that is moved, or the one that was begun."""
    spread = models.JSONField(default=dict, blank=True)
    """{step's id: days it falls later, or earlier where negative}"""
    done_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["batch", "id"], name="batch_row_of_batch"),
            models.Index(fields=["batch", "id"], name="batch_row_to_do", condition=Q(done_at__isnull=True)),
            models.Index(fields=["customer"], name="batch_row_of_customer"),
            models.Index(fields=["deal"], name="batch_row_of_deal", condition=Q(deal__isnull=False)),
            models.Index(fields=["follow_up"], name="batch_row_of_follow_up", condition=Q(follow_up__isnull=False)),
        ]

    def __str__(self):
        return f"{self.batch} {self.customer}"
