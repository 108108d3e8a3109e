"""Searching and listing many customers: each by its index (STYLE.md 9)."""

import json

import pytest
from django.db import connection

from customers.models import Customer
from tests.cast import customer

KANA = ["アオキ", "サトウ", "ハヤシ", "タカハシ", "ナカムラ", "ヤマダ", ""]


@pytest.fixture
def many(cast):
    """More than a planner would read one by one."""
    made = [
        Customer(
            store=(cast.hiratsuka, cast.yokohama)[number % 2],
            name=f"顧客{number}",
            kana=KANA[number % 7],
            phones=[f"0901{number:07d}"],
        )
        for number in range(4000)
    ]
    for one in made:
        one.search = one.search_text(plates=[])
    Customer.objects.bulk_create(made)
    customer(cast.hiratsuka, name="林 健", kana="ハヤシ ケン", phones=["08000000000"])
    with connection.cursor() as cursor:
        for index in ("customer_search", "customer_search_short"):
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
        cursor.execute("ANALYZE customers_customer")
    return Customer.objects


def plan(rows):
    """(names of the indexes used, kinds of steps), as if the table were too large to read one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    steps = [json.loads(rows.explain(format="json"))[0]["Plan"]]
    found = []
    while steps:
        step = steps.pop()
        found.append(step)
        steps += step.get("Plans", [])
    return {step["Index Name"] for step in found if "Index Name" in step}, {step["Node Type"] for step in found}


@pytest.mark.parametrize(("typed", "index"), [("林", "short"), ("林健", "short"), ("はやし けん", "")])
def test_a_search_of_any_length_goes_by_an_index(many, cast, typed, index):
    """A GIN index answers by bitmap; plain scans, which the planner may prefer in so small a table, are put aside."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off")
    indexes, kinds = plan(many.visible_to(cast.admin).net().search(typed).order_by())
    assert "Seq Scan" not in kinds
    assert any(name.startswith("customer_search") and name.endswith(index) for name in indexes)


@pytest.mark.parametrize("who", ["sales", "admin"])
def test_a_page_of_the_book_is_read_in_the_order_of_an_index(many, cast, who):
    staff = getattr(cast, who)
    indexes, kinds = plan(many.visible_to(staff).net().in_kana_order()[:50])
    assert indexes == {"customer_by_kana_anywhere" if who == "admin" else "customer_by_kana"}
    assert not kinds & {"Sort", "Incremental Sort", "Seq Scan"}


@pytest.mark.parametrize("typed", ["髙", "髙橋", "高橋", "ﾀｶ", "たか", "12", "あ"])
def test_one_or_two_signs_find_whoever_has_them_in_any_writing(cast, typed):
    found = customer(cast.hiratsuka, name="髙橋 あい", kana="タカハシ アイ", phones=["09012999999"])
    customer(cast.hiratsuka, name="中村", kana="ナカムラ", phones=["0463777777"])
    assert list(Customer.objects.search(typed)) == [found]


def test_what_is_found_is_listed_by_kana_with_those_without_kana_last(cast):
    for name, kana in (("林 二", ""), ("林 三", "ハヤシ サン"), ("小林", "コバヤシ")):
        customer(cast.hiratsuka, name=name, kana=kana)
    assert [one.name for one in Customer.objects.search("林")] == ["小林", "林 三", "林 二"]


def test_a_changed_name_is_found_by_its_new_parts_only(cast):
    there = customer(cast.hiratsuka, name="林", kana="ハヤシ")
    there.name = "森"
    there.save(update_fields=["name"])
    Customer.objects.filter(pk=there.pk).reindex()
    assert list(Customer.objects.search("森")) == [there]
    assert not Customer.objects.search("林").exists()
