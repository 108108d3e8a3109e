"""What a row says, written into a customer and a vehicle in memory: fills and changes, never blanks."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from stores.channels import Channel

from ..models import Customer, Deal, ImportRow, Vehicle
from ..text import alike, fold, in_shift_jis, is_left_of, tidy
from . import gaining, values
from .checking import Batch
from .gaining import Beside, Gained
from .past_deals import find_deal
from .records import Record

REPLACED = (
    *("kana", "contact_name", "postcode", "address", "born_on", "occupation", "free_days", "payment", "rank_id"),
    *("kind", "convenient_weekdays", "contact_phone", "representative", "website", "line_id"),
)

Changes = dict[str, tuple]
"""{attribute: (what it was, what it is)}"""


@dataclass(slots=True)
class Entry:
    """A row that will be saved: as a new customer, or into `known`, or into that of row `same_as` of the batch.

    `only_gains`: a person said that it is somebody we know; what is known of them stays, what differs goes to the note.
    """

    row: ImportRow
    record: Record
    known: int | None = None
    same_as: int | None = None
    only_gains: bool = False


@dataclass(slots=True)
class Filled:
    """The customer and the car as they will be, and what of them differs from what is stored."""

    entry: Entry
    customer: Customer
    is_new: bool
    changed: Changes
    vehicle: Vehicle | None
    vehicle_is_new: bool
    vehicle_changed: Changes
    deal: Deal | None = None
    deal_is_new: bool = False
    deal_changed: Changes = dataclasses.field(default_factory=dict)
    gained: Gained = dataclasses.field(default_factory=Gained)

    @property
    def outcome(self) -> ImportRow.Outcome:
        if self.is_new:
            return ImportRow.Outcome.NEW
        changed = self.changed or self.vehicle_changed or self.deal_changed or self.gained
        return ImportRow.Outcome.UPDATED if changed else ImportRow.Outcome.UNCHANGED


def fill(batch: Batch, entries: list[Entry], now: datetime, *, lock=False) -> list[Filled]:
    """Row after row. `lock`: nobody else changes these customers until the transaction ends."""
    customers, cars = _load([entry.known for entry in entries if entry.known], lock=lock)
    deals = _load_deals([entry.known for entry in entries if entry.known and entry.record.deal], customers, lock=lock)
    beside = gaining.load(entries, customers, now)
    filled: dict[int, Filled] = {}
    for entry in entries:
        if entry.same_as:
            customer = filled[entry.same_as].customer
        elif entry.known:
            customer = customers[entry.known]
        else:
            customer = Customer(store=batch.file.store, created_at=now, updated_at=now)
        is_new = not (entry.same_as or entry.known)
        known = beside.setdefault(id(customer), Beside())
        one = _filled(batch, entry, customer, is_new, cars.setdefault(id(customer), []), known, now)
        if entry.record.deal:
            _fill_deal(one, deals.setdefault(id(customer), []), now)
        filled[entry.row.number] = one
    return list(filled.values())


def _load(pks, *, lock):
    rows = Customer.objects.order_by("pk").select_related("owner").prefetch_related("family")
    vehicles = Vehicle.objects.filter(customer__in=pks).select_related("used_by").order_by("pk")
    if lock:
        rows, vehicles = (found.select_for_update(no_key=True, of=("self",)) for found in (rows, vehicles))
    customers, cars = rows.in_bulk(pks), {}
    for car in vehicles:
        cars.setdefault(id(customers[car.customer_id]), []).append(car)
    return customers, cars


def _load_deals(pks, customers, *, lock) -> dict[int, list[Deal]]:
    rows = Deal.objects.filter(customer__in=pks).order_by("pk")
    deals = {}
    for deal in (rows.select_for_update(no_key=True) if lock else rows) if pks else ():
        deals.setdefault(id(customers[deal.customer_id]), []).append(deal)
    return deals


def _fill_deal(one: Filled, deals, now):
    one.deal, one.deal_changed = find_deal(deals, one.customer, one.entry.record, one.vehicle, now)
    one.deal_is_new = all(one.deal is not deal for deal in deals)
    if one.deal_is_new:
        deals.append(one.deal)


def _filled(batch, entry, customer, is_new, cars, known, now) -> Filled:
    record, only_gains = entry.record, entry.only_gains
    before = _kept_words(batch, entry, customer) if only_gains else []
    left_out = _held_rank(batch, entry, customer) if known.is_held else []
    refused = gaining.newly_refused(record, known)
    further = {"further_notes": before, "refused": refused, "keeps_rank": known.is_held}
    changed = fill_customer(customer, record, only_gains=only_gains, **further)
    gained = gaining.gain(customer, record, known, refused=refused, by_id=batch.file.confirmed_by_id, now=now)
    gained.left_out += left_out
    vehicle, vehicle_is_new, vehicle_changed = None, False, {}
    if record.vehicle:
        vehicle, vehicle_changed = find_vehicle(cars, customer, record.vehicle, now, only_gains=only_gains)
        vehicle_is_new = all(vehicle is not car for car in cars)
        if vehicle_is_new:
            gained.left_out += _same_plate(batch, entry, cars)
            cars.append(vehicle)
    if changed or vehicle_changed or gained.is_of_family:
        words = [word for car in cars for word in car.search_words]
        changed |= _set(customer, {"search": customer.search_text(words, known.family_words)})
    return Filled(entry, customer, is_new, changed, vehicle, vehicle_is_new, vehicle_changed, gained=gained)


def _same_plate(batch, entry, cars) -> list[tuple[str, str, str]]:
    """A car of a plate that another car of theirs has: one of the two numbers may be a slip of the pen."""
    plate = fold(entry.record.vehicle.get("plate", ""))
    same = next((car for car in cars if plate and fold(car.plate) == plate and not car.disposed_on), None)
    if same is None:
        return []
    words = _("Another car of theirs has this plate, with the chassis number %(number)s. Both are kept: please look.")
    heading = batch.columns.heading_for("vehicle.plate")
    return [(heading, entry.record.vehicle["plate"], words % {"number": same.chassis_number})]


def _held_rank(batch, entry, customer) -> list[tuple[str, str, str]]:
    """What a list says of a rank that somebody has set by hand."""
    for index, heading, name in batch.columns.fields:
        said = entry.record.customer.get("rank_id")
        if name == "rank_id" and said and said != customer.rank_id and not entry.only_gains:
            return [(heading, tidy(entry.row.cells[index]), _("The rank was set by hand: it stays."))]
    return []


def _kept_words(batch, entry, customer) -> list[str]:
    """What the row says otherwise than we know it, word by word: nothing is lost, and nothing is overwritten."""
    said = {"name": entry.record.name, **entry.record.customer}
    differing = [
        name
        for name in ("name", "code", *REPLACED)
        if said.get(name) and getattr(customer, name) and not _same(getattr(customer, name), said[name])
    ]
    parts = {"name": ("name", "family_name", "given_name"), "kana": ("kana", "family_kana", "given_kana")}
    words = []
    for name in differing:
        for index, heading, field in batch.columns.fields:
            if field in parts.get(name, (name,)) and index < len(entry.row.cells) and entry.row.cells[index].strip():
                words.append(f"{heading}: {tidy(entry.row.cells[index])}")
    return words


def _same(stored, said):
    return alike(stored, said) if isinstance(stored, str) else stored == said


def fill_customer(
    customer: Customer, record: Record, *, only_gains=False, further_notes=(), refused=(), keeps_rank=False
) -> Changes:
    """What changed.

    Numbers and mails are added, a refused channel is never allowed again, whoever is in charge stays in charge, and
    the note only grows: the file is older than what people wrote here.
    """
    said = record.customer
    wanted = {"name": record.name, **{name: said[name] for name in REPLACED if name in said}}
    wanted["code"] = customer.code or record.code
    if "kind" not in said and values.is_company(record.name):
        wanted["kind"] = Customer.Kind.COMPANY
    if "convenient_hours" in said:
        wanted["convenient_from"], wanted["convenient_until"] = said["convenient_hours"]
    if only_gains:
        wanted = {name: value for name, value in wanted.items() if name != "kind" and not getattr(customer, name)}
    for name in ("phones", "emails"):
        wanted[name] = _added(getattr(customer, name), said.get(name, []), in_front=not only_gains)
    if keeps_rank:
        wanted.pop("rank_id", None)
    no_letters = [Channel.LETTER.value] if record.no_letters else []
    if refused := list(dict.fromkeys([*said.get("refused_channels", []), *no_letters, *refused])):
        wanted["refused_channels"] = _added(customer.refused_channels, refused, in_front=False)
    if record.owner_id and customer.owner_id is None:
        wanted["owner_id"] = record.owner_id
    wanted["note"] = grown(customer.note, [*_news(customer, record), *further_notes])
    return _set(
        customer, {name: value for name, value in wanted.items() if not _is_lossy(getattr(customer, name), value)}
    )


def _is_lossy(stored, value) -> bool:
    """Letters that the list had no room for we go on knowing."""
    return isinstance(value, str) and is_left_of(stored, value)


def _news(customer, record) -> list[str]:
    """What the note must hold. Who is in charge already, though they have left, is no news."""
    heading, text = record.owner or ("", "")
    is_known = text and customer.owner_id and alike(customer.owner.name, text)
    return [piece for piece in record.notes if not (is_known and piece == f"{heading}: {tidy(text)}")]


def find_vehicle(cars, customer: Customer, said: dict, now, *, only_gains=False) -> tuple[Vehicle, Changes]:
    """The customer's car that the row means, or a new one; and what of it changed."""
    car = _same_car(cars, said) or Vehicle(customer=customer, store_id=customer.store_id, created_at=now)
    wanted = {
        name: value
        for name, value in said.items()
        if not isinstance(value, str) or not alike(getattr(car, name), value)
    }
    if car.used_by_id and alike(car.used_by.name, wanted.get("user_name", "")):
        wanted.pop("user_name", None)
    if only_gains:
        wanted = {name: value for name, value in wanted.items() if not getattr(car, name)}
    if "bought_here" not in said and ("delivered_on" in said or "price_yen" in said):
        wanted["bought_here"] = True
    return car, _set(car, wanted)


def _same_car(cars, said):
    """By chassis number, else by plate, else by model where neither says otherwise."""
    number, plate = (fold(said.get(name, "")) for name in ("chassis_number", "plate"))
    model = said.get("model", "")
    for car in cars:
        if number and fold(car.chassis_number) == number:
            return car
    candidates = [car for car in cars if not (number and car.chassis_number)]
    for car in candidates:
        if plate and fold(car.plate) == plate:
            return car
    for car in candidates:
        if model and alike(car.model, model) and not (plate and car.plate):
            return car
    return None


def _added(stored, said, *, in_front=True):
    """The same list when nothing is new; what is new is the latest word and stands in front."""
    fresh = [value for value in said if value not in stored]
    return (fresh + stored if in_front else stored + fresh) if fresh else stored


def grown(note: str, pieces) -> str:
    """The note with what it does not say yet."""
    lines = "\n".join(line.rstrip() for line in note.splitlines())  # as a cell of the file is read
    printed = in_shift_jis(lines).decode("cp932")
    missing = []
    for piece in pieces:
        if piece not in lines and piece not in printed and piece not in missing:
            missing.append(piece)
    return "\n".join(part for part in (note, *missing) if part) if missing else note


def _set(row, wanted) -> Changes:
    changed = {name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value}
    for name, (_was, value) in changed.items():
        setattr(row, name, value)
    return changed
