"""Five wrong passwords lock a name at an address for a quarter of an hour; a manager may open it before."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from stores.lockout import locked_until
from tests.cast import at

NOW = at("2026-11-21 10:30")
SHOP, HOME = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def morning(time_machine):
    time_machine.move_to(NOW, tick=False)


def sign_in(typed="wrong", username="sales", address=SHOP, agent="one"):
    data = {"login": username, "password": typed}
    return Client().post(reverse("account_login"), data, REMOTE_ADDR=address, HTTP_USER_AGENT=agent)


def lock(times=5, **where):
    for _ in range(times):
        sign_in(**where)


def page_of(person, by):
    browser = Client()
    browser.force_login(by)
    return browser.get(reverse("stores:staff-detail", args=[person.pk])).content.decode()


def unlock(person, by):
    browser = Client()
    browser.force_login(by)
    return browser.post(reverse("stores:staff-unlocking", args=[person.pk]))


def test_the_door_says_how_long_it_stays_shut_and_trying_again_makes_it_no_longer(cast, time_machine):
    lock()
    time_machine.move_to(NOW + timedelta(minutes=4), tick=False)
    for _ in range(2):
        response = sign_in("sales")
        assert response.status_code == 429
        assert "11分" in response.content.decode()
        assert "10:45" in response.content.decode()
    time_machine.move_to(NOW + timedelta(minutes=15, seconds=1), tick=False)
    assert sign_in("sales").status_code == 302


def test_the_managers_page_says_so_and_the_manager_opens_it(cast, caplog):
    lock()
    assert "10:45" in page_of(cast.sales, by=cast.manager)
    with caplog.at_level(logging.WARNING, "stores.lockout"):
        assert unlock(cast.sales, by=cast.manager).status_code == 302
    assert f"Staff {cast.sales.pk} was let in again by staff {cast.manager.pk}" in caplog.text
    assert "10:45" not in page_of(cast.sales, by=cast.manager)
    assert sign_in("sales").status_code == 302


def test_four_wrong_ones_are_no_lock(cast):
    lock(4)
    assert locked_until("sales", NOW) is None
    assert reverse("stores:staff-unlocking", args=[cast.sales.pk]) not in page_of(cast.sales, by=cast.manager)


def test_failures_in_two_places_are_not_added_up_but_those_in_two_browsers_are(cast):
    lock(3)
    lock(3, address=HOME)
    assert locked_until("sales", NOW) is None
    lock(2, agent="two")
    assert locked_until("sales", NOW, address=SHOP) == NOW + timedelta(minutes=15)
    assert locked_until("sales", NOW, address=HOME) is None


def test_colleagues_and_other_stores_open_nothing_and_see_nothing(cast):
    lock()
    assert "10:45" not in page_of(cast.sales, by=cast.sales2)
    assert unlock(cast.sales, by=cast.sales2).status_code == 403
    assert unlock(cast.sales, by=cast.yokohama_manager).status_code == 404
    assert sign_in("sales").status_code == 429


def test_a_lock_is_over_by_itself(cast):
    lock()
    assert locked_until("SALES", NOW + timedelta(minutes=14)) == NOW + timedelta(minutes=15)
    assert locked_until("sales", NOW + timedelta(minutes=15)) is None


def test_opening_where_nothing_is_locked_changes_and_logs_nothing(cast, caplog):
    with caplog.at_level(logging.WARNING, "stores.lockout"):
        assert unlock(cast.sales, by=cast.admin).status_code == 302
    assert not caplog.records
