from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import Customer, Deal, Erasure, Fact
from tests.cast import customer, staff

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


def test_whoever_is_in_charge_works_in_the_store_chosen(client, cast):
    client.force_login(cast.admin)
    response = client.post(URL, typed(store=cast.hiratsuka.pk, staff=cast.yokohama_sales.pk))
    assert response.status_code == 422
    assert "平塚店" in response.context["form"].errors["staff"][0]
    assert not Customer.objects.exists()
    client.post(URL, typed(store=cast.hiratsuka.pk, staff=cast.sales2.pk))
    assert Deal.objects.get().staff == cast.sales2


def test_whoever_is_in_charge_works_in_the_store_of_the_customer_we_know(client, cast):
    there = customer(cast.yokohama, phones=["09011112222"])
    client.force_login(cast.admin)
    sent = typed(store=cast.hiratsuka.pk, same_as=there.pk)
    response = client.post(URL, {**sent, "staff": cast.sales.pk})
    assert "横浜店" in response.context["form"].errors["staff"][0]
    client.post(URL, {**sent, "staff": cast.yokohama_sales.pk})
    assert (Deal.objects.get().store, Deal.objects.get().staff) == (cast.yokohama, cast.yokohama_sales)


@pytest.mark.parametrize("more", [{}, {"another": "yes"}, {"only_customer": "on"}, {"phone": "", "email": ""}])
def test_a_button_pressed_twice_enters_one_lead_and_leads_to_it(me, more):
    first, second = me.post(URL, typed(**more)), me.post(URL, typed(**more))
    assert (second.status_code, second.url) == (302, first.url)
    assert Customer.objects.count() == 1
    assert Deal.objects.count() == ("only_customer" not in more)


def test_a_button_pressed_twice_enters_one_lead_of_a_customer_we_know(me, cast):
    there = customer(cast.hiratsuka)
    first, second = (me.post(URL, typed(same_as=there.pk)) for _time in range(2))
    assert first.url == second.url
    assert Deal.objects.get().customer == there


@pytest.mark.parametrize("other", [{"goods": "ノート"}, {"note": "別の相談"}, {"kind": "purchase"}])
def test_another_enquiry_of_the_same_minute_is_another_lead(me, cast, other):
    there = customer(cast.hiratsuka)
    me.post(URL, typed(same_as=there.pk))
    me.post(URL, typed(same_as=there.pk, **other))
    assert Deal.objects.count() == 2


def test_after_a_minute_it_asks_whether_it_is_the_same_person(me):
    me.post(URL, typed())
    Deal.objects.update(received_at=Deal.objects.get().received_at - timedelta(minutes=2))
    assert me.post(URL, typed()).status_code == 409
    assert Deal.objects.count() == 1


@pytest.mark.parametrize("same", ["²", "9" * 5000, "x", "-1"])
def test_a_number_that_nobody_has_is_nobody(me, same):
    assert me.post(URL, typed(same_as=same)).status_code == 404


@pytest.mark.parametrize("name", ["name", "kana", "phone", "email"])
def test_a_sign_that_the_database_refuses_does_no_harm_while_typing(me, cast, name):
    customer(cast.hiratsuka)
    assert me.get("/customers/alike/", {name: "\0a@b"}).status_code == 200


def test_an_administrator_of_a_house_without_stores_is_led_to_add_one(client, db):
    client.force_login(staff("alone", "admin"))
    for response in (client.get(URL, follow=True), client.post(URL, typed(), follow=True)):
        assert response.redirect_chain == [("/stores/new/", 302)]
        assert "先に店舗を" in response.content.decode()


def test_a_company_is_entered_with_whom_to_speak_to(me):
    data = typed(name="青木建設株式会社", kana="", customer_kind="company", contact_name="青木　次郎")
    assert me.post(URL, data).status_code == 302
    made = Customer.objects.get()
    assert (made.kind, made.name, made.contact_name) == ("company", "青木建設株式会社", "青木 次郎")
    assert Customer.objects.search("青木 次郎").get() == made
    assert me.post(URL, data).status_code == 302
    assert Customer.objects.count() == 1


def test_a_company_without_anybody_to_speak_to_is_refused_and_a_person_needs_nobody(me):
    response = me.post(URL, typed(customer_kind="company"))
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"contact_name"})
    assert not Customer.objects.exists()
    assert me.post(URL, typed(customer_kind="")).status_code == 302
    assert Customer.objects.get().kind == "person"


def test_somebody_we_know_stays_what_they_are(me, cast):
    there = customer(cast.hiratsuka, kind="company", contact_name="青木 次郎")
    page = me.get(URL, {"same_as": there.pk})
    assert "contact_name" not in page.context["form"].fields
    me.post(URL, typed(same_as=there.pk, customer_kind="person", contact_name="他人"))
    there.refresh_from_db()
    assert (there.kind, there.contact_name) == ("company", "青木 次郎")


def test_who_was_no_longer_looked_after_is_recognised_and_comes_back_with_an_enquiry(me, cast):
    there = customer(cast.hiratsuka, phones=["09011112222"], closed_at=timezone.now())
    said = Fact.note(there, "other", "管理終了: 転居", by=cast.manager, now=there.closed_at)
    asked = me.post(URL, typed())
    assert asked.status_code == 409
    assert "管理終了" in asked.content.decode()
    assert "管理を再開します" in me.get(URL, {"same_as": there.pk}).content.decode()
    assert me.post(URL, typed(same_as=there.pk)).status_code == 302
    there.refresh_from_db()
    said.refresh_from_db()
    assert (there.closed_at, there.edited_by, said.ended_at is None) == (None, cast.sales, False)
    assert Deal.objects.get().customer == there


def test_who_was_erased_is_nobody_to_enter_a_lead_of(me, cast):
    there = customer(cast.hiratsuka, phones=[], closed_at=timezone.now())
    Erasure.objects.create(store=there.store, customer_number=there.pk, at=timezone.now())
    assert me.get(URL, {"same_as": there.pk}).status_code == 404
    assert me.post(URL, typed(same_as=there.pk)).status_code == 404
