"""Past business out of an office's list, several rows of one customer, columns as somebody said before (C7)."""

from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate

from customers.importing import uploads
from customers.importing.at_once import check, save
from customers.models import Customer, Deal, DealKind, ImportColumns, ImportFile, LostReason, Source, Stage, Vehicle
from tests.cast import at, contact

from .lists import csv_of

NOW = at("2026-11-22 10:00")
HEADINGS = [
    *("顧客コード", "氏名", "携帯電話", "車名", "納車日", "金額"),
    *("受注日", "商談内容", "受注金額", "入金日", "失注日", "失注理由", "受注担当者"),
]


def sale(**cells):
    return {"顧客コード": "101", "氏名": "田中　花子", "携帯電話": "090-1111-2222", **cells}


def imported(cast, *rows, headings=HEADINGS):
    return save(csv_of(list(rows), headings=headings), cast.hiratsuka, NOW)


def test_five_years_of_a_customer_are_one_customer_with_their_deals_and_cars(cast):
    told = imported(
        cast,
        sale(車名="アクア", 受注日="H29.3.1", 納車日="2017/4/2", 金額="1,500,000", 受注担当者="佐藤"),
        sale(車名="ヤリス", 受注日="R3.8.20", 納車日="2021/9/27", 金額="243万円"),
        sale(受注日="2024/5/10", 商談内容="車検", 受注金額="98000円", 入金日="2024/5/20"),
        sale(失注日="2025/2/3", 失注理由="価格", 商談内容="ハリアー"),
    )
    assert told["problems"] == []
    person = Customer.objects.get()
    assert sorted(person.vehicles.values_list("model", flat=True)) == ["アクア", "ヤリス"]
    first, second, third, lost = person.deals.order_by("received_at")
    assert (first.goods, first.amount_yen, first.staff, first.stage) == ("アクア", 1_500_000, cast.sales, Stage.PAID)
    assert (first.ordered_on, first.delivered_on, first.paid_on) == (
        date(2017, 3, 1),
        date(2017, 4, 2),
        date(2017, 4, 2),
    )
    assert (first.vehicle.model, second.vehicle.model, third.vehicle) == ("アクア", "ヤリス", None)
    assert (second.kind, second.source, second.amount_yen) == (DealKind.SALE, Source.WALK_IN, 2_430_000)
    assert (third.goods, third.amount_yen, third.paid_on) == ("車検", 98_000, date(2024, 5, 20))
    assert (lost.lost_reason, localdate(lost.lost_at), lost.ordered_on) == (LostReason.PRICE, date(2025, 2, 3), None)
    assert first.counted_staff == cast.sales
    assert not Deal.objects.open().exists()
    assert not Deal.objects.new().exists()


def test_the_same_list_again_changes_nothing(cast):
    rows = [sale(受注日="2021/8/20", 商談内容="ヤリス"), sale(受注日="2024/5/10", 商談内容="車検")]
    imported(cast, *rows)
    before = list(Deal.objects.order_by("pk").values())
    told = imported(cast, *rows)
    assert (told["new"], told["updated"]) == (0, 0)
    assert list(Deal.objects.order_by("pk").values()) == before


def test_a_known_deal_gains_what_it_lacks_and_loses_nothing(cast):
    imported(cast, sale(受注日="2021/8/20", 商談内容="ヤリス"))
    told = imported(cast, sale(受注日="2021/8/20", 商談内容="ﾔﾘｽ", 受注金額="2,430,000"))
    assert told["updated"] == 1
    deal = Deal.objects.get()
    assert (deal.goods, deal.amount_yen) == ("ヤリス", 2_430_000)
    imported(cast, sale(受注日="2021/8/20", 商談内容="ヤリス", 受注金額="1"))
    deal.refresh_from_db()
    assert deal.amount_yen == 2_430_000


def test_a_late_order_is_still_open_and_an_old_one_is_over(cast):
    imported(cast, sale(受注日="2026/11/1", 商談内容="新しい"), sale(受注日="2026/8/1", 商談内容="古い"))
    new, old = Deal.objects.get(goods="新しい"), Deal.objects.get(goods="古い")
    assert (new.stage, new.closed_at, new.is_new) == (Stage.ORDER, None, False)
    assert (old.stage, old.paid_on) == (Stage.PAID, date(2026, 8, 1))


def test_goods_without_any_day_go_to_the_note_and_are_listed(cast):
    told = imported(cast, sale(商談内容="アクア"))
    assert [problem["column"] for problem in told["problems"]] == ["商談内容"]
    assert not Deal.objects.exists()
    assert "アクア" in Customer.objects.get().note


def test_somebody_unknown_in_charge_of_a_deal_goes_to_the_note(cast):
    told = imported(cast, sale(受注日="2021/8/20", 受注担当者="誰か"))
    assert [problem["column"] for problem in told["problems"]] == ["受注担当者"]
    assert Deal.objects.get().staff is None


def test_taking_the_list_back_takes_the_deals_too(cast):
    imported(
        cast,
        sale(車名="アクア", 受注日="2017/3/1", 納車日="2017/4/2"),
        sale(車名="ヤリス", 受注日="2021/8/20", 納車日="2021/9/27"),
    )
    assert uploads.undo(ImportFile.objects.get(), by=cast.manager, now=NOW)
    assert not Customer.objects.exists()
    assert not Deal.objects.exists()
    assert not Vehicle.objects.exists()


def test_a_deal_that_somebody_has_worked_with_stays(cast):
    imported(cast, sale(受注日="2021/8/20", 商談内容="ヤリス"))
    deal = Deal.objects.get()
    contact(deal.customer, NOW, deal=deal)
    uploads.undo(ImportFile.objects.get(), by=cast.manager, now=NOW)
    assert Deal.objects.filter(pk=deal.pk).exists()


def test_what_a_known_deal_gained_is_taken_back(cast):
    imported(cast, sale(受注日="2021/8/20", 商談内容="ヤリス"))
    imported(cast, sale(受注日="2021/8/20", 受注金額="2,430,000"))
    uploads.undo(ImportFile.objects.order_by("pk").last(), by=cast.manager, now=NOW)
    assert Deal.objects.get().amount_yen is None


def test_a_further_row_with_another_name_under_the_code_is_still_asked_about(cast):
    told = imported(cast, sale(車名="アクア"), sale(氏名="田中 太郎", 車名="ヤリス"))
    assert told["duplicates"] == 1
    assert Vehicle.objects.get().model == "アクア"


def test_columns_are_taken_as_somebody_of_the_store_said_before(cast):
    strange = ["番", "お方", "電話", "謎"]
    rows = [["101", "田中 花子", "09011112222", "犬がいる"]]
    first = uploads.receive(
        csv_of(rows, headings=strange), name="a.csv", store=cast.hiratsuka, by=cast.manager, now=NOW
    )
    assert first.state == ImportFile.State.NAMELESS
    uploads.use_columns(first, ["code", "name", "phones", "note"], NOW, by=cast.manager)
    again = uploads.receive(csv_of(rows, headings=strange), name="b.csv", store=cast.hiratsuka, by=cast.sales, now=NOW)
    assert [column["field"] for column in again.columns] == ["code", "name", "phones", "note"]
    assert again.state == ImportFile.State.CHECKED
    assert ImportColumns.objects.get().saved_by == cast.manager


def test_the_page_says_that_the_columns_are_as_somebody_said_before(client, cast):
    headings = ["氏名", "電話", "謎"]
    rows = [["田中 花子", "09011112222", "犬がいる"]]
    client.force_login(cast.manager)
    for said in (False, True):
        file = uploads.receive(csv_of(rows, headings=headings), name="a.csv", store=cast.hiratsuka, by=None, now=NOW)
        address = reverse("customers:import-columns", args=[file.pk])
        assert ("大塚" in client.get(address).content.decode().partition("<main")[2]) is said
        client.post(address, {"column-0": "name", "column-1": "phones", "column-2": "note"})
    assert ImportColumns.objects.get().fields == ["name", "phones", "note"]


def test_what_one_store_said_of_columns_is_not_said_for_another(cast):
    headings = ["氏名", "電話", "謎"]
    rows = [["田中 花子", "09011112222", "犬がいる"]]
    file = uploads.receive(csv_of(rows, headings=headings), name="a.csv", store=cast.hiratsuka, by=None, now=NOW)
    uploads.use_columns(file, ["name", "phones", "note"], NOW)
    for store, field in ((cast.hiratsuka, "note"), (cast.yokohama, "")):
        told = uploads.receive(csv_of(rows, headings=headings), name="b.csv", store=store, by=None, now=NOW)
        assert told.columns[2]["field"] == field


def test_a_trial_says_so_before_anything_is_saved(cast):
    told = check(csv_of([sale(受注日="2021/8/20")], headings=HEADINGS), cast.hiratsuka, NOW)
    assert told["new"] == 1
    assert not Deal.objects.exists()
