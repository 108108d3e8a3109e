"""Lists out of the book: who may, what stands in them, what is on record, and the way back in (REQUIREMENTS C7)."""

import csv
import io
from datetime import date, time

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.exporting import sheets
from customers.exporting.taking import Taken
from customers.importing.at_once import check, save
from customers.importing.columns import heading_of
from customers.models import (
    Consent,
    Customer,
    Deal,
    DealKind,
    Export,
    Fact,
    FamilyMember,
    LostReason,
    Rank,
    Source,
    Stage,
    Vehicle,
)
from stores.models import Staff
from tests.cast import at, customer, lead, vehicle

NOW = at("2026-11-22 10:00")


@pytest.fixture
def book(cast):
    """Two people of Hiratsuka, one with two cars and two deals, and one of Yokohama."""
    nakamura = customer(
        cast.hiratsuka, code="101", owner=cast.sales, rank=Rank.objects.first(), emails=["misaki@example.test"],
        phones=["0463507285", "09012345678"], postcode="254-0035", address="平塚市1-1", born_on=date(1980, 2, 29),
        convenient_weekdays=[1, 4], convenient_from=time(17), convenient_until=time(19), note="=1+1\n犬がいる",
        refused_channels=["sms", "letter"], payment="loan", occupation="会社員", free_days="水・木",
    )  # fmt: skip
    company = customer(
        cast.hiratsuka, code="102", name="相模運送", kind="company", kana="サガミウンソウ", contact_name="関 一郎",
        phones=["0463111222"], referrer=nakamura, contact_phone="09033334444", representative="関 太郎",
        website="https://example.test/", line_id="seki",
    )  # fmt: skip
    customer(cast.yokohama, name="横浜 太郎", phones=["0451112222"])
    vehicle(
        nakamura, plate="湘南 580 せ 34-21", chassis_number="ZVW50-2273051", inspection_expires_on=date(2027, 4, 22)
    )
    vehicle(nakamura, model="ヤリス", year=2021, bought_here=True, price_yen=2_430_000, delivered_on=date(2021, 9, 27))
    vehicle(
        company,
        model="ハイエース",
        user_name="関 次郎",
        used_by=nakamura,
        mileage_km=1200,
        mileage_on=date(2026, 10, 1),
        check_due_on=date(2027, 1, 5),
    )
    sold = lead(nakamura, at("2021-08-01 11:00"), kind=DealKind.SALE, staff=cast.sales, goods="ヤリス")
    sold.take(cast.sales, at("2021-08-02 11:00"))
    sold.move_to(
        Stage.PAID, cast.sales, at("2021-10-05 12:00"),
        ordered_on=date(2021, 8, 20), delivered_on=date(2021, 9, 27), paid_on=date(2021, 10, 1), amount_yen=2_430_000,
    )  # fmt: skip
    lost = lead(nakamura, at("2024-03-01 11:00"), kind=DealKind.SALE, staff=cast.sales, source=Source.WEB)
    lost.lose(LostReason.PRICE, cast.sales, at("2024-03-20 12:00"))
    know(nakamura, cast.sales)
    return nakamura, company


def know(who, by):
    """Facts of one kind twice, one long confirmed again and one no longer so; a family; what they agreed to."""
    Fact.note(who, "hobby", "ゴルフ(月1回)", by=by, now=at("2025-03-02 10:00"))
    Fact.note(who, "hobby", "海釣り", by=by, now=at("2024-01-05 10:00"))
    Fact.objects.get(text="海釣り").confirm(by=by, now=at("2026-05-06 10:00"))
    Fact.note(who, "talked", "=HYPERLINK(1)", by=by, now=at("2026-11-01 10:00"))
    Fact.note(who, "job", "前の職場", by=by, now=at("2024-01-05 10:00"))
    Fact.objects.get(text="前の職場").end(now=at("2025-01-05 10:00"))
    theirs = FamilyMember.objects.filter(customer=who)
    theirs.create(customer=who, relation="spouse", name="中村 健", kana="ナカムラ ケン", born_on=date(1979, 1, 2))
    theirs.create(customer=who, relation="child", name="中村 葵", note="長女")
    theirs.create(customer=who, relation="other", name="中村 誤", removed_at=at("2026-01-05 10:00"))
    said = {"by": by, "now": at("2026-02-05 10:00")}
    Consent.record(who, "phone", "given", how="paper", said_on=date(2026, 2, 1), note="申込書 2枚目", **said)
    Consent.record(who, "sms", "refused", how="verbally", said_on=date(2026, 2, 2), **said)
    Customer.objects.filter(pk=who.pk).reindex()


def taken(client, what, form="utf8", **query):
    address = reverse("customers:export", args=[what], query=query)
    response = client.post(address, {"form": form, "replace": "yes"})
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def rows(data, encoding="utf-8-sig"):
    return data.decode(encoding).split("\r\n")


@pytest.mark.parametrize(("who", "status"), [("sales", 403), ("assistant", 403), ("manager", 200), ("admin", 200)])
def test_only_who_may_takes_a_list_out(client, cast, book, who, status):
    client.force_login(getattr(cast, who))
    for what in ("customers", "vehicles", "deals"):
        assert client.get(reverse("customers:export", args=[what])).status_code == status
        assert client.post(reverse("customers:export", args=[what]), {"form": "utf8"}).status_code == status
    assert Export.objects.count() == (3 if status == 200 else 0)
    assert client.get(reverse("customers:exports")).status_code == status


def test_a_manager_takes_out_their_own_stores_only(client, cast, book):
    client.force_login(cast.manager)
    assert "横浜 太郎" not in taken(client, "customers").decode()
    client.force_login(cast.admin)
    assert "横浜 太郎" in taken(client, "customers").decode()


def test_what_is_found_is_what_is_taken_and_the_record_says_so(client, cast, book, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.manager)
    found = rows(taken(client, "customers", q="相模"))
    assert len(found) == 3
    assert found[1].startswith("102,法人,相模運送")
    record = Export.objects.get()
    assert (record.by, record.at, record.rows, record.form) == (cast.manager, NOW, 1, "utf8")
    assert len(record.asked) == 1
    assert record.asked[0].endswith("相模")
    page = client.get(reverse("customers:exports")).content.decode()
    assert "相模" in page


def test_who_manages_another_store_does_not_see_what_was_taken(client, cast, book):
    client.force_login(cast.manager)
    taken(client, "customers", q="相模")
    client.force_login(cast.yokohama_manager)
    assert "相模" not in client.get(reverse("customers:exports")).content.decode()


def test_the_record_is_written_once(cast, book, client):
    client.force_login(cast.manager)
    taken(client, "customers")
    for change in (lambda: Export.objects.update(rows=0), lambda: Export.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_looking_at_the_page_takes_nothing(client, cast, book):
    client.force_login(cast.manager)
    page = client.get(reverse("customers:export", args=["customers"], query={"q": "相模"}))
    assert page.context["count"] == 1
    assert not Export.objects.exists()


def test_cells_that_excel_would_calculate_are_text(client, cast, book):
    client.force_login(cast.manager)
    assert '"\'=1+1\n犬がいる"' in taken(client, "customers").decode()
    sheet = openpyxl.load_workbook(io.BytesIO(taken(client, "customers", form="xlsx"))).active
    notes = [row[-1] for row in sheet.iter_rows(min_row=2)]
    assert [(note.value, note.data_type) for note in notes] == [(None, "n"), ("=1+1\n犬がいる", "s")] or [
        (note.value, note.data_type) for note in reversed(notes)
    ] == [(None, "n"), ("=1+1\n犬がいる", "s")]


def test_letters_that_shift_jis_lacks_are_told_before_and_replaced(client, cast, book):
    Customer.objects.filter(code="102").update(name="𠮷田〜運送🚗🚗")
    client.force_login(cast.manager)
    address = reverse("customers:export", args=["customers"])
    asked = client.post(address, {"form": "cp932"})
    assert asked.status_code == 422
    assert (asked.context["lacking_count"], dict(asked.context["lacking"])) == (3, {"𠮷": 1, "🚗": 2})
    assert not Export.objects.exists()
    assert "〓田～運送〓〓" in taken(client, "customers", form="cp932").decode("cp932")


def test_where_nothing_is_lacking_shift_jis_comes_at_once(client, cast, book):
    client.force_login(cast.manager)
    response = client.post(reverse("customers:export", args=["customers"]), {"form": "cp932"})
    assert response.status_code == 200
    assert "中村 美咲" in b"".join(response.streaming_content).decode("cp932")


def described(store):
    """The book of a store, without keys and stamps."""
    customers = [
        (c.code, c.kind, c.name, c.kana, c.contact_name,
         c.contact_phone, c.representative, c.website, c.line_id, tuple(c.phones), tuple(c.emails),
         c.postcode, c.address,
         c.born_on, c.occupation, c.free_days, tuple(c.convenient_weekdays), c.convenient_from, c.convenient_until,
         tuple(sorted(c.refused_channels)), c.payment, c.note, c.owner, c.rank, c.referrer and c.referrer.code,
         c.search)
        for c in Customer.objects.filter(store=store).order_by("code")
    ]  # fmt: skip
    left_out = {"id", "store_id", "customer_id", "created_at", "used_by_id"}
    names = [field.attname for field in Vehicle._meta.concrete_fields if field.attname not in left_out]
    cars = sorted(
        (c.customer.code, c.model, str([getattr(c, name) for name in names]), c.used_by.code if c.used_by else "")
        for c in Vehicle.objects.filter(store=store).select_related("customer", "used_by")
    )
    deals = sorted(
        (d.customer.code, d.kind, d.source, d.goods, d.amount_yen or 0, str(d.ordered_on), str(d.delivered_on), d.stage,
         str(d.paid_on), str(d.lost_at and d.lost_at.date()), d.lost_reason, str(d.staff), str(d.received_at.date()),
         bool(d.won_at), bool(d.closed_at), str(d.counted_staff))
        for d in Deal.objects.filter(store=store).select_related("customer", "staff")
    )  # fmt: skip
    return customers, cars, deals, beside(store)


def beside(store):
    """What stands beside the entries."""
    facts = Fact.objects.standing().filter(customer__store=store)
    family = FamilyMember.objects.standing().filter(customer__store=store)
    consents = Consent.objects.filter(customer__store=store)
    return (
        sorted((f.customer.code, f.kind, f.text, f.noted_at.date(), f.confirmed_at.date()) for f in facts),
        list(family.order_by("pk").values_list("customer__code", "relation", "name", "kana", "born_on", "note")),
        sorted(consents.values_list("customer__code", "channel", "answer", "how", "said_on", "note")),
    )


@pytest.mark.parametrize("form", ["utf8", "cp932", "xlsx"])
def test_what_goes_out_comes_in_as_the_same_book(client, cast, book, form, settings):
    client.force_login(cast.manager)
    lists = {what: taken(client, what, form=form) for what in ("customers", "vehicles", "deals")}
    before = described(cast.hiratsuka)
    assert [len(known) for known in before[3]] == [3, 2, 2]
    for data in lists.values():
        told = save(data, cast.hiratsuka, NOW)
        assert (told["new"], told["updated"], told["refused"]) == (0, 0, 0)
    assert described(cast.hiratsuka) == before
    Deal.objects.filter(store=cast.hiratsuka).delete()
    Customer.objects.filter(store=cast.hiratsuka).delete()
    for data in lists.values():
        assert check(data, cast.hiratsuka, NOW)["problems"] == []
        save(data, cast.hiratsuka, NOW)
    assert described(cast.hiratsuka) == before


def test_the_family_has_as_many_columns_as_the_largest_needs(client, cast, book):
    client.force_login(cast.manager)
    headings, nakamura, company, *_rest = csv.reader(io.StringIO(taken(client, "customers").decode("utf-8-sig")))
    assert [heading for heading in headings if heading.endswith("氏名")] == ["氏名", "家族1 氏名", "家族2 氏名"]
    found = dict(zip(headings, {row[0]: row for row in (nakamura, company)}["101"], strict=True))
    assert (found["家族1 続柄"], found["家族1 生年月日"], found["家族2 氏名"]) == ("配偶者", "1979/01/02", "中村 葵")
    assert found["情報(趣味)"] == "ゴルフ(月1回)(2025/03/02)\n海釣り(2024/01/05・確認2026/05/06)"
    assert (found["連絡同意(電話)"], found["連絡同意(手紙)"]) == ("同意 書面 2026/02/01 申込書 2枚目", "")
    assert found["情報(話したこと)"].startswith("'=")


def test_who_has_no_code_is_named_with_a_number_or_mail_and_found_again(client, cast, book):
    """Who sent somebody, and who drives a car: in the same book, and in an empty one."""
    Customer.objects.filter(code="101").update(code="", phones=[])
    Vehicle.objects.filter(model="ハイエース").update(user_name="")
    child = customer(cast.hiratsuka, code="103", name="中村 葵", phones=["09088887777"])
    Customer.objects.filter(pk=child.pk).update(referrer=book[1])
    Customer.objects.filter(code="102").update(code="")
    client.force_login(cast.manager)
    lists = [taken(client, what) for what in ("customers", "vehicles")]
    for data in lists:
        assert save(data, cast.hiratsuka, NOW)["unchanged"] == 3
    headings, *cars = csv.reader(io.StringIO(lists[1].decode("utf-8-sig")))
    found = next(row for row in cars if "ハイエース" in row)
    places = headings.index(heading_of("vehicle.user_name")), headings.index(heading_of("vehicle.used_by"))
    assert [found[place] for place in places] == ["", "中村 美咲 misaki@example.test"]
    Deal.objects.all().delete()
    Customer.objects.filter(store=cast.hiratsuka).delete()
    for data in lists:
        assert save(data, cast.hiratsuka, NOW)["problems"] == []
    senders = Customer.objects.exclude(referrer=None).values_list("name", "referrer__name")
    assert set(senders) == {("相模運送", "中村 美咲"), ("中村 葵", "相模運送")}
    assert Vehicle.objects.get(model="ハイエース").used_by.name == "中村 美咲"


def test_letters_that_shift_jis_lacks_come_back_as_what_they_were(client, cast, book):
    """What a list has lost is no news: of a customer with or without a code, a family, a fact, a car, a deal."""
    Customer.objects.filter(code="101").update(
        name="𠮷田 美咲", kana="", note="𠮷田様宅〜海側", address="𠮷野町1〜2", code=""
    )
    Customer.objects.filter(code="102").update(name="𠮷田運送", contact_name="𠮷田 一郎")
    Vehicle.objects.filter(model="ハイエース").update(model="ハイエース〜", user_name="𠮷田 次郎")
    FamilyMember.objects.filter(customer=book[0], relation="spouse").update(name="𠮷田 健")
    Fact.objects.filter(text="海釣り").update(text="𠮷祥寺〜で釣り")
    Deal.objects.filter(goods="ヤリス").update(goods="ヤリス〜", note="𠮷田様のご紹介")
    Staff.objects.filter(pk=cast.sales.pk).update(name="𠮷田 健太")
    Customer.objects.filter(store=cast.hiratsuka).reindex()
    client.force_login(cast.manager)
    before = described(cast.hiratsuka)
    for what in ("customers", "vehicles", "deals"):
        told = save(taken(client, what, form="cp932"), cast.hiratsuka, NOW)
        assert (told["new"], told["updated"], told["duplicates"], told["problems"]) == (0, 0, 0, [])
    assert described(cast.hiratsuka) == before


def test_who_has_left_stays_in_charge_of_what_they_sold_and_the_note_does_not_grow(client, cast, book):
    Staff.objects.filter(pk=cast.sales.pk).update(is_active=False)
    Customer.objects.filter(code="101").update(note="空白が残る　\n二行目")
    vehicle(book[0], model="原付", plate="平塚市 あ 12-34")
    client.force_login(cast.manager)
    lists = [taken(client, what) for what in ("customers", "vehicles", "deals")]
    before = described(cast.hiratsuka)
    for data in lists:
        assert save(data, cast.hiratsuka, NOW)["updated"] == 0
    assert described(cast.hiratsuka) == before
    Deal.objects.filter(store=cast.hiratsuka).delete()
    assert {row["column"] for row in save(lists[2], cast.hiratsuka, NOW)["problems"]} == set()
    assert set(Deal.objects.values_list("staff", flat=True)) == {cast.sales.pk}


def test_the_cars_whose_day_is_coming_are_taken_out_as_they_are_listed(client, cast, book, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.manager)
    page = client.get("/vehicles/", {"within": "6"}).content.decode()
    assert "/customers/export/vehicles/?within=6&amp;due=inspection" in page
    asked = {"due": "inspection", "within": "6", "order": "kana"}
    assert len(rows(taken(client, "vehicles", **asked))) == 3
    assert "34-21" in taken(client, "vehicles", **asked).decode()
    assert len(rows(taken(client, "vehicles", due="inspection", within="3"))) == 2
    record = Export.objects.order_by("pk").first()
    assert (record.what, record.rows, len(record.asked)) == ("vehicles", 1, 2)
    client.force_login(cast.sales)
    assert "/customers/export/" not in client.get("/vehicles/").content.decode()
    address = reverse("customers:export", args=["vehicles"], query=asked)
    assert client.post(address, {"form": "utf8"}).status_code == 403


def test_the_cars_of_another_store_that_are_due_are_not_taken(client, cast, book, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.yokohama_manager)
    assert "34-21" not in taken(client, "vehicles", due="inspection", within="12").decode()


def test_the_code_of_who_referred_them_is_left_out_where_it_means_somebody_else(client, cast, book):
    there = customer(cast.yokohama, name="横浜 次郎", code="102")
    Customer.objects.filter(pk=book[0].pk).update(referrer=there)
    client.force_login(cast.manager)
    headings, nakamura, company, *_rest = csv.reader(io.StringIO(taken(client, "customers").decode("utf-8-sig")))
    place = headings.index(heading_of("referrer"))
    assert {row[0]: row[place] for row in (nakamura, company)} == {"101": "", "102": "101"}


def test_the_number_of_queries_does_not_grow_with_the_rows(cast):
    for number in range(3):
        customer(cast.hiratsuka, code=str(number), phones=[f"0901111000{number}"])
    found = Customer.objects.in_store(cast.hiratsuka).order_by("pk")
    with CaptureQueriesContext(connection) as few:
        assert len(list(Taken("customers", found).rows())) == 4
    for number in range(3, 30):
        customer(cast.hiratsuka, code=str(number), phones=[f"090111100{number:02d}"])
    with CaptureQueriesContext(connection) as many:
        assert len(list(Taken("customers", found.all()).rows())) == 31
    assert len(few) == len(many) == 6


def test_a_long_list_is_never_whole_in_memory():
    """Each piece goes out before all rows are read."""
    read = []

    def endless():
        for number in range(20_000):
            read.append(number)
            yield [str(number), str(number**40)]

    for pieces in (sheets.csv_pieces(endless(), shift_jis=False), sheets.xlsx_pieces(endless())):
        read.clear()
        assert next(pieces)
        assert len(next(pieces)) > 1000
        assert len(read) < 10_000
        list(pieces)
        assert len(read) == 20_000
