from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from stores.access import StoreQuerySet
from stores.models import Store

KEPT_FOR = timedelta(days=1)


class ImportFileQuerySet(StoreQuerySet):
    def without_content(self):
        """As a page needs it: the file itself may be large."""
        return self.defer("content")

    def old(self, now):
        return self.filter(created_at__lt=now - KEPT_FOR)


class ImportFile(models.Model):
    """A list between its dry run and its confirmation: the browser is not trusted to bring the same file again.

    `report` is what its reader was shown. Saved or dropped, the content goes; after a day the row goes too.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    report = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)

    objects = ImportFileQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self):
        return self.name
