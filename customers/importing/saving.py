"""Some rows into the book, in sets: the same number of statements for a thousand rows as for ten."""

from datetime import datetime

from ..models import ImportFile, ImportRow, Rank, RankChange
from . import gaining
from .checking import SORTED, Batch, batch_of, sort
from .filling import Entry, Filled, fill
from .writing import insert, update

SAVED = (*SORTED, "before")


def save(file: ImportFile, rows: list[ImportRow], now: datetime):
    """Saves the good rows. They are compared with the book once more: it has changed since the list was checked.

    The caller holds the store's lock, so that two people with the same list double nothing.
    """
    decided = {row.number: (row.decision, row.other_row, row.other_customer_id) for row in rows}
    batch = batch_of(file, rows, saving=True)
    sort(batch)
    entries = [entry for row in rows if (entry := _entry(batch, row, decided[row.number]))]
    filled = fill(batch, entries, now, lock=True)
    _save_customers(filled, now)
    _save_vehicles(filled)
    _save_deals(filled)
    gaining.insert_gained([one.gained for one in filled])
    ranked = _keep_rank_changes(filled, file, now)
    for one in filled:
        row = one.entry.row
        row.outcome, row.customer_id, row.before = one.outcome, one.customer.pk, _before(one, ranked)
    update(rows, SAVED)


def _entry(batch: Batch, row, decided) -> Entry | None:
    """What will be saved of the row; nothing when it was left out, or is there already and nobody said otherwise."""
    record = batch.records[row.number]
    decision, *other = decided
    if record.refused:
        return None
    if not row.is_double:
        if decision == ImportRow.Decision.SKIP:
            row.outcome = ImportRow.Outcome.DUPLICATE
            return None
        return Entry(row, record, known=row.customer_id)
    if other != [row.other_row, row.other_customer_id]:
        row.decision = ImportRow.Decision.NONE  # it was about somebody else
    if row.decision == ImportRow.Decision.SAME:
        return _into_the_other(batch, row, record)
    if row.decision == ImportRow.Decision.ANOTHER:
        return _as_another(batch, row, record)
    return None


def _into_the_other(batch, row, record):
    _give_up_taken_code(batch, row, record)
    if row.other_row is None:
        return Entry(row, record, known=row.other_customer_id, only_gains=True)
    if row.other_row in batch.records:
        above = next(one for one in batch.rows if one.number == row.other_row)
        if above.customer_id is None:
            return Entry(row, record, same_as=row.other_row, only_gains=True)
    else:
        above = batch.file.rows.get(number=row.other_row)
    return Entry(row, record, known=above.customer_id, only_gains=True)


def _as_another(batch, row, record):
    """Somebody new, unless they have come in already, by another copy of the same list."""
    known = batch.stored.by_looks(record, but=row.other_customer_id)
    if known and known.pk not in batch.above.by_pk:
        _give_up_taken_code(batch, row, record)
        return Entry(row, record, known=known.pk, only_gains=True)
    _give_up_taken_code(batch, row, record)
    return Entry(row, record)


def _give_up_taken_code(batch, row, record):
    """A code is somebody's only once: where another has it, it goes to the note."""
    if not record.code:
        return
    stored, above = batch.stored.by_code.get(record.code), batch.above.by_code.get(record.code)
    if not stored and not above:
        batch.above.by_code[record.code] = record
        return
    further_up = stored and batch.above.by_pk.get(stored.pk)  # in the book by now, as a row of this list
    holders = {stored and stored.pk, above and above.row, further_up and further_up.row} - {None}
    if row.decision != ImportRow.Decision.SAME or holders.isdisjoint({row.other_customer_id, row.other_row}):
        record.kept.append(f"{batch.columns.heading_for('code')}: {record.code}")
    del record.customer["code"]


def _save_customers(filled: list[Filled], now):
    insert([one.customer for one in filled if one.is_new])
    updated = [one for one in filled if one.outcome is ImportRow.Outcome.UPDATED]
    for one in updated:
        if not one.entry.same_as:
            one.changed["updated_at"] = (one.customer.updated_at, now)
    for one in updated:
        one.customer.updated_at = now
    names = set().union(*(one.changed for one in updated))
    update(list({one.customer.pk: one.customer for one in updated}.values()), names)


def _save_vehicles(filled: list[Filled]):
    fresh = [one.vehicle for one in filled if one.vehicle_is_new]
    for vehicle in fresh:
        vehicle.customer = vehicle.customer  # whose key is known by now
    insert(fresh)
    known = [one for one in filled if one.vehicle_changed and not one.vehicle_is_new]
    names = set().union(*(one.vehicle_changed for one in known))
    update(list({one.vehicle.pk: one.vehicle for one in known}.values()), names)


def _save_deals(filled: list[Filled]):
    fresh = [one.deal for one in filled if one.deal_is_new]
    for deal in fresh:
        deal.customer, deal.vehicle = deal.customer, deal.vehicle  # whose keys are known by now
    insert(fresh)
    known = [one for one in filled if one.deal_changed and not one.deal_is_new]
    names = set().union(*(one.deal_changed for one in known))
    update(list({one.deal.pk: one.deal for one in known}.values()), names)


def _keep_rank_changes(filled: list[Filled], file, now) -> dict[int, int]:
    """The history of ranks knows it as any other change; {number of the row: key of the change}."""
    ranked = [one for one in filled if "rank_id" in one.changed]
    codes = dict(Rank.objects.values_list("pk", "code")) if ranked else {}
    made = {}
    for one in ranked:
        was, became = one.changed["rank_id"]
        made[one.entry.row.number] = RankChange(
            customer=one.customer, before=codes.get(was, ""), after=codes.get(became, ""),
            reason=RankChange.Reason.IMPORTED, note=file.name[:200], by_id=file.confirmed_by_id, at=now,
        )  # fmt: skip
    insert(list(made.values()))
    return {number: change.pk for number, change in made.items()}


def _before(one: Filled, ranked: dict[int, int]) -> dict:
    """What undoing needs to know (`undoing`)."""
    told = {"made": one.is_new, "customer": one.changed}
    if one.gained:
        told["beside"] = gaining.told(one.gained)
    if change := ranked.get(one.entry.row.number):
        told["rank_change"] = change
    if one.vehicle_changed or one.vehicle_is_new or (one.vehicle and one.entry.record.driver):
        told["car"] = {"pk": one.vehicle.pk, "made": one.vehicle_is_new, "values": one.vehicle_changed}
    if one.deal_changed or one.deal_is_new:
        told["deal"] = {"pk": one.deal.pk, "made": one.deal_is_new, "values": one.deal_changed}
    return told
