"""What a row says, written into a customer and a vehicle in memory: fills and changes, never blanks."""

from stores.channels import Channel

from ..models import Customer, Vehicle
from ..text import fold
from . import values
from .records import Record

REPLACED = ("kana", "contact_name", "postcode", "address", "born_on", "occupation", "free_days", "payment", "rank_id")


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
    car = _same_car(cars, said) or Vehicle(customer=customer, store=customer.store, created_at=now)
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
