"""Who referred whom and who drives whose car: told by a code that may stand anywhere in the file, or in the book."""

from datetime import datetime

from django.utils.translation import gettext as _

from ..models import Customer, ImportFile, ImportRow, Vehicle
from . import values
from .checking import ACCEPTED, batch_of
from .filling import Entry, fill
from .records import Problem
from .writing import update

LOOKED = ("record", "problems", "outcome")
REFERRED = ("before", "outcome")


def look(file: ImportFile, rows: list[ImportRow], now: datetime):
    """Once all rows are sorted: whose referrer or driver is nobody, and what of known customers would change."""
    batch = batch_of(file, rows)
    cells = [cell for one in batch.records.values() for cell in (one.referrer, one.driver) if cell]
    known_rows = {row.code: row.outcome for row in file.rows.with_codes({values.folded(cell[1]) for cell in cells})}
    referrers, drivers = {}, {}
    for row in rows:
        record = batch.records[row.number]
        if record.referrer:
            referrers[row.number] = _referrer(batch, record, known_rows)
        if record.driver:
            drivers[row.number] = _driver(batch, record, known_rows)
        if row.number in referrers or row.number in drivers:
            row.record = record.stored()
        row.problems += [problem.stored() for problem in record.problems]
    known = [Entry(row, batch.records[row.number], known=row.customer_id) for row in rows if row.customer_id]
    for one in fill(batch, known, now):
        row = one.entry.row
        row.outcome = one.outcome
        row.problems += [Problem(row.number, *left_out).stored() for left_out in one.gained.left_out]
        if _differs(referrers.get(row.number), one.customer.referrer_id):
            row.outcome = ImportRow.Outcome.UPDATED
        if one.vehicle and _differs(drivers.get(row.number), one.vehicle.used_by_id):
            row.outcome = ImportRow.Outcome.UPDATED
    update(rows, LOOKED)


def _differs(found, there) -> bool:
    return bool(found) and found != there


def _referrer(batch, record, known_rows) -> int | str | None:
    """The id of the customer, or the code of a row that will be one; else None, with a remark."""
    code = values.folded(record.referrer[1])
    why = _("Nobody can be referred by themselves.") if code == record.code else _why_nobody(batch, code, known_rows)
    if why:
        record.keep(*record.referrer, why)
        record.referrer = None
        return None
    return _found(batch, code)


def _driver(batch, record, known_rows) -> int | str | None:
    """As `_referrer`. Whose car it is drives it unless it is said otherwise: their own code says nothing."""
    code = values.folded(record.driver[1])
    why = "" if code == record.code else _why_nobody(batch, code, known_rows)
    if why or code == record.code:
        if why:
            record.keep(*record.driver, why)
        record.driver = None
        return None
    return _found(batch, code)


def _found(batch, code) -> int | str:
    known = batch.stored.by_code.get(code)
    return known.pk if known else code


def _why_nobody(batch, code, known_rows) -> str:
    """A sentence; empty where somebody has that code, or will have."""
    if code in batch.stored.by_code or known_rows.get(code) in ACCEPTED:
        return ""
    if code in known_rows:
        return _("The row with this code is not saved.")
    return _("There is no customer with this code.")


def refer(file: ImportFile, rows: list[ImportRow], now: datetime):
    """Once everybody is in the book: writes down who referred them, and who drives their car."""
    cells = [cell for row in rows for cell in (row.record["referrer"], row.record.get("driver")) if cell]
    codes = {values.folded(cell[1]) for cell in cells}
    people = dict(Customer.objects.filter(store=file.store, code__in=codes).values_list("code", "pk"))
    locked = Customer.objects.order_by("pk").select_for_update(no_key=True)
    customers = locked.in_bulk([row.customer_id for row in rows])
    told = [row.before["car"]["pk"] for row in rows if row.record.get("driver") and "car" in row.before]
    cars = Vehicle.objects.order_by("pk").select_for_update(no_key=True).in_bulk(told) if told else {}
    changed, changed_cars = {}, {}
    for row in rows:
        customer = customers[row.customer_id]
        is_referred, car = _refer(row, customer, people), _name_driver(row, cars, people)
        if car:
            changed_cars[car.pk] = car
        if is_referred or car:
            changed[customer.pk] = customer
            _stamp(row, customer, now)
    update(list(changed.values()), {"referrer_id", "updated_at"})
    update(list(changed_cars.values()), {"used_by_id"})
    update(rows, REFERRED)


def _refer(row, customer, people) -> bool:
    referrer = people.get(_code(row.record["referrer"]))
    if referrer in {None, customer.pk, customer.referrer_id}:
        return False
    if row.decision == ImportRow.Decision.SAME and customer.referrer_id:
        return False
    row.before["customer"]["referrer_id"] = (customer.referrer_id, referrer)
    customer.referrer_id = referrer
    return True


def _name_driver(row, cars, people) -> Vehicle | None:
    """The car, where somebody else drives it from now on."""
    told = row.before.get("car", {})
    car, driver = cars.get(told.get("pk")), people.get(_code(row.record.get("driver")))
    if car is None or driver in {None, car.customer_id, car.used_by_id}:
        return None
    if row.decision == ImportRow.Decision.SAME and car.used_by_id:
        return None
    told["values"]["used_by_id"] = (car.used_by_id, driver)
    car.used_by_id = driver
    return car


def _code(cell) -> str | None:
    return values.folded(cell[1]) if cell else None


def _stamp(row, customer, now):
    written = row.before["customer"]
    if not row.before["made"]:
        written.setdefault("updated_at", (customer.updated_at, now))
        written["updated_at"] = (written["updated_at"][0], now)
        customer.updated_at = now
    if row.outcome == ImportRow.Outcome.UNCHANGED:
        row.outcome = ImportRow.Outcome.UPDATED
