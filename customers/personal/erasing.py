"""A person's data is emptied; what is counted stays, and says no more who it was (REQUIREMENTS H3)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.utils.translation import gettext as _

from stores.models import Notification

from ..models import Customer, Deal, Erasure
from .rules import REPLACED, table_of
from .walk import rows_of


class StillOpen(Exception):
    """Business with them is going on; `deals` are it."""

    def __init__(self, deals):
        super().__init__(deals)
        self.deals = deals


def refuse_while_open(customer: Customer):
    """Raises StillOpen."""
    if deals := list(Deal.objects.open().filter(customer=customer)):
        raise StillOpen(deals)


@transaction.atomic
def redact(customer: Customer, *, by, now, reason="") -> Erasure:
    """Empties every row of the person. Follow-ups and tasks have ended before (`followups.forgetting`).

    Said twice, the second empties what has come since, and is a record of its own.
    """
    Customer.objects.select_for_update().get(pk=customer.pk)
    refuse_while_open(customer)
    rows = rows_of(customer)
    counts = {model._meta.label: len(keys) for model, keys in rows.items()}
    for model, keys in rows.items():
        _empty(model, keys)
    Notification.objects.naming(rows[Customer]).delete()
    Customer.objects.filter(pk__in=rows[Customer], closed_at__isnull=True).update(closed_at=now)
    Customer.objects.filter(pk__in=rows[Customer]).update(updated_at=now)
    for model, keys in rows_of(customer).items():
        if hasattr(model, "pgh_tracked_model"):
            _empty(model, keys)  # emptying has written history, too
    return Erasure.objects.create(
        store_id=customer.store_id, customer_number=customer.pk, by=by, at=now, reason=reason, counts=counts
    )


def _empty(model, keys):
    table = table_of(model)
    some = model._base_manager.filter(pk__in=keys)
    if table.removed:
        some.delete()
        return
    label = getattr(model, "pgh_tracked_model", model)._meta.label
    fields = [one for one in model._meta.local_fields if one.name in table.erased]
    replaced = [one.attname for one in fields if f"{label}.{one.name}" in REPLACED]
    for name in replaced:
        some.exclude(**{name: ""}).update(**{name: _("(erased)")})
    if emptied := {one.attname: _nothing(one) for one in fields if one.attname not in replaced}:
        some.update(**emptied)


def _nothing(field):
    """What a field holds that holds nothing."""
    if field.null:
        return None
    if isinstance(field, ArrayField):
        return []
    if isinstance(field, models.JSONField):
        return type(field.get_default() or {})()
    return b"" if isinstance(field, models.BinaryField) else ""
