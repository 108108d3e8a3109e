"""Who is meant by a cell that names somebody else: by a code, else by name and number, as lists out write it."""

import re
from dataclasses import dataclass

from django.db.models import Q

from ..models import Customer, ImportFile, ImportRow
from ..text import display_phone, fold, normalise_email, normalise_phone
from . import values
from .stored import identities, whole_pk, with_codes, with_phones

NAME_AND_REACH = re.compile(r"(?P<name>.*\S)\s+(?P<reach>\S+@\S+|\+?\d[\d\s()-]+)")
ACCEPTED = (ImportRow.Outcome.NEW, ImportRow.Outcome.UPDATED, ImportRow.Outcome.UNCHANGED)


def written(one: Customer) -> str:
    """As `People` finds them again; empty for whom nothing tells from others of their name."""
    reach = display_phone(one.phones[0]) if one.phones else next(iter(one.emails), "")
    return one.code or (f"{one.name} {reach}" if reach else "")


def node(row: int) -> str:
    """A row that will be somebody, beside the ids of those in the book."""
    return f"row {row}"


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody of the book, or a row of the list; `comes_in`: whether that will be somebody."""

    who: int | str
    comes_in: bool = True


class People:
    """Those whom these cells mean, found for all of them at once. Who was merged is who they have become part of."""

    def __init__(self, file: ImportFile, cells):
        self.found: dict[str, Found] = {}
        codes = {values.folded(text) for text in cells}
        if not codes:
            return
        for code, pk, merged_into in with_codes(file.store, codes).values_list("code", "pk", "merged_into"):
            self.found[code] = Found(pk if merged_into is None else whole_pk(merged_into))
        self._add_rows(file.rows.with_codes(codes - self.found.keys()), lambda row: [row.code])
        reached = {text: who for text in codes - self.found.keys() if (who := _name_and_reach(text))}
        if reached:
            self._add_reached(file, reached)

    def find(self, text: str) -> Found | None:
        return self.found.get(values.folded(text))

    def _add_rows(self, rows, keys_of):
        """Of rows with the same key one that comes in counts, else the first."""
        for row in sorted(rows.light(), key=lambda row: (row.outcome not in ACCEPTED, row.number)):
            for key in keys_of(row):
                self.found.setdefault(key, Found(row.customer_id or node(row.number), row.outcome in ACCEPTED))

    def _add_reached(self, file, reached):
        reaches = {reach for _name, reach in reached.values()}
        mails = [reach for reach in reaches if "@" in reach]
        net = Customer.objects.in_store(file.store).filter(merged_into=None).order_by("pk")
        by_who: dict[tuple, Found] = {}
        for one in net.filter(with_phones(reaches - {*mails}) | Q(emails__overlap=mails)):
            for who in identities(one.name, one.phones, one.emails, ""):
                by_who.setdefault(who, Found(one.pk))
        self._add_rows(
            file.rows.with_keys([f"{'email' if '@' in reach else 'phone'}:{reach}" for reach in reaches]),
            lambda row: identities(row.name, row.phones, row.record["customer"].get("emails", []), ""),
        )
        for text, who in reached.items():
            if found := by_who.get(who) or self.found.get(who):
                self.found[text] = found


def _name_and_reach(text) -> tuple[str, str] | None:
    match = NAME_AND_REACH.fullmatch(text)
    if not match:
        return None
    try:
        reach = match["reach"]
        return fold(match["name"]), normalise_email(reach) if "@" in reach else normalise_phone(reach)
    except ValueError:
        return None
