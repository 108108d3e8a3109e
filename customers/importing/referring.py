"""Who referred whom and who drives whose car: somebody who may stand anywhere in the file, or in the book."""

from datetime import datetime

from django.utils.translation import gettext as _

from stores.locks import one_at_a_time

from ..models import Customer, ImportFile, ImportRow, Vehicle
from ..referrals import REFERRERS, senders_above
from . import values
from .checking import batch_of
from .circles import closing
from .filling import Entry, fill, grown
from .naming import ACCEPTED, People, node
from .records import Problem, Record
from .writing import update

PARTED = ("record", "problems")
LOOKED = (*PARTED, "outcome")
REFERRED = ("before", "outcome", "problems")
SHOWN_OF_A_CIRCLE = 4


def part_circles(file: ImportFile):
    """Once all rows are sorted: of those who would have sent each other the last row names nobody, with a remark.

    Asked once for the whole list; what somebody enters until it is saved, `refer` looks at.
    """
    naming = list(file.rows.filter(outcome__in=ACCEPTED).naming_senders())
    people = People(file, [cell[1] for _number, _pk, cell in naming])
    said = {}
    for number, pk, cell in naming:
        who, sender = pk or node(number), people.find(cell[1])
        if sender and sender.comes_in and sender.who != who:  # of the rest `look` says what is wrong
            said[number] = (who, sender.who)
    known = {one for pair in said.values() for one in pair if isinstance(one, int)}
    found = closing(said, senders_above(known)) if said else {}
    rows = list(file.rows.numbered(found)) if found else []
    for row in rows:
        record = Record.of(row)
        record.keep(*record.referrer, _circle(file, found[row.number]))
        record.referrer = None
        row.record = record.stored()
        row.problems += [problem.stored() for problem in record.problems]
    update(rows, PARTED)


def _circle(file, people) -> str:
    """Who was sent by whom, until it is the first again; nobody of another store is named."""
    some = people[:SHOWN_OF_A_CIRCLE]
    pks = [one for one in some if isinstance(one, int)]
    here = Customer.objects.in_store(file.store).in_bulk(pks)
    words = {pk: f"{here[pk].code} {here[pk].name}" if pk in here else _("A customer of another store") for pk in pks}
    rows = file.rows.numbered([int(one.split()[1]) for one in some if one not in words])
    words |= {node(row.number): f"{row.code} {row.name}" for row in rows}
    shown = [words[one].strip() for one in some]
    way = [*shown, *(["…"] if len(people) > len(some) else []), shown[0]]
    message = _("Who sent them leads back to themselves: %(circle)s. Nobody is taken over.")
    return message % {"circle": " ← ".join(way)}


def look(file: ImportFile, rows: list[ImportRow], now: datetime):
    """Once all rows are sorted: whose referrer or driver is nobody, and what of known customers would change."""
    batch = batch_of(file, rows)
    cells = [cell[1] for one in batch.records.values() for cell in (one.referrer, one.driver) if cell]
    people = People(file, cells)
    referrers, drivers = {}, {}
    for row in rows:
        record = batch.records[row.number]
        if record.referrer:
            referrers[row.number] = _referrer(row, record, people)
        if record.driver:
            drivers[row.number] = _driver(row, record, people)
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


def _referrer(row, record, people) -> int | str | None:
    """The id of the customer, or the row that will be one; else None, with a remark."""
    found = people.find(record.referrer[1])
    why = _why_nobody(found)
    if _is_of_the_row(record.referrer, row, record, found):
        why = _("Nobody can be referred by themselves.")
    if why:
        record.keep(*record.referrer, why)
        record.referrer = None
        return None
    return found.who


def _driver(row, record, people) -> int | str | None:
    """As `_referrer`. Whose car it is drives it unless it is said otherwise: their own code says nothing."""
    found = people.find(record.driver[1])
    is_own = _is_of_the_row(record.driver, row, record, found)
    if why := "" if is_own else _why_nobody(found):
        record.keep(*record.driver, why)
    if why or is_own:
        record.driver = None
        return None
    return found.who


def _is_of_the_row(cell, row, record, found) -> bool:
    themselves = {row.customer_id or node(row.number), node(row.number)}
    return values.folded(cell[1]) == record.code or bool(found and found.who in themselves)


def _why_nobody(found) -> str:
    """A sentence; empty where it is somebody, or will be."""
    if found and found.comes_in:
        return ""
    return _("The row with this code is not saved.") if found else _("There is no customer with this code.")


def refer(file: ImportFile, rows: list[ImportRow], now: datetime):
    """Once everybody is in the book: writes down who referred them, and who drives their car."""
    one_at_a_time(REFERRERS)
    cells = [cell for row in rows for cell in (row.record["referrer"], row.record.get("driver")) if cell]
    people = People(file, [cell[1] for cell in cells])
    locked = Customer.objects.order_by("pk").select_for_update(no_key=True)
    customers = locked.in_bulk([row.customer_id for row in rows])
    told = [row.before["car"]["pk"] for row in rows if row.record.get("driver") and "car" in row.before]
    cars = Vehicle.objects.order_by("pk").select_for_update(no_key=True).in_bulk(told) if told else {}
    senders = {row.number: sender for row in rows if (sender := _sender(row, customers[row.customer_id], people))}
    said = {row.number: (row.customer_id, senders[row.number]) for row in rows if row.number in senders}
    circles = closing(said, senders_above({pk for pair in said.values() for pk in pair})) if said else {}
    changed, changed_cars = {}, {}
    for row in rows:
        customer = customers[row.customer_id]
        if row.number in circles:
            _leave_out(row, customer, _circle(file, circles[row.number]))
        elif row.number in senders:
            _write(row, customer, "referrer_id", senders[row.number])
        car = _name_driver(row, cars, people)
        if car:
            changed_cars[car.pk] = car
        if row.number in senders or car:
            changed[customer.pk] = customer
            _stamp(row, customer, now)
    update(list(changed.values()), {"referrer_id", "note", "updated_at"})
    update(list(changed_cars.values()), {"used_by_id"})
    update(rows, REFERRED)


def _sender(row, customer, people) -> int | None:
    """Who has sent them, where that is news."""
    sender = _pk(people, row.record["referrer"])
    if sender in {None, customer.pk, customer.referrer_id}:
        return None
    return None if row.decision == ImportRow.Decision.SAME and customer.referrer_id else sender


def _leave_out(row, customer, why):
    """Somebody has entered the rest of a circle since the list was looked at."""
    heading, text = row.record["referrer"]
    record = Record(row.number)
    record.keep(heading, text, why)
    row.problems += [problem.stored() for problem in record.problems]
    _write(row, customer, "note", grown(customer.note, record.kept))


def _write(row, customer, name, value):
    was = row.before["customer"].get(name, (getattr(customer, name), None))[0]
    row.before["customer"][name] = (was, value)
    setattr(customer, name, value)


def _name_driver(row, cars, people) -> Vehicle | None:
    """The car, where somebody else drives it from now on."""
    told = row.before.get("car", {})
    car, driver = cars.get(told.get("pk")), _pk(people, row.record.get("driver"))
    if car is None or driver in {None, car.customer_id, car.used_by_id}:
        return None
    if row.decision == ImportRow.Decision.SAME and car.used_by_id:
        return None
    told["values"]["used_by_id"] = (car.used_by_id, driver)
    car.used_by_id = driver
    return car


def _pk(people, cell) -> int | None:
    """Of somebody in the book."""
    found = people.find(cell[1]) if cell else None
    return found.who if found and isinstance(found.who, int) else None


def _stamp(row, customer, now):
    written = row.before["customer"]
    if not row.before["made"]:
        written.setdefault("updated_at", (customer.updated_at, now))
        written["updated_at"] = (written["updated_at"][0], now)
        customer.updated_at = now
    if row.outcome == ImportRow.Outcome.UNCHANGED:
        row.outcome = ImportRow.Outcome.UPDATED
