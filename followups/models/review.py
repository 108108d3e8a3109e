from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models import Deal

from .act import UNDO, Act
from .task import Task


class ReviewKind(models.TextChoices):
    REVIEWED = "reviewed", pgettext_lazy("deal", "Reviewed")
    COMMENT = "comment", pgettext_lazy("review", "Comment")
    ASKED = "asked", pgettext_lazy("review", "Follow-up asked for")


class DealReviewQuerySet(models.QuerySet):
    def visible_to(self, staff):
        return self if staff.is_admin else self.filter(deal__store_id__in=staff.store_ids)

    def standing(self):
        """Those that were not taken back."""
        return self.filter(undone_at__isnull=True)

    def of_kind(self, kind):
        return self.filter(kind=kind)

    def reviewed(self):
        return self.standing().filter(kind=ReviewKind.REVIEWED)

    def seen_until(self, moved_at):
        """Reviews of whoever had seen that movement."""
        return self.reviewed().filter(moved_at__gte=moved_at)

    def seen_before(self, moved_at):
        """Reviews of whoever had not seen that movement yet."""
        return self.reviewed().filter(moved_at__lt=moved_at)

    def same_as(self, *, since, by, text):
        """Those that say so, of that person, since then: a button pressed twice."""
        return self.standing().filter(at__gt=since, by=by, text=text)

    def newest_first(self):
        return self.order_by("-at", "-pk")

    def for_timeline(self):
        return self.standing().select_related("by", "task").newest_first()

    def for_undo(self):
        return self.select_related("deal", "task", "by")


class DealReview(models.Model):
    """What a manager made of a deal: seen and reviewed, a comment, a follow-up asked for (REQUIREMENTS D4)."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="reviews", db_index=False)
    kind = models.CharField(max_length=8, choices=ReviewKind.choices)
    text = models.TextField(_("comment"), max_length=1000, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    """Of a review: the last contact that its writer had seen; a later one brings the deal back."""
    task = models.ForeignKey(Task, models.SET_NULL, related_name="+", null=True, blank=True)
    act = models.ForeignKey(Act, models.SET_NULL, related_name="reviews", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = DealReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reviewed", moved_at__isnull=False) | (~Q(kind="reviewed") & ~Q(text="")),
                name="deal_review_says_something",
            ),
        ]
        indexes = [
            models.Index(fields=["deal", "-at"], name="deal_review_of_deal"),
            models.Index(
                fields=["deal", "moved_at"],
                name="deal_reviewed_until",
                condition=Q(kind="reviewed", undone_at__isnull=True),
            ),
        ]

    def __str__(self):
        return self.text or self.get_kind_display()

    def may_be_undone(self, now) -> bool:
        return self.undone_at is None and self.at > now - UNDO
