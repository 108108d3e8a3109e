"""Every row that is a person's, in whatever table: by the keys that lead to them, not by a list of tables."""

from django.db import models

from ..models import Customer
from .rules import table_of


def rows_of(customer: Customer) -> dict[type[models.Model], set]:
    """{table: keys}, the customer's own first; whoever was merged into them is them."""
    found = {Customer: {customer.pk}}
    fresh = {Customer: {customer.pk}}
    while fresh:
        further: dict[type[models.Model], set] = {}
        for model, keys in fresh.items():
            for relation in _belonging(model):
                pointing = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": keys})
                new = set(pointing.values_list("pk", flat=True)) - found.get(relation.related_model, set())
                if new:
                    further.setdefault(relation.related_model, set()).update(new)
        for model, keys in further.items():
            found.setdefault(model, set()).update(keys)
        fresh = further
    return found


def _belonging(model):
    """Keys of other tables by which their rows are part of this one's: those that go with it, and those named."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        table = table_of(relation.related_model)
        if table is None:
            continue
        goes_along = relation.on_delete is models.CASCADE and relation.related_model is not Customer
        is_history = relation.on_delete is models.DO_NOTHING and relation.field.name == "pgh_obj"
        if goes_along or is_history or relation.field.name in table.belongs_by:
            yield relation
