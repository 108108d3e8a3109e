"""How long personal data is kept, and what was erased (REQUIREMENTS H3); forgetting is `customers.retention`."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.access import StoreQuerySet
from stores.models import Store


class DataKind(models.TextChoices):
    """Kinds of personal data that are kept for a time of their own."""

    CLOSED_CUSTOMERS = "closed_customers", _("Customers who are closed")
    CARD_PICTURES = "card_pictures", _("Pictures of business cards")
    NOTIFICATIONS = "notifications", _("What people were told in the app")


class RetentionPeriod(models.Model):
    """So many months; none: for ever. A kind without a row is kept as `customers.retention` says."""

    kind = models.CharField(max_length=20, choices=DataKind.choices, unique=True)
    months = models.PositiveSmallIntegerField(
        _("months"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.get_kind_display()


class ErasureQuerySet(StoreQuerySet):
    def of_customer(self, customer):
        return self.filter(customer_number=customer.pk)

    def for_page(self):
        return self.select_related("by", "store").order_by("-at", "-pk")

    def last_of(self, customer):
        """The last time their data was erased; nobody is asked about who is looked after."""
        return self.of_customer(customer).for_page().first() if customer.closed_at else None


class Erasure(models.Model):
    """A person whose data was erased: who did it, when, why. Without a `by` the period was over.

    A trigger of the database refuses to change or remove a row (migration 0019).
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    customer_number = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, db_index=False)
    at = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict)
    """Rows by table, such as {"followups.Contact": 12}."""

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return str(self.customer_number)
