from hashlib import sha256

from django.conf import settings
from django.db import models

from stores.access import StoreQuerySet
from stores.models import Store


class ImportColumnsQuerySet(StoreQuerySet):
    def of(self, store, headings):
        """What people of the store have said of a list with these headings, in this order; None when nobody has."""
        found = self.filter(store=store, headings_key=ImportColumns.key_of(headings))
        return found.select_related("saved_by").first()


class ImportColumns(models.Model):
    """What each column of an office's list is, as a person said: proposed when these headings come again."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    headings_key = models.CharField(max_length=64)
    fields = models.JSONField()
    """One for each column; "": not taken over."""
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    saved_at = models.DateTimeField()

    objects = ImportColumnsQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["store", "headings_key"], name="import_columns_once_per_headings")
        ]

    def __str__(self):
        return self.headings_key

    @staticmethod
    def key_of(headings: list[str]) -> str:
        return sha256("\n".join(headings).encode()).hexdigest()

    @classmethod
    def keep(cls, store, headings, fields, *, by, now):
        """The last word stands."""
        cls.objects.update_or_create(
            store=store,
            headings_key=cls.key_of(headings),
            defaults={"fields": fields, "saved_by": by, "saved_at": now},
        )
