import pytest
from django import forms

from customers.models import Customer, Vehicle
from tests.cast import customer, vehicle


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


def filled(response, **changes):
    """What the form sends when only `changes` are typed."""
    data = {}
    for field in response.context["form"]:
        value, widget = field.value(), field.field.widget
        if isinstance(widget, forms.CheckboxSelectMultiple) or value is True:
            data[field.html_name] = value
        elif value is not False:
            shown = value if isinstance(widget, forms.Select) else widget.format_value(field.field.prepare_value(value))
            data[field.html_name] = "" if shown is None else shown
    return {**data, **changes}


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
