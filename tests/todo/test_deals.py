from datetime import date, timedelta

import pytest
import time_machine

from customers.models import Deal, Stage
from followups.expansion import expand
from followups.models import Pattern, Task
from followups.starting import start
from followups.stopping import stop_of_closed_deals
from tests.cast import at, contact, customer, lead, task, vehicle

NOW = at("2026-11-20 11:00")
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka), NOW, staff=cast.sales, goods="プリウス", note="週末に見たい")


def test_its_page_shows_the_deal_and_only_what_belongs_to_it(me, deal):
    task(deal.customer, date(2026, 11, 20), title="この商談", deal=deal)
    task(deal.customer, date(2026, 11, 20), title="別の用件")
    contact(deal.customer, NOW, details="別の話")
    content = me.get(f"/deals/{deal.pk}/").content.decode()
    for word in ("プリウス", "週末に見たい", "この商談"):
        assert word in content
    assert "別の" not in content


def test_a_stage_that_asks_for_nothing_is_only_confirmed(me, deal):
    url = f"/deals/{deal.pk}/stage/estimate/"
    assert me.get(url, headers=HTMX).status_code == 200
    assert Deal.objects.get().stage == Stage.ENQUIRY
    assert me.post(url).url == f"/deals/{deal.pk}/"
    assert Deal.objects.get().estimate_sent_at == NOW


def test_an_order_asks_for_goods_and_dates_and_keeps_what_was_typed(me, deal):
    url = f"/deals/{deal.pk}/stage/order/"
    bad = {"goods": "アクア", "ordered_on": "2026-11-20", "promised_on": "2026-11-01"}
    response = me.post(url, bad, headers=HTMX)
    assert response.status_code == 422
    assert "アクア" in response.content.decode()
    assert Deal.objects.get().stage == Stage.ENQUIRY
    me.post(url, {**bad, "promised_on": "2026-12-20"}, headers=HTMX)
    ordered = Deal.objects.get()
    assert (ordered.stage, ordered.goods, ordered.promised_on) == (Stage.ORDER, "アクア", date(2026, 12, 20))
    assert ordered.won_at == NOW


def test_delivery_and_payment_ask_for_their_day(me, deal):
    order = {"ordered_on": "2026-11-01", "promised_on": "2026-11-19", "goods": "プリウス"}
    me.post(f"/deals/{deal.pk}/stage/order/", order)
    me.post(f"/deals/{deal.pk}/stage/delivery/", {"delivered_on": "2026-11-20"})
    me.post(f"/deals/{deal.pk}/stage/paid/", {"paid_on": "2026-11-20"})
    deal.refresh_from_db()
    assert (deal.delivered_on, deal.paid_on, deal.closed_at) == (date(2026, 11, 20), date(2026, 11, 20), NOW)


def test_what_is_paid_is_moved_back_by_managers_only(me, client, cast, deal):
    days = {"ordered_on": date(2026, 11, 1), "promised_on": date(2026, 11, 19), "delivered_on": date(2026, 11, 19)}
    deal.move_to(Stage.PAID, cast.sales, NOW, **days)
    url = f"/deals/{deal.pk}/stage/enquiry/"
    for seen in ({}, {"seen": ""}, {"seen": "paid"}):
        assert me.post(url, seen).status_code == 403
    assert me.post(url, {"seen": "delivery"}).status_code == 409
    assert me.post(f"/deals/{deal.pk}/stage/paid/", {"paid_on": "2026-11-20"}).status_code == 302
    assert 'id="open-stage"' not in me.get(f"/deals/{deal.pk}/").content.decode()
    assert Deal.objects.get().ordered_on == date(2026, 11, 1)
    client.force_login(cast.manager)
    assert 'id="open-stage"' in client.get(f"/deals/{deal.pk}/").content.decode()
    assert client.post(url, {}).status_code == 302
    assert (Deal.objects.get().stage, Deal.objects.get().ordered_on) == (Stage.ENQUIRY, None)


def test_stages_that_are_passed_over_still_ask_for_what_they_need(me, deal):
    url = f"/deals/{deal.pk}/stage/paid/"
    response = me.post(url, {"paid_on": "2026-11-20"}, headers=HTMX)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"ordered_on", "promised_on", "delivered_on"}
    deal.refresh_from_db()
    assert deal.stage == Stage.ENQUIRY
    days = {"ordered_on": "2026-11-01", "promised_on": "2026-11-19", "delivered_on": "2026-11-19"}
    me.post(url, {"paid_on": "2026-11-20", **days})
    deal.refresh_from_db()
    assert (deal.stage, deal.ordered_on) == (Stage.PAID, date(2026, 11, 1))


@pytest.mark.parametrize("written", ["1234567", "1,234,567円", "１，２３４，５６７", "¥1,234,567"])
def test_yen_are_taken_as_people_write_them(me, deal, written):
    days = {"ordered_on": "2026-11-01", "promised_on": "2026-11-19", "goods": "プリウス"}
    me.post(f"/deals/{deal.pk}/stage/order/", {**days, "amount_yen": written})
    deal.refresh_from_db()
    assert deal.amount_yen == 1234567


def test_an_unknown_stage_is_not_there(me, deal):
    assert me.get(f"/deals/{deal.pk}/stage/heaven/").status_code == 404


def test_a_loss_needs_a_reason_and_can_be_taken_back_with_what_it_ended(me, cast, deal):
    start(Pattern.objects.get(slug="new-arrival"), customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
    expand(NOW)
    url = f"/deals/{deal.pk}/loss/"
    assert me.post(url, {}, headers=HTMX).status_code == 422
    response = me.post(url, {"reason": "price"}, headers=HTMX)
    assert f"/deals/{deal.pk}/loss/undo/" in response.content.decode()
    stop_of_closed_deals(NOW)
    assert not Task.objects.open().exists()
    assert me.post(f"/deals/{deal.pk}/stage/met/").status_code == 302
    assert Deal.objects.get().stage == Stage.ENQUIRY
    me.post(f"/deals/{deal.pk}/loss/undo/")
    assert Deal.objects.get().closed_at is None
    assert Task.objects.open().count() == 5


def test_a_deal_that_is_won_is_not_lost_and_the_page_says_why(me, cast, deal):
    url = f"/deals/{deal.pk}/loss/"
    assert url in me.get(f"/deals/{deal.pk}/").content.decode()
    deal.move_to(Stage.ORDER, cast.sales, NOW)
    assert url not in me.get(f"/deals/{deal.pk}/").content.decode()
    assert "受注済み" in me.post(url, {"reason": "price"}, follow=True).content.decode()
    assert Deal.objects.get().lost_at is None


def test_losing_twice_is_harmless(me, deal):
    me.post(f"/deals/{deal.pk}/loss/", {"reason": "price"})
    me.post(f"/deals/{deal.pk}/loss/", {"reason": "other"})
    assert Deal.objects.get().lost_reason == "price"


def test_a_deal_is_given_to_a_colleague_by_whoever_has_it_or_a_manager(client, cast, deal):
    url = f"/deals/{deal.pk}/assignment/"
    client.force_login(cast.sales2)
    assert client.post(url, {"staff": cast.sales2.pk}).status_code == 403
    client.force_login(cast.sales)
    assert client.post(url, {"staff": cast.yokohama_sales.pk}).status_code == 422
    assert client.post(url, {"staff": cast.sales2.pk}, headers=HTMX).status_code == 200
    assert Deal.objects.get().staff == cast.sales2


def test_another_stores_deals_are_not_there(client, cast, deal):
    client.force_login(cast.yokohama_manager)
    for path in ("", "stage/met/", "loss/", "assignment/", "contacts/new/", "contacts/received/", "appointments/new/"):
        assert client.get(f"/deals/{deal.pk}/{path}").status_code == 404
        if path:
            assert client.post(f"/deals/{deal.pk}/{path}", {"reason": "price"}).status_code == 404
    assert client.post(f"/deals/{deal.pk}/loss/undo/").status_code == 404
    assert not client.get("/deals/?as=list").context["page"].object_list


def test_the_board_shows_open_deals_by_stage_the_longest_standing_first(me, cast, deal):
    old = lead(deal.customer, NOW - timedelta(days=9), goods="old")
    lost = lead(deal.customer, NOW, goods="lost")
    lost.lose("price", cast.sales, NOW)
    column = me.get("/deals/").context["stages"][0]
    assert (column["count"], column["deals"]) == (2, [old, deal])
    assert column["deals"][0].days == 9
    assert list(me.get("/deals/?tab=lost").context["page"]) == [lost]
    assert list(me.get("/deals/?tab=paid").context["page"]) == []
    assert list(me.get("/deals/?as=list&owner=me").context["page"]) == [deal]
    assert list(me.get("/deals/?as=list&stage=met").context["page"]) == []


def test_a_stage_shows_its_longest_standing_and_counts_no_further_than_it_must(me, cast, monkeypatch):
    monkeypatch.setattr("todo.stages.CARDS", 2)
    monkeypatch.setattr("todo.stages.COUNTED", 4)
    monkeypatch.setattr("stores.pages.COUNTED", 4)
    for days in range(5):
        lead(customer(cast.hiratsuka), NOW - timedelta(days=days), goods=f"{days}")
    for days in range(3):
        lead(customer(cast.hiratsuka), NOW - timedelta(days=days), goods=f"{days}").move_to(Stage.MET, cast.sales, NOW)
    page = me.get("/deals/")
    columns = {column["stage"]: column for column in page.context["stages"]}
    enquiry, met = columns[Stage.ENQUIRY], columns[Stage.MET]
    assert [deal.goods for deal in enquiry["deals"]] == ["4", "3"]
    assert len(met["deals"]) == 2
    assert "4+" in page.content.decode()
    assert "2+" in page.content.decode()
    assert (met["count"], met["more"]) == (3, True)


@pytest.mark.parametrize("query", ["", "?as=list", "?tab=lost"])
@pytest.mark.parametrize("number", [1, 10])
def test_the_queries_of_the_deals_do_not_grow(me, cast, number, query, django_assert_max_num_queries):
    for n in range(number):
        made = lead(customer(cast.hiratsuka, name=f"{n}"), NOW, staff=cast.sales2)
        if "lost" in query:
            made.lose("price", cast.sales, NOW)
    with django_assert_max_num_queries(9):
        me.get(f"/deals/{query}")


@pytest.mark.parametrize("number", [1, 10])
def test_the_queries_of_a_deals_page_do_not_grow(me, cast, deal, number, django_assert_num_queries):
    vehicle(deal.customer)
    for n in range(number):
        task(deal.customer, date(2026, 11, 20), deal=deal)
        contact(deal.customer, NOW, deal=deal, done_by=cast.sales2)
        deal.move_to(Stage.MET if n % 2 else Stage.ESTIMATE, cast.sales2, NOW)
    with django_assert_num_queries(12):
        me.get(f"/deals/{deal.pk}/")
