import zipfile
from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

from customers.importing import reading
from customers.importing import workbook as workbook_reading
from customers.importing.columns import field_of, find_columns, known_in
from customers.importing.reading import Unusable, read_rows

from .lists import csv_of, row


def rows_of(data):
    return list(read_rows(data, is_heading=known_in))


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_usual_encoding_and_separator_is_read(encoding, delimiter):
    rows = rows_of(csv_of([row(氏名="髙﨑　勇")], encoding=encoding, delimiter=delimiter))
    assert rows[1].cells[:2] == ["101", "髙﨑　勇"]


def test_rows_are_counted_as_excel_counts_them():
    data = csv_of([row(備考="一\r\n二"), [""] * 24, row(顧客コード="102")]) + b"\r\n\r\n"
    assert [(one.number, one.cells[0]) for one in rows_of(data)] == [(1, "顧客コード"), (2, "101"), (4, "102")]


def test_a_line_in_another_encoding_is_read_as_well():
    data = csv_of([row(氏名="髙橋")]) + csv_of([], headings=["102", "﨑山"], encoding="utf-8")
    assert [one.cells[1] for one in rows_of(data)] == ["氏名", "髙橋", "﨑山"]


@pytest.mark.parametrize("encoding", ["euc_jp", "iso2022_jp"])
def test_lists_of_old_machines_are_read(encoding):
    data = csv_of([row(氏名="佐藤 桜", フリガナ="サトウ サクラ"), row(氏名="林", フリガナ="")], encoding=encoding)
    assert [one.cells[1] for one in rows_of(data)] == ["氏名", "佐藤 桜", "林"]


@pytest.mark.parametrize("name", ["ｻﾄｳ､ﾊﾅｺ･ﾀﾛｳ", "ｽｽﾞｷ ｲﾁﾛｳ"])
def test_half_width_kana_are_not_taken_for_the_kanji_of_old_machines(name):
    assert [one.cells[1] for one in rows_of(csv_of([row(氏名=name)]))] == ["氏名", name]
    assert reading._line(name.encode("cp932")) == name


def test_what_cannot_be_read_is_marked_and_stops_nothing():
    data = csv_of([row()]) + b"102,\x81\xff\xfe\r\n103,abc\r\n"
    rows = rows_of(data)
    assert reading.UNREADABLE in rows[2].cells[1]
    assert rows[3].cells == ["103", "abc"]


def test_a_quotation_mark_that_is_never_closed_swallows_no_rows():
    data = csv_of([row()]) + '102,"田中\r\n'.encode("cp932") + b"103,abc\r\n" * 100
    rows = rows_of(data)
    assert len(rows) == 103
    assert rows[2].cells == ["102", "田中"]


def test_two_stray_quotation_marks_do_not_make_one_row_of_several():
    lines = ["顧客コード,氏名,備考", '101,"田中,済', '102,佐藤,15" タイヤ', '103,鈴木,"済"', ""]
    rows = rows_of("\r\n".join(lines).encode("cp932"))
    assert [one.cells[0] for one in rows] == ["顧客コード", "101", "102", "103"]


def test_a_workbook_is_read_as_it_looks():
    book = Workbook()
    book.active.append(["顧客コード", "氏名", "携帯電話", "生年月日", "購入金額"])
    book.active.append([101, "髙橋", "090-1111-2222", datetime(1964, 2, 29), 1200000.0])
    book.active.append([102, "=HYPERLINK(1)"])
    file = BytesIO()
    book.save(file)
    rows = rows_of(file.getvalue())
    assert rows[1].cells == ["101", "髙橋", "090-1111-2222", "1964/02/29", "1200000"]
    assert len(rows[2].cells) == 5


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\xff\xd8\xff\xe0\x00\x10JFIF" * 50,
        b"PK\x03\x04 no workbook",
        b"\xd0\xcf\x11\xe0 old",
        b",,,\r\n,,,",
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(data):
    with pytest.raises(Unusable) as refusal:
        rows_of(data)
    assert len(str(refusal.value)) > 5


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    with pytest.raises(Unusable):
        rows_of(csv_of([row()]))


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    with pytest.raises(Unusable):
        rows_of(csv_of([row(), row()]))


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("お客様番号", "code"),
        ("顧客Ｎｏ．", "code"),
        ("氏名カナ", "kana"),
        ("ﾌﾘｶﾞﾅ", "kana"),
        ("ふりがな", "kana"),
        ("電話", "phones"),
        ("携帯", "phones"),
        ("ＴＥＬ", "phones"),
        ("電話番号２", "phones"),
        ("電話番号（自宅）", "phones"),
        ("E-mail", "emails"),
        ("メール", "emails"),
        ("住所２", "address"),
        ("車検有効期限", "vehicle.inspection_expires_on"),
        ("車検満了", "vehicle.inspection_expires_on"),
        ("ナンバー", "vehicle.plate"),
        ("ご担当者", "contact_name"),
        ("営業担当", "owner"),
        ("DM可否", "letters"),
        ("靴のサイズ", None),
    ],
)
def test_headings_are_known_in_many_spellings(heading, field):
    assert field_of(heading) == field


def test_titles_above_the_headings_are_passed_over():
    data = "顧客一覧\r\n2026/11/22 出力\r\n\r\n氏名,TEL\r\n田中,090-1111-2222\r\n".encode("cp932")
    assert find_columns(rows_of(data)).row_number == 4


def test_a_list_without_names_tells_which_headings_it_has():
    with pytest.raises(Unusable, match="靴のサイズ"):
        find_columns(rows_of("靴のサイズ,電話\r\n27,090-1111-2222\r\n".encode("cp932")))


def test_three_hundred_columns_are_no_trouble():
    headings = ["氏名", "電話", *(f"項目{number}" for number in range(298))]
    rows = rows_of(csv_of([["田中", "090-1111-2222", *[""] * 298]], headings=headings))
    assert len(find_columns(rows).ignored) == 298


def workbook(sheet=True) -> bytes:
    book = Workbook()
    book.active.append(["氏名", "電話"])
    book.active.append(["田中", "090-1111-2222"])
    if not sheet:
        book.create_chartsheet()
        book.remove(book.worksheets[0])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def encrypted(data: bytes) -> bytes:
    """Its parts are marked as encrypted."""
    damaged = bytearray(data)
    for signature, flag in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = damaged.find(signature)
        while at >= 0:
            damaged[at + flag] |= 1
            at = damaged.find(signature, at + 1)
    return bytes(damaged)


def scrambled(data: bytes) -> bytes:
    """The packed sheet is not what was packed."""
    name = b"xl/worksheets/sheet1.xml"
    at = data.find(name) + len(name)
    return data[:at] + b"\xff" * 40 + data[at + 40 :]


def packed_otherwise(data: bytes) -> bytes:
    """By a method nobody knows, every part."""
    damaged = bytearray(data)
    at = damaged.find(b"PK\x01\x02")
    while at >= 0:
        damaged[at + 10] = 0x63
        at = damaged.find(b"PK\x01\x02", at + 1)
    return bytes(damaged)


def replaced(data: bytes, part: str, text: str) -> bytes:
    """Another text in one part of the workbook."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
    return file.getvalue()


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "data",
    [
        encrypted(workbook()),
        scrambled(workbook()),
        packed_otherwise(workbook()),
        workbook(sheet=False),
        workbook()[:-200],
        workbook()[:100],
        replaced(workbook(), "xl/workbook.xml", "<workbook/>"),
        replaced(workbook(), "xl/workbook.xml", "no XML"),
        replaced(workbook(), "xl/worksheets/sheet1.xml", SHEET.format('<row r="x"><c r="1A" t="s"><v>9</v></c></row>')),
        replaced(workbook(), "xl/worksheets/sheet1.xml", SHEET.format('<row r="1"><c r="A1" t="s"><v>x</v></c></row>')),
    ],
    ids=["encrypted", "scrambled", "method", "chart", "cut", "stub", "empty", "text", "row", "shared"],
)
def test_a_workbook_that_cannot_be_read_is_told_so(data):
    with pytest.raises(Unusable):
        rows_of(data)


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(monkeypatch):
    data = replaced(workbook(), "docProps/app.xml", " " * 200_000)
    assert rows_of(data)
    monkeypatch.setattr(workbook_reading, "MAX_UNPACKED_BYTES", 200_000)
    with pytest.raises(Unusable):
        rows_of(data)


def test_a_cell_far_to_the_right_does_not_make_every_row_as_wide():
    far = SHEET.format('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>')
    rows = rows_of(replaced(workbook(), "xl/worksheets/sheet1.xml", far))
    assert len(rows[0].cells) == reading.MAX_COLUMNS


def test_signs_that_the_database_refuses_are_left_out():
    rows = rows_of(csv_of([row(氏名="田\0中")], encoding="utf-16"))
    assert rows[1].cells[1] == "田中"
