"""The plan in one transaction, in sets: the same number of statements for a hundred rows as for ten."""

from datetime import datetime

from django.db import transaction

from stores.models import Store

from ..models import Customer, Vehicle
from .checking import Plan, check

BATCH = 2000


def save(data: bytes, store: Store, now: datetime) -> Plan:
    """Check the file again and save its good rows. Raises Unusable.

    One import at a time per store, so that two people with the same file, or one who is impatient, double nothing.
    """
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        plan = check(data, store, now, lock=True)
        _save_customers(plan, now)
        _save_referrers(plan)
        _save_vehicles(plan)
    return plan


def _save_customers(plan, now):
    Customer.objects.bulk_create([entry.customer for entry in plan.new], batch_size=BATCH)
    updated = plan.updated
    for entry in updated:
        entry.customer.updated_at = now
    _write(Customer, [entry.customer for entry in updated], {"updated_at"}.union(*(entry.changed for entry in updated)))


def _save_referrers(plan):
    """Once everybody has a key: those who were referred by somebody of the same file."""
    referred = []
    for entry in plan.entries:
        if entry.referrer is not None and not isinstance(entry.referrer, int):
            entry.customer.referrer_id = entry.referrer.customer.pk
            referred.append(entry.customer)
    _write(Customer, referred, {"referrer_id"})


def _save_vehicles(plan):
    entries = [entry for entry in plan.entries if entry.vehicle_changed]
    fresh = [entry for entry in entries if entry.vehicle.pk is None]
    known = [entry for entry in entries if entry.vehicle.pk]
    for entry in fresh:
        entry.vehicle.customer = entry.customer
    Vehicle.objects.bulk_create([entry.vehicle for entry in fresh], batch_size=BATCH)
    _write(Vehicle, [entry.vehicle for entry in known], set().union(*(entry.vehicle_changed for entry in known)))


def _write(model, rows, names):
    """An upsert of rows that exist: one statement per set, where bulk_update's CASE grows with rows × columns."""
    if rows and names:
        fields = sorted({model._meta.get_field(name.removesuffix("_id")).name for name in names})
        model.objects.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=fields
        )
