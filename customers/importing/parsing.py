"""Some rows of a file, each for itself: what its cells mean, who is in charge, by what it can be recognised."""

from datetime import date

from django.utils.translation import gettext as _

from ..models import ImportFile, ImportRow
from ..text import fold, tidy
from . import past_deals, values
from .columns import Columns
from .reading import Row
from .records import Reader, Record
from .stored import Colleagues, car_key

PARSED = ("record", "keys", "problems", "outcome", "is_double", "customer_id", "other_customer_id", "other_row")


def columns_of(file: ImportFile) -> Columns:
    """As they were recognised, or as a person has corrected them."""
    headings = [column["heading"] for column in file.columns]
    fields = [(index, column["heading"], column["field"]) for index, column in enumerate(file.columns)]
    filled = max((index for index, heading in enumerate(headings, start=1) if heading), default=0)
    known = [one for one in fields if one[2]]
    return Columns(file.heading_row, headings, known, frozenset({filled, len(headings)}))


def parse(file: ImportFile, rows: list[ImportRow], today: date):
    """Fills in what each row says. `today`: no birthday is later."""
    columns = columns_of(file)
    reader, colleagues = Reader(columns, today), Colleagues(file.store, file.people)
    for row in rows:
        record = reader.record(Row(row.number, row.cells))
        _find_owner(record, colleagues)
        _name_the_car(record, columns)
        past_deals.complete(record, columns, colleagues)
        row.record, row.keys = record.stored(), keys_of(record)
        row.problems = [problem.stored() for problem in record.problems]
        row.outcome = ImportRow.Outcome.REFUSED if record.refused else ImportRow.Outcome.NONE
        row.is_double, row.customer_id, row.other_customer_id, row.other_row = False, None, None, None


def keys_of(record: Record) -> list[str]:
    """Code, numbers, mails, name and car, for rows that may be the same, or name them."""
    keys = [f"phone:{phone}" for phone in record.phones]
    keys += [f"email:{address}" for address in record.customer.get("emails", [])]
    if record.code:
        keys.append(f"code:{record.code}")
    if record.name:
        keys.append(f"name:{fold(record.name)}")
    if "chassis_number" in record.vehicle:
        keys.append(f"car:{car_key(record.vehicle['chassis_number'])}")
    return keys


def _find_owner(record, colleagues):
    if record.owner:
        heading, text = record.owner
        try:
            record.owner_id = colleagues.find(text)
        except values.Bad as bad:
            record.keep(heading, text, bad)
            record.nobody = tidy(text)
        else:
            if record.owner_id is None:
                record.kept.append(f"{heading}: {tidy(text)}")


def _name_the_car(record, columns):
    """Facts about a car that isn't named go to the note."""
    said = record.vehicle
    if said.get("chassis_number") or said.get("plate") or said.get("model"):
        return
    for name, value in said.items():
        record.keep(columns.heading_for(f"vehicle.{name}"), str(value), _("The car is not named."))
    said.clear()
    if record.driver:
        record.keep(*record.driver, _("The car is not named."))
        record.driver = None
