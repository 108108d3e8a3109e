"""The file of refused rows: it opens in Japanese Excel, and comes back as it was."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from customers.importing import refused
from customers.importing.columns import find_columns, known_in
from customers.importing.formulas import bare, guarded
from customers.importing.reading import read_rows
from customers.importing.refused import Refused

HEADINGS = ["氏名", "電話", "備考"]
ROW = Refused(["髙﨑　勇", "09011112222", "=1+1"], ["電話がありません。", "住所がありません。"])


def cells_of(data):
    return [row.cells for row in read_rows(data, is_heading=known_in)]


@pytest.mark.parametrize("made", [refused.csv_of, refused.xlsx_of])
def test_each_row_comes_back_with_its_reasons_in_front(made):
    heading, row = cells_of(made(HEADINGS, [ROW]))
    assert heading[1:] == HEADINGS
    assert row == ["電話がありません。 住所がありません。", *ROW.cells]


@pytest.mark.parametrize("made", [refused.csv_of, refused.xlsx_of])
def test_the_reason_is_passed_over_when_the_file_comes_back(made):
    rows = list(read_rows(made(HEADINGS, [ROW]), is_heading=known_in))
    columns = find_columns(rows)
    assert [(heading, field) for _index, heading, field in columns.fields] == [
        ("氏名", "name"),
        ("電話", "phones"),
        ("備考", "note"),
    ]
    assert columns.ignored == []


def test_japanese_excel_opens_the_csv_and_letters_it_lacks_are_kept():
    assert refused.csv_of(HEADINGS, [ROW]).decode("cp932")
    rare = refused.csv_of(HEADINGS, [Refused(["𠮷田 ☺", "", ""], ["x"])])
    assert rare.startswith(b"\xef\xbb\xbf")
    assert cells_of(rare)[1][1] == "𠮷田 ☺"


@pytest.mark.parametrize("text", ["=1+1", "+81 90", "-", "@SUM(A1)", "\t=1", "＝1", "'=1", "''=1", "-090-1111"])
def test_excel_calculates_nothing_and_the_cell_comes_back(text):
    assert guarded(text).startswith("'")
    assert bare(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "田中", "'田中'", "O'Hara", "090-1111-2222"])
def test_other_cells_stay_as_they_are(text):
    assert guarded(text) == text == bare(text)


def test_no_cell_of_the_workbook_is_a_formula_or_a_number():
    sheet = load_workbook(BytesIO(refused.xlsx_of(HEADINGS, [ROW]))).active
    assert {(cell.data_type, cell.number_format) for row in sheet for cell in row} == {("s", "@")}


def test_columns_are_called_what_a_person_said_they_are():
    found = ["氏名", "れんらく先", "備考", "靴"]
    named = refused.headings(found, {0: "name", 1: "phones"})
    assert named == ["氏名", "電話番号", "× 備考", "靴"]
    again = find_columns(list(read_rows(refused.csv_of(named, []), is_heading=known_in)))
    assert [field for _index, _heading, field in again.fields] == ["name", "phones"]
    assert again.ignored == ["× 備考", "靴"]
