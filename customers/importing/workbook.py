"""The first sheet of an Excel workbook, row by row in little memory: what its cells show, as text.

openpyxl took 20 seconds for 50,000 rows and makes all of a row before it looks how long it is; here the sheet's XML
is cut between rows, and each piece is parsed by itself. Only dates need their formats, and those are openpyxl's.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, time
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_STRINGS_BYTES = 120 * 1024 * 1024
MAX_STRINGS = 2_500_000
MAX_SMALL_PART_BYTES = 8 * 1024 * 1024
MAX_PIECE_BYTES = 2 * 1024 * 1024
"""No row, and no text, is longer than that: it would have to be in memory as a whole."""
PIECE = 512 * 1024
JAPANESE_DATES = frozenset([*range(27, 37), *range(50, 59)])
"""Formats that Excel knows by number only, in Japan."""
SHEET, STRINGS, STYLES = "/worksheet", "/sharedStrings", "/styles"
NAMESPACE = re.compile(rb"(\sxmlns(?::\w+)?=)(\"[^\"]*\"|'[^']*')")


class Broken(Exception):
    """Damaged, or no workbook."""


class TooLarge(Exception):
    """It would unpack to more than anybody's list of customers."""


FAILURES = (
    *(zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, OSError, RecursionError),
    *(ArithmeticError, AttributeError, LookupError, NotImplementedError, RuntimeError, TypeError, ValueError),
)
"""What parsing a damaged workbook may raise."""


def unpacked_size(data: bytes) -> int:
    """As the file says; 0 when it is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return sum(part.file_size for part in parts.infolist())
    except FAILURES:
        return 0


def rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """(number as Excel counts, cells). Raises Broken and TooLarge."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED_BYTES:
                raise TooLarge
            yield from _Workbook(parts).rows()
    except FAILURES as failure:
        raise Broken from failure


class _Workbook:
    def __init__(self, parts):
        self.parts = parts
        root = _small(parts, _target(parts, "_rels/.rels", "", "/officeDocument"))
        self.folder = "xl/"
        self.epoch = CALENDAR_WINDOWS_1900
        settings = _child(root, "workbookPr")
        if settings is not None and settings.get("date1904") in {"1", "true"}:
            self.epoch = CALENDAR_MAC_1904
        sheet = next(iter(_child(root, "sheets")))
        self.sheet_id = next(value for name, value in sheet.attrib.items() if name.endswith("}id"))
        self.targets = _relations(parts, "xl/_rels/workbook.xml.rels", self.folder)
        self.strings = self._strings()
        self.dates = self._dates()

    def _part(self, kind):
        return next((path for found, path in self.targets.values() if found.endswith(kind)), None)

    def _strings(self):
        path = self._part(STRINGS)
        if path is None or path not in self.parts.NameToInfo:
            return []
        if self.parts.getinfo(path).file_size > MAX_STRINGS_BYTES:
            raise TooLarge
        found = []
        for one in _pieces(self.parts, path, "sst", "si"):
            found += [_text_of(item) for item in one]
            if len(found) > MAX_STRINGS:
                raise TooLarge
        return found

    def _dates(self) -> frozenset[str]:
        """The styles, by their number as cells name them, that show a date or a time."""
        path = self._part(STYLES)
        if path is None or path not in self.parts.NameToInfo:
            return frozenset()
        root = _small(self.parts, path)
        own = {int(one.get("numFmtId")): one.get("formatCode") for one in _children(_child(root, "numFmts"))}
        found = set()
        for number, style in enumerate(_children(_child(root, "cellXfs"))):
            code = int(style.get("numFmtId") or 0)
            shown = own.get(code) or BUILTIN_FORMATS.get(code)
            if (code in JAPANESE_DATES and code not in own) or (shown and is_date_format(shown)):
                found.add(str(number))
        return frozenset(found)

    def rows(self):
        kind, path = self.targets[self.sheet_id]
        if not kind.endswith(SHEET):
            raise Broken
        number = 0
        for piece in _pieces(self.parts, path, "sheetData", "row"):
            for row in piece:
                number = int(row.get("r") or number + 1)
                yield number, self._cells(row)

    def _cells(self, row) -> list[str]:
        cells = []
        for cell in row:
            place = cell.get("r")
            index = _column(place) if place else len(cells)
            if index < len(cells) or index > 20_000:
                raise Broken
            cells += [""] * (index - len(cells))
            cells.append(self._text(cell))
        return cells

    def _text(self, cell) -> str:
        kind = cell.get("t")
        if kind == "inlineStr":
            inline = _child(cell, "is")
            return "" if inline is None else _text_of(inline)
        value = _child(cell, "v")
        text = "" if value is None else value.text or ""
        if kind == "s":
            return self.strings[int(text)] if text else ""
        if not text or kind in {"str", "e", "d"}:
            return text
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        return self._moment(text) if cell.get("s") in self.dates else _number(text)

    def _moment(self, text):
        try:
            moment = from_excel(float(text), self.epoch)
        except (ArithmeticError, ValueError):
            return text
        if isinstance(moment, time):
            return f"{moment:%H:%M}"
        return f"{moment:%Y/%m/%d}" if isinstance(moment, datetime) else text


def _number(text):
    """Without what arithmetic adds: 10001.0 and 9.01234E10 are written whole."""
    if text.isdecimal():
        return text
    number = float(text)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else str(number)


def _column(place) -> int:
    """0 of 'A7', 26 of 'AA7'."""
    index = 0
    for sign in place:
        if not sign.isalpha():
            break
        index = index * 26 + ord(sign) - 64
    return index - 1


def _local(tag):
    return tag.rpartition("}")[2]


def _child(element, name):
    if element is not None:
        for one in element:
            if _local(one.tag) == name:
                return one
    return None


def _children(element):
    return () if element is None else element


def _text_of(item) -> str:
    """The text of a cell in one or several fonts, without the readings that Excel keeps of Japanese words."""
    found = []
    for one in item:
        name = _local(one.tag)
        if name == "t":
            found.append(one.text or "")
        elif name == "r":
            found += [part.text or "" for part in one if _local(part.tag) == "t"]
    return "".join(found)


def _small(parts, path):
    if parts.getinfo(path).file_size > MAX_SMALL_PART_BYTES:
        raise TooLarge
    data = parts.read(path)
    if b"<!DOCTYPE" in data:
        raise Broken
    return ElementTree.fromstring(data)  # noqa: S314 - without a DOCTYPE nothing expands


def _relations(parts, path, folder):
    """{id: (kind, path of the part)}"""
    found = {}
    for one in _small(parts, path):
        target = one.get("Target")
        found[one.get("Id")] = (one.get("Type"), target[1:] if target.startswith("/") else folder + target)
    return found


def _target(parts, path, folder, kind):
    return next(target for found, target in _relations(parts, path, folder).values() if found.endswith(kind))


def _pieces(parts, path, outer, inner):
    """The elements `inner` of the element `outer`, some at a time: the XML is cut after an end of `inner`."""
    opening = re.compile(rb"<((?:\w+:)?)" + outer.encode() + rb"\b[^>]*?(/?)>")
    with parts.open(path) as source:
        head = b""
        while not (found := opening.search(head)):
            more = source.read(PIECE)
            if not more or len(head) > MAX_PIECE_BYTES or b"<!DOCTYPE" in head:
                raise Broken
            head += more
        if found[2]:
            return
        rest, start = head[found.end() :], head[: found.end()]
        end, finish = b"</" + found[1] + inner.encode() + b">", b"</" + found[1] + outer.encode() + b">"
        names = b"".join({name: name + value for name, value in NAMESPACE.findall(start)}.values())
        begin, close = b"<all" + names + b">", b"</all>"
        while True:
            last = rest.find(finish)
            cut = last if last >= 0 else rest.rfind(end) + len(end) if end in rest else -1
            if cut >= 0:
                yield ElementTree.fromstring(begin + rest[:cut] + close)  # noqa: S314 - the DOCTYPE was cut off
                rest = rest[cut:]
            if last >= 0:
                return
            if len(rest) > MAX_PIECE_BYTES:
                raise TooLarge
            more = source.read(PIECE)
            if not more:
                raise Broken
            rest += more
