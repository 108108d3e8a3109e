from datetime import date

import pytest
import time_machine

from customers.forms import CustomerForm
from customers.models import Customer, Vehicle
from stores.forms.saving import save_or_tell
from tests import pages
from tests.cast import at, customer, vehicle


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


def filled(response, **changes):
    return pages.filled(response.context["form"], **changes)


def test_everything_of_a_customer_is_changed_and_found_again(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    data = filled(
        me.get(url),
        name="髙橋 美咲",
        phones="０９０－９９９９－８８８８\n0463-22-3333\n",
        convenient_weekdays=["1", "4"],
        convenient_from="17:00",
        convenient_until="19:00",
        refused_channels=["letter"],
        postcode="２５４００３５",
    )
    assert me.post(url, data).url == f"/customers/{there.pk}/"
    there.refresh_from_db()
    assert there.phones == ["09099998888", "0463223333"]
    assert (there.convenient_weekdays, there.refused_channels, there.postcode) == ([1, 4], ["letter"], "254-0035")
    assert Customer.objects.search("高橋").get() == there


def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    wrong = {"phones": "12", "emails": "x", "postcode": "12", "convenient_from": "19:00", "convenient_until": "17:00"}
    response = me.post(url, filled(me.get(url), name="別の名", **wrong))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"phones", "emails", "postcode", "convenient_until"}
    there.refresh_from_db()
    assert there.name == "中村 美咲"


def test_a_company_needs_somebody_to_speak_to_and_ways_to_reach_it(me, cast):
    there = customer(cast.hiratsuka, phones=[])
    url = f"/customers/{there.pk}/edit/"
    response = me.post(url, filled(me.get(url), kind="company"))
    assert set(response.context["form"].errors) == {"contact_name", "phones", "emails", "address"}


def test_the_second_of_two_people_is_told_what_changed_and_may_save_over_it(me, cast):
    there = customer(cast.hiratsuka, occupation="会社員")
    url = f"/customers/{there.pk}/edit/"
    mine = filled(me.get(url), name="私の名")
    me.post(url, filled(me.get(url), occupation="看護師"))
    response = me.post(url, mine)
    assert response.status_code == 409
    content = response.content.decode()
    assert "看護師" in content
    assert "私の名" in content
    there.refresh_from_db()
    assert (there.name, there.occupation) == ("中村 美咲", "看護師")
    again = {**mine, "seen": response.context["form"]["seen"].value()}
    assert me.post(url, again).status_code == 302


def test_what_happens_elsewhere_does_not_stand_in_the_way(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    mine = filled(me.get(url), name="私の名")
    Customer.objects.filter(pk=there.pk).update(owner=cast.sales2)
    assert me.post(url, mine).status_code == 302
    there.refresh_from_db()
    assert (there.name, there.owner) == ("私の名", cast.sales2)


def test_a_vehicle_is_added_and_changed_and_the_customer_is_found_by_its_plate(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/vehicles/new/"
    data = filled(me.get(url), model="ノート", plate="湘南　５００　い　98－71", inspection_expires_on="2027-02-28")
    assert me.post(url, data).url == f"/customers/{there.pk}/"
    made = Vehicle.objects.get()
    assert (made.plate, made.store) == ("湘南 500 い 98-71", cast.hiratsuka)
    assert Customer.objects.search("98-71").get() == there
    url = f"/vehicles/{made.pk}/edit/"
    me.post(url, filled(me.get(url), plate="横浜 300 う 99-99"))
    assert not Customer.objects.search("98-71").exists()


def test_a_vehicle_needs_its_model(me, cast):
    there = customer(cast.hiratsuka)
    response = me.post(f"/customers/{there.pk}/vehicles/new/", {"plate": "湘南 500", "year": "12"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"model", "year"}
    assert not Vehicle.objects.exists()


def test_the_second_of_two_people_is_told_about_a_vehicle_too(me, cast):
    made = vehicle(customer(cast.hiratsuka))
    url = f"/vehicles/{made.pk}/edit/"
    mine = filled(me.get(url), year="2019")
    me.post(url, filled(me.get(url), mileage_km="30000"))
    response = me.post(url, mine)
    assert response.status_code == 409
    assert "30000" in response.content.decode()


def test_another_stores_customers_and_vehicles_are_not_there(me, cast):
    theirs = customer(cast.yokohama)
    car = vehicle(theirs)
    for url in (f"/customers/{theirs.pk}/edit/", f"/customers/{theirs.pk}/vehicles/new/", f"/vehicles/{car.pk}/edit/"):
        assert me.get(url).status_code == 404
        assert me.post(url, {"name": "x", "model": "x"}).status_code == 404


def test_a_code_that_another_customer_of_the_store_has_is_refused_beside_its_field(me, cast):
    customer(cast.hiratsuka, name="先の人", code="A1")
    customer(cast.yokohama, code="B1")
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    response = me.post(url, filled(me.get(url), code=" A1 "))
    assert response.status_code == 422
    assert "先の人" in response.context["form"].errors["code"][0]
    assert me.post(url, filled(me.get(url), code="B1")).status_code == 302
    assert me.post(url, filled(me.get(url), name="同じコードのまま")).status_code == 302
    there.refresh_from_db()
    assert (there.name, there.code) == ("同じコードのまま", "B1")


def test_a_code_taken_meanwhile_is_told_beside_its_field(me, cast):
    there = customer(cast.hiratsuka)
    data = filled(me.get(f"/customers/{there.pk}/edit/"), code="A1", name="別の名")
    form = CustomerForm(data, instance=there, today=date(2026, 11, 21))
    assert form.is_valid()
    customer(cast.hiratsuka, code="A1")
    assert not save_or_tell(form, lambda: form.save_of(there, at("2026-11-21 12:00")))
    assert set(form.errors) == {"code"}
    assert Customer.objects.get(pk=there.pk).name == "中村 美咲"


@pytest.mark.parametrize("born_on", ["0001-01-01", "1899-12-31", "2999-01-01", "9999-12-31"])
def test_nobody_is_born_on_a_day_that_cannot_be(me, cast, born_on):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    response = me.post(url, filled(me.get(url), born_on=born_on))
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"born_on"})


def test_nobody_is_born_tomorrow(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    with time_machine.travel(at("2026-11-21 12:00"), tick=False):
        assert me.post(url, filled(me.get(url), born_on="2026-11-22")).status_code == 422
        assert me.post(url, filled(me.get(url), born_on="2026-11-21")).status_code == 302


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_vehicle_has_no_days_that_cannot_be(me, cast, day):
    url = f"/customers/{customer(cast.hiratsuka).pk}/vehicles/new/"
    days = ["inspection_expires_on", "insurance_expires_on", "first_registered_on", "delivered_on", "disposed_on"]
    response = me.post(url, filled(me.get(url), model="ノート", **dict.fromkeys(days, day)))
    assert (response.status_code, set(response.context["form"].errors)) == (422, set(days))
    assert not Vehicle.objects.exists()
