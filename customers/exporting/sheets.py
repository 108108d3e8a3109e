"""Rows of cells as bytes, piece by piece: a list of any length needs the memory of one piece."""

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from ..importing.formulas import QUOTE, guarded
from ..text import SISTERS, in_shift_jis

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MOST_IN_A_CELL = 32_767
PIECE = 256 * 1024


def lacking(rows: Iterable[list[str]]) -> Counter:
    """How often which letters stand in these rows that Shift_JIS has not."""
    found = Counter()
    for cells in rows:
        text = "".join(cells).translate(SISTERS)
        try:
            text.encode("cp932")
        except UnicodeEncodeError:
            found.update(sign for sign in text if not _has(sign))
    return found


def _has(sign) -> bool:
    try:
        sign.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def csv_pieces(rows: Iterable[list[str]], *, shift_jis: bool) -> Iterator[bytes]:
    """As Japanese Excel opens it by a double click: Shift_JIS, or UTF-8 with its mark. Nothing in it is calculated."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    if not shift_jis:
        yield codecs.BOM_UTF8
    for cells in rows:
        writer.writerow([guarded(cell) for cell in cells])
        if text.tell() > PIECE:
            yield _encoded(text, shift_jis)
            text.seek(0)
            text.truncate()
    yield _encoded(text, shift_jis)


def _encoded(text, shift_jis):
    if shift_jis:
        return in_shift_jis(text.getvalue())
    return text.getvalue().encode()


class _Pipe(io.RawIOBase):
    """What the archive has written since it was last taken."""

    def __init__(self):
        self.waiting = []

    def writable(self):
        return True

    def write(self, data):
        self.waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        data, self.waiting = b"".join(self.waiting), []
        return data


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill>'
        '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
"""A workbook of one sheet; style 1 is text. openpyxl needs half a minute for 50,000 rows."""


def xlsx_pieces(rows: Iterable[list[str]]) -> Iterator[bytes]:
    """Every cell is text: no formula begins, and no number loses the zero in front of it."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parts:
        for name, xml in PARTS.items():
            parts.writestr(name, XML + xml)
        with parts.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            view = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/>'
            sheet.write(f'{XML}<worksheet xmlns="{MAIN}">{view}</sheetView></sheetViews><sheetData>'.encode())
            for lines in _batches(rows, 500):
                sheet.write("".join(f"<row>{''.join(map(_cell, cells))}</row>" for cells in lines).encode())
                if pipe.waiting:
                    yield pipe.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield pipe.taken()


def _batches(rows, size):
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _cell(text):
    if not text:
        return '<c s="1"/>'
    if text.startswith(QUOTE):
        text = guarded(text)
    plain = escape(NOT_IN_XML.sub("", text[:MOST_IN_A_CELL]))
    return f'<c t="inlineStr" s="1"><is><t xml:space="preserve">{plain}</t></is></c>'
