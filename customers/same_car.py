"""The same car standing with two customers who become one: it becomes one, too (REQUIREMENTS C2, C7)."""

from datetime import date

from .models import Vehicle
from .models.vehicle import DUE_DAYS
from .pointing import VERBS
from .text import fold

OWN = frozenset({"id", "store", "customer", "disposed_on"})
"""Of the row, not of the car; of what is disposed of nothing is joined."""
READ = ("mileage_km", "mileage_on")
Pair = tuple[Vehicle, Vehicle]


def same_cars(winner, loser) -> tuple[list[Pair], list[Pair]]:
    """Each (the winner's, the loser's) car: those that both have, by chassis number, else by plate; and the doubtful.

    Doubtful is who has the same plate, but another chassis number: one is a slip of the pen, or the plate went to a
    new car.
    """
    ours, theirs = (list(one.vehicles.managed()) for one in (winner, loser))
    return _pairs(ours, theirs, _is_same), _pairs(ours, theirs, _has_the_plate_of)


def _pairs(ours, theirs, is_same) -> list[Pair]:
    """What is found is taken out of both lists."""
    found = []
    for car in list(ours):
        if same := next((other for other in theirs if is_same(car, other)), None):
            ours.remove(car)
            theirs.remove(same)
            found.append((car, same))
    return found


def _is_same(car, other) -> bool:
    number, others = fold(car.chassis_number), fold(other.chassis_number)
    if number and others:
        return number == others
    return _has_the_plate_of(car, other)


def _has_the_plate_of(car, other) -> bool:
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
