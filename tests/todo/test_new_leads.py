from datetime import date

import pytest
from django.urls import reverse

from customers.models import Deal
from followups.assignment import assign_customer
from followups.expansion import expand
from followups.models import Pattern
from followups.starting import start
from tests.cast import at, contact, customer, lead
from todo import leads

NOW = at("2026-11-21 21:50")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def saturday_night(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka), at("2026-11-21 21:43"))


def settle(client, deal, staff, pattern="new-arrival", **headers):
    pattern = Pattern.objects.get(slug=pattern).pk if pattern else ""
    return client.post(reverse("todo:lead-settle", args=[deal.pk]), {"staff": staff.pk, "pattern": pattern}, **headers)


def test_a_lead_is_assigned_and_gets_its_pattern_in_one_row(client, cast, deal):
    client.force_login(cast.manager)
    page = client.get("/todo/", {"view": "new"})
    assert "7分経過" in page.content.decode()
    response = settle(client, deal, cast.sales, **HTMX)
    assert response.context["counts"]["new"] == 0
    deal.refresh_from_db()
    assert (deal.staff, deal.taken_at) == (cast.sales, NOW)
    follow_up = deal.follow_ups.get()
    address = reverse("todo:prepared", args=[follow_up.pk])
    assert address in response.content.decode(), "the row asks until the worker has made the tasks"
    assert address in client.get(address, **HTMX).content.decode()
    expand(NOW)
    shown = client.get(address, **HTMX).content.decode()
    assert address not in shown
    days = [task.due_on for task in follow_up.planned_tasks()]
    assert days == [date(2026, 11, day) for day in (22, 22, 23, 23, 24)]
    assert shown.count("11/23") == 2


def test_new_arrival_and_oneself_are_proposed(client, cast, deal):
    client.force_login(cast.sales)
    page = client.get("/todo/", {"view": "new"}).content.decode()
    assert f'<option value="{cast.sales.pk}" selected>' in page
    first = page.index("新着後のフォロー")
    assert first < page.index("標準8回アプローチ") < page.index("納車後のフォロー")


def test_the_settling_can_be_undone(client, cast, deal):
    client.force_login(cast.manager)
    undo = settle(client, deal, cast.sales, **HTMX).context["undo_url"]
    client.post(undo)
    deal.refresh_from_db()
    assert (deal.staff, deal.taken_at) == (None, None)
    assert not deal.follow_ups.running().exists()


@pytest.mark.parametrize(
    ("meanwhile", "kept"),
    [
        (lambda who, cast: None, False),
        (lambda who, cast: contact(who, NOW, entered_at=NOW, done_by=cast.sales), True),
        (lambda who, cast: lead(who, NOW, staff=cast.sales), True),
        (lambda who, cast: start(Pattern.objects.first(), customer=who, by=cast.sales, now=NOW), True),
    ],
)
def test_a_customer_who_was_nobodys_is_nobodys_again_unless_something_else_happened(
    client, cast, deal, meanwhile, kept
):
    client.force_login(cast.manager)
    undo = settle(client, deal, cast.sales, **HTMX).context["undo_url"]
    deal.customer.refresh_from_db()
    assert deal.customer.owner == cast.sales
    meanwhile(deal.customer, cast)
    client.post(undo)
    deal.customer.refresh_from_db()
    assert deal.customer.owner == (cast.sales if kept else None)
    deal.refresh_from_db()
    assert (deal.staff, deal.is_new) == (None, True)


def test_a_customer_given_to_another_person_meanwhile_stays_theirs(client, cast, deal):
    client.force_login(cast.manager)
    undo = settle(client, deal, cast.sales, **HTMX).context["undo_url"]
    assign_customer(deal.customer, cast.sales2)
    client.post(undo)
    deal.customer.refresh_from_db()
    assert deal.customer.owner == cast.sales2


def test_who_had_the_customer_before_keeps_them(client, cast, deal):
    assign_customer(deal.customer, cast.sales2)
    client.force_login(cast.manager)
    client.post(settle(client, deal, cast.sales, **HTMX).context["undo_url"])
    deal.customer.refresh_from_db()
    assert deal.customer.owner == cast.sales2


def test_only_what_one_settled_oneself_is_undone(client, cast, deal):
    client.force_login(cast.manager)
    undo = settle(client, deal, cast.sales, **HTMX).context["undo_url"]
    client.force_login(cast.sales2)
    client.post(undo)
    deal.refresh_from_db()
    assert (deal.staff, deal.taken_by) == (cast.sales, cast.manager)
    assert deal.follow_ups.running().exists()


def test_after_a_call_it_is_too_late_to_undo(client, cast, deal):
    client.force_login(cast.manager)
    undo = settle(client, deal, cast.sales, **HTMX).context["undo_url"]
    contact(deal.customer, NOW, deal=deal, outcome="no_answer", done_by=cast.sales)
    page = client.post(undo, follow=True).content.decode()
    assert "取り消せません" in page
    deal.refresh_from_db()
    assert deal.taken_by == cast.manager


@pytest.mark.parametrize("query", ["", "?settled=²", "?follow_up=²&staff=²", "?settled=e30:1abc:def"])
def test_an_address_nobody_gave_undoes_nothing(client, cast, deal, query):
    client.force_login(cast.manager)
    settle(client, deal, cast.sales, **HTMX)
    assert client.post(reverse("todo:lead-unsettle", args=[deal.pk]) + query).status_code == 302
    deal.refresh_from_db()
    assert deal.taken_by == cast.manager


def test_the_receipt_of_one_lead_undoes_no_other(client, cast, deal):
    other = lead(deal.customer, NOW)
    client.force_login(cast.manager)
    undo = settle(client, deal, cast.sales, **HTMX).context["undo_url"]
    settle(client, other, cast.sales, pattern=None)
    client.post(undo.replace(f"/{deal.pk}/", f"/{other.pk}/"))
    other.refresh_from_db()
    assert other.taken_by == cast.manager
    assert deal.follow_ups.running().exists()


def test_a_person_who_left_the_store_does_not_get_the_lead_back(client, cast, deal):
    Deal.objects.update(staff=cast.sales2)
    client.force_login(cast.manager)
    undo = settle(client, deal, cast.sales, **HTMX).context["undo_url"]
    cast.sales2.memberships.all().delete()
    client.post(undo)
    deal.refresh_from_db()
    assert (deal.staff, deal.taken_at) == (None, None)


def test_of_two_who_read_the_lead_as_new_the_first_has_it(client, cast, deal):
    first, second = Deal.objects.get(), Deal.objects.get()
    leads.settle(first, Pattern.objects.get(slug="new-arrival"), cast.sales, by=cast.sales, now=NOW)
    with pytest.raises(leads.AlreadyBegun) as told:
        leads.settle(second, Pattern.objects.get(slug="standard-eight-touch"), cast.sales2, by=cast.sales2, now=NOW)
    assert (told.value.deal.taken_by, told.value.deal.staff) == (cast.sales, cast.sales)
    assert deal.follow_ups.count() == 1


def test_a_lead_lost_meanwhile_is_not_begun(cast, deal):
    as_read_before = Deal.objects.get()
    deal.lose("price", cast.sales, NOW)
    with pytest.raises(leads.AlreadyBegun):
        leads.settle(as_read_before, None, cast.sales2, by=cast.sales2, now=NOW)


def test_whoever_comes_second_is_told_who_began(client, cast, deal):
    client.force_login(cast.manager)
    settle(client, deal, cast.sales, **HTMX)
    client.force_login(cast.sales2)
    response = settle(client, deal, cast.sales2, **HTMX)
    assert response.status_code == 409
    assert str(cast.manager) in response.content.decode()
    assert deal.follow_ups.count() == 1


def test_a_person_of_another_store_cannot_be_chosen(client, cast, deal):
    client.force_login(cast.manager)
    response = settle(client, deal, cast.yokohama_sales, **HTMX)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"staff"}
    deal.refresh_from_db()
    assert deal.is_new


def test_another_stores_lead_is_not_there(client, cast, deal):
    client.force_login(cast.yokohama_manager)
    assert settle(client, deal, cast.yokohama_sales).status_code == 404
    assert client.post(reverse("todo:lead-unsettle", args=[deal.pk])).status_code == 404


def test_without_a_pattern_the_lead_is_begun_all_the_same(client, cast, deal):
    client.force_login(cast.manager)
    settle(client, deal, cast.sales, pattern=None, **HTMX)
    deal.refresh_from_db()
    assert deal.taken_at == NOW
    assert not deal.follow_ups.exists()
