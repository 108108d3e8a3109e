"""The same car standing with two customers who become one: it becomes one, too (REQUIREMENTS C2, C7)."""

from datetime import date

from .models import Vehicle
from .models.vehicle import DUE_DAYS
from .pointing import VERBS
from .text import fold

OWN = frozenset({"id", "store", "customer", "disposed_on"})
"""Of the row, not of the car; of what is disposed of nothing is joined."""
READ = ("mileage_km", "mileage_on")


def same_cars(winner, loser) -> list[tuple[Vehicle, Vehicle]]:
    """(the winner's, the loser's) of each car that both have, by chassis number, else by plate."""
    theirs, found = list(loser.vehicles.managed()), []
    for car in winner.vehicles.managed():
        same = next((other for other in theirs if _is_same(car, other)), None)
        if same:
            theirs.remove(same)
            found.append((car, same))
    return found


def _is_same(car, other) -> bool:
    number, others = fold(car.chassis_number), fold(other.chassis_number)
    if number and others:
        return number == others
    return bool(car.plate) and fold(car.plate) == fold(other.plate)


def join(kept: Vehicle, gone: Vehicle, *, by, now):
    """What pointed at `gone` points at `kept`, which says what only `gone` said; `gone` is no more.

    Rows that point at them are locked, and kept as they were, by whoever calls (`merging.merge`).
    """
    for verbs in VERBS:
        verbs.join(kept, gone, by, now)
    for relation in Vehicle._meta.related_objects:
        relation.related_model._base_manager.filter(**{relation.field.name: gone.pk}).update(
            **{relation.field.name: kept.pk}
        )
    Vehicle.objects.filter(pk=kept.pk).update(**_united(kept, gone))
    Vehicle.objects.filter(pk=gone.pk).delete()


def _united(kept, gone) -> dict:
    """By field: the latest day of those that move on, the latest mileage, else what `kept` says."""
    values = {}
    for field in Vehicle._meta.concrete_fields:
        if field.name not in OWN and field.name not in READ:
            values[field.attname] = getattr(kept, field.attname) or getattr(gone, field.attname)
    for name in DUE_DAYS:
        values[name] = max(filter(None, (getattr(one, name) for one in (kept, gone))), default=None)
    latest = max(kept, gone, key=lambda car: (car.mileage_on or date.min, car.mileage_km or 0))
    values |= {name: getattr(latest, name) for name in READ}
    return values | {"created_at": min(kept.created_at, gone.created_at)}
