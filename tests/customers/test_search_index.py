"""Searching and listing many customers: each can be answered by its index (STYLE.md 9)."""

from importlib import import_module
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from customers.models import Customer
from customers.models.customer import FOUND
from customers.text import fold
from tests.cast import customer, vehicle
from tests.plans import kinds, leave_only, uses


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("林", "customer_search_short"),
        ("林健", "customer_search_short"),
        ("はやし けん", "customer_search"),
        ("090-1234", "customer_search"),
    ],
)
@pytest.mark.parametrize("who", ["sales", "admin"])
def test_a_search_of_any_length_goes_by_an_index(cast, who, typed, index):
    leave_only(index)
    found = Customer.objects.visible_to(getattr(cast, who)).net().search(typed)
    assert uses(found, index)


@pytest.mark.parametrize("typed", ["林", "はやし けん"])
def test_who_is_called_so_is_found_by_an_index_too(cast, typed):
    leave_only("customer_search")
    assert uses(Customer.objects.visible_to(cast.sales).net().beginning_with(typed), "customer_search")


def test_a_search_that_no_index_fits_is_noticed(cast):
    """The negative control: trigrams find nothing as short as this."""
    leave_only("customer_search_short")
    assert not uses(Customer.objects.filter(search__contains="林"), "customer_search_short")


@pytest.mark.parametrize("who", ["sales", "admin"])
def test_a_page_of_the_book_is_read_in_the_order_of_an_index(cast, who):
    index = "customer_by_kana_anywhere" if who == "admin" else "customer_by_kana"
    leave_only(index)
    rows = Customer.objects.visible_to(getattr(cast, who)).net().in_kana_order()[:50]
    assert uses(rows, index)
    assert not kinds(rows) & {"Sort", "Incremental Sort"}


def test_a_search_looks_no_further_than_its_limit(cast):
    for number in range(5):
        customer(cast.hiratsuka, name=f"林 {number}", kana=f"ハヤシ {number}")
    assert Customer.objects.search("林", most=3).count() == 3
    assert Customer.objects.search("林").count() == 5
    assert FOUND > 5000


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


def test_cars_that_came_before_chassis_numbers_were_looked_for_are_found(cast):
    """By the statement of the migration, and by the command that computes everybody anew."""
    owner = customer(cast.hiratsuka)
    vehicle(owner, chassis_number="ＺＶＷ30-1234567")
    right = owner.__class__.objects.get().search
    for again in (run_the_migration, lambda: call_command("reindex", stdout=StringIO())):
        Customer.objects.update(search=fold("中村 美咲"))
        assert not Customer.objects.search("zvw30-1234").exists()
        again()
        again()
        assert Customer.objects.search("zvw30-1234").get() == owner
    assert Customer.objects.get().search == right


def run_the_migration():
    statement = import_module("customers.migrations.0020_book_details").CHASSIS_NUMBERS
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert Customer.objects.get().search.count("zvw301234567") == 1


def test_the_command_says_how_many_were_wrong(cast):
    for number in range(3):
        customer(cast.hiratsuka, name=f"中村{number}")
    Customer.objects.filter(name="中村1").update(search="")
    told = StringIO()
    call_command("reindex", stdout=told)
    assert told.getvalue().split() == ["3", "customers,", "1", "changed"]


def test_a_letter_on_the_way_to_kana_looks_for_no_beginnings(cast):
    """Input methods send it, and every code begins with the same."""
    found = customer(cast.hiratsuka, name="林", kana="ハヤシ", code="H001", emails=["hana@example.com"])
    assert not Customer.objects.beginning_with("ｈ").exists()
    assert list(Customer.objects.beginning_with("han")) == [found]
    assert list(Customer.objects.search("h")) == [found]
