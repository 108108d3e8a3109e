"""What begins by itself: rules × base dates, each occurrence once for ever (REQUIREMENTS B3, B9)."""

from datetime import date

import pytest

from customers.models import Customer, Deal, Rank, Vehicle
from followups.models import Base, FollowUp, StartRule
from followups.noticing import notice
from followups.occurrences import start_due
from followups.starting import start
from tests.cast import at, customer, lead, pattern, vehicle

NOW = at("2026-11-22 10:00")
pytestmark = pytest.mark.django_db


def counted(base, steps=({},), *, slug="own", store=None, **parameters):
    made = pattern(slug, list(steps), base=Base.CHOSEN, store=store)
    made.versions.update(base=base, **parameters)
    made.__dict__.pop("current_version", None)
    return made


def rule(pattern, from_on=date(2026, 1, 1), **fields):
    return StartRule.objects.create(pattern=pattern, from_on=from_on, made_at=NOW, **fields)


def look(now=NOW):
    """The full look of a day, as the worker takes it."""
    StartRule.objects.update(looked_on=None)
    while start_due(now):
        pass
    return begun()


def begun():
    return sorted(FollowUp.objects.values_list("customer__name", "base_on", "occurrence_key"))


class TestDeals:
    def test_a_lead_begins_its_pattern_once(self, cast):
        rule(counted(Base.RECEIVED))
        deal = lead(customer(cast.hiratsuka, name="林"), at("2026-11-21 21:43"))
        assert look() == [("林", date(2026, 11, 21), "deal")]
        assert look() == [("林", date(2026, 11, 21), "deal")]
        row = FollowUp.objects.get()
        assert (row.deal, row.base_at, row.rule_id) == (deal, at("2026-11-21 21:43"), StartRule.objects.get().pk)

    def test_the_sweep_begins_it_by_the_mark_that_the_lead_left(self, cast):
        rule(counted(Base.RECEIVED))
        lead(customer(cast.hiratsuka, name="林"), NOW)
        assert notice(NOW) > 0
        assert [name for name, *_rest in begun()] == ["林"]
        assert notice(NOW) == 0

    def test_not_where_a_person_has_chosen_it_already(self, cast):
        made = counted(Base.RECEIVED)
        deal = lead(customer(cast.hiratsuka), NOW)
        start(made, customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
        rule(made)
        assert len(look()) == 1

    def test_filters_hold_back_what_they_do_not_name(self, cast):
        rule(counted(Base.RECEIVED), sources=["web"], deal_kinds=["sale"], store=cast.hiratsuka)
        wanted = {"source": "web", "kind": "sale"}
        lead(customer(cast.hiratsuka, name="wanted"), NOW, **wanted)
        lead(customer(cast.hiratsuka, name="other source"), NOW, **{**wanted, "source": "phone"})
        lead(customer(cast.hiratsuka, name="other kind"), NOW, **{**wanted, "kind": "purchase"})
        lead(customer(cast.yokohama, name="other store"), NOW, **wanted)
        assert [name for name, *_rest in look()] == ["wanted"]

    def test_rank_and_consent_hold_back_too(self, cast):
        rank = Rank.objects.create(code="Z", position=50)
        made = rule(counted(Base.RECEIVED), channel_allowed="email")
        made.ranks.add(rank)
        lead(customer(cast.hiratsuka, name="wanted", rank=rank), NOW)
        lead(customer(cast.hiratsuka, name="no rank"), NOW)
        lead(customer(cast.hiratsuka, name="no consent", rank=rank, refused_channels=["email"]), NOW)
        assert [name for name, *_rest in look()] == ["wanted"]

    def test_what_came_before_the_rule_counts_is_left_alone(self, cast):
        rule(counted(Base.RECEIVED), from_on=date(2026, 11, 22))
        lead(customer(cast.hiratsuka, name="before"), at("2026-11-21 18:00"))
        lead(customer(cast.hiratsuka, name="after"), at("2026-11-22 09:00"))
        assert [name for name, *_rest in look()] == ["after"]

    def test_a_delivery_counts_from_the_promised_day_until_it_has_happened(self, cast):
        rule(counted(Base.DELIVERED))
        deal = lead(customer(cast.hiratsuka, name="林"), NOW)
        Deal.objects.filter(pk=deal.pk).update(won_at=NOW, ordered_on="2026-11-20", promised_on="2026-12-05")
        assert look() == [("林", date(2026, 12, 5), "deal")]

    def test_only_deliveries_shortly_ahead_of_a_long_holiday(self, cast):
        rule(counted(Base.DELIVERED), before_holiday_days=14)
        for name, day in (("long before", "2026-12-10"), ("shortly before", "2026-12-20"), ("within", "2026-12-30")):
            deal = lead(customer(cast.hiratsuka, name=name), NOW)
            Deal.objects.filter(pk=deal.pk).update(won_at=NOW, ordered_on="2026-11-20", promised_on=day)
        assert [name for name, *_rest in look()] == ["shortly before"]

    def test_a_lost_deal_begins_nothing(self, cast):
        rule(counted(Base.RECEIVED))
        lead(customer(cast.hiratsuka), NOW).lose("price", cast.sales, NOW)
        assert look() == []


class TestCars:
    def test_an_inspection_begins_when_its_first_step_comes_within_the_horizon(self, cast):
        rule(counted(Base.INSPECTION, [{"offset_days": -90}, {"offset_days": -7}]))
        for name, day in (("far", "2027-05-01"), ("near", "2027-04-10"), ("over", "2026-10-01")):
            vehicle(customer(cast.hiratsuka, name=name), inspection_expires_on=day)
        assert look() == [("near", date(2027, 4, 10), "due:2027-04-10")]

    def test_renewing_it_is_another_occurrence_and_correcting_it_is_not(self, cast):
        rule(counted(Base.INSPECTION))
        car = vehicle(customer(cast.hiratsuka, name="林"), inspection_expires_on="2026-12-01")
        look()
        Vehicle.objects.filter(pk=car.pk).update(inspection_expires_on="2026-12-11")
        while notice(NOW):
            pass
        assert look() == [("林", date(2026, 12, 11), "due:2026-12-01")]
        Vehicle.objects.filter(pk=car.pk).update(inspection_expires_on="2028-12-11")
        while notice(NOW):
            pass
        assert FollowUp.objects.get().end_reason == "renewed"
        assert look(at("2028-11-01 10:00"))[-1] == ("林", date(2028, 12, 11), "due:2028-12-11")

    def test_a_car_that_is_gone_begins_nothing(self, cast):
        rule(counted(Base.INSPECTION))
        vehicle(customer(cast.hiratsuka), inspection_expires_on="2026-12-01", disposed_on="2026-11-01")
        assert look() == []


class TestPeople:
    def test_a_birthday_comes_every_year_and_once_a_year(self, cast):
        rule(counted(Base.BIRTHDAY))
        customer(cast.hiratsuka, name="林", born_on=date(1984, 2, 29))
        assert look(at("2027-01-20 10:00")) == [("林", date(2027, 2, 28), "year:2027")]
        assert look(at("2027-02-20 10:00")) == [("林", date(2027, 2, 28), "year:2027")]
        assert look(at("2028-01-20 10:00"))[1:] == [("林", date(2028, 2, 29), "year:2028")]

    def test_a_birthday_that_was_put_right_is_the_same_occurrence(self, cast):
        rule(counted(Base.BIRTHDAY))
        person = customer(cast.hiratsuka, name="林", born_on=date(1984, 12, 1))
        look()
        Customer.objects.filter(pk=person.pk).update(born_on=date(1984, 12, 24))
        while notice(NOW):
            pass
        assert look() == [("林", date(2026, 12, 24), "year:2026")]

    def test_a_date_every_year(self, cast):
        rule(counted(Base.YEARLY, [{"offset_days": -10}], yearly_month=1, yearly_day=1))
        customer(cast.hiratsuka, name="林")
        assert look() == [("林", date(2027, 1, 1), "year:2027")]

    def test_every_so_many_months_customers_are_spread_and_none_is_left_out(self, cast):
        rule(counted(Base.EVERY, every_months=3), from_on=date(2026, 11, 1))
        for number in range(20):
            customer(cast.hiratsuka, name=f"{number}", phones=[])
        found = []
        for month in ("2026-11-01 10:00", "2026-12-30 10:00", "2027-02-26 10:00"):
            found = look(at(month))
        firsts = {name: day for name, day, key in found if key == "round:0"}
        assert len(firsts) == 20
        assert len(set(firsts.values())) > 10
        seconds = {name: day for name, day, key in found if key == "round:1"}
        assert seconds
        assert all(88 <= (day - firsts[name]).days <= 92 for name, day in seconds.items())

    def test_silence_begins_once_it_has_lasted_and_ends_with_a_contact(self, cast):
        rule(counted(Base.SILENCE, silent_days=90))
        person = customer(cast.hiratsuka, name="林", last_contacted_at=at("2026-08-24 15:00"))
        customer(cast.hiratsuka, name="heard lately", last_contacted_at=at("2026-08-25 15:00"))
        assert look() == [("林", date(2026, 11, 22), "since:2026-08-24:1")]
        Customer.objects.filter(pk=person.pk).update(last_contacted_at=NOW)
        while notice(NOW):
            pass
        assert FollowUp.objects.get().end_reason == "contacted"

    def test_silence_that_goes_on_begins_again_but_never_beside_itself(self, cast):
        rule(counted(Base.SILENCE, silent_days=90))
        customer(cast.hiratsuka, name="林", last_contacted_at=at("2026-08-24 15:00"))
        look()
        later = at("2027-02-20 10:00")
        assert len(look(later)) == 1
        FollowUp.objects.update(ended_at=NOW, end_reason="done")
        assert look(later)[-1] == ("林", date(2027, 2, 20), "since:2026-08-24:2")

    def test_a_customer_no_longer_looked_after_begins_nothing_and_keeps_nothing(self, cast):
        rule(counted(Base.BIRTHDAY))
        person = customer(cast.hiratsuka, born_on=date(1984, 12, 1))
        look()
        Customer.objects.filter(pk=person.pk).update(closed_at=NOW)
        while notice(NOW):
            pass
        assert FollowUp.objects.get().end_reason == "closed"
        assert len(look(at("2027-11-20 10:00"))) == 1


class TestCopies:
    def test_a_store_with_a_copy_begins_its_copy(self, cast):
        made = counted(Base.RECEIVED, slug="arrival")
        rule(made)
        copy = made.copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
        here = lead(customer(cast.hiratsuka), NOW)
        there = lead(customer(cast.yokohama), NOW)
        look()
        assert FollowUp.objects.get(deal=here).pattern == copy
        assert FollowUp.objects.get(deal=there).pattern == made

    def test_a_copy_made_midway_does_not_begin_again(self, cast):
        made = counted(Base.RECEIVED, slug="arrival")
        rule(made)
        lead(customer(cast.hiratsuka), NOW)
        look()
        made.copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
        assert len(look()) == 1

    def test_a_retired_rule_or_pattern_begins_nothing_more(self, cast):
        made = counted(Base.RECEIVED)
        rule(made).retire(NOW)
        other = counted(Base.RECEIVED, slug="other")
        rule(other)
        other.retire(NOW)
        lead(customer(cast.hiratsuka), NOW)
        assert look() == []


def test_a_rule_is_looked_at_once_a_day(cast, django_assert_max_num_queries):
    rule(counted(Base.BIRTHDAY))
    customer(cast.hiratsuka, born_on=date(1984, 12, 1))
    look()
    with django_assert_max_num_queries(4):
        assert start_due(NOW) == 0
    assert start_due(at("2026-11-23 00:01")) > 0
