"""Nobody was sent by those they sent, whatever a list says (REQUIREMENTS C1, C7)."""

import pytest

from customers.importing.circles import closing
from customers.models import Customer, ImportFile
from customers.referrals import refer
from tests.cast import at, customer

from .lists import row
from .test_importing_customers import imported, remarks
from .test_importing_page import confirm, sent

NOW = at("2026-11-21 12:00")


def senders():
    return dict(Customer.objects.exclude(referrer=None).values_list("code", "referrer__code"))


@pytest.mark.parametrize(
    ("said", "stored", "circles"),
    [
        ({2: ("A", "B"), 3: ("B", "C")}, {}, {}),
        ({2: ("A", "B"), 3: ("B", "A")}, {}, {3: ["B", "A"]}),
        ({2: ("A", "B"), 3: ("B", "C"), 4: ("C", "A"), 5: ("D", "A")}, {}, {4: ["C", "A", "B"]}),
        ({2: ("A", 7)}, {7: 8, 8: "A"}, {2: ["A", 7, 8]}),
        ({2: (7, 8)}, {7: 9, 8: 9}, {}),
        ({2: (7, 1), 3: (8, 7)}, {7: 8, 1: 7}, {2: [7, 1], 3: [8, 7]}),
        ({}, {7: 8, 8: 7}, {}),
    ],
)
def test_the_last_row_of_a_circle_gives_way(said, stored, circles):
    assert closing(said, stored) == circles


def test_who_would_have_sent_themselves_comes_in_without_and_the_row_says_so(cast):
    rows = [
        row(顧客コード="1", 紹介者コード="2"),
        row(顧客コード="2", 氏名="鈴木 一", 携帯電話="090-1111-0002", 紹介者コード="3"),
        row(顧客コード="3", 氏名="加藤 二", 携帯電話="090-1111-0003", 紹介者コード="1"),
    ]
    told = imported(cast, rows)
    assert remarks(told) == [(4, "紹介者コード")]
    assert "3 加藤 二 ← 1 田中 花子 ← 2 鈴木 一 ← 3 加藤 二" in told["problems"][0]["message"]
    assert senders() == {"1": "2", "2": "3"}
    assert Customer.objects.get(code="3").note == "紹介者コード: 1"
    assert imported(cast, rows)["unchanged"] == 3


def test_who_sent_them_in_the_book_counts_and_nobody_of_another_store_is_named(cast):
    there = customer(cast.yokohama, name="横浜 太郎")
    first = customer(cast.hiratsuka, code="1", phones=["09011112222"], name="田中 花子")
    Customer.objects.filter(pk=there.pk).update(referrer=first)
    customer(cast.hiratsuka, code="2", phones=["09011110002"], name="鈴木 一", referrer=there)
    told = imported(cast, [row(顧客コード="1", 紹介者コード="2")])
    (problem,) = told["problems"]
    assert "横浜" not in problem["message"]
    assert "1 田中 花子 ← 2 鈴木 一 ← " in problem["message"]
    assert "1" not in senders()


def test_who_was_named_since_the_list_was_looked_at_is_looked_at_again(client, cast):
    one = customer(cast.hiratsuka, code="1", phones=["09011112222"], name="田中 花子")
    other = customer(cast.hiratsuka, code="2", phones=["09011110002"], name="鈴木 一")
    client.force_login(cast.assistant)
    file = sent(client, [row(顧客コード="1", 紹介者コード="2")])
    refer(other, one, by=cast.sales, now=NOW)
    confirm(client, file)
    assert senders() == {"2": "1"}
    assert Customer.objects.get(code="1").note == "紹介者コード: 2"
    assert ImportFile.objects.get().report["problem_columns"] == [["紹介者コード", 1]]
