"""The plan in one transaction, in sets: the same number of statements for a hundred rows as for ten."""

from datetime import datetime

from django.db import transaction

from stores.models import Store

from ..models import Customer, Vehicle
from .checking import Plan, compare
from .filling import Entry, Outcome, fill_in_sets


def save(data: bytes, store: Store, now: datetime) -> Plan:
    """Check the file again and save its good rows. Raises Unusable.

    One import at a time per store, so that two people with the same file, or one who is impatient, double nothing.
    """
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        plan = compare(data, store, now)
        for filled in fill_in_sets(plan.entries, store, now, lock=True):
            _save_customers(filled, now)
            _save_vehicles(filled)
            for one in filled:
                one.entry.pk = one.customer.pk
        _save_referrers(plan)
    return plan


def _save_customers(filled, now):
    Customer.objects.bulk_create([one.customer for one in filled if one.entry.outcome is Outcome.NEW])
    updated = [one for one in filled if one.entry.outcome is Outcome.UPDATED]
    for one in updated:
        one.customer.updated_at = now
    _write([one.customer for one in updated], {"updated_at"}.union(*(one.changed for one in updated)))


def _save_vehicles(filled):
    changed = [one for one in filled if one.vehicle_changed]
    fresh = [one for one in changed if one.vehicle.pk is None]
    known = [one for one in changed if one.vehicle.pk]
    for one in fresh:
        one.vehicle.customer = one.customer
    Vehicle.objects.bulk_create([one.vehicle for one in fresh])
    _write([one.vehicle for one in known], set().union(*(one.vehicle_changed for one in known)))


def _save_referrers(plan):
    """Once everybody has a key: those who were referred by somebody of the same file."""
    referred = [entry for entry in plan.entries if isinstance(entry.referrer, Entry)]
    rows = [Customer(pk=entry.pk, referrer_id=entry.referrer.pk) for entry in referred]
    Customer.objects.bulk_update(rows, ["referrer"], batch_size=2000)


def _write(rows, names):
    """An upsert of rows that exist: one statement, where bulk_update's CASE grows with rows × columns."""
    if rows:
        model = type(rows[0])
        fields = sorted({model._meta.get_field(name.removesuffix("_id")).name for name in names})
        model.objects.bulk_create(rows, update_conflicts=True, unique_fields=["pk"], update_fields=fields)
