"""Rows and what the store knows → a plan: who is new, who changes, who is there twice, what can't be used."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice

from django.utils import timezone
from django.utils.translation import gettext as _

from stores.models import Store

from ..text import fold
from . import values
from .columns import LOOK_AT_ROWS, Columns, find_columns, known_in
from .filling import Entry, Outcome, fill_in_sets
from .reading import read_rows
from .records import Problem, Reader, Record
from .stored import Colleagues, StoredCustomers, identities_of


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that is not saved because somebody has its code or number already: a row above, or a stored customer."""

    record: Record
    row: int | None
    customer: int | None
    code: str
    name: str
    phones: list[str]


@dataclass(slots=True)
class Plan:
    store: Store
    columns: Columns
    records: list[Record] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        return [problem for record in self.records for problem in record.problems]

    def counts(self) -> dict[str, int]:
        outcomes = Counter(entry.outcome for entry in self.entries)
        return {
            "rows": len(self.records),
            **{outcome.value: outcomes[outcome] for outcome in Outcome},
            "duplicates": len(self.duplicates),
            "refused": sum(record.refused for record in self.records),
        }


def check(data: bytes, store: Store, now: datetime) -> Plan:
    """What saving this file would do. Raises Unusable."""
    plan = compare(data, store, now)
    for _filled in fill_in_sets(plan.entries, store, now):
        pass
    return plan


def compare(data: bytes, store: Store, now: datetime) -> Plan:
    """Who is who: the rows beside each other and beside the store's customers; what of them changes, filling tells."""
    rows = read_rows(data, is_heading=known_in)
    top = list(islice(rows, LOOK_AT_ROWS))
    columns = find_columns(top)
    reader = Reader(columns, timezone.localdate(now))
    plan = Plan(store, columns)
    plan.records = [reader.record(row) for row in chain(top, rows) if row.number > columns.row_number]
    stored = StoredCustomers(store)
    _sort(plan, stored)
    _find_people(plan, stored)
    _look_at_cars(plan, stored)
    return plan


class _Above:
    """The rows that will be saved, as far as one has come down the file."""

    def __init__(self, *, some_without_code):
        self.some_without_code = some_without_code
        self.by_code, self.by_identity, self.by_pk, self.by_phone = {}, {}, {}, {}

    def same_customer(self, record, known) -> Record | None:
        if record.code in self.by_code:
            return self.by_code[record.code]
        if known and known.pk in self.by_pk:
            return self.by_pk[known.pk]
        keys = [] if record.code else identities_of(record)
        return next((self.by_identity[key] for key in keys if key in self.by_identity), None)

    def take(self, record, known):
        if record.code:
            self.by_code[record.code] = record
        if known:
            self.by_pk[known.pk] = record
        self.by_phone.update(dict.fromkeys(record.phones, record))
        if self.some_without_code:
            self.by_identity.update(dict.fromkeys(identities_of(record), record))


def _sort(plan, stored):
    """Each row that isn't refused: an entry, or a duplicate of one above or of a stored customer."""
    above = _Above(some_without_code=not all(record.code for record in plan.records))
    for record in plan.records:
        if record.refused:
            continue
        known = stored.find(record)
        same = above.same_customer(record, known)
        phone, other = ("", None) if same else _same_phone(record, known, stored, above)
        if same:
            heading = plan.columns.heading_for("code", "name", "family_name")
            _not_twice(plan, record, heading, record.code or record.name, same, _("The same customer"))
        elif other:
            heading, text = record.cells_of[phone]
            _not_twice(plan, record, heading, text, other, _("The same phone number"))
        else:
            plan.entries.append(Entry(record, known))
            above.take(record, known)
            if known and fold(known.name) != fold(record.name):
                heading = plan.columns.heading_for("name", "family_name")
                message = _("Until now this customer is called %(name)s.") % {"name": known.name}
                record.complain(heading, record.name, message)


def _same_phone(record, known, stored, above):
    """(number, whose): a number of the row that somebody else has. What the customer has already is no question."""
    for phone in record.phones:
        if known and phone in known.phones:
            continue
        holders = stored.by_phone.get(phone, [])
        other = above.by_phone.get(phone) or next((one for one in holders if one is not known), None)
        if other:
            return phone, other
    return "", None


def _not_twice(plan, record, heading, text, other, what):
    whose = " ".join(part for part in (other.code, other.name) if part)
    if isinstance(other, Record):
        plan.duplicates.append(Duplicate(record, other.row, None, other.code, other.name, other.phones))
        where = _("row %(row)d, %(whose)s") % {"row": other.row, "whose": whose}
    else:
        plan.duplicates.append(Duplicate(record, None, other.pk, other.code, other.name, other.phones))
        where = _("known already, %(whose)s") % {"whose": whose}
    record.complain(heading, text, _("%(what)s: %(where)s. Not saved.") % {"what": what, "where": where})


def _find_people(plan, stored):
    """The colleagues and customers that rows only name: in charge, and referred by; later rows count as well."""
    colleagues = Colleagues(plan.store)
    entries = {id(entry.record): entry for entry in plan.entries}
    by_code = {entry.record.code: entry for entry in plan.entries if entry.record.code}
    codes = {record.code for record in plan.records if record.code}
    for record in plan.records:
        entry = entries.get(id(record)) or Entry(record, None)
        if record.owner:
            heading, text = record.owner
            try:
                entry.owner_id = colleagues.find(text)
            except values.Bad as bad:
                record.keep(heading, text, bad)
        if record.referrer:
            heading, text = record.referrer
            code = values.folded(text)
            known = stored.by_code.get(code)
            if code == record.code:
                record.keep(heading, text, _("Nobody can be referred by themselves."))
            elif code in by_code or known:
                entry.referrer = known.pk if known else by_code[code]
            elif code in codes:
                record.keep(heading, text, _("The row with this code is not saved."))
            else:
                record.keep(heading, text, _("There is no customer with this code."))


def _look_at_cars(plan, stored):
    """A car that somebody else has too is saved, and asked about. Facts about a car that isn't named go to the note."""
    rows = {}
    for entry in plan.entries:
        record, said = entry.record, entry.record.vehicle
        number = said.get("chassis_number")
        if number:
            others = stored.holders.get(fold(number), set()) - {entry.known.pk if entry.known else None}
            heading = plan.columns.heading_for("vehicle.chassis_number")
            if number in rows:
                record.complain(heading, number, _("The same car stands in row %(row)d.") % {"row": rows[number]})
            elif others:
                other = stored.by_pk[min(others)]
                record.complain(heading, number, _("The same car is known as that of %(name)s.") % {"name": other.name})
            rows.setdefault(number, record.row)
        elif said and not (said.get("plate") or said.get("model")):
            for name, value in said.items():
                record.keep(plan.columns.heading_for(f"vehicle.{name}"), str(value), _("The car is not named."))
            said.clear()
