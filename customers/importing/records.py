"""One row of the file as one customer: what its cells mean, and what is wrong with them."""

from dataclasses import dataclass, field
from datetime import date, time

from django.utils.translation import gettext as _

from ..models import ImportRow, Rank
from ..text import fold, tidy
from . import beside, convenience, past_deals, values
from .columns import Columns
from .reading import UNREADABLE, Row

PARTS = ("vehicle", "deal")
"""Their fields are named "vehicle.model", and so on."""
LISTS = frozenset({"phones", "emails"})
NAME_PARTS = ("family_name", "given_name")
STORED = (
    *("name", "customer", "vehicle", "deal", "owner", "owner_id", "nobody", "referrer", "no_letters", "cells_of"),
    *("kept", "refused", "driver", "facts", "family", "consents"),
)
POINTING = {"owner": "owner", "referrer": "referrer", "vehicle.used_by": "driver"}
"""Fields of those who are only known by a name or a code here → where the record keeps (heading, cell)."""
KANA_PARTS = ("family_kana", "given_kana")


@dataclass(frozen=True, slots=True)
class Problem:
    row: int
    column: str
    value: str
    message: str
    compared: bool = False
    """Found beside other rows and the book, which is done anew when the list is saved."""

    def told(self) -> dict:
        return {name: getattr(self, name) for name in ("row", "column", "value", "message")}

    def stored(self) -> dict:
        told = {name: getattr(self, name) for name in ("column", "value", "message")}
        return {**told, "compared": True} if self.compared else told


@dataclass(slots=True)
class Record:
    """A row's customer: only what the row says. `kept`: what could not be used, word by word, for the note."""

    row: int
    name: str = ""
    customer: dict = field(default_factory=dict)
    vehicle: dict = field(default_factory=dict)
    deal: dict = field(default_factory=dict)
    owner: tuple[str, str] | None = None
    owner_id: int | None = None
    nobody: str = ""
    """Who is in charge, as written, when it is nobody we know."""
    referrer: tuple[str, str] | None = None
    driver: tuple[str, str] | None = None
    """(heading, cell) of those who are only known by a name or a code here."""
    facts: list[dict] = field(default_factory=list)
    family: list[dict] = field(default_factory=list)
    consents: dict[str, dict] = field(default_factory=dict)
    """Known beside the entry (`beside`), consents by their channel."""
    no_letters: bool = False
    cells_of: dict[str, tuple[str, str]] = field(default_factory=dict)
    """number → (heading, cell) in which it stands"""
    kept: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: bool = False

    @property
    def code(self) -> str:
        return self.customer.get("code", "")

    @property
    def phones(self) -> list[str]:
        return self.customer.get("phones", [])

    @classmethod
    def of(cls, row: ImportRow) -> "Record":
        """As it was parsed before; problems are the row's."""
        said = {"deal": {}, "facts": [], "family": [], "consents": {}, **row.record}
        several = (*said["facts"], *said["family"], *said["consents"].values())
        for part in (said["customer"], said["vehicle"], said["deal"], *several):
            part.update({name: date.fromisoformat(text) for name, text in part.items() if name.endswith("_on")})
        if hours := said["customer"].get("convenient_hours"):
            said["customer"]["convenient_hours"] = [time.fromisoformat(text) for text in hours]
        for name in ("owner", "referrer", "driver"):
            said[name] = tuple(said[name]) if said.get(name) else None
        said["cells_of"] = {number: tuple(cell) for number, cell in said["cells_of"].items()}
        return cls(row.number, **said)

    def stored(self) -> dict:
        return {name: getattr(self, name) for name in STORED}

    def complain(self, heading, text, message, *, compared=False):
        self.problems.append(Problem(self.row, heading, text, str(message), compared))

    def keep(self, heading, text, message):
        """A value that is left out, listed and kept in the note."""
        self.complain(heading, text, message)
        self.kept.append(f"{heading}: {tidy(text)}")

    def refuse(self, heading, text, message):
        self.complain(heading, text, message)
        self.refused = True

    @property
    def notes(self) -> list[str]:
        """What the note must hold: the file's own, then what could not be used."""
        return [*self.customer.get("note", []), *self.kept]


class Reader:
    """Makes a record of each row. `today`: no birthday and no mileage is later; ranks are read once."""

    def __init__(self, columns: Columns, today: date):
        self.columns = columns
        self.beside = beside.Gathering(columns, today)
        self.ranks = {fold(rank.code): rank.pk for rank in Rank.objects.all()}
        self.parsers = {
            "code": values.code,
            "name": tidy,
            "kana": values.kana,
            **dict.fromkeys(NAME_PARTS, values.line(50)),
            **dict.fromkeys(KANA_PARTS, values.kana),
            "kind": values.kind,
            "contact_name": values.line(60),
            "contact_phone": values.phone,
            "representative": values.line(60),
            "website": values.line(200),
            "line_id": values.line(60),
            "postcode": values.postcode,
            "address": values.line(200),
            "phones": values.phones,
            "emails": values.emails,
            "born_on": values.day_until(today),
            "occupation": values.line(60),
            "free_days": values.line(60),
            "convenient_weekdays": convenience.weekdays,
            "convenient_hours": convenience.hours,
            "refused_channels": convenience.channels,
            "rank_id": self._rank,
            "payment": values.payment,
            "letters": values.yes_or_no,
            "vehicle.maker": values.word(40),
            "vehicle.model": values.word(60),
            "vehicle.plate": values.plate,
            "vehicle.chassis_number": values.chassis_number,
            "vehicle.user_name": values.line(100),
            "vehicle.mileage_on": values.day_until(today),
            "vehicle.year": values.year,
            "vehicle.mileage_km": values.kilometres,
            "vehicle.first_registered_on": values.day_or_month,
            "vehicle.inspection_expires_on": values.day,
            "vehicle.insurance_expires_on": values.day,
            "vehicle.check_due_on": values.day,
            "vehicle.bought_here": values.yes_or_no,
            "vehicle.disposed_on": values.day,
            "vehicle.delivered_on": values.day,
            "vehicle.price_yen": values.yen,
            **past_deals.parsers(),
        }

    def record(self, row: Row) -> Record:
        record = Record(row.number)
        if len(row.cells) not in self.columns.widths:
            shown = " ".join(tidy(cell) for cell in row.cells if cell.strip())[:80]
            wanted = len(self.columns.headings)
            message = _("%(found)d cells instead of %(wanted)d.") % {"found": len(row.cells), "wanted": wanted}
            record.refuse("", shown, message)
            return record
        family = {}
        found = self._parse(row, record, family)
        self._gather(found, record)
        self.beside.settle(record, family)
        self._decide(record)
        return record

    def _parse(self, row, record, family) -> dict:
        """{field: values in the order of the columns}; what makes no sense goes to the record."""
        found = {}
        for index, heading, name in self.columns.fields:
            text = row.cells[index]
            if not text or values.is_blank(text):
                continue
            if UNREADABLE in text:
                record.keep(heading, text, _("Some letters cannot be read."))
            elif name == "note":
                found.setdefault(name, []).append("\n".join(part.rstrip() for part in text.strip().splitlines()))
            elif name in POINTING:
                setattr(record, POINTING[name], (heading, text))
            elif name.partition(".")[0] in beside.PARTS:
                self.beside.read(record, family, index, heading, name, text)
            else:
                try:
                    value = self.parsers[name](text)
                except values.Bad as bad:
                    record.keep(heading, text, bad)
                else:
                    found.setdefault(name, []).extend(value if name in LISTS else [value])
                    if name == "phones":
                        record.cells_of |= {number: (heading, tidy(text)) for number in value}
        return found

    def _gather(self, found, record):
        for names, whole in ((NAME_PARTS, "name"), (KANA_PARTS, "kana")):
            parts = [part for name in names for part in found.pop(name, [])]
            if parts:
                found.setdefault(whole, [" ".join(parts)])
        if "address" in found:
            found["address"] = [tidy(" ".join(found["address"]))]
        for name, limit in (("name", 100), ("kana", 100), ("address", 200)):
            if name in found:
                found[name] = [self._shortened(record, name, found[name][0], limit)]
        record.no_letters = not all(found.pop("letters", [True]))
        record.name = found.pop("name", [""])[0]
        for name, listed in found.items():
            part, _dot, rest = name.partition(".")
            if part in PARTS:
                getattr(record, part)[rest] = listed[0]
            elif name in LISTS:
                record.customer[name] = list(dict.fromkeys(listed))
            else:
                record.customer[name] = listed if name == "note" else listed[0]
        if len({heading for heading, _text in record.cells_of.values()}) > 1:
            record.customer["phones"].sort(key=lambda number: not number.startswith(("090", "080", "070", "060")))

    def _shortened(self, record, name, text, limit):
        if len(text) > limit:
            heading = self.columns.heading_for(name, *(NAME_PARTS if name == "name" else KANA_PARTS))
            record.keep(heading, text, _("Longer than %(limit)d characters.") % {"limit": limit})
        return text[:limit]

    def _decide(self, record):
        """Only a row without a name or without any way to reach the person is refused (and one with missing cells)."""
        heading = self.columns.heading_for
        if not record.name:
            record.refuse(heading("name", *NAME_PARTS), "", _("There is no name."))
        if not any(record.customer.get(name) for name in ("phones", "emails", "address")):
            record.refuse(heading("phones", "emails", "address"), "", _("No phone number, mail or address is given."))

    def _rank(self, text):
        try:
            return self.ranks[fold(text)]
        except KeyError:
            raise values.Bad(_("There is no such rank.")) from None
