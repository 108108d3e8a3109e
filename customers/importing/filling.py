"""What a row says, written into a customer and a vehicle in memory: fills and changes, never blanks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from stores.channels import Channel
from stores.models import Store

from ..models import Customer, Vehicle
from ..text import fold
from . import values
from .records import Record
from .stored import Known

SET = 2000
"""So many customers are in memory at once."""
REPLACED = ("kana", "contact_name", "postcode", "address", "born_on", "occupation", "free_days", "payment", "rank_id")


class Outcome(Enum):
    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class Entry:
    """A row that will be saved. `pk` and `outcome` are known once it has been filled in and saved."""

    record: Record
    known: Known | None
    owner_id: int | None = None
    referrer: "Entry | int | None" = None
    outcome: Outcome = Outcome.NEW
    pk: int | None = None


@dataclass(slots=True)
class Filled:
    """The customer and the car as they will be, and the names of what differs from what is stored."""

    entry: Entry
    customer: Customer
    vehicle: Vehicle | None
    changed: set[str]
    vehicle_changed: set[str]


def fill_in_sets(entries: list[Entry], store: Store, now: datetime, *, lock=False) -> Iterator[list[Filled]]:
    """Set after set, so that memory doesn't grow with the file. `lock`: nobody else changes these customers."""
    for start in range(0, len(entries), SET):
        some = entries[start : start + SET]
        customers, cars = _load([entry.known.pk for entry in some if entry.known], lock=lock)
        filled = []
        for entry in some:
            known = entry.known and customers[entry.known.pk]
            customer = known or Customer(store=store, created_at=now, updated_at=now)
            filled.append(_filled(entry, customer, cars.get(customer.pk, []), now))
        yield filled


def _load(pks, *, lock):
    rows, vehicles = Customer.objects.all(), Vehicle.objects.filter(customer__in=pks)
    if lock:
        rows, vehicles = rows.select_for_update(), vehicles.select_for_update()
    customers, cars = rows.in_bulk(pks), {}
    for car in vehicles:
        cars.setdefault(car.customer_id, []).append(car)
    return customers, cars


def _filled(entry, customer, cars, now) -> Filled:
    changed = fill_customer(customer, entry.record, entry.owner_id)
    if isinstance(entry.referrer, Entry):
        changed.add("referrer_id")
    elif entry.referrer:
        changed |= _set(customer, {"referrer_id": entry.referrer})
    vehicle, vehicle_changed = None, set()
    if entry.record.vehicle:
        vehicle, vehicle_changed = find_vehicle(cars, customer, entry.record.vehicle, now)
    if changed or vehicle_changed:
        plates = [car.plate for car in cars]
        if vehicle and vehicle.pk is None:
            plates.append(vehicle.plate)
        changed |= _set(customer, {"search": customer.search_text(plates)})
    if entry.known:
        entry.outcome = Outcome.UPDATED if changed or vehicle_changed else Outcome.UNCHANGED
    return Filled(entry, customer, vehicle, changed, vehicle_changed)


def fill_customer(customer: Customer, record: Record, owner_id: int | None) -> set[str]:
    """The names of what changed.

    Numbers and mails are added, a refused channel is never allowed again, whoever is in charge stays in charge, and
    the note only grows: the file is older than what people wrote here.
    """
    said = record.customer
    wanted = {"name": record.name, **{name: said[name] for name in REPLACED if name in said}}
    wanted["code"] = customer.code or record.code
    if values.is_company(record.name):
        wanted["kind"] = Customer.Kind.COMPANY
    for name in ("phones", "emails"):
        wanted[name] = _added(getattr(customer, name), said.get(name, []))
    if record.no_letters:
        wanted["refused_channels"] = _added(customer.refused_channels, [Channel.LETTER.value], in_front=False)
    if owner_id and customer.owner_id is None:
        wanted["owner_id"] = owner_id
    wanted["note"] = _grown(customer.note, record.notes)
    return _set(customer, wanted)


def find_vehicle(cars: list[Vehicle], customer: Customer, said: dict, now) -> tuple[Vehicle, set[str]]:
    """The customer's car that the row means, or a new one; and what of it changed."""
    car = _same_car(cars, said) or Vehicle(customer=customer, store_id=customer.store_id, created_at=now)
    wanted = {
        name: value
        for name, value in said.items()
        if name not in {"plate", "model", "maker", "chassis_number"} or fold(getattr(car, name)) != fold(value)
    }
    if "delivered_on" in said or "price_yen" in said:
        wanted["bought_here"] = True
    return car, _set(car, wanted)


def _same_car(cars, said):
    """By chassis number, else by plate, else by model where neither says otherwise."""
    number, plate, model = (fold(said.get(name, "")) for name in ("chassis_number", "plate", "model"))
    for car in cars:
        if number and fold(car.chassis_number) == number:
            return car
    candidates = [car for car in cars if not (number and car.chassis_number)]
    for car in candidates:
        if plate and fold(car.plate) == plate:
            return car
    for car in candidates:
        if model and fold(car.model) == model and not (plate and car.plate):
            return car
    return None


def _added(stored, said, *, in_front=True):
    """The same list when nothing is new; what is new is the latest word and stands in front."""
    fresh = [value for value in said if value not in stored]
    return (fresh + stored if in_front else stored + fresh) if fresh else stored


def _grown(note, pieces):
    lines = note.replace("\r\n", "\n")
    missing = []
    for piece in pieces:
        if piece not in lines and piece not in missing:
            missing.append(piece)
    return "\n".join(part for part in (note, *missing) if part) if missing else note


def _set(row, wanted) -> set[str]:
    changed = {name for name, value in wanted.items() if getattr(row, name) != value}
    for name in changed:
        setattr(row, name, wanted[name])
    return changed
