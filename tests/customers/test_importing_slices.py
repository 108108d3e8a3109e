"""A list's way in slices: killed anywhere, tried by two, mended in between, and each row still once."""

import pytest

from customers.importing import saving, slices, staging, uploads
from customers.importing.reading import Unusable
from customers.jobs import work
from customers.models import Customer, ImportFile, ImportRow, Vehicle
from tests.cast import at, customer, staff

from .lists import csv_of, many, row

NOW = at("2026-11-22 10:00")


@pytest.fixture
def in_slices(monkeypatch):
    """Four rows a slice, and nothing in the request: the worker's way."""
    monkeypatch.setattr(slices, "ROWS", 4)
    monkeypatch.setattr(uploads, "QUICK_SECONDS", 0)


def received(cast, rows, **how):
    return uploads.receive(csv_of(rows, **how), name="顧客.csv", store=cast.hiratsuka, by=cast.manager, now=NOW)


def fresh(file):
    return ImportFile.objects.for_page().get(pk=file.pk)


def run(file):
    while slices.one_slice(NOW, only=file):
        pass
    return fresh(file)


def imported(cast, rows):
    file = run(received(cast, rows))
    uploads.confirm(file, by=cast.manager, now=NOW)
    return run(file)


class Killed(BaseException):
    pass


def test_what_is_small_is_checked_and_saved_while_its_reader_waits(cast):
    file = received(cast, many(3))
    assert (file.state, file.report["new"]) == ("checked", 3)
    assert uploads.confirm(file, by=cast.manager, now=NOW)
    assert (fresh(file).state, Customer.objects.count()) == ("saved", 3)


def test_what_is_large_waits_for_the_worker(cast, in_slices):
    file = received(cast, many(10))
    assert (file.state, file.is_in_work, file.percent) == ("checking", True, 0)
    work()
    assert fresh(file).state == "checked"
    assert bytes(ImportFile.objects.get().content) == b""
    uploads.confirm(file, by=cast.manager, now=NOW)
    assert (fresh(file).state, Customer.objects.count()) == ("saving", 0)
    work()
    assert (fresh(file).state, Customer.objects.count()) == ("saved", 10)


def test_the_bar_moves_forward_to_the_end(cast, in_slices):
    file = run(received(cast, many(10)))
    uploads.confirm(file, by=cast.manager, now=NOW)
    seen = [fresh(file).percent]
    while slices.one_slice(NOW, only=file):
        seen.append(fresh(file).percent)
    assert seen[:4] == [0, 40, 80, 100]
    assert seen == sorted(seen)


@pytest.mark.parametrize("where", ["_save_customers", "_save_vehicles", "_before"])
def test_a_worker_killed_in_the_middle_of_saving_loses_nothing_and_doubles_nothing(cast, in_slices, monkeypatch, where):
    file = run(received(cast, many(10)))
    uploads.confirm(file, by=cast.manager, now=NOW)
    slices.one_slice(NOW, only=file)
    original = getattr(saving, where)

    def killed(*given):
        original(*given)
        raise Killed

    monkeypatch.setattr(saving, where, killed)
    with pytest.raises(Killed):
        slices.one_slice(NOW, only=file)
    assert (Customer.objects.count(), fresh(file).rows_done) == (4, 4)
    monkeypatch.setattr(saving, where, original)
    assert run(file).report["new"] == 10
    assert sorted(Customer.objects.values_list("code", flat=True)) == [str(5000 + number) for number in range(10)]
    assert Vehicle.objects.count() == 10


@pytest.mark.parametrize("step", ["read", "parse", "sort", "look"])
def test_a_worker_killed_while_checking_goes_on_where_it_was(cast, in_slices, monkeypatch, step):
    file = received(cast, many(10))
    while fresh(file).step != step:
        slices.one_slice(NOW, only=file)
    original = slices.STEPS[step]

    def killed(*given):
        original(*given)
        raise Killed

    monkeypatch.setitem(slices.STEPS, step, killed)
    with pytest.raises(Killed):
        slices.one_slice(NOW, only=file)
    monkeypatch.setitem(slices.STEPS, step, original)
    assert run(file).report["new"] == 10
    assert file.rows.count() == 10


def test_what_takes_long_to_read_is_read_in_several_goes(cast, in_slices, monkeypatch):
    monkeypatch.setattr(staging, "AT_ONCE", 3)
    monkeypatch.setattr(staging, "READ_SECONDS", 0)
    file = received(cast, many(10))
    kept = []
    while fresh(file).step == "read":
        slices.one_slice(NOW, only=file)
        kept.append(file.rows.count())
    assert kept == [3, 6, 9, 10, 10]
    assert [one.number for one in file.rows.all()] == list(range(2, 12))
    assert run(file).report["new"] == 10


def test_a_slice_that_fails_stops_its_list_and_no_other(cast, in_slices, monkeypatch):
    broken, other = received(cast, many(3)), received(cast, [row()])
    original = slices.STEPS["parse"]

    def failing(file, now):
        if file.pk == broken.pk:
            raise RuntimeError
        original(file, now)

    monkeypatch.setitem(slices.STEPS, "parse", failing)
    work()
    assert (fresh(broken).state, fresh(other).state) == ("failed", "checked")
    monkeypatch.setitem(slices.STEPS, "parse", original)
    assert uploads.again(broken, NOW)
    assert run(broken).state == "checked"
    assert not uploads.again(broken, NOW)


def test_two_people_with_the_same_list_double_nothing(cast, in_slices):
    """Their slices take turns, as those of two workers do."""
    files = [run(received(cast, many(10))), run(received(cast, many(10)))]
    for file in files:
        assert uploads.confirm(file, by=cast.manager, now=NOW)
    turns = [True]
    while any(turns):
        turns = [slices.one_slice(NOW, only=file) for file in files]
    reports = [fresh(file).report for file in files]
    assert [(told["new"], told["unchanged"]) for told in reports] == [(10, 0), (0, 10)]
    assert (Customer.objects.count(), Vehicle.objects.count()) == (10, 10)


def test_doubles_are_found_across_slices_as_within_one(cast, in_slices):
    rows = [*many(9), row(顧客コード="7", 氏名="別の人", 携帯電話="090-2000-0001"), row(顧客コード="5002")]
    told = imported(cast, rows).report
    assert (told["new"], told["duplicates"]) == (9, 2)


def test_rows_without_codes_are_found_again_across_slices(cast, in_slices):
    rows = [{**one, "顧客コード": ""} for one in many(6)]
    told = imported(cast, [*rows, *rows]).report
    assert (told["new"], told["duplicates"]) == (6, 6)


def test_who_referred_may_stand_slices_below(cast, in_slices):
    rows = many(10)
    rows[0]["紹介者コード"], rows[9]["紹介者コード"] = "5009", "5001"
    imported(cast, rows)
    first, second, last = (Customer.objects.get(code=code) for code in ("5000", "5001", "5009"))
    assert (first.referrer, last.referrer) == (last, second)


def double(cast, **cells):
    """A list with one row whose number somebody has already."""
    known = customer(cast.hiratsuka, name="田中 花子", code="55", phones=["09011112222"], occupation="教員", note="猫")
    file = received(cast, [row(顧客コード="101", 氏名="田中　ハナ", 職業="医師", 住所１="平塚市1-1", **cells)])
    assert (file.report["duplicates"], file.report["undecided"]) == (1, 1)
    assert file.rows.doubles().get().other_customer == known
    return known, file


def test_the_same_person_only_gains(cast):
    known, file = double(cast, 電話番号="0463-11-1111", 備考="犬")
    assert uploads.decide(file, 2, "same") == 1
    uploads.confirm(file, by=cast.manager, now=NOW)
    assert fresh(file).report["updated"] == 1
    known = Customer.objects.get()
    assert (known.name, known.code, known.occupation) == ("田中 花子", "55", "教員")
    assert (known.phones, known.address) == (["09011112222", "0463111111"], "平塚市1-1")
    assert known.note.splitlines() == ["猫", "犬", "氏名: 田中 ハナ", "顧客コード: 101", "職業: 医師"]


def test_somebody_else_is_a_customer_of_their_own(cast):
    known, file = double(cast)
    uploads.decide(file, 2, "another")
    uploads.confirm(file, by=cast.manager, now=NOW)
    assert fresh(file).report["new"] == 1
    made = Customer.objects.exclude(pk=known.pk).get()
    assert (made.name, made.code, made.phones) == ("田中 ハナ", "101", ["09011112222"])


def test_somebody_else_with_the_same_code_has_it_in_the_note(cast):
    file = received(cast, [row(), row(氏名="鈴木　一郎", 携帯電話="090-3333-4444")])
    uploads.decide(file, 3, "another")
    uploads.confirm(file, by=cast.manager, now=NOW)
    made = Customer.objects.get(name="鈴木 一郎")
    assert (made.code, made.note) == ("", "顧客コード: 101")


def test_one_code_is_given_once_to_two_who_are_somebody_else(cast):
    rows = [row(顧客コード=code, 氏名=name) for code, name in (("1", "田中"), ("2", "鈴木"), ("2", "佐藤"))]
    file = received(cast, rows)
    assert uploads.decide(file, uploads.ALL, "another") == 2
    uploads.confirm(file, by=cast.manager, now=NOW)
    codes = dict(Customer.objects.values_list("name", "code"))
    assert codes == {"田中": "1", "鈴木": "2", "佐藤": ""}


@pytest.mark.parametrize("decision", ["skip", None])
def test_a_double_is_left_out_unless_somebody_says_otherwise(cast, decision):
    _known, file = double(cast)
    if decision:
        uploads.decide(file, 2, decision)
    uploads.confirm(file, by=cast.manager, now=NOW)
    assert Customer.objects.get().note == "猫"
    assert fresh(file).report["duplicates"] == 1


def test_one_decision_for_all_the_rest_leaves_those_decided(cast):
    rows = [row(), *(row(顧客コード=str(number), 氏名=f"別の人{number}") for number in (1, 2, 3))]
    file = received(cast, rows)
    uploads.decide(file, 3, "skip")
    assert uploads.decide(file, uploads.ALL, "same") == 2
    assert fresh(file).report["undecided"] == 0
    assert list(file.rows.doubles().values_list("decision", flat=True)) == ["skip", "same", "same"]


def test_the_same_person_as_a_row_above_of_the_same_list(cast):
    file = received(cast, [row(), row(顧客コード="102", 氏名="田中　ハナ", 電話番号="0463-11-1111")])
    uploads.decide(file, 3, "same")
    uploads.confirm(file, by=cast.manager, now=NOW)
    made = Customer.objects.get()
    assert (made.name, made.phones) == ("田中 花子", ["09011112222", "0463111111"])
    assert fresh(file).rows.get(number=3).customer == made


def test_a_decision_about_somebody_who_is_gone_by_then_is_void(cast):
    known, file = double(cast)
    uploads.decide(file, 2, "same")
    known.delete()
    other = customer(cast.hiratsuka, name="山本", phones=["09011112222"])
    uploads.confirm(file, by=cast.manager, now=NOW)
    other.refresh_from_db()
    assert (Customer.objects.get(), other.address, fresh(file).report["duplicates"]) == (other, "", 1)


def test_somebody_else_of_two_copies_of_the_list_comes_in_once(cast):
    _known, first = double(cast)
    second = received(cast, [row(顧客コード="101", 氏名="田中　ハナ", 職業="医師", 住所１="平塚市1-1")])
    for file in (first, second):
        uploads.decide(file, 2, "another")
        uploads.confirm(file, by=cast.manager, now=NOW)
    assert Customer.objects.count() == 2
    assert fresh(second).report["unchanged"] == 1


def test_nothing_is_decided_once_the_list_is_being_saved(cast, in_slices):
    _known, file = None, run(received(cast, [row(), row(顧客コード="2", 氏名="別の人")]))
    uploads.confirm(file, by=cast.manager, now=NOW)
    assert uploads.decide(file, 3, "another") == 0
    assert not uploads.use_columns(file, [column["field"] for column in file.columns], NOW)
    assert not uploads.confirm(file, by=cast.manager, now=NOW)
    assert not uploads.drop(file)


def test_names_of_staff_are_matched_by_hand(cast):
    file = received(
        cast, [row(担当者="さとけん"), *many(2, 担当者="退職者"), row(顧客コード="9", 担当者="森", 携帯電話="")]
    )
    assert file.report["people"] == [["退職者", 2], ["さとけん", 1]]
    assert uploads.match_people(file, {"さとけん": cast.sales.pk, "退職者": None}, NOW)
    file = fresh(file)
    assert (file.state, file.report["people"]) == ("checked", [])
    assert not file.rows.with_problems("担当者").exists()
    uploads.confirm(file, by=cast.manager, now=NOW)
    assert Customer.objects.get(code="101").owner == cast.sales
    left = Customer.objects.get(code="5000")
    assert (left.owner, left.note) == (None, "担当者: 退職者")


def test_nobody_of_another_store_is_put_in_charge(cast):
    file = received(cast, [row(担当者="さとけん")])
    with pytest.raises(ValueError, match="さとけん"):
        uploads.match_people(file, {"さとけん": cast.yokohama_sales.pk}, NOW)
    assert fresh(file).people == {}


def test_columns_are_corrected_and_everything_is_looked_at_again(cast):
    headings = ["氏名", "自宅", "携帯電話"]
    file = received(cast, [["田中 花子", "0463-11-1111", "x"]], headings=headings)
    assert file.report["refused"] == 1
    assert uploads.use_columns(file, ["name", "phones", ""], NOW)
    file = fresh(file)
    assert (file.state, file.report["new"], file.report["problem_columns"]) == ("checked", 1, [])
    assert file.report["ignored_columns"] == ["携帯電話"]
    uploads.confirm(file, by=cast.manager, now=NOW)
    assert Customer.objects.get().phones == ["0463111111"]


@pytest.mark.parametrize("fields", [["", "phones"], ["name", "name"]])
def test_columns_need_one_name_and_no_field_twice(cast, fields):
    file = received(cast, [["田中", "090-1111-2222"]], headings=["氏名", "電話"])
    with pytest.raises(Unusable):
        uploads.use_columns(file, fields, NOW)
    assert [column["field"] for column in fresh(file).columns] == ["name", "phones"]


def test_a_list_whose_name_column_is_not_known_waits_to_be_told(cast):
    file = received(cast, [["田中 花子", "090-1111-2222"]], headings=["おなまえ様", "電話番号"])
    assert (file.state, file.is_in_work) == ("nameless", False)
    assert "おなまえ様" in file.report["nameless"]
    assert not uploads.confirm(file, by=cast.manager, now=NOW)
    uploads.use_columns(file, ["name", "phones"], NOW)
    uploads.confirm(fresh(file), by=cast.manager, now=NOW)
    assert Customer.objects.get().name == "田中 花子"


def test_what_is_unusable_is_told_when_the_worker_has_read_it_and_leaves_nothing(cast, in_slices):
    file = received(cast, [["x"]], headings=["靴"])
    work()
    file = fresh(file)
    assert (file.state, file.is_in_work) == ("unusable", False)
    assert "靴" in file.unusable
    assert (bytes(ImportFile.objects.get().content), ImportRow.objects.count()) == (b"", 0)
    assert uploads.drop(file)


def test_remarks_are_in_the_words_of_who_sent_the_list(cast, in_slices, settings):
    from django.utils import translation

    with translation.override("en"):
        file = received(cast, [row(生年月日="x")])
    assert run(file).rows.get().problems[0]["message"] == "This is not a date."


def test_who_came_in_can_be_listed(cast):
    customer(cast.hiratsuka, code="9")
    file = imported(cast, many(3))
    assert set(Customer.objects.from_import(file).values_list("code", flat=True)) == {"5000", "5001", "5002"}


def test_a_person_of_the_same_name_as_two_is_asked_about(cast):
    staff("sato2", "salesperson", cast.hiratsuka, name="佐藤 次郎")
    assert received(cast, [row(担当者="佐藤")]).report["people"] == [["佐藤", 1]]


def test_a_further_car_of_somebody_slices_above_is_theirs_and_says_no_more(cast, in_slices):
    first, *others = many(10)
    further = {**first, "車名": "ノート", "車台番号": "HE12-0000001"}
    imported(cast, [first, *others, further])
    customer = Customer.objects.get(code=first["顧客コード"])
    assert sorted(customer.vehicles.values_list("model", flat=True)) == ["ノート", "ハリアー"]
    assert customer.note == ""
