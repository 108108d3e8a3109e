"""What customers said that the store should hear: needs, complaints, offers to send somebody (REQUIREMENTS C11)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from followups.models import Contact, ContentKind


class Heard(models.TextChoices):
    NEED = "need", _("Need or trouble")
    COMPLAINT = "complaint", _("Complaint")
    REFERRAL = "referral", _("Offer to send somebody")


class HeardContent(models.Model):
    """A kind of content that says so by itself: whoever records with it need not mark the contact."""

    content_kind = models.OneToOneField(ContentKind, models.CASCADE, primary_key=True, related_name="heard")
    kind = models.CharField(_("counts as"), max_length=10, choices=Heard.choices)

    class Meta:
        ordering = ["content_kind"]

    def __str__(self):
        return f"{self.content_kind}: {self.get_kind_display()}"


class HeardMark(models.Model):
    """Put on a contact by hand, whatever it was about; several on one are fine."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="heard_marks", db_index=False)
    kind = models.CharField(max_length=10, choices=Heard.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["contact", "kind"], name="heard_mark_once")]

    def __str__(self):
        return self.get_kind_display()


class HeardSettled(models.Model):
    """It was dealt with. Taken back, the row goes."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="heard_settled", db_index=False)
    note = models.CharField(_("what was done"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["contact"], name="heard_settled_once")]

    def __str__(self):
        return self.note or str(self.at)
