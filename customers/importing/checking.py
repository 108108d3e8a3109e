"""Rows beside the rows above them and beside the store's customers: who is new, who is known, who is there twice."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from ..models import ImportFile, ImportRow
from ..text import alike, fold
from .columns import Columns
from .naming import ACCEPTED
from .parsing import columns_of
from .records import Record
from .stored import Known, StoredCustomers, car_key, holders_of_cars, identities_of

SORTED = ("outcome", "is_double", "decision", "customer_id", "other_customer_id", "other_row", "problems")


@dataclass(slots=True)
class Above:
    """The rows that will be saved, as far as one has come down the file."""

    by_code: dict = field(default_factory=dict)
    by_identity: dict = field(default_factory=dict)
    by_pk: dict = field(default_factory=dict)
    by_phone: dict = field(default_factory=dict)
    by_car: dict = field(default_factory=dict)

    def same_customer(self, record: Record, known: Known | None) -> Record | None:
        if record.code in self.by_code:
            return self.by_code[record.code]
        if known and known.pk in self.by_pk:
            return self.by_pk[known.pk]
        keys = [] if record.code else identities_of(record)
        return next((self.by_identity[key] for key in keys if key in self.by_identity), None)

    def take(self, record: Record, known_pk: int | None, *, by_looks: bool):
        if record.code:
            self.by_code.setdefault(record.code, record)
        if known_pk:
            self.by_pk.setdefault(known_pk, record)
        self.by_phone.update(dict.fromkeys(record.phones, record))
        if by_looks:
            self.by_identity.update(dict.fromkeys(identities_of(record), record))
        if "chassis_number" in record.vehicle:
            self.by_car.setdefault(car_key(record.vehicle["chassis_number"]), record)


@dataclass(slots=True)
class Batch:
    """Rows with what they say, and what of the file and the book may be the same."""

    file: ImportFile
    columns: Columns
    rows: list[ImportRow]
    records: dict[int, Record]
    stored: StoredCustomers
    above: Above
    holders: dict


def batch_of(file: ImportFile, rows: list[ImportRow], *, saving=False) -> Batch:
    """`saving`: the rows above are in the book already, where they are looked for."""
    records = {row.number: Record.of(row) for row in rows}
    good = [record for record in records.values() if not record.refused]
    others = {row.number for row in rows if row.decision == ImportRow.Decision.ANOTHER} if saving else ()
    stored = StoredCustomers(file.store, good, also_by_name=others)
    above = Above()
    if rows and saving:
        for row in file.rows.filter(customer__in=stored.by_pk, number__lt=rows[0].number, outcome__in=ACCEPTED):
            above.by_pk.setdefault(row.customer_id, Record.of(row))
    elif rows:
        without_code = {row.number for row in rows if not records[row.number].code}
        keys = {key for row in rows for key in row.keys if row.number in without_code or not key.startswith("name:")}
        for row in file.rows.above(rows[0].number, keys).filter(outcome__in=ACCEPTED).order_by("number"):
            above.take(Record.of(row), row.customer_id, by_looks=bool(without_code))
    return Batch(file, columns_of(file), rows, records, stored, above, holders_of_cars(file.store, good))


def sort(batch: Batch):
    """Says of each row that isn't refused whether it is new, known, or a duplicate; what changes, looking tells."""
    by_looks = not all(record.code for record in batch.records.values())
    for row in batch.rows:
        row.problems = [problem for problem in row.problems if not problem.get("compared")]
        record = batch.records[row.number]
        if record.refused:
            continue
        known = batch.stored.find(record)
        other = _there_already(batch, record, known)
        row.is_double = other is not None
        row.other_row = other.row if isinstance(other, Record) else None
        row.other_customer_id = other.pk if isinstance(other, Known) else None
        row.customer_id = known.pk if known and other is None else None
        if isinstance(other, Record) and not row.decision and _is_a_further_row(record, other):
            row.decision = ImportRow.Decision.SAME
        if other is None:
            row.outcome = ImportRow.Outcome.UPDATED if known else ImportRow.Outcome.NEW
            _compare_name(batch, record, known)
            _compare_car(batch, record, known)
            batch.above.take(record, row.customer_id, by_looks=by_looks)
        else:
            row.outcome = ImportRow.Outcome.DUPLICATE
        row.problems += [problem.stored() for problem in record.problems]
        record.problems.clear()


def _there_already(batch, record, known) -> Record | Known | None:
    """Who has the row's code, or a number that isn't theirs alone; with a remark."""
    same = batch.above.same_customer(record, known)
    if same and _is_a_further_row(record, same):
        return same
    if same:
        heading = batch.columns.heading_for("code", "name", "family_name")
        _not_twice(record, heading, record.code or record.name, same, _("The same customer"))
        return same
    if whole := batch.stored.whole_of(record):
        _not_twice(record, batch.columns.heading_for("code"), record.code, whole, _("The same customer"))
        return whole
    phone, other = _same_phone(record, known, batch.stored, batch.above)
    if other:
        heading, text = record.cells_of[phone]
        _not_twice(record, heading, text, other, _("The same phone number"))
    return other


def _is_a_further_row(record, above) -> bool:
    """Of the same name, with a car or a deal that the row above has not: one customer in two rows."""
    if record.code != above.code or fold(record.name) != fold(above.name):
        return False
    another_car = record.vehicle and record.vehicle != above.vehicle
    return bool(another_car or (record.deal and record.deal != above.deal))


def _same_phone(record, known, stored, above):
    """(number, whose): a number of the row that somebody else has. What the customer has already is no question."""
    for phone in record.phones:
        if known and phone in known.phones:
            continue
        holders = [one for one in stored.by_phone.get(phone, []) if one is not known]
        other = above.by_phone.get(phone) or next((above.by_pk.get(one.pk, one) for one in holders), None)
        if other:
            return phone, other
    return "", None


def _not_twice(record, heading, text, other, what):
    whose = " ".join(part for part in (other.code, other.name) if part)
    if isinstance(other, Record):
        where = _("row %(row)d, %(whose)s") % {"row": other.row, "whose": whose}
    else:
        where = _("known already, %(whose)s") % {"whose": whose}
    message = _("%(what)s: %(where)s. Not saved.") % {"what": what, "where": where}
    record.complain(heading, text, message, compared=True)


def _compare_name(batch, record, known):
    if known and not alike(known.name, record.name):
        heading = batch.columns.heading_for("name", "family_name")
        message = _("Until now this customer is called %(name)s.") % {"name": known.name}
        record.complain(heading, record.name, message, compared=True)


def _compare_car(batch, record, known):
    """A car that somebody else has too is saved, and asked about."""
    number = record.vehicle.get("chassis_number")
    if not number:
        return
    heading = batch.columns.heading_for("vehicle.chassis_number")
    above = batch.above.by_car.get(car_key(number))
    others = {pk: name for pk, name in batch.holders.get(car_key(number), {}).items() if not known or pk != known.pk}
    if above:
        message = _("The same car stands in row %(row)d.") % {"row": above.row}
        record.complain(heading, number, message, compared=True)
    elif others:
        message = _("The same car is known as that of %(name)s.") % {"name": next(iter(others.values()))}
        record.complain(heading, number, message, compared=True)
