"""The rows that were refused, as a file to mend in Excel and bring in again (REQUIREMENTS C7).

The cells stand as they came; in front of them the reason, which reading the file again passes over. In front, because
a row with too few or too many cells is refused for just that.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from .columns import REASON_HEADINGS, field_of, heading_of
from .formulas import guarded

MOST_IN_A_WORKBOOK = 5000
"""Making a workbook of more would keep a web process busy for seconds; as CSV they come at once."""
TEXT = "@"


@dataclass(frozen=True, slots=True)
class Refused:
    cells: list[str]
    reasons: list[str]


def headings(found: list[str], fields: dict[int, str]) -> list[str]:
    """The file's headings, so that reading it again takes each column for what a person said it is.

    `fields`: by index, the field a column was read as; what isn't in it was left alone.
    """
    return [_heading(heading, fields.get(index)) for index, heading in enumerate(found)]


def _heading(heading, field):
    if field_of(heading) == field:
        return heading
    return heading_of(field) if field else f"× {heading}"


def csv_of(found: list[str], rows: Iterable[Refused]) -> bytes:
    """As Japanese Excel opens it by a double click: CP932, or UTF-8 with its mark where a letter needs it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for cells in _lines(found, rows):
        writer.writerow([guarded(cell) for cell in cells])
    try:
        return text.getvalue().encode("cp932")
    except UnicodeEncodeError:
        return text.getvalue().encode("utf-8-sig")


def xlsx_of(found: list[str], rows: Iterable[Refused]) -> bytes:
    """Every cell is text: no formula begins, and no number loses the zero in front of it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Rows to mend"))
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 40
    for cells in _lines(found, rows):
        sheet.append([_text_cell(sheet, cell) for cell in cells])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _lines(found, rows):
    japanese, english = REASON_HEADINGS
    yield [japanese if (get_language() or "ja").startswith("ja") else english, *found]
    for row in rows:
        yield [" ".join(row.reasons), *row.cells]


def _text_cell(sheet, text):
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.number_format = TEXT
    return cell
