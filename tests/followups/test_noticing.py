"""Base dates that were put right: all of a slice at once, by one statement for each kind of date."""

from datetime import date

import pytest

from customers.models import Customer, Deal, Mark, Vehicle
from followups.models import FollowUp
from followups.noticing import notice
from followups.starting import start
from tests.cast import at, customer, lead, pattern, vehicle

NOW = at("2026-11-22 10:00")
pytestmark = pytest.mark.django_db


def birthdays(cast, number, key="year:2027"):
    made = pattern("own-birthday", [{}], base="birthday")
    for n in range(number):
        who = customer(cast.hiratsuka, name=f"顧客{n}", born_on=date(1980, 3, 1 + n))
        start(made, customer=who, by=None, now=NOW)
    FollowUp.objects.update(occurrence_key=key)
    Mark.objects.all().delete()


def bases():
    return list(FollowUp.objects.order_by("pk").values_list("base_on", flat=True))


@pytest.mark.parametrize(
    ("born_on", "year", "falls_on"),
    [
        (date(1980, 4, 5), 2027, date(2027, 4, 5)),
        (date(1980, 2, 29), 2027, date(2027, 2, 28)),
        (date(1980, 2, 29), 2028, date(2028, 2, 29)),
        (date(1900, 12, 31), 2026, date(2026, 12, 31)),
    ],
)
def test_a_birthday_moves_within_the_year_that_its_key_names(cast, born_on, year, falls_on):
    birthdays(cast, 1, f"year:{year}")
    Customer.objects.update(born_on=born_on)
    notice(NOW)
    assert bases() == [falls_on]
    assert FollowUp.objects.get().adjust_reason == "base"


@pytest.mark.parametrize("key", ["hand:1980", "year:", "year:20x7", "deal"])
def test_one_whose_key_names_no_year_stays(cast, key):
    birthdays(cast, 1, key)
    before = bases()
    Customer.objects.update(born_on=date(1980, 4, 5))
    notice(NOW)
    assert (bases(), FollowUp.objects.get().adjust_at) == (before, None)


def test_without_a_birthday_and_without_a_change_nothing_moves(cast):
    birthdays(cast, 2)
    notice(NOW)
    before = bases()
    FollowUp.objects.update(adjust_at=None)
    Customer.objects.filter(name="顧客0").update(born_on=None)
    Customer.objects.filter(name="顧客1").update(note="変わりなし", born_on=date(1980, 3, 2))
    notice(NOW)
    assert (bases(), FollowUp.objects.filter(adjust_at__isnull=False).count()) == (before, 0)


def test_cars_and_deliveries_move_each_by_their_own_date(cast):
    inspected, delivered = pattern("car", [{}], base="inspection"), pattern("delivered", [{}], base="delivered")
    car = vehicle(customer(cast.hiratsuka), inspection_expires_on=date(2027, 3, 1))
    deal = lead(customer(cast.hiratsuka), NOW)
    Deal.objects.filter(pk=deal.pk).update(won_at=NOW, ordered_on="2026-11-20", promised_on="2026-12-04")
    deal.refresh_from_db()
    start(inspected, customer=car.customer, by=None, now=NOW)
    start(delivered, customer=deal.customer, deal=deal, by=None, now=NOW)
    Vehicle.objects.update(inspection_expires_on=date(2027, 4, 1))
    Deal.objects.update(promised_on=date(2026, 12, 14))
    notice(NOW)
    assert bases() == [date(2027, 4, 1), date(2026, 12, 14)]
    Deal.objects.update(delivered_on=date(2026, 12, 15))
    notice(NOW)
    assert bases() == [date(2027, 4, 1), date(2026, 12, 15)]


def test_it_takes_as_many_statements_for_ten_as_for_one(cast, django_assert_num_queries):
    birthdays(cast, 11)
    for moved in (1, 10):
        some = FollowUp.objects.order_by("pk").values_list("customer", flat=True)[:moved]
        Customer.objects.filter(pk__in=list(some)).update(born_on=date(1980, 4, moved))
        with django_assert_num_queries(STATEMENTS):
            notice(NOW)
        assert bases()[:moved] == [date(2027, 4, moved)] * moved


STATEMENTS = 23
