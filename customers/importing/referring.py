"""Who referred whom: told by a code that may stand anywhere in the file, or in the book."""

from datetime import datetime

from django.utils.translation import gettext as _

from ..models import Customer, ImportFile, ImportRow
from . import values
from .checking import ACCEPTED, batch_of
from .filling import Entry, fill
from .writing import update

LOOKED = ("record", "problems", "outcome")
REFERRED = ("before", "outcome")


def look(file: ImportFile, rows: list[ImportRow], now: datetime):
    """Once all rows are sorted: whose referrer is nobody, and what of known customers would change."""
    batch = batch_of(file, rows)
    codes = {_code(record) for record in batch.records.values() if record.referrer}
    known_rows = {row.code: row.outcome for row in file.rows.with_codes(codes)}
    pending = {}
    for row in rows:
        record = batch.records[row.number]
        if record.referrer:
            pending[row.number] = _referrer(batch, record, known_rows)
            row.record = record.stored()
        row.problems += [problem.stored() for problem in record.problems]
    known = [Entry(row, batch.records[row.number], known=row.customer_id) for row in rows if row.customer_id]
    for one in fill(batch, known, now):
        referrer = pending.get(one.entry.row.number)
        one.entry.row.outcome = one.outcome
        if referrer and referrer != one.customer.referrer_id:
            one.entry.row.outcome = ImportRow.Outcome.UPDATED
    update(rows, LOOKED)


def _code(record):
    return values.folded(record.referrer[1])


def _referrer(batch, record, known_rows) -> int | str | None:
    """The id of the customer, or the code of a row that will be one; else None, with a remark."""
    code = _code(record)
    known = batch.stored.by_code.get(code)
    if code == record.code:
        message = _("Nobody can be referred by themselves.")
    elif known or known_rows.get(code) in ACCEPTED:
        return known.pk if known else code
    elif code in known_rows:
        message = _("The row with this code is not saved.")
    else:
        message = _("There is no customer with this code.")
    record.keep(*record.referrer, message)
    record.referrer = None
    return None


def refer(file: ImportFile, rows: list[ImportRow], now: datetime):
    """Once everybody is in the book: writes down who referred them."""
    codes = {values.folded(row.record["referrer"][1]) for row in rows}
    referrers = dict(Customer.objects.filter(store=file.store, code__in=codes).values_list("code", "pk"))
    locked = Customer.objects.order_by("pk").select_for_update(no_key=True)
    customers = locked.in_bulk([row.customer_id for row in rows])
    changed = []
    for row in rows:
        customer = customers[row.customer_id]
        referrer = referrers.get(values.folded(row.record["referrer"][1]))
        if referrer in {None, customer.pk, customer.referrer_id}:
            continue
        if row.decision == ImportRow.Decision.SAME and customer.referrer_id:
            continue
        written = row.before["customer"]
        written["referrer_id"] = (customer.referrer_id, referrer)
        if not row.before["made"]:
            written.setdefault("updated_at", (customer.updated_at, now))
            written["updated_at"] = (written["updated_at"][0], now)
            customer.updated_at = now
        if row.outcome == ImportRow.Outcome.UNCHANGED:
            row.outcome = ImportRow.Outcome.UPDATED
        customer.referrer_id = referrer
        changed.append(customer)
    update(list({customer.pk: customer for customer in changed}.values()), {"referrer_id", "updated_at"})
    update(rows, REFERRED)
