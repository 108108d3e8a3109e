"""Who is in the book twice is found when they are saved, not only at night, and shown where both may be seen (C7)."""

from datetime import date

import pytest
from django.db import transaction

from customers.cards import keep, type_in
from customers.duplicates import CROWD, FIND_JOB, find, look
from customers.entering import Lead
from customers.models import Customer, Duplicate
from stores.models import WakeUp
from tests import pages
from tests.cast import at, customer
from tests.followups.test_concurrency import at_once
from tests.todo.test_cards import photo

NOW = at("2026-11-21 12:00")
BORN = date(1980, 2, 29)


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


def pairs():
    return {(pair.one.name, pair.other.name, *pair.why) for pair in Duplicate.objects.select_related("one", "other")}


def edited(client, who, **changes):
    url = f"/customers/{who.pk}/edit/"
    assert client.post(url, pages.filled(client.get(url).context["form"], **changes)).status_code == 302


def entered(client, **fields):
    typed = {"customer_kind": "person", "name": "小林 直", "only_customer": "on", "another": "yes", **fields}
    assert client.post("/customers/new/", typed).status_code == 302
    return Customer.objects.get(name="小林 直")


def test_whoever_is_entered_with_a_number_we_know_stands_beside_them_at_once(me, cast):
    there = customer(cast.hiratsuka)
    made = entered(me, phone="090-1234-5678")
    assert pairs() == {("中村 美咲", "小林 直", "phone")}
    for one, other in ((there, made), (made, there)):
        content = me.get(f"/customers/{one.pk}/").content.decode()
        assert f'<a href="/customers/{other.pk}/">{other.name}</a>' in content
        assert "/merging/" not in content


def test_a_manager_is_led_to_the_two_side_by_side(client, cast):
    client.force_login(cast.manager)
    there = customer(cast.hiratsuka)
    made = entered(client, phone="090-1234-5678")
    assert f"/customers/{made.pk}/merging/{there.pk}/" in client.get(f"/customers/{made.pk}/").content.decode()


def test_who_is_changed_is_found_and_forgotten_at_once(me, cast):
    customer(cast.hiratsuka, name="別の人", kana="コバヤシ ナオ", phones=[], emails=["n@example.test"], born_on=BORN)
    who = customer(cast.hiratsuka, name="小林 直", kana="", phones=["0463111111"])
    edited(me, who, kana="こばやしなお", born_on="1980-02-29")
    assert pairs() == {("別の人", "小林 直", "birthday")}
    edited(me, who, emails="N@example.test")
    assert pairs() == {("別の人", "小林 直", "birthday", "email")}
    edited(me, who, emails="", born_on="1981-02-28")
    assert pairs() == set()


def test_a_number_added_from_a_card_is_looked_at_too(cast):
    customer(cast.hiratsuka, name="別の人", phones=["0463111111"])
    known = customer(cast.hiratsuka)
    card = keep(photo(), store=cast.hiratsuka, owner=cast.sales, note="", by=cast.sales, now=NOW)
    who = {"name": known.name, "kana": "", "phone": "", "email": ""}
    lead = Lead(store=cast.hiratsuka, customer=known, staff=None, who=who, note="", enquiry=None)
    type_in(card, lead, {"phones": ["0463111111"]}, by=cast.assistant, now=NOW)
    assert pairs() == {("別の人", "中村 美咲", "phone")}


def test_what_somebody_has_settled_stays_settled(me, cast):
    customer(cast.hiratsuka)
    who = customer(cast.hiratsuka, name="小林 直")
    find(NOW)
    Duplicate.objects.get().dismiss(cast.manager, NOW)
    edited(me, who, occupation="医師")
    assert Duplicate.objects.dismissed().count() == 1
    assert "中村 美咲" not in me.get(f"/customers/{who.pk}/").content.decode()


def test_one_store_learns_nothing_of_the_other(me, client, cast):
    there = customer(cast.yokohama, name="横浜の人")
    who = customer(cast.hiratsuka, name="小林 直", kana="", phones=["0463111111"])
    edited(me, who, phones="090-1234-5678")
    assert pairs() == set()
    find(NOW)
    assert len(pairs()) == 1
    edited(me, who, occupation="医師")
    assert len(pairs()) == 1  # what the night has found of both stores is not for one of them to forget
    assert "横浜の人" not in me.get(f"/customers/{who.pk}/").content.decode()
    client.force_login(cast.yokohama_sales)
    assert "小林 直" not in client.get(f"/customers/{there.pk}/").content.decode()
    client.force_login(cast.admin)
    assert "横浜の人" in client.get(f"/customers/{who.pk}/").content.decode()


def test_it_finds_what_the_night_would_find(cast):
    for number in range(CROWD + 2):
        customer(cast.hiratsuka, name=f"社員{number}", kana="シャイン", phones=["0311110000"], born_on=BORN)
    customer(cast.hiratsuka, name="別", kana="シャ イン", phones=[], born_on=BORN, emails=["a@example.test"])
    customer(cast.hiratsuka, name="閉", kana="シャイン", born_on=BORN, closed_at=NOW)
    for who in Customer.objects.order_by("pk"):
        look(who, NOW)
    found = pairs()
    assert find(NOW) == 0
    assert pairs() == found
    assert len(found) == CROWD + 2


def test_one_question_is_enough_however_many_are_alike(cast, django_assert_num_queries):
    who = customer(cast.hiratsuka, name="小林 直")
    for _index in range(9):
        customer(cast.hiratsuka)
    with django_assert_num_queries(1):
        look(who, NOW)


@pytest.mark.parametrize("number", [1, 9])
def test_the_page_asks_the_same_however_many_are_alike(me, cast, number, django_assert_num_queries):
    who = customer(cast.hiratsuka, name="小林 直")
    for index in range(number):
        customer(cast.hiratsuka, name=f"双子{index}")
    look(who, NOW)
    with django_assert_num_queries(10):
        content = me.get(f"/customers/{who.pk}/").content.decode()
    assert content.count("双子") == number


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_is_saved_while_the_whole_book_is_looked_through_waits_for_nobody(cast):
    customer(cast.hiratsuka)
    who = customer(cast.hiratsuka, name="小林 直")

    def saved():
        with transaction.atomic():
            look(who, NOW)

    with transaction.atomic():
        find(NOW)
        assert at_once(saved) == [None]
    assert WakeUp.objects.filter(name=FIND_JOB).exists()
    assert pairs() == {("中村 美咲", "小林 直", "phone")}
