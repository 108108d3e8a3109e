import pytest

from customers.models import Customer, Deal
from tests.cast import customer

URL = "/customers/new/"


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


def typed(**fields):
    return {
        "name": "小林　直樹",
        "kana": "こばやし なおき",
        "phone": "０９０ー１１１１ー２２２２",
        "email": "Naoki@Example.com",
        "kind": "sale",
        "source": "phone",
        "goods": "プリウス",
        "note": "下取りの相談も",
        **fields,
    }


def test_customer_and_lead_are_kept_in_one_go_and_normalised(me, cast):
    response = me.post(URL, typed(staff=cast.sales.pk))
    deal = Deal.objects.get()
    assert response.url == f"/deals/{deal.pk}/"
    assert (deal.customer.name, deal.customer.kana) == ("小林 直樹", "コバヤシ ナオキ")
    assert (deal.customer.phones, deal.customer.emails) == (["09011112222"], ["naoki@example.com"])
    assert (deal.staff, deal.customer.owner, deal.store) == (cast.sales, cast.sales, cast.hiratsuka)
    assert deal.is_new
    assert Customer.objects.search("こばやし").get() == deal.customer


def test_a_wrong_phone_is_said_beside_the_field_and_what_was_typed_stays(me):
    response = me.post(URL, typed(phone="0901"))
    assert response.status_code == 422
    assert "0901" in response.context["form"].errors["phone"][0]
    assert "プリウス" in response.content.decode()
    assert not Customer.objects.exists()


def test_a_lead_needs_a_kind_but_a_plain_customer_does_not(me):
    response = me.post(URL, typed(kind="", source=""))
    assert set(response.context["form"].errors) == {"kind", "source"}
    response = me.post(URL, typed(kind="", source="", only_customer="on"))
    made = Customer.objects.get()
    assert response.url == f"/customers/{made.pk}/"
    assert made.note == "下取りの相談も"
    assert not Deal.objects.exists()


@pytest.mark.parametrize("known", [{"phones": ["09011112222"]}, {"emails": ["naoki@example.com"], "phones": []}])
def test_it_asks_before_it_doubles_somebody(me, cast, known):
    there = customer(cast.hiratsuka, name="小林 直", **known)
    response = me.post(URL, typed())
    assert response.status_code == 409
    assert "小林 直" in response.content.decode()
    assert "プリウス" in response.content.decode()
    assert not Deal.objects.exists()
    me.post(URL, typed(same_as=there.pk))
    there.refresh_from_db()
    assert Deal.objects.get().customer == there
    assert "09011112222" in there.phones
    assert "naoki@example.com" in there.emails
    assert Customer.objects.search("naoki@").get() == there


def test_another_person_with_the_same_phone_is_kept_as_another(me, cast):
    customer(cast.hiratsuka, phones=["09011112222"])
    me.post(URL, typed(another="yes"))
    assert Customer.objects.count() == 2


def test_another_stores_customers_are_neither_asked_about_nor_taken(me, cast):
    theirs = customer(cast.yokohama, phones=["09011112222"])
    assert me.post(URL, typed(same_as=theirs.pk)).status_code == 404
    assert me.post(URL, typed()).status_code == 302
    assert Deal.objects.get().customer != theirs


def test_a_colleague_of_another_store_cannot_be_put_in_charge(me, cast):
    response = me.post(URL, typed(staff=cast.yokohama_sales.pk))
    assert "staff" in response.context["form"].errors


def test_who_has_several_stores_says_which(client, cast):
    client.force_login(cast.admin)
    assert "store" in client.post(URL, typed()).context["form"].errors
    client.post(URL, typed(store=cast.yokohama.pk))
    assert Deal.objects.get().store == cast.yokohama


@pytest.mark.parametrize(
    "words", [{"name": "中村"}, {"kana": "なかむら"}, {"phone": "090-1234-5678"}, {"email": "MISAKI@example.com"}]
)
def test_whoever_may_be_the_same_is_shown_while_typing(me, cast, words):
    customer(cast.hiratsuka, emails=["misaki@example.com"])
    customer(cast.yokohama, name="中村 他店", kana="ナカムラ", emails=["misaki@example.com"])
    content = me.get("/customers/alike/", words).content.decode()
    assert "中村 美咲" in content
    assert "他店" not in content


@pytest.mark.parametrize("words", [{}, {"name": "中"}, {"phone": "09"}, {"email": "x"}])
def test_too_little_typed_shows_nobody(me, cast, words):
    customer(cast.hiratsuka)
    assert "中村" not in me.get("/customers/alike/", words).content.decode()
