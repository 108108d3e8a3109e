"""Estimates: several per deal, the newest counts, one that has run out is marked (REQUIREMENTS D1)."""

from datetime import date, timedelta

import pytest
import time_machine

from customers.models import Deal, Estimate, Stage, StageSetting
from followups.counting import base_for
from tests.cast import at, customer, lead, pattern

NOW = at("2026-11-20 11:00")
LATER = NOW + timedelta(days=3)
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
    return lead(customer(cast.hiratsuka), NOW - timedelta(days=1), staff=cast.sales, kind="sale")


def test_an_estimate_is_entered_sent_and_moves_the_deal(me, cast, deal):
    url = f"/deals/{deal.pk}/estimates/new/"
    assert me.get(url, headers=HTMX).status_code == 200
    typed = {"amount_yen": "２，４００，０００", "valid_until_on": "2026-12-05", "note": "下取り込み"}
    assert me.post(url, {**typed, "sent": "on", "move": "on"}).url == f"/deals/{deal.pk}/"
    deal.refresh_from_db()
    assert (deal.amount_yen, deal.estimate_sent_at, deal.stage) == (2_400_000, NOW, Stage.ESTIMATE)
    made = Estimate.objects.get()
    assert (made.made_by, made.valid_until_on, made.note) == (cast.sales, date(2026, 12, 5), "下取り込み")
    content = me.get(f"/deals/{deal.pk}/").content.decode()
    assert "2,400,000" in content
    assert "下取り込み" in content


def test_one_that_is_not_sent_yet_moves_nothing_until_it_is(me, deal):
    me.post(f"/deals/{deal.pk}/estimates/new/", {"amount_yen": "900000", "move": "on"})
    deal.refresh_from_db()
    assert (deal.amount_yen, deal.estimate_sent_at, deal.stage) == (900_000, None, Stage.ENQUIRY)
    me.post(f"/estimates/{Estimate.objects.get().pk}/sending/")
    deal.refresh_from_db()
    assert deal.estimate_sent_at == NOW


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(me, deal):
    typed = {"amount_yen": "たくさん", "valid_until_on": "2026-11-19", "note": "下取り込み"}
    response = me.post(f"/deals/{deal.pk}/estimates/new/", typed, headers=HTMX)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"amount_yen", "valid_until_on"}
    assert "下取り込み" in response.content.decode()
    assert not Estimate.objects.exists()


def test_the_newest_counts_and_withdrawn_the_one_before_does_again(me, cast, deal):
    Estimate.make(deal, amount_yen=1_000, by=cast.sales, now=NOW)
    newest = Estimate.make(deal, amount_yen=2_000, by=cast.sales, now=LATER)
    assert (deal.amount_yen, deal.estimate_sent_at) == (2_000, LATER)
    response = me.post(f"/estimates/{newest.pk}/withdrawal/", headers=HTMX)
    assert f"/estimates/{newest.pk}/withdrawal/undo/" in response.content.decode()
    deal.refresh_from_db()
    assert (deal.amount_yen, deal.estimate_sent_at) == (1_000, NOW)
    me.post(f"/estimates/{newest.pk}/withdrawal/undo/")
    deal.refresh_from_db()
    assert (deal.amount_yen, deal.estimate_sent_at) == (2_000, LATER)


def test_the_only_one_withdrawn_leaves_the_deal_without(cast, deal):
    made = Estimate.make(deal, amount_yen=1_000, by=cast.sales, now=NOW)
    assert made.withdraw(cast.sales, LATER)
    assert not made.withdraw(cast.sales, LATER)
    deal.refresh_from_db()
    assert (deal.amount_yen, deal.estimate_sent_at) == (None, None)


def test_an_amount_that_somebody_entered_by_hand_outlives_a_withdrawn_estimate(cast, deal):
    made = Estimate.make(deal, amount_yen=1_000, by=cast.sales, now=NOW)
    Deal.objects.update(amount_yen=3_000)
    made.withdraw(cast.sales, LATER)
    deal.refresh_from_db()
    assert deal.amount_yen == 3_000


def test_from_the_order_on_an_estimate_leaves_its_amount_alone(cast, deal):
    deal.move_to(Stage.ORDER, cast.sales, NOW, amount_yen=5_000)
    Estimate.make(deal, amount_yen=6_000, by=cast.sales, now=LATER)
    assert deal.amount_yen == 5_000


def test_one_that_has_run_out_is_marked(me, cast, deal):
    Estimate.make(deal, amount_yen=1_000, valid_until_on=date(2026, 11, 20), by=cast.sales, now=NOW)
    assert not me.get(f"/deals/{deal.pk}/").context["estimates"][0].expired
    with time_machine.travel(at("2026-11-21 09:00"), tick=False):
        me.force_login(cast.sales)
        response = me.get(f"/deals/{deal.pk}/")
    assert response.context["estimates"][0].expired
    assert "期限切れ" in response.content.decode()


def test_patterns_count_from_the_day_it_was_sent(cast, deal):
    Estimate.make(deal, amount_yen=1_000, by=cast.sales, now=LATER)
    version = pattern("after-estimate", [{}], base="estimate_sent").versions.get()
    assert base_for(version, customer=deal.customer, deal=deal, now=NOW) == LATER


def test_where_the_stage_needs_more_the_deal_is_moved_by_the_stages_own_form(me, deal):
    StageSetting.objects.create(stage=Stage.ESTIMATE, needed=["note"])
    me.post(f"/deals/{deal.pk}/estimates/new/", {"amount_yen": "900000", "sent": "on", "move": "on"})
    deal.refresh_from_db()
    assert (deal.stage, deal.amount_yen) == (Stage.ENQUIRY, 900_000)


def test_a_closed_deal_gets_estimates_from_managers_only_and_another_stores_from_nobody(client, cast, deal):
    made = Estimate.make(deal, amount_yen=1_000, by=cast.sales, now=NOW)
    deal.lose("price", cast.sales, NOW)
    addresses = [f"/deals/{deal.pk}/estimates/new/", f"/estimates/{made.pk}/withdrawal/"]
    for who, answers in {"sales": {403}, "yokohama_manager": {404}, "manager": {302}}.items():
        client.force_login(getattr(cast, who))
        assert {client.post(url, {"amount_yen": "1"}).status_code for url in addresses} == answers


@pytest.mark.parametrize("number", [1, 10])
def test_the_queries_of_a_deal_with_estimates_do_not_grow(me, cast, deal, number, django_assert_num_queries):
    for n in range(number):
        Estimate.make(deal, amount_yen=n, by=cast.sales2, now=NOW + timedelta(minutes=n))
    with django_assert_num_queries(12):
        me.get(f"/deals/{deal.pk}/")
