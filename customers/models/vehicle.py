from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stores.access import StoreQuerySet
from stores.models import Store

from ..text import shown_plate
from .customer import Customer

DUE_DAYS = ("inspection_expires_on", "check_due_on", "insurance_expires_on")
"""Days by which somebody should be in touch."""


class VehicleQuerySet(StoreQuerySet):
    def managed(self):
        return self.filter(disposed_on__isnull=True)

    def of_customers(self, customers):
        return self.filter(customer__in=customers).order_by("customer", "pk")

    def with_customer(self):
        return self.select_related("customer__store")

    def driven_or_owned_by(self, customer):
        """Theirs, and those of others that they drive."""
        mine = Q(customer=customer) | Q(used_by=customer, store=customer.store_id)
        return self.filter(mine).select_related("customer", "used_by")

    def held_by(self, staff):
        return self.filter(customer__owner=staff)

    def of_nobody(self):
        return self.filter(customer__owner__isnull=True)

    def of_net_customers(self):
        return self.filter(customer__closed_at__isnull=True)

    def due(self, which: str, *, since=None, before):
        """Whose day of that kind falls from `since` on (without: any time) and before `before`."""
        days = {f"{which}__lt": before}
        return self.filter(**(days | {f"{which}__gte": since} if since else days))

    def by_day(self, which: str):
        return self.order_by(which, "pk")

    def in_kana_order(self):
        """By whose they are; those without kana last."""
        return self.order_by(NullIf("customer__kana", Value("")).asc(), "customer__name", "pk")

    def for_list(self):
        return self.select_related("customer__owner", "customer__rank", "used_by", "store")


class Vehicle(models.Model):
    """A car the dealership looks after (REQUIREMENTS C2)."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="vehicles", verbose_name=_("store"))
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="vehicles", verbose_name=_("customer"))
    maker = models.CharField(_("maker"), max_length=40, blank=True)
    model = models.CharField(_("model"), max_length=60)
    year = models.PositiveSmallIntegerField(_("model year"), null=True, blank=True)
    plate = models.CharField(_("plate"), max_length=30, blank=True)
    chassis_number = models.CharField(_("chassis number"), max_length=30, blank=True)
    mileage_km = models.PositiveIntegerField(_("mileage (km)"), null=True, blank=True)
    mileage_on = models.DateField(_("mileage read on"), null=True, blank=True)
    user_name = models.CharField(_("driven by"), max_length=100, blank=True)
    used_by = models.ForeignKey(
        Customer,
        models.SET_NULL,
        related_name="vehicles_used",
        verbose_name=_("driven by this customer"),
        null=True,
        blank=True,
    )
    first_registered_on = models.DateField(_("first registered"), null=True, blank=True)
    inspection_expires_on = models.DateField(_("inspection expires"), null=True, blank=True)
    check_due_on = models.DateField(_("periodic inspection due"), null=True, blank=True)
    insurance_expires_on = models.DateField(_("insurance expires"), null=True, blank=True)
    bought_here = models.BooleanField(_("bought here"), default=False)
    price_yen = models.PositiveIntegerField(_("price (yen)"), null=True, blank=True)
    delivered_on = models.DateField(_("delivered"), null=True, blank=True)
    disposed_on = models.DateField(_("disposed of"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["chassis_number"], name="vehicle_by_chassis_number"),
            *(
                models.Index(fields=[day, "id"], name=f"vehicle_by_{name}", condition=Q(disposed_on__isnull=True))
                for day, name in zip(DUE_DAYS, ("inspection", "check", "insurance"), strict=True)
            ),
        ]

    def __str__(self):
        return " ".join(part for part in (self.maker, self.model, self.plate) if part)

    @property
    def plate_display(self) -> str:
        """As it stands on the plate: '湘南 500 あ ・・12'."""
        return shown_plate(self.plate)

    @property
    def search_words(self) -> list[str]:
        return [self.plate, self.chassis_number]

    @property
    def driving_customer(self) -> Customer | None:
        """Another customer of the store who drives it."""
        if not self.used_by_id or self.used_by_id == self.customer_id:
            return None
        return self.used_by if self.used_by.store_id == self.store_id else None

    @property
    def driver(self) -> str:
        """Whoever drives it, where that isn't the owner."""
        return str(self.driving_customer or self.user_name)
