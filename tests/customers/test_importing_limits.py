"""What nobody's list of customers is: told in a sentence, soon, in little memory, and nothing of it is kept."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from customers.importing import uploads, workbook
from customers.importing.reading import MAX_COLUMNS, Unusable
from customers.models import Customer, ImportFile, ImportRow
from tests.cast import at

from .lists import csv_of, many, row

NOW = at("2026-11-22 10:00")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def received(cast, content):
    return uploads.receive(content, name="顧客.csv", store=cast.hiratsuka, by=cast.manager, now=NOW)


def xlsx(rows) -> bytes:
    book = Workbook()
    for cells in rows:
        book.active.append(cells)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def with_part(data, part, text) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), part}:
            new.writestr(name, text if name == part else old.read(name))
    return made.getvalue()


def with_strings(data, text) -> bytes:
    """Texts of cells in a part of their own, as Excel writes them."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        relations = parts.read("xl/_rels/workbook.xml.rels").decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    further = f'<Relationship Type="{kind}" Target="sharedStrings.xml" Id="rId99"/></Relationships>'
    data = with_part(data, "xl/_rels/workbook.xml.rels", relations.replace("</Relationships>", further))
    return with_part(data, "xl/sharedStrings.xml", text)


def of_old_excel(*, locked):
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + ("EncryptedPackage" if locked else "").encode("utf-16-le")


UNUSABLE = {
    "empty": (b"", "空"),
    "blank": (b" \r\n\r\n", "空"),
    "photo": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "名簿"),
    "photo-without-nul": (b"\x89PNG\r\n\x1a\n" + b"\xa0\xb1\xc2," * 50, "見出し"),
    "xls": (of_old_excel(locked=False), ".xls"),
    "password": (of_old_excel(locked=True), "パスワード"),
    "rows": (b"\xe5\xa7\x93\n" + b"1\n" * 2_000_000, "100000"),
    "short-rows": (b"\xe6\xb0\x8f\xe5\x90\x8d\n" + b"1\n" * 120_000, "100000"),
    "columns": (csv_of([["1"] * 900], headings=["氏名", "電話", *("x" * n for n in range(1, 899))]), str(MAX_COLUMNS)),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_is_no_list_is_told_and_leaves_nothing(cast, kind, monkeypatch):
    content, word = UNUSABLE[kind]
    monkeypatch.setattr(uploads, "is_small", lambda content: True)
    monkeypatch.setattr(uploads, "QUICK_SECONDS", 60)
    with pytest.raises(Unusable, match=word.replace(".", r"\.")):
        received(cast, content)
    assert not ImportFile.objects.exists()
    assert not ImportRow.objects.exists()


def test_three_hundred_columns_are_read(cast):
    headings = ["氏名", "電話", *(f"項目{number}" for number in range(298))]
    file = received(cast, csv_of([["田中", "090-1111-2222", *[""] * 298]], headings=headings))
    assert (file.state, file.report["new"], len(file.columns)) == ("checked", 1, 300)


def test_a_quotation_mark_that_is_never_closed_spoils_its_row_and_no_other(cast):
    lines = csv_of(many(60)).splitlines(keepends=True)
    lines[3] = lines[3].replace("田中".encode("cp932"), '"田中'.encode("cp932"))
    file = received(cast, b"".join(lines))
    assert file.report["rows"] == 60
    assert file.report["new"] >= 59


def test_lines_of_different_encodings_are_each_read(cast):
    lines = csv_of(many(3)).splitlines(keepends=True)
    lines[2] = lines[2].decode("cp932").encode("utf-8")
    file = received(cast, b"".join(lines))
    assert [one.name for one in file.rows.all()] == ["田中 0", "田中 1", "田中 2"]


BOMBS = {
    "one-text": f'<sst xmlns="{MAIN}"><si><t>' + "a" * 20_000_000 + "</t></si></sst>",
    "many-texts": f'<sst xmlns="{MAIN}">' + "<si/>" * 3_000_000 + "</sst>",
    "entities": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    + f'<sst xmlns="{MAIN}"><si><t>&b;</t></si></sst>',
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_workbook_that_blows_up_is_refused(kind):
    data = with_strings(xlsx([["氏名", "電話"], ["田中", "090-1111-2222"]]), BOMBS[kind])
    assert len(data) < 200_000
    with pytest.raises((workbook.TooLarge, workbook.Broken)):
        list(workbook.rows(data))


@pytest.mark.parametrize(
    "row_of_sheet", ['<row r="1"><c r="A1"><v>' + "1" * 5_000_000, '<row r="1">' + "<c/>" * 2_000_000]
)
def test_a_row_that_never_ends_is_refused(row_of_sheet):
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{row_of_sheet}'
    data = with_part(xlsx([["氏名"]]), "xl/worksheets/sheet1.xml", sheet)
    with pytest.raises(workbook.TooLarge):
        list(workbook.rows(data))


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_by_what_it_says(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_UNPACKED_BYTES", 1_000_000)
    data = with_part(xlsx([["氏名"]]), "docProps/app.xml", " " * 1_000_001)
    with pytest.raises(workbook.TooLarge):
        list(workbook.rows(data))


def test_a_workbook_reads_as_the_office_sees_it():
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>氏名</t><rPh sb="0" eb="2"><t>シメイ</t></rPh></si>'
        "<si><r><t>田</t></r><r><t>中</t></r><phoneticPr/></si></sst>"
    )
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="180" formatCode="[$-411]ge.m.d"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="180"/><xf numFmtId="57"/><xf numFmtId="20"/>'
        "</cellXfs></styleSheet>"
    )
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2"><x:c r="A2" t="s"><x:v>0</x:v></x:c></x:row>'
        '<x:row r="5"><x:c r="A5" t="s"><x:v>1</x:v></x:c><x:c r="C5"><x:v>9012345678</x:v></x:c>'
        '<x:c r="D5" s="1"><x:v>23284</x:v></x:c><x:c r="E5" s="2"><x:v>23284</x:v></x:c>'
        '<x:c r="F5" s="3"><x:v>23284</x:v></x:c><x:c r="G5" s="4"><x:v>0.5</x:v></x:c>'
        '<x:c r="H5" t="b"><x:v>1</x:v></x:c><x:c r="I5" t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c>'
        '<x:c r="J5" t="str"><x:f>A1</x:f><x:v>乙</x:v></x:c><x:c r="K5"><x:v>1.5</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    data = with_strings(xlsx([["氏名"]]), strings)
    data = with_part(with_part(data, "xl/styles.xml", styles), "xl/worksheets/sheet1.xml", sheet)
    day = "1963/09/30"
    cells = ["田中", "", "9012345678", day, day, day, "12:00", "TRUE", "甲", "乙", "1.5"]
    assert list(workbook.rows(data)) == [(2, ["氏名"]), (5, cells)]


def test_a_workbook_comes_in_as_a_text_does(cast):
    data = csv_of(many(3, 納車日="R05/09/27", 購入金額="百万"))
    told = received(cast, xlsx([line.split(",") for line in data.decode("cp932").splitlines()])).report
    assert told == received(cast, data).report
    assert told["new"] == 3


def test_a_refused_row_keeps_its_cells_for_the_file_to_mend(cast):
    file = received(cast, csv_of([row(), row(氏名="", 顧客コード="2")]))
    assert file.rows.refused().get().cells[0] == "2"
    assert not Customer.objects.exists()
