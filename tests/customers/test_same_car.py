"""A car that stands with both of two customers who become one is one car afterwards, and two again (C2, C7)."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.merging import merge, undo
from customers.models import Customer, Deal, Vehicle
from customers.same_car import same_cars
from followups.expansion import expand
from followups.models import EndReason, FollowUp, Task
from followups.starting import start
from tests.cast import at, customer, lead, pattern, vehicle
from tests.customers.test_merging import dump

NOW = at("2026-11-21 12:00")
LATER = at("2026-11-24 12:00")


@pytest.fixture
def pair(cast):
    """Each has the same car, with a deal and an inspection pattern at work for it."""
    one = customer(cast.hiratsuka, owner=cast.sales)
    other = customer(cast.hiratsuka, name="中村 みさき", owner=cast.sales2)
    kept = vehicle(
        one, chassis_number="ZVW30-1234567", plate="湘南 500 あ 12-34", inspection_expires_on=date(2027, 1, 10)
    )
    gone = vehicle(
        other,
        chassis_number="zvw30 1234567",
        plate="湘南 500 あ 99-99",
        inspection_expires_on=date(2027, 1, 12),
        mileage_km=42_000,
        mileage_on=date(2026, 10, 1),
        bought_here=True,
        price_yen=1_800_000,
    )
    care = pattern("care", [{"title": "車検のご案内", "offset_days": -30}], by=cast.manager)
    care.versions.update(base="inspection")
    for person, car in ((one, kept), (other, gone)):
        lead(person, NOW, staff=person.owner, vehicle=car)
        FollowUp.objects.create(
            store=person.store,
            customer=person,
            vehicle=car,
            pattern=care,
            version=care.versions.get(),
            occurrence_key=f"due:{car.inspection_expires_on}",
            base_on=car.inspection_expires_on,
            started_at=NOW,
        )
        start(pattern(f"own-{car.pk}", [{}], by=cast.manager), customer=person, by=cast.manager, now=NOW)
    expand(NOW)
    return one, other


def test_it_is_one_car_with_everything_of_both(cast, pair):
    one, other = pair
    merge(one, other, by=cast.manager, now=LATER)
    car = Vehicle.objects.get()
    assert (car.customer, car.plate, car.mileage_km, car.bought_here) == (one, "湘南 500 あ 12-34", 42_000, True)
    assert (car.inspection_expires_on, car.mileage_on) == (date(2027, 1, 12), date(2026, 10, 1))
    assert set(Deal.objects.values_list("vehicle", "customer")) == {(car.pk, one.pk)}
    assert Customer.objects.net().search("ZVW30-123").get() == one


def test_what_was_at_work_for_both_cars_goes_on_once(cast, pair):
    one, other = pair
    merge(one, other, by=cast.manager, now=LATER)
    of_car = FollowUp.objects.filter(vehicle=Vehicle.objects.get()).order_by("pk")
    assert [row.end_reason for row in of_car] == ["", EndReason.REPLACED]
    assert Task.objects.open().filter(follow_up__in=of_car).count() == 1


def test_taken_back_every_row_is_as_it_was(cast, pair):
    one, other = pair
    before = dump()
    row = merge(one, other, by=cast.manager, now=LATER)
    assert dump() != before
    undo(row, by=cast.manager, now=LATER)
    after = dump()
    assert {key: (before.get(key), row) for key, row in after.items() if before.get(key) != row} == {}
    assert set(after) == set(before)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"chassis_number": "ZVW30-1"}, {"chassis_number": "ZVW30-2", "plate": "湘南 500 あ 12-34"}, False),
        ({"plate": "湘南 500 あ 12-34"}, {"plate": "湘南 500 あ 12-34", "chassis_number": "ZVW30-2"}, True),
        ({"chassis_number": "ＺＶＷ３０－１"}, {"chassis_number": "ZVW301"}, True),
        ({}, {}, False),
        ({"chassis_number": "ZVW30-1"}, {"chassis_number": "ZVW30-1", "disposed_on": date(2025, 1, 1)}, False),
    ],
)
def test_the_same_is_what_the_chassis_number_says_else_the_plate(cast, first, second, same):
    one, other = customer(cast.hiratsuka), customer(cast.hiratsuka)
    cars = vehicle(one, **first), vehicle(other, **second)
    assert same_cars(one, other) == ([cars] if same else [], [])


def test_the_same_plate_with_two_chassis_numbers_is_asked_about(client, cast):
    one, other = customer(cast.hiratsuka), customer(cast.hiratsuka, phones=["09012345678"])
    kept = vehicle(one, chassis_number="ZVW30-1234567", plate="湘南 500 あ 12-34")
    vehicle(other, chassis_number="ZVW30-1234561", plate="湘南 500 あ 12-34")
    client.force_login(cast.manager)
    address = reverse("merging:merge", args=[one.pk, other.pk])
    page = client.get(address)
    assert page.context["form"]["join_doubtful"].value() in {None, False}
    assert "ZVW30-1234567 / ZVW30-1234561" in page.content.decode()
    row = merge(one, other, by=cast.manager, now=LATER)
    assert Vehicle.objects.filter(customer=one).count() == 2
    undo(row, by=cast.manager, now=LATER)
    assert client.post(address, {"join_doubtful": "on"}).status_code == 302
    assert Vehicle.objects.get() == kept


@pytest.mark.parametrize(("sent", "left"), [({"join_cars": "on"}, 1), ({}, 2)])
def test_it_is_offered_where_the_two_are_looked_at(client, cast, pair, sent, left):
    one, other = pair
    client.force_login(cast.manager)
    address = reverse("merging:merge", args=[one.pk, other.pk])
    page = client.get(address)
    assert page.context["form"]["join_cars"].value() is True
    assert "ZVW30-1234567" in page.content.decode()
    client.post(address, {"name": "first", "owner": "first", **sent})
    assert Vehicle.objects.filter(customer=one).count() == left
    assert Customer.objects.get(pk=other.pk).closed_at <= timezone.now()
