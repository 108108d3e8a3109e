"""Who sent whom."""

import pytest

from customers.models import DealKind, Stage
from customers.referrals import tree_of
from tests.cast import at, customer, lead

NOW = at("2026-11-20 11:00")


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


@pytest.fixture
def people(cast):
    """First sent second and third, second sent fourth, who has ordered."""
    first = customer(cast.hiratsuka, name="一")
    second = customer(cast.hiratsuka, name="二", referrer=first)
    third = customer(cast.hiratsuka, name="三", referrer=first)
    fourth = customer(cast.hiratsuka, name="四", referrer=second)
    deal = lead(fourth, NOW, kind=DealKind.SALE)
    deal.take(cast.sales, NOW)
    deal.move_to(Stage.ORDERED, cast.sales, NOW, ordered_on=NOW.date())
    return first, second, third, fourth


def test_the_tree_has_several_levels_and_counts_orders(cast, people):
    first, second, third, fourth = people
    tree = tree_of(first, cast.sales)
    assert [one.customer for one in tree.people] == [second, third]
    assert [one.customer for one in tree.people[0].people] == [fourth]
    assert (tree.people_in_all, tree.orders_in_all, tree.people[0].people[0].orders) == (3, 1, 1)


def test_the_page_shows_it_and_who_sent_them(me, people):
    content = me.get(f"/customers/{people[0].pk}/referrals/").content.decode()
    for name in ("二", "三", "四"):
        assert f">{name}</a>" in content
    page = me.get(f"/customers/{people[3].pk}/referrals/")
    assert page.context["senders"] == [people[0], people[1]]


def test_who_sent_them_is_looked_for_and_named(me, cast, people):
    new = customer(cast.hiratsuka, name="新田 五郎", phones=[])
    url = f"/customers/{new.pk}/referrals/"
    assert people[1] in me.get(url, {"q": "二"}).context["found"]
    assert me.post(url, {"referrer": people[1].pk}).status_code == 302
    new.refresh_from_db()
    assert (new.referrer, new.edited_by) == (people[1], cast.sales)
    me.post(url, {"referrer": ""})
    new.refresh_from_db()
    assert new.referrer is None


@pytest.mark.parametrize("number", [0, 3])
def test_nobody_is_sent_by_themselves_or_by_who_they_sent(me, people, number):
    me.post(f"/customers/{people[0].pk}/referrals/", {"referrer": people[number].pk})
    people[0].refresh_from_db()
    assert people[0].referrer is None


def test_people_of_another_store_are_neither_shown_nor_named(me, cast, people):
    theirs = customer(cast.yokohama, name="横浜さん", referrer=people[0])
    assert "横浜さん" not in me.get(f"/customers/{people[0].pk}/referrals/").content.decode()
    assert me.post(f"/customers/{people[0].pk}/referrals/", {"referrer": theirs.pk}).status_code == 404
    assert me.get(f"/customers/{theirs.pk}/referrals/").status_code == 404


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_people(me, cast, people, number, django_assert_num_queries):
    for index in range(number):
        customer(cast.hiratsuka, name=f"紹介{index}", referrer=people[0])
    with django_assert_num_queries(9):
        me.get(f"/customers/{people[0].pk}/referrals/")
