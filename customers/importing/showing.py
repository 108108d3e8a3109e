"""What the pages of an import show: figures, samples of columns, doubles side by side, the rows to mend."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Customer, ImportFile, ImportRow
from ..text import display_phone, fold, tidy
from .columns import REASON_HEADINGS
from .fields import label
from .refused import MOST_IN_A_WORKBOOK, Refused
from .refused import headings as headings_of
from .report import COUNTS, words

SAMPLE_ROWS, SAMPLES = 60, 3
LONGEST_SAMPLE = 40
SHOWN = ("kana", "code", "phones", "emails", "postcode", "address", "born_on")
"""What tells two customers of nearly the same name apart, in the order it is read."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A count that filters the rows below it; `rows`: the value of ?rows= that does."""

    rows: str
    label: str
    count: int


def figures(file: ImportFile) -> list[Figure]:
    told, said = file.report, {name: words(name) for name in COUNTS}
    if file.state == ImportFile.State.CHECKED:
        said["duplicates"] = _("there already or twice")  # what becomes of them is decided now
    return [Figure(name if name != "rows" else "all", said[name], told.get(name, 0)) for name in COUNTS]


def remarks(file: ImportFile) -> Figure:
    """How much is said about cells that could not be used, or that one should look at."""
    count = sum(count for _column, count in file.report.get("problem_columns", []))
    return Figure("remarks", _("remarks"), count)


def counted(file: ImportFile) -> dict:
    """What every page that shows counts shows of them."""
    is_checked = file.state == ImportFile.State.CHECKED
    decided = file.rows.decisions() if is_checked else []
    return {
        "file": file,
        "told": file.report,
        "figures": [*figures(file), *([remarks(file)] if is_checked else [])],
        "to_save": to_save(file, decided),
        "seen": file.fingerprint(decided) if is_checked else "",
        "number_to_mend": number_to_mend(file),
        "as_workbook": number_to_mend(file) <= MOST_IN_A_WORKBOOK,
    }


def to_save(file: ImportFile, decided: list[tuple[int, str]]) -> int:
    """How many customers confirming would make or change, doubles counted as they were decided."""
    chosen = [decision for _number, decision in decided]
    others = chosen.count(ImportRow.Decision.ANOTHER)
    if ImportRow.Decision.SAME in chosen:
        others += file.rows.others_meant()
    return file.report.get("new", 0) + file.report.get("updated", 0) + others


def number_to_mend(file: ImportFile) -> int:
    """Rows that cannot be used and, once the list is saved, doubles that nobody decided: neither came in."""
    left = file.report.get("undecided", 0) if file.state == ImportFile.State.SAVED else 0
    return file.report.get("refused", 0) + left


@dataclass(frozen=True, slots=True)
class Column:
    index: int
    heading: str
    field: str
    samples: list[str]


def columns(file: ImportFile) -> list[Column]:
    """Every column that a person may choose a field for, with a few different cells."""
    rows = list(file.rows.light().order_by("number")[:SAMPLE_ROWS])
    return [
        Column(index, one["heading"], one["field"], _samples(rows, index))
        for index, one in enumerate(file.columns)
        if one["heading"] not in REASON_HEADINGS
    ]


def _samples(rows, index):
    cells = (tidy(row.cells[index]) for row in rows if index < len(row.cells))
    return list(dict.fromkeys(cell[:LONGEST_SAMPLE] for cell in cells if cell))[:SAMPLES]


def taken(file: ImportFile) -> list[tuple[str, str]]:
    """(heading, what it is taken for) of the columns that are taken over."""
    return [(one["heading"], label(one["field"])) for one in file.columns if one["field"]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the list as a line to read."""

    row: ImportRow
    name: str
    facts: str
    remarks: list[dict]


def shown(rows, about="") -> list[Shown]:
    """`about`: only the remarks on this column. Of a row without a name one sees its first cells."""
    return [_shown(row, about) for row in rows]


def _shown(row, about):
    facts = _facts_of_row(row)
    return Shown(
        row,
        row.name or " ".join(filter(None, map(tidy, row.cells)))[:LONGEST_SAMPLE],
        "、".join(facts[name] for name in ("phones", "car") if facts[name]),
        [one for one in row.problems if not about or one["column"] == about],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of both, side by side."""

    label: str
    mine: str
    theirs: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Double:
    """A row beside who has its code or number already. `other` is None when they are gone or in another store now."""

    file: ImportFile
    row: ImportRow
    other: Customer | ImportRow | None
    lines: list[Line]

    @property
    def other_is_row(self) -> bool:
        return isinstance(self.other, ImportRow)

    @property
    def known(self) -> Customer | None:
        """Who it matches, in the book; of a row above whoever that row made."""
        found = self.other.customer if self.other_is_row else self.other
        return found if found and found.store_id == self.file.store_id else None


def doubles(file: ImportFile, rows: list[ImportRow]) -> list[Double]:
    """Beside each of these rows the other one, in two queries however many there are."""
    others = file.rows.light().numbered({row.other_row for row in rows} - {None}).select_related("customer")
    above = {row.number: row for row in others}
    return [_double(file, row, _other(file, row, above)) for row in rows]


def _other(file, row, above):
    if row.other_row is not None:
        return above.get(row.other_row)
    other = row.other_customer
    return other if other and other.store_id == file.store_id else None


def _double(file, row, other):
    mine = _facts_of_row(row)
    theirs = _facts_of_row(other) if isinstance(other, ImportRow) else _facts_of(other) if other else {}
    names = dict.fromkeys([*mine, *theirs])
    lines = [Line(_label(one), mine.get(one, ""), theirs.get(one, ""), _differ(mine, theirs, one)) for one in names]
    return Double(file, row, other, [line for line in lines if line.mine or line.theirs])


def _label(name):
    return _("Car") if name == "car" else label(name)


def _differ(mine, theirs, name):
    """An empty cell says nothing, so it doesn't differ."""
    one, two = mine.get(name, ""), theirs.get(name, "")
    return bool(one and two) and fold(one) != fold(two)


def _facts_of_row(row) -> dict[str, str]:
    said, car = row.record.get("customer", {}), row.record.get("vehicle", {})
    facts = {"name": row.name, **{name: _text(name, said.get(name)) for name in SHOWN}}
    return facts | {"car": " ".join(str(car[name]) for name in ("model", "plate") if car.get(name))}


def _facts_of(customer) -> dict[str, str]:
    facts = {"name": customer.name, **{name: _text(name, getattr(customer, name)) for name in SHOWN}}
    cars = [" ".join(part for part in (car.model, car.plate) if part) for car in customer.vehicles.all()]
    return facts | {"car": "、".join(cars)}


def _text(name, value) -> str:
    if not value:
        return ""
    if name == "phones":
        return "、".join(display_phone(number) for number in value)
    if name == "emails":
        return "、".join(value)
    if name == "born_on":
        day = value if isinstance(value, date) else parse_date(value)
        return date_format(day, "Y/n/j") if day else str(value)
    return str(value)


def rows_to_mend(file: ImportFile) -> tuple[list[str], Iterator[Refused]]:
    """The headings, and the rows that did not come in, as they came and why; one after the other, however many."""
    fields = {index: one["field"] for index, one in enumerate(file.columns) if one["field"]}
    kept = [index for index, one in enumerate(file.columns) if one["heading"] not in REASON_HEADINGS]
    names = headings_of([one["heading"] for one in file.columns], fields)
    rows = file.rows.refused()
    if file.state == ImportFile.State.SAVED:
        rows = rows | file.rows.undecided()
    rows = rows.order_by("number").iterator()
    return [names[index] for index in kept], (_to_mend(row, names, kept) for row in rows)


def _to_mend(row, names, kept) -> Refused:
    """Without the reason of the time before, when the file was mended once already."""
    ours = set(range(len(names))) - set(kept)
    cells = [cell for index, cell in enumerate(row.cells) if index not in ours]
    return Refused(cells, [_reason(problem) for problem in row.problems])


def _reason(problem):
    return f"{problem['column']}: {problem['message']}" if problem["column"] else problem["message"]
