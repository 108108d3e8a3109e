from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stores.access import StoreQuerySet
from stores.models import Store

from .customer import Customer


class VehicleQuerySet(StoreQuerySet):
    def managed(self):
        return self.filter(disposed_on__isnull=True)

    def of_customers(self, customers):
        return self.filter(customer__in=customers).order_by("customer", "pk")

    def with_customer(self):
        return self.select_related("customer__store")


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
        indexes = [models.Index(fields=["chassis_number"], name="vehicle_by_chassis_number")]

    def __str__(self):
        return " ".join(part for part in (self.maker, self.model, self.plate) if part)
