"""Bytes as an office's program wrote them → rows of cells, numbered as Excel numbers them."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_COLUMNS = 200
MAX_LINES_OF_A_CELL = 60
"""A quotation mark that is still open after so many lines was never meant to open a cell."""
DELIMITERS = (",", "\t", ";")
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


BROKEN = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError),
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
)
"""What openpyxl raises on workbooks that are encrypted, damaged, or hold no sheet of cells."""


class Unusable(Exception):
    """Nothing can be done with this file; the message is for the person who chose it."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: list[str]


def read_rows(data: bytes, *, is_heading) -> Iterator[Row]:
    """Every row that isn't blank; a record with line breaks inside a cell is one row. Raises Unusable.

    `is_heading(cells)`: how many columns of a first row are known, which tells the separator.
    """
    if not data.strip():
        raise Unusable(_("The file is empty."))
    refuse_large(len(data))
    if data.startswith(OLD_EXCEL):
        raise Unusable(_("This is a file of an old Excel (.xls). Please save it as .xlsx or as CSV."))
    records = _of_workbook(data) if data.startswith(ZIP) else _of_text(_lines(data), is_heading)
    count = 0
    for number, cells in enumerate(records, start=1):
        if any(cell.strip() for cell in cells):
            count += 1
            if count > MAX_ROWS:
                raise Unusable(_("The file has more than %(rows)d rows. Please split it.") % {"rows": MAX_ROWS})
            yield Row(number, cells)
    if not count:
        raise Unusable(_("The file is empty."))


def refuse_large(size: int):
    """Raises Unusable for more bytes than we take."""
    if size > MAX_BYTES:
        megabytes = MAX_BYTES // 1024**2
        raise Unusable(_("The file is larger than %(megabytes)d MB. Please split it.") % {"megabytes": megabytes})


def _lines(data) -> list[str]:
    """Physical lines with their ends. A line may be in another encoding than its neighbours."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _without_controls(io.StringIO(_decoded(data, "utf-16"), newline="").readlines())
    if b"\0" in data:
        raise Unusable(_("This is not a text file. Please choose the list saved as CSV."))
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = _decoded(data, "utf-8")
    if text is not None:
        lines = io.StringIO(text, newline="").readlines()
    else:
        lines = [_line(line) for line in data.splitlines(keepends=True)]
    return _without_controls(lines)


def _without_controls(lines):
    return [line.translate(CONTROLS) for line in lines]


def _line(line: bytes) -> str:
    """UTF-8 when it is Japanese as such, else CP932, else with a sign for what can't be read.

    CP932 by chance is valid UTF-8 only in scraps without kanji or kana.
    """
    text = _decoded(line, "utf-8")
    if text is not None and (text.isascii() or any("\u3040" <= char <= "\u9fff" for char in text)):
        return text
    text = _decoded(line, "cp932")
    if text is not None:
        return text
    guesses = [line.decode(encoding, errors="replace") for encoding in ("cp932", "utf-8")]
    return min(guesses, key=lambda guess: guess.count(UNREADABLE))


def _decoded(data, encoding):
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise Unusable(_("This is not a text file. Please choose the list saved as CSV.")) from None
        return None


def _of_text(lines, is_heading):
    return _records(lines, max(DELIMITERS, key=lambda delimiter: _known(lines, delimiter, is_heading)))


def _known(lines, delimiter, is_heading):
    first = zip(range(10), _records(lines, delimiter), strict=False)
    return max((is_heading(cells) for _number, cells in first), default=0)


class _OpenQuoteError(Exception):
    pass


class _Lines:
    """Lines for one record after another; no record may go on and on, nor be cut off by the end of the file."""

    def __init__(self, lines):
        self.lines, self.at, self.began = lines, 0, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.at == len(self.lines) or self.at - self.began > MAX_LINES_OF_A_CELL:
            raise _OpenQuoteError
        self.at += 1
        return self.lines[self.at - 1]


def _records(lines, delimiter):
    """The cells of each record. Where a quotation mark isn't meant as one, its line is taken as it stands."""
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter)
    width = 0
    while source.at < len(lines):
        source.began = source.at
        try:
            cells = next(reader)
        except (_OpenQuoteError, csv.Error):
            cells = None
        if cells is None or (source.at - source.began > 1 and len(cells) != width):
            plain = [cell.strip('"') for cell in lines[source.began].rstrip("\r\n").split(delimiter)]
            if cells is None or len(plain) == width:
                cells, source.at = plain, source.began + 1
                reader = csv.reader(source, delimiter=delimiter)
        width = max(width, len(cells))
        yield cells


def _of_workbook(data):
    """The first sheet of a workbook; what formulas gave when it was saved."""
    unusable = Unusable(_("This Excel file cannot be read. Please save it as CSV."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED_BYTES:
                raise unusable
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True, max_row=MAX_ROWS * 2)
        records = [[_text(value) for value in cells[:MAX_COLUMNS]] for cells in rows]
    except BROKEN:
        raise unusable from None
    width = max((len(cells) for cells in records), default=0)
    return [cells + [""] * (width - len(cells)) for cells in records]


def _text(value) -> str:
    match value:
        case None:
            return ""
        case datetime() | date():
            return f"{value:%Y/%m/%d}"
        case time():
            return f"{value:%H:%M}"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value).replace("_x000D_", "").translate(CONTROLS)
