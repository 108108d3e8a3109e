"""Plates as they are, mileage with its day, who drives, and the list of cars whose day is coming."""

from datetime import date

import pytest
import time_machine

from customers.merging import merge, undo
from customers.models import Customer, Vehicle
from customers.store_moves import move_to_store
from customers.text import normalise_plate, read_plate, shown_plate
from followups.starting import start
from tests import pages
from tests.cast import at, customer, lead, pattern, vehicle

NOW = at("2026-11-20 11:00")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


def filled(response, **changes):
    return pages.filled(response.context["form"], **changes)


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("湘南５００あ１２－３４", "湘南 500 あ 12-34", "湘南 500 あ 12-34"),
        ("横浜 30A さ ・・12", "横浜 30A さ 12", "横浜 30A さ ・・12"),
        ("品川 300 わ 1", "品川 300 わ 1", "品川 300 わ ・・・1"),
        ("なにわ580り1234", "なにわ 580 り 12-34", "なにわ 580 り 12-34"),
        ("富士山 331 す .777", "富士山 331 す 777", "富士山 331 す ・777"),
        ("1 湘南 あ 12-34", "1 湘南 あ 12-34", "1 湘南 あ 12-34"),
        ("横浜 300 Y 12-34", "横浜 300 Y 12-34", "横浜 300 Y 12-34"),
    ],
)
def test_a_plate_is_read_in_any_writing_and_shown_as_it_is(typed, kept, shown):
    assert (read_plate(typed), shown_plate(kept)) == (kept, shown)
    assert read_plate(shown) == kept


@pytest.mark.parametrize(
    "typed",
    ["湘南 500", "湘南 500 ん 12-34", "湘南 500 し 12-34", "湘南 500 あ 01-23", "湘南 500 あ 123-45", "アクア", ""],
)
def test_what_is_no_plate_is_none(typed):
    with pytest.raises(ValueError):
        read_plate(typed)


def test_lists_keep_what_is_no_plate_as_it_came():
    assert normalise_plate(" 湘南　５００ ") == "湘南 500"
    assert shown_plate("湘南 500") == "湘南 500"


class TestTheForm:
    def test_what_is_no_plate_is_refused_beside_its_field(self, me, cast):
        url = f"/customers/{customer(cast.hiratsuka).pk}/vehicles/new/"
        response = me.post(url, filled(me.get(url), model="ノート", plate="湘南 500"))
        assert (response.status_code, set(response.context["form"].errors)) == (422, {"plate"})
        assert not Vehicle.objects.exists()

    def test_one_that_came_with_a_list_does_not_stand_in_the_way(self, me, cast):
        car = vehicle(customer(cast.hiratsuka), plate="不明")
        url = f"/vehicles/{car.pk}/edit/"
        assert me.post(url, filled(me.get(url), year="2020")).status_code == 302

    def test_a_mileage_without_a_day_was_read_today(self, me, cast):
        car = vehicle(customer(cast.hiratsuka))
        url = f"/vehicles/{car.pk}/edit/"
        me.post(url, filled(me.get(url), mileage_km="32,000"))
        car.refresh_from_db()
        assert (car.mileage_km, car.mileage_on) == (32000, date(2026, 11, 20))
        me.post(url, filled(me.get(url), mileage_km="33000", mileage_on="2026-11-01"))
        car.refresh_from_db()
        assert car.mileage_on == date(2026, 11, 1)

    def test_who_drives_it_is_one_of_the_household(self, me, cast):
        owner = customer(cast.hiratsuka, address="平塚市1-1")
        wife = customer(cast.hiratsuka, name="中村 花", phones=[], address="平塚市1-1")
        stranger = customer(cast.hiratsuka, name="山田 太郎", phones=["0463111111"])
        customer(cast.yokohama, name="横浜 太郎", address="平塚市1-1")
        car = vehicle(owner)
        url = f"/vehicles/{car.pk}/edit/"
        assert list(me.get(url).context["form"].fields["used_by"].queryset) == [wife]
        assert me.post(url, filled(me.get(url), used_by=str(stranger.pk))).status_code == 422
        assert me.post(url, filled(me.get(url), used_by=str(wife.pk))).status_code == 302
        assert "中村 美咲" in me.get(f"/customers/{wife.pk}/").content.decode()
        assert "中村 花" in me.get(f"/customers/{owner.pk}/").content.decode()

    def test_a_customer_is_found_by_the_chassis_number(self, cast):
        owner = customer(cast.hiratsuka)
        vehicle(owner, chassis_number="ZVW50-2273051")
        assert Customer.objects.search("zvw50-2273").get() == owner


class TestTheList:
    def book(self, store, **fields):
        """One due in ten days, one in five months, one passed, one disposed of, one of somebody closed."""
        for kana, day, further in (
            ("ア", date(2026, 11, 30), {}),
            ("ウ", date(2027, 4, 20), {}),
            ("イ", date(2026, 11, 10), {}),
            ("エ", date(2026, 11, 30), {"disposed_on": date(2026, 11, 1)}),
        ):
            owner = customer(store, name=f"{kana}さん", kana=kana, **fields)
            vehicle(owner, inspection_expires_on=day, insurance_expires_on=day, **further)
        gone = customer(store, name="閉", kana="オ", closed_at=NOW)
        vehicle(gone, inspection_expires_on=date(2026, 11, 30))

    def names(self, client, **asked):
        return [car.customer.kana for car in client.get("/vehicles/", asked).context["page"]]

    def test_it_shows_the_cars_whose_inspection_is_within_some_months(self, me, cast):
        self.book(cast.hiratsuka)
        assert self.names(me) == ["ア"]
        shown = me.get("/vehicles/").context["form"]
        assert (shown["within"].value(), shown["due"].value()) == ("3", "inspection")
        assert self.names(me, due="inspection", within="6") == ["ア", "ウ"]
        assert self.names(me, due="insurance", within="6", order="kana") == ["ア", "ウ"]
        assert self.names(me, due="check", within="12") == []
        assert self.names(me, within="passed") == ["イ"]

    def test_what_is_due_today_is_not_passed(self, me, cast):
        vehicle(customer(cast.hiratsuka, kana="ア"), inspection_expires_on=date(2026, 11, 20))
        assert (self.names(me), self.names(me, within="passed")) == (["ア"], [])

    def test_it_is_narrowed_to_a_person_and_by_store(self, client, cast):
        self.book(cast.hiratsuka, owner=cast.sales)
        self.book(cast.yokohama)
        client.force_login(cast.admin)
        assert self.names(client) == ["ア", "ア"]
        assert self.names(client, store=cast.yokohama.pk) == ["ア"]
        assert self.names(client, owner=cast.sales.pk, within="6", order="kana") == ["ア", "ウ"]
        assert self.names(client, owner="nobody") == ["ア"]

    def test_another_stores_cars_are_not_there(self, me, cast):
        self.book(cast.yokohama)
        assert self.names(me, within="12") == []

    def test_what_makes_no_sense_is_left_out(self, me, cast):
        self.book(cast.hiratsuka)
        assert self.names(me, due="x", within="y", order="z", owner="q", page="-3") == ["ア"]

    @pytest.mark.parametrize("number", [1, 10])
    def test_its_queries_do_not_grow_with_the_rows(self, me, cast, number, django_assert_num_queries):
        for _index in range(number):
            self.book(cast.hiratsuka, owner=cast.sales)
        with django_assert_num_queries(8):
            assert len(self.names(me, within="3")) == number


class TestACarThatSomebodyElseDrives:
    @pytest.fixture
    def car(self, cast):
        owner = customer(cast.hiratsuka, address="平塚市1-1")
        wife = customer(cast.hiratsuka, name="中村 花", phones=["0463111111"], address="平塚市1-1")
        return vehicle(owner, used_by=wife)

    def test_stays_where_its_owner_is_when_the_driver_goes_to_another_store(self, client, cast, car):
        move_to_store(car.used_by, cast.yokohama, cast.yokohama_sales, by=cast.admin, now=NOW)
        car.refresh_from_db()
        assert car.store == cast.hiratsuka
        client.force_login(cast.yokohama_sales)
        assert "アクア" not in client.get(f"/customers/{car.used_by_id}/").content.decode()
        client.force_login(cast.sales)
        assert "中村 花" not in client.get(f"/customers/{car.customer_id}/").content.decode()

    def test_is_driven_by_whom_the_driver_becomes_part_of_and_comes_back(self, cast, car):
        deal = lead(car.customer, NOW, vehicle=car)
        sister = customer(cast.hiratsuka, name="中村 華", phones=["0463222222"])
        merged = merge(sister, car.used_by, by=cast.manager, now=NOW)
        car.refresh_from_db()
        assert (car.used_by, car.customer_id) == (sister, deal.customer_id)
        undo(merged, by=cast.manager, now=NOW)
        car.refresh_from_db()
        deal.refresh_from_db()
        assert (car.used_by.name, car.customer_id, deal.customer_id) == ("中村 花", deal.customer_id, car.customer_id)

    def test_takes_nothing_of_the_owner_along_when_the_two_were_one_for_a_while(self, cast, car):
        owner, wife = car.customer, car.used_by
        merged = merge(owner, wife, by=cast.manager, now=NOW)
        steps = [{"title": "お電話", "offset_days": 1}]
        since = start(pattern("car", steps, by=cast.manager), customer=owner, vehicle=car, by=cast.manager, now=NOW)
        undo(merged, by=cast.manager, now=NOW)
        since.refresh_from_db()
        assert since.customer == owner


def test_a_mileage_is_not_read_in_days_to_come(me, cast):
    car = vehicle(customer(cast.hiratsuka))
    address = f"/vehicles/{car.pk}/edit/"
    typed = filled(me.get(address), mileage_km="42000", mileage_on="2026-11-21")
    answer = me.post(address, typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["mileage_on"])
    assert me.post(address, {**typed, "mileage_on": "2026-11-20"}).status_code == 302
    Vehicle.objects.update(mileage_on=date(2027, 1, 1))
    assert me.post(address, filled(me.get(address), model="プリウス")).status_code == 302
