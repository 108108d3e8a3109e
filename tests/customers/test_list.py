import pytest
from django.urls import reverse

from tests.cast import customer, vehicle

URL = "/customers/"


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


def names(response):
    return [row.name for row in response.context["page"]]


def test_it_lists_ones_own_stores_by_kana_with_those_without_kana_last(me, cast):
    customer(cast.hiratsuka, name="山", kana="ヤマ")
    customer(cast.hiratsuka, name="無名", kana="")
    customer(cast.hiratsuka, name="青木", kana="アオキ")
    customer(cast.yokohama, name="横", kana="ヨコ")
    assert names(me.get(URL)) == ["青木", "山", "無名"]


def test_it_finds_by_any_part_and_keeps_the_words_in_the_box(me, cast):
    found = customer(cast.hiratsuka, name="髙橋", kana="タカハシ", phones=["0463222222"])
    vehicle(found, plate="湘南 500 あ 12-34")
    customer(cast.hiratsuka, phones=["0463111111"])
    for typed in ("高橋", "12-34", "500 あ", "0463-22"):
        response = me.get(URL, {"q": typed})
        assert names(response) == ["髙橋"]
        assert f'value="{typed}"' in response.content.decode()


def test_it_shows_whose_customers_one_asks_for(me, cast):
    customer(cast.hiratsuka, name="mine", owner=cast.sales)
    customer(cast.hiratsuka, name="his", owner=cast.sales2)
    customer(cast.hiratsuka, name="free")
    assert names(me.get(URL, {"owner": "me"})) == ["mine"]
    assert names(me.get(URL, {"owner": cast.sales2.pk})) == ["his"]
    assert names(me.get(URL, {"owner": "nobody"})) == ["free"]


def test_a_filter_for_somebody_unknown_is_left_out(me, cast):
    customer(cast.hiratsuka, name="mine")
    assert names(me.get(URL, {"owner": cast.yokohama_sales.pk, "page": "x"})) == ["mine"]


def test_only_who_has_several_stores_chooses_one(client, cast):
    customer(cast.hiratsuka, name="one")
    customer(cast.yokohama, name="two")
    client.force_login(cast.admin)
    assert names(client.get(URL, {"store": cast.yokohama.pk})) == ["two"]
    client.force_login(cast.sales)
    assert "store" not in client.get(URL).context["form"].fields


def test_who_is_not_signed_in_is_sent_to_the_door(client, cast):
    assert client.get(URL).status_code == 302


def test_the_top_search_proposes_at_most_eight(me, cast):
    for n in range(10):
        customer(cast.hiratsuka, name=f"中村 {n}", kana="ナカムラ")
    customer(cast.yokohama, name="中村 他店", kana="ナカムラ")
    response = me.get(reverse("todo:search"), {"q": "なかむら"})
    assert len(response.context["results"]) == 8
    assert "他店" not in response.content.decode()
    assert me.get(reverse("todo:search"), {"q": ""}).context["results"] == []


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_rows(me, cast, number, django_assert_num_queries):
    for n in range(number):
        customer(cast.hiratsuka, name=f"中村 {n}", owner=cast.sales2)
    with django_assert_num_queries(10):
        me.get(URL, {"q": "中村"})


@pytest.mark.parametrize("number", [1, 8])
def test_the_queries_of_the_top_search_do_not_grow(me, cast, number, django_assert_num_queries):
    for n in range(number):
        vehicle(customer(cast.hiratsuka, name=f"中村 {n}", owner=cast.sales2))
    with django_assert_num_queries(6):
        me.get(reverse("todo:search"), {"q": "中村"})


def test_the_car_that_was_looked_for_is_shown_and_whoever_answers_for_a_company(me, cast):
    firm = customer(
        cast.hiratsuka, kind="company", name="株式会社石川塗装", contact_name="林 直樹", kana="イシカワトソウ"
    )
    vehicle(firm, plate="湘南 500 あ 12-34")
    vehicle(firm, plate="横浜 300 さ 56-78")
    for typed, shown in (("林", "湘南 500 あ 12-34"), ("56-78", "横浜 300 さ 56-78")):
        (found,) = me.get(reverse("todo:search"), {"q": typed}).context["results"]
        assert found["contact"] == "林 直樹"
        assert shown in found["vehicle"]


def test_whoever_is_called_so_comes_before_whoever_has_it_somewhere(me, cast):
    """林 is an own name, and a part of many: whoever types it wants those called so."""
    for n in range(10):
        customer(cast.hiratsuka, name=f"小林 {n}", kana=f"コバヤシ {n}")
    customer(cast.hiratsuka, name="林 健", kana="ハヤシ ケン")
    for typed in ("林", "はやし", "林 健"):
        response = me.get(reverse("todo:search"), {"q": typed})
        assert response.context["results"][0]["name"] == "林 健"
    response = me.get(reverse("todo:search"), {"q": "林"})
    assert len(response.context["results"]) == 8
    assert "?q=%E6%9E%97" in response.content.decode()
    assert "?q=" not in me.get(reverse("todo:search"), {"q": "林 健"}).content.decode()
