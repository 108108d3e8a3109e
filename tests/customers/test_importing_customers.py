"""Rows against the store: what is new, changed, there twice, refused, and what is saved of it."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.importing.at_once import check, save
from customers.models import Customer, Rank, Vehicle
from tests.cast import at, customer, staff, vehicle

from .lists import HEADINGS, csv_of, many, row

NOW = at("2026-11-22 10:00")


def imported(cast, rows, **how):
    return save(csv_of(rows, **how), cast.hiratsuka, NOW)


def counts(told):
    names = ("new", "updated", "unchanged", "duplicates", "refused")
    assert told["rows"] == sum(told[name] for name in names)
    return {name: told[name] for name in names if told[name]}


def remarks(told):
    return [(one["row"], one["column"]) for one in told["problems"]]


def test_a_whole_row_becomes_a_customer_with_a_car(cast):
    staff("takahashi", "salesperson", cast.hiratsuka, name="高橋 一郎")
    told = imported(
        cast,
        [
            row(氏名="髙﨑　勇", 顧客コード="100", 携帯電話="080-1111-0000"),
            row(
                フリガナ="ﾀﾅｶ　はなこ",
                郵便番号="〒254-0035",
                住所１="神奈川県平塚市宮の前1-1",
                住所２="ハイツ1号",
                電話番号="0463(50)7285",
                メールアドレス="ｈａｎａ＠example.com",
                生年月日="S39.2.29",
                職業="会社員",
                休み="火・水",
                車名="Ｎ－ＢＯＸ",
                登録番号="湘南 580 せ ・・34-21",
                車台番号="ZVW50-2273051",
                初度登録年月="2023/02",
                車検満了日="令和10年4月22日",
                納車日="R05/09/27",
                購入金額="?2,430,000",
                担当者="髙橋",
                紹介者コード="100",
                支払="ﾛｰﾝ",
                ＤＭ可否="不可",
                備考="転職予定\n夏に連絡",
            ),
        ],
    )
    assert counts(told) == {"new": 2}
    assert told["problems"] == []
    assert Customer.objects.filter(name="髙﨑 勇").search("高崎").exists()
    made = Customer.objects.get(code="101")
    assert (made.name, made.kana, made.kind) == ("田中 花子", "タナカ ハナコ", "person")
    assert made.phones == ["09011112222", "0463507285"]
    assert made.emails == ["hana@example.com"]
    assert (made.postcode, made.address) == ("254-0035", "神奈川県平塚市宮の前1-1 ハイツ1号")
    assert (made.born_on, made.occupation, made.free_days) == (date(1964, 2, 29), "会社員", "火・水")
    assert (made.convenient_weekdays, made.payment, made.refused_channels) == ([], "loan", ["letter"])
    assert (made.owner.username, made.referrer.code) == ("takahashi", "100")
    assert made.note == "転職予定\n夏に連絡"
    car = made.vehicles.get()
    assert (car.model, car.plate, car.chassis_number) == ("N-BOX", "湘南 580 せ 34-21", "ZVW50-2273051")
    assert (car.first_registered_on, car.inspection_expires_on) == (date(2023, 2, 1), date(2028, 4, 22))
    assert (car.delivered_on, car.price_yen, car.bought_here) == (date(2023, 9, 27), 2430000, True)
    assert (car.store, made.store) == (cast.hiratsuka, cast.hiratsuka)
    indexed = made.search
    Customer.objects.filter(pk=made.pk).reindex()
    made.refresh_from_db()
    assert made.search == indexed


def test_twice_adds_nothing(cast):
    rows = [*many(5, 購入金額="百万", 備考="一\r\n二"), row(紹介者コード="5001")]
    assert counts(imported(cast, rows)) == {"new": 6}
    before = list(Customer.objects.values()), list(Vehicle.objects.values())
    assert counts(imported(cast, rows)) == {"unchanged": 6}
    assert (list(Customer.objects.values()), list(Vehicle.objects.values())) == before


def test_a_trial_saves_nothing(cast):
    assert counts(check(csv_of(many(5)), cast.hiratsuka, NOW)) == {"new": 5}
    assert not Customer.objects.exists()
    assert not Vehicle.objects.exists()


def test_a_list_without_codes_adds_nobody_twice_either(cast):
    headings = ["車種", "TEL", "お名前", "住所"]
    rows = [
        ["ｱｸｱ", "090-1111-2222", "髙橋 一", ""],
        ["", "", "森 翔", "平塚市1-1"],
        ["ノート", "090-1111-2222", "高橋　一", ""],
    ]
    assert counts(imported(cast, rows, headings=headings)) == {"new": 2, "updated": 1}
    assert counts(imported(cast, rows, headings=headings)) == {"unchanged": 3}
    assert sorted(Vehicle.objects.values_list("model", flat=True)) == ["アクア", "ノート"]


def test_only_a_row_without_name_cells_or_any_way_to_reach_somebody_is_refused(cast):
    rows = [
        row(顧客コード="1", 氏名=""),
        ["2", "田中", "", ""],
        row(顧客コード="3", 携帯電話="", 備考="名前だけ"),
        row(顧客コード="4", 携帯電話="12345"),
        row(顧客コード="5", 携帯電話="", メールアドレス="not a mail"),
        row(顧客コード="6", 携帯電話="", メールアドレス="a@example.com"),
        row(顧客コード="7", 携帯電話="", 住所１="平塚市"),
        row(顧客コード="8", 生年月日="昭和７0年13月45日", 車検満了日="S38.2.29", 郵便番号="1"),
    ]
    told = imported(cast, rows)
    assert counts(told) == {"new": 3, "refused": 5}
    assert told["refused_rows"] == [2, 3, 4, 5, 6]
    made = Customer.objects.get(code="8")
    assert (made.born_on, made.postcode) == (None, "")
    assert "生年月日: 昭和７0年13月45日" in made.note
    assert {(9, "生年月日"), (9, "車検満了日"), (9, "郵便番号")} <= set(remarks(told))
    problem = next(one for one in told["problems"] if one["column"] == "生年月日")
    assert problem["value"] == "昭和７0年13月45日"


def test_a_refused_row_makes_no_duplicate_of_a_good_one(cast):
    assert counts(imported(cast, [row(顧客コード="1", 氏名=""), row(顧客コード="2")])) == {"new": 1, "refused": 1}


def test_the_same_phone_under_another_code_is_asked_not_saved(cast):
    known = customer(cast.hiratsuka, code="7", name="森 太郎", phones=["09033334444"])
    rows = [
        row(顧客コード="1", 携帯電話="０９０－１１１１－２２２２"),
        row(顧客コード="2", 電話番号="090 1111 2222", 携帯電話=""),
        row(顧客コード="3", 携帯電話="090-3333-4444"),
    ]
    told = imported(cast, rows)
    assert counts(told) == {"new": 1, "duplicates": 2}
    assert remarks(told) == [(3, "電話番号"), (4, "携帯電話")]
    assert told["duplicate_rows"][0]["other"]["row"] == 2
    assert told["duplicate_rows"][1]["other"]["customer"] == known.pk
    assert "森 太郎" in told["problems"][1]["message"]


def test_the_same_phone_in_another_store_is_no_duplicate(cast):
    customer(cast.yokohama, code="101", phones=["09011112222"])
    assert counts(imported(cast, [row()])) == {"new": 1}


def test_the_same_mail_alone_is_no_duplicate(cast):
    rows = [
        row(顧客コード="1", メールアドレス="family@example.com"),
        row(顧客コード="2", 携帯電話="090-5555-6666", メールアドレス="family@example.com"),
    ]
    assert counts(imported(cast, rows)) == {"new": 2}


def test_the_first_of_two_rows_with_one_code_is_saved(cast):
    told = imported(cast, [row(), row(氏名="田中　別人", 携帯電話="090-9999-8888")])
    assert counts(told) == {"new": 1, "duplicates": 1}
    assert remarks(told) == [(3, "顧客コード")]


def test_an_update_fills_and_changes_and_blanks_nothing(cast):
    known = customer(
        cast.hiratsuka,
        code="101",
        name="田中 花子",
        phones=["0463111111"],
        occupation="教員",
        address="平塚市1-1",
        note="猫が好き",
        refused_channels=["letter"],
        owner=cast.sales,
    )
    told = imported(cast, [row(住所１="平塚市2-2", ＤＭ可否="可", 担当者="森", 備考="犬も飼う", 車名="アクア")])
    assert counts(told) == {"updated": 1}
    known.refresh_from_db()
    assert known.phones == ["09011112222", "0463111111"]
    assert (known.occupation, known.address) == ("教員", "平塚市2-2")
    assert known.note == "猫が好き\n犬も飼う"
    assert (known.refused_channels, known.owner) == (["letter"], cast.sales)
    assert "09011112222" in known.search
    assert known.updated_at == NOW


def test_a_car_is_known_by_chassis_number_else_by_plate(cast):
    known = customer(cast.hiratsuka, code="101", name="田中 花子", phones=["09011112222"])
    first = vehicle(known, model="アクア", chassis_number="ZVW30-1111111", plate="湘南 500 あ 11-11")
    second = vehicle(known, model="ノート", plate="湘南 500 あ ・・22")
    imported(cast, [row(車台番号="ＺＶＷ30-1111111", 車検満了日="2028/3/1", 車名="ｱｸｱ")])
    imported(cast, [row(登録番号="湘南500あ22", 車検満了日="2028/4/1", 車名="ノート")])
    assert Vehicle.objects.count() == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.inspection_expires_on, second.inspection_expires_on) == (date(2028, 3, 1), date(2028, 4, 1))
    assert first.plate == "湘南 500 あ 11-11"
    told = imported(cast, [row(車台番号="ZVW99-9999999", 車名="アクア")])
    assert counts(told) == {"updated": 1}
    assert Vehicle.objects.count() == 3
    assert list(Customer.objects.search("ZVW99-9999999")) == [known]


def test_a_car_of_the_same_plate_with_another_chassis_number_is_kept_and_listed(cast):
    imported(cast, [row(登録番号="湘南580せ3421", 車台番号="ZVW50-2273051")])
    again = [row(登録番号="湘南580せ3421", 車台番号="ZVW50-2273057")]
    told = check(csv_of(again), cast.hiratsuka, NOW)
    assert remarks(told) == [(2, "登録番号")]
    assert "ZVW50-2273051" in told["problems"][0]["message"]
    imported(cast, again)
    assert Vehicle.objects.count() == 2


def test_a_new_car_can_be_searched_by_its_plate_at_once(cast):
    imported(cast, [row()])
    imported(cast, [row(登録番号="湘南 580 せ 34-21", 車名="アクア")])
    assert Customer.objects.search("湘南 580 せ 34-21").count() == 1


def test_facts_about_a_car_that_is_not_named_stay_in_the_note(cast):
    told = imported(cast, [row(車検満了日="2028/3/1")])
    assert remarks(told) == [(2, "車検満了日")]
    assert not Vehicle.objects.exists()
    assert "車検満了日: 2028-03-01" in Customer.objects.get().note


@pytest.mark.parametrize("written", ["髙橋", "高橋", "髙橋　一郎", "高橋一郎"])
def test_the_person_in_charge_is_found_in_any_writing(cast, written):
    found = staff("takahashi", "salesperson", cast.hiratsuka, name="高橋 一郎")
    staff("takahashi-y", "salesperson", cast.yokohama, name="高橋 二郎")
    assert imported(cast, [row(担当者=written)])["problems"] == []
    assert Customer.objects.get().owner == found


@pytest.mark.parametrize("written", ["山田", "佐藤"])
def test_an_unknown_or_ambiguous_person_in_charge_is_listed(cast, written):
    staff("sato2", "salesperson", cast.hiratsuka, name="佐藤 次郎")
    assert remarks(imported(cast, [row(担当者=written)])) == [(2, "担当者")]
    made = Customer.objects.get()
    assert made.owner is None
    assert made.note == f"担当者: {written}"


def test_who_referred_may_stand_below_or_in_the_store(cast):
    known = customer(cast.hiratsuka, code="7", phones=["09099990000"])
    rows = [
        row(顧客コード="1", 紹介者コード="2"),
        row(顧客コード="2", 携帯電話="090-1111-0002", 紹介者コード="7"),
        row(顧客コード="3", 携帯電話="090-1111-0003", 紹介者コード="3"),
        row(顧客コード="4", 携帯電話="090-1111-0004", 紹介者コード="77777"),
    ]
    told = imported(cast, rows)
    assert remarks(told) == [(4, "紹介者コード"), (5, "紹介者コード")]
    first, second, third, _fourth = Customer.objects.exclude(pk=known.pk).order_by("code")
    assert (first.referrer, second.referrer, third.referrer) == (second, known, None)


def test_a_company_is_one(cast):
    imported(cast, [row(氏名="㈱前田商店")])
    assert Customer.objects.values_list("kind", "name").get() == ("company", "㈱前田商店")


def test_a_rank_is_taken_over_when_we_have_it(cast):
    headings = [*HEADINGS, "ランク"]
    rows = [row(ランク="Ａ"), row(顧客コード="2", 携帯電話="090-3333-0000", ランク="特")]
    told = imported(cast, rows, headings=headings)
    assert remarks(told) == [(3, "ランク")]
    assert Customer.objects.get(code="101").rank == Rank.objects.get(code="A")


def test_a_row_that_cannot_be_read_is_a_remark_not_a_crash(cast):
    cells = csv_of([row(職業="X")], headings=["顧客コード", "氏名", "携帯電話", "職業"])
    told = save(cells.replace(b"X", b"\x81\xff"), cast.hiratsuka, NOW)
    assert counts(told) == {"new": 1}
    assert remarks(told) == [(2, "職業")]


def test_formulas_are_text(cast):
    imported(cast, [row(氏名="=1+1", 備考="@SUM(A1)")])
    assert Customer.objects.values_list("name", "note").get() == ("=1+1", "@SUM(A1)")


def test_columns_that_mean_nothing_are_told(cast):
    assert imported(cast, [row()], headings=[*HEADINGS, "靴のサイズ"])["ignored_columns"] == ["靴のサイズ"]


def test_as_many_queries_for_a_hundred_rows_as_for_ten(cast):
    def queries(count, offset):
        rows = [{**one, "顧客コード": f"{offset}-{one['顧客コード']}"} for one in many(count)]
        if offset:
            rows = [{**one, "携帯電話": one["携帯電話"].replace("090-2", "080-4")} for one in rows]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            imported(cast, rows)
            imported(cast, [{**one, "職業": "教員", "購入金額": "1"} for one in rows])
        return len(captured)

    assert queries(10, 0) == queries(100, 1) <= 250


def test_as_many_queries_for_a_hundred_new_cars_of_known_customers_as_for_ten(cast):
    def queries(count):
        imported(cast, many(count))
        Vehicle.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            imported(cast, many(count))
        assert Vehicle.objects.filter(store=cast.hiratsuka).count() == count
        return len(captured)

    assert queries(100) == queries(10)


def test_the_command_prints_json_and_nothing_else(cast, tmp_path):
    file = tmp_path / "list.csv"
    file.write_bytes(csv_of([row(), row()]))
    out = StringIO()
    call_command("import_customers", str(file), store="hiratsuka", dry_run=True, as_json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert (told["rows"], told["new"], told["duplicates"], told["saved"]) == (2, 1, 1, False)
    assert not Customer.objects.exists()
    call_command("import_customers", str(file), store="hiratsuka", stdout=out)
    assert Customer.objects.count() == 1


def test_the_command_fails_with_a_sentence(cast, tmp_path):
    with pytest.raises(CommandError, match="hiratsuka"):
        call_command("import_customers", str(tmp_path / "list.csv"), store="nowhere")
    with pytest.raises(CommandError):
        call_command("import_customers", str(tmp_path / "no.csv"), store="hiratsuka")
    (tmp_path / "photo.csv").write_bytes(b"\xff\xd8\x00\x01")
    with pytest.raises(CommandError):
        call_command("import_customers", str(tmp_path / "photo.csv"), store="hiratsuka")
