"""What is known of a deal is put right on its page; two people at once lose nothing."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import LostReason, Stage
from tests.cast import at, customer, lead, vehicle
from tests.pages import filled

NOW = at("2026-11-21 12:00")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def deal(cast):
    who = customer(cast.hiratsuka)
    return lead(who, NOW, staff=cast.sales, vehicle=vehicle(who))


@pytest.fixture
def url(deal):
    return reverse("todo:deal-facts", args=[deal.pk])


@pytest.fixture
def sato(cast):
    return signed_in(cast.sales)


@pytest.fixture
def mori(cast):
    return signed_in(cast.sales2)


def signed_in(person):
    browser = Client()
    browser.force_login(person)
    return browser


def sent(browser, url, **changes):
    return filled(browser.get(url).context["form"], **changes)


def test_the_page_leads_to_the_sheet_and_everything_is_put_right(sato, deal, url):
    assert url in sato.get(f"/deals/{deal.pk}/").content.decode()
    data = sent(sato, url, goods="プリウス", source="web", note="下取りあり", amount_yen="１，２００，０００円")
    assert sato.post(url, {**data, "promised_on": "2026-12-20", "kind": "sale"}).url == f"/deals/{deal.pk}/"
    deal.refresh_from_db()
    assert (deal.goods, deal.source, deal.note, deal.kind) == ("プリウス", "web", "下取りあり", "sale")
    assert (deal.amount_yen, deal.promised_on) == (1_200_000, date(2026, 12, 20))
    assert deal.taken_at is None


def test_htmx_gets_the_pages_new_state(sato, deal, url):
    response = sato.post(url, sent(sato, url, goods="プリウス"), **HTMX)
    assert 'id="subject"' in response.content.decode()
    assert "プリウス" in response.content.decode()


def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(sato, deal, url):
    data = sent(sato, url, goods="プリウス", amount_yen="百万", source="nowhere", promised_on="9999-12-31")
    response = sato.post(url, data, **HTMX)
    assert (response.status_code, set(response.context["form"].errors)) == (
        422,
        {"amount_yen", "source", "promised_on"},
    )
    deal.refresh_from_db()
    assert deal.goods == "アクア 平成29年"


def test_the_days_of_a_stage_are_there_once_it_is_reached_and_then_needed(sato, cast, deal, url):
    assert "ordered_on" not in sato.get(url).context["form"].fields
    deal.move_to(Stage.ORDER, cast.sales, NOW, ordered_on=date(2026, 11, 21), promised_on=date(2026, 12, 20))
    wrong = sent(sato, url, goods="", promised_on="2026-11-01", ordered_on="2026-11-20")
    assert set(sato.post(url, wrong).context["form"].errors) == {"goods", "promised_on"}
    assert sato.post(url, {**wrong, "goods": "アクア", "promised_on": "2026-12-25"}).status_code == 302
    deal.refresh_from_db()
    assert (deal.ordered_on, deal.promised_on) == (date(2026, 11, 20), date(2026, 12, 25))


def test_a_day_that_a_stage_wrote_meanwhile_is_not_taken_away(sato, cast, deal, url):
    data = sent(sato, url, note="新しい要望")
    deal.move_to(Stage.ORDER, cast.sales2, NOW, ordered_on=date(2026, 11, 21), promised_on=date(2026, 12, 20))
    assert sato.post(url, data).status_code == 302
    deal.refresh_from_db()
    assert (deal.note, deal.ordered_on, deal.promised_on) == ("新しい要望", date(2026, 11, 21), date(2026, 12, 20))


def test_of_two_people_each_keeps_their_own_and_is_asked_about_the_same(sato, mori, deal, url):
    mine = sent(mori, url, goods="プリウス", note="下取りあり")
    sato.post(url, sent(sato, url, goods="ノート", source="web"))
    response = mori.post(url, mine, **HTMX)
    form = response.context["form"]
    assert (response.status_code, form.stands) == (409, {"goods": "ノート"})
    assert (form["goods"].value(), form["source"].value()) == ("プリウス", "web")
    mori.post(url, filled(form))
    deal.refresh_from_db()
    assert (deal.goods, deal.source, deal.note) == ("プリウス", "web", "下取りあり")


def test_another_customers_car_cannot_be_chosen(sato, cast, deal, url):
    other = vehicle(customer(cast.hiratsuka))
    response = sato.post(url, sent(sato, url, vehicle=other.pk))
    assert set(response.context["form"].errors) == {"vehicle"}


def test_a_closed_deal_is_put_right_by_managers(sato, cast, deal, url):
    deal.lose(LostReason.PRICE, cast.sales, NOW)
    assert url not in sato.get(f"/deals/{deal.pk}/").content.decode()
    assert (sato.get(url).status_code, sato.post(url, {}).status_code) == (403, 403)
    manager = signed_in(cast.manager)
    assert manager.post(url, sent(manager, url, goods="ノート")).status_code == 302


def test_another_stores_deal_is_not_there(cast, url):
    assert signed_in(cast.yokohama_manager).post(url, {}).status_code == 404
