"""What the columns of a list are taken for, and what a person says they are instead."""

import pytest

from customers.importing.columns import KNOWN, REASON_HEADINGS, NoName, field_of, find_columns, heading_of
from customers.importing.fields import FIELDS, choices, label
from customers.importing.reading import Row


def columns(*headings, chosen=None):
    return find_columns([Row(1, list(headings)), Row(2, ["x"] * len(headings))], chosen)


def fields(found):
    return {heading: field for _index, heading, field in found.listed}


def test_a_person_says_what_an_unknown_column_is():
    found = columns("氏名", "れんらく先", "靴", chosen={1: "phones"})
    assert fields(found) == {"氏名": "name", "れんらく先": "phones", "靴": ""}
    assert found.ignored == ["靴"]


TOP = ["顧客コード", "氏名", "連絡先", "", "備考"]


def test_headings_of_two_rows_are_one_where_cells_were_joined():
    rows = [["顧客一覧"], TOP, ["", "", "電話", "メール", ""], ["1", "林", "", "", ""]]
    found = find_columns([Row(number, cells) for number, cells in enumerate(rows, start=1)])
    assert found.row_number == 3
    assert found.headings == ["顧客コード", "氏名", "電話", "メール", "備考"]
    assert [field for _index, _heading, field in found.fields] == ["code", "name", "phones", "emails", "note"]


@pytest.mark.parametrize("below", [["1", "電話"], ["", "", "090-1111-2222"], ["", "", "電話", "x", "y"]])
def test_the_row_below_the_headings_is_somebody(below):
    assert find_columns([Row(1, TOP), Row(2, below)]).row_number == 1


def test_a_known_column_can_be_left_alone_or_taken_for_another():
    found = columns("氏名", "電話", "備考", chosen={1: "note", 2: ""})
    assert fields(found) == {"氏名": "name", "電話": "note", "備考": ""}


def test_a_field_chosen_for_one_column_is_not_recognised_in_another():
    assert fields(columns("氏名", "使用者名", chosen={1: "name"})) == {"氏名": "", "使用者名": "name"}
    assert fields(columns("氏名", "電話", "TEL2", chosen={2: "phones"})) == {
        "氏名": "name",
        "電話": "phones",
        "TEL2": "phones",
    }


def test_the_name_can_be_chosen_where_none_was_recognised():
    with pytest.raises(NoName) as told:
        columns("かた", "電話")
    assert fields(told.value.columns) == {"かた": "", "電話": "phones"}
    assert "かた" in str(told.value)
    assert columns("かた", "電話", chosen={0: "name"}).has_name


def test_without_a_name_nothing_goes_on():
    with pytest.raises(NoName):
        columns("氏名", "電話", chosen={0: ""})


def test_the_heading_row_stays_where_it_was_whatever_is_chosen():
    rows = [Row(1, ["顧客一覧", ""]), Row(3, ["かた", "電話"]), Row(4, ["田中", "1"])]
    assert find_columns(rows, {0: "name"}).row_number == 3


def test_a_column_that_the_file_does_not_have_is_no_column():
    found = columns("氏名", "電話", "", chosen={2: "note", 7: "emails"})
    assert fields(found) == {"氏名": "name", "電話": "phones"}


@pytest.mark.parametrize("heading", REASON_HEADINGS)
def test_the_reason_of_our_own_file_is_passed_over(heading):
    found = columns(heading, "氏名")
    assert (fields(found), found.ignored) == ({"氏名": "name"}, [])


def test_every_field_that_can_be_recognised_can_be_chosen_and_has_its_words():
    offered = [name for _group, some in choices()[1:] for name, _label in some]
    assert set(offered) == set(KNOWN.values()) == set(FIELDS)
    assert len({label(name) for name in offered}) == len(offered)
    assert all(field_of(heading_of(name)) == name for name in offered)
