"""Bytes as an office's program wrote them → rows of cells, numbered as Excel numbers them."""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from . import workbook
from .formulas import bare

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_LINES = 1_000_000
MAX_COLUMNS = 500
SMALL_BYTES = 400_000
SMALL_UNPACKED_BYTES = 4_000_000
MAX_LINES_OF_A_CELL = 60
"""A quotation mark that is still open after so many lines was never meant to open a cell."""
WIDE_AS = 20
DELIMITERS = (",", "\t", ";")
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
JIS = b"\x1b$"
EUC_KANA = (b"\xa4", b"\xa5")
KANA = re.compile("[ぁ-んァ-ヶ]")
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
LOCKED = "EncryptedPackage".encode("utf-16-le")
"""A part of the container that Excel puts a workbook with a password into."""


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
    refuse_at_once(data)
    records = _of_workbook(data) if data.startswith(ZIP) else _of_text(_lines(data), is_heading)
    count = 0
    for number, cells in records:
        if any(cell.strip() for cell in cells):
            count += 1
            if count > MAX_ROWS:
                raise _too_many_rows()
            yield Row(number, [bare(cell) for cell in cells])
    if not count:
        raise Unusable(_("The file is empty."))


def refuse_at_once(data: bytes):
    """Raises Unusable for what can be told without reading it."""
    refuse_large(len(data))
    if not data.strip():
        raise Unusable(_("The file is empty."))
    if data.startswith(OLD_EXCEL):
        if LOCKED in data:
            raise Unusable(_("This Excel file is locked by a password. Please save it without one."))
        raise Unusable(_("This is a file of an old Excel (.xls). Please save it as .xlsx or as CSV."))
    if data.startswith(ZIP):
        return
    if b"\0" in data and not data.startswith(UTF_16):
        raise Unusable(_("This is not a text file. Please choose the list saved as CSV."))
    if data.count(b"\n") + data.count(b"\r") > 2 * MAX_LINES:
        raise _too_many_rows()


def is_small(data: bytes) -> bool:
    """Whether it is read in no time; of what is packed, by what it says of itself."""
    if len(data) > SMALL_BYTES:
        return False
    return not data.startswith(ZIP) or workbook.unpacked_size(data) <= SMALL_UNPACKED_BYTES


def _too_many_rows():
    return Unusable(_("The file has more than %(rows)d rows. Please split it.") % {"rows": MAX_ROWS})


def refuse_large(size: int):
    """Raises Unusable for more bytes than we take."""
    if size > MAX_BYTES:
        megabytes = MAX_BYTES // 1024**2
        raise Unusable(_("The file is larger than %(megabytes)d MB. Please split it.") % {"megabytes": megabytes})


def _lines(data) -> list[str]:
    """Physical lines with their ends. A line may be in another encoding than its neighbours."""
    if data.startswith(UTF_16):
        return _without_controls(io.StringIO(_decoded(data, "utf-16"), newline="").readlines())
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = _decoded(data, "iso2022_jp" if JIS in data else "utf-8")
    if text is None and any(map(_is_euc, data.splitlines())):
        text = _decoded(data, "euc_jp")
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
    text = _decoded(line, "euc_jp" if _is_euc(line) else "cp932")
    if text is not None:
        return text
    guesses = [line.decode(encoding, errors="replace") for encoding in ("cp932", "utf-8")]
    return min(guesses, key=lambda guess: guess.count(UNREADABLE))


def _is_euc(line: bytes) -> bool:
    """As old machines under Unix write it. Its kana are half-width signs in CP932, whose kana and kanji it lacks."""
    if not any(lead in line for lead in EUC_KANA):
        return False
    text, other = _decoded(line, "euc_jp"), _decoded(line, "cp932") or ""
    return text is not None and len(KANA.findall(text)) > 1 and not KANA.search(other)


def _decoded(data, encoding):
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise Unusable(_("This is not a text file. Please choose the list saved as CSV.")) from None
        return None


def _of_text(lines, is_heading):
    delimiter = max(DELIMITERS, key=lambda delimiter: _known(lines, delimiter, is_heading))
    records = enumerate(_records(lines, delimiter), start=1)
    return ((number, cells[: MAX_COLUMNS + 1]) for number, cells in records)


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
    """The first sheet, every row as wide as the widest of the first ones: what stands beyond has no heading."""
    try:
        rows = workbook.rows(data)
        top = list(itertools.islice(rows, WIDE_AS))
        width = min(MAX_COLUMNS, max((len(cells) for _number, cells in top), default=0))
        for number, cells in itertools.chain(top, rows):
            yield number, [_plain(cell) for cell in cells[:width]] + [""] * (width - len(cells))
    except workbook.Broken:
        raise Unusable(_("This Excel file cannot be read. Please save it as CSV.")) from None
    except workbook.TooLarge:
        raise Unusable(_("This Excel file is too large. Please split it, or save it as CSV.")) from None


def _plain(cell):
    return cell.replace("_x000D_", "").translate(CONTROLS)
