"""What left the house: who took which list when (REQUIREMENTS C7, H3). Written once, never changed."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class ExportQuerySet(models.QuerySet):
    def visible_to(self, staff):
        """Managers see what was taken from their stores alone, administrators all."""
        if staff.is_admin:
            return self.all()
        return self.filter(store_ids__contained_by=sorted(staff.managed_store_ids))

    def for_page(self):
        return self.select_related("by").order_by("-at", "-pk")

    def of_person(self, customer_number):
        return self.filter(customer_number=customer_number)


class Export(models.Model):
    """One download. A trigger of the database refuses to change or remove a row (migration 0015).

    `customer_number` is no foreign key: the line stays as it is whatever becomes of the customer.
    """

    class What(models.TextChoices):
        CUSTOMERS = "customers", _("Customers")
        VEHICLES = "vehicles", _("Vehicles")
        DEALS = "deals", _("Deals")
        PERSON = "person", _("Everything about one person")

    class Form(models.TextChoices):
        CP932 = "cp932", _("CSV for Excel (Shift_JIS)")
        UTF8 = "utf8", _("CSV (UTF-8)")
        XLSX = "xlsx", _("Excel (.xlsx)")
        ZIP = "zip", _("ZIP")

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=10, choices=What.choices)
    form = models.CharField(max_length=6, choices=Form.choices)
    asked = models.JSONField(default=list)
    """The filter in words: ["Person in charge: …", …]"""
    rows = models.PositiveIntegerField()
    store_ids = ArrayField(models.BigIntegerField(), default=list)
    customer_number = models.BigIntegerField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_what_display()} {self.rows}"
