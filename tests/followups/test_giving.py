"""Leads that come in without a person are given to one by the store's rules (REQUIREMENTS E6)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from customers.models import Deal
from followups.assignment import assign_deal
from followups.giving import candidates, give_leads
from followups.models import LeadChoice, LeadRule, Task
from stores.models import Notification, Role
from tests.cast import at, contact, customer, lead, staff, task

pytestmark = pytest.mark.django_db
NOW = at("2026-11-22 14:00")


def rule(cast, **fields):
    fields = {"store": cast.hiratsuka, "made_by": cast.manager, "made_at": NOW, "prefer": "turn", **fields}
    return LeadRule.objects.create(**fields)


def new(cast, **fields):
    return lead(customer(cast.hiratsuka), NOW, **fields)


def whose(deal):
    deal.refresh_from_db()
    return deal.staff


def bad_entries(cast, person, number):
    """Entered an hour after the event."""
    for hours in range(number):
        happened_at = NOW - timedelta(days=2, minutes=hours)
        contact(
            customer(cast.hiratsuka), happened_at, entered_at=happened_at + timedelta(hours=1),
            completed_at=happened_at + timedelta(hours=1), counted_staff=person, counted_store=cast.hiratsuka,
        )  # fmt: skip


def test_it_is_given_and_stays_new(cast):
    deal = new(cast)
    rule(cast)
    assert give_leads(NOW) == 1
    assert whose(deal) in {cast.sales, cast.sales2}
    assert deal.is_new
    assert deal.taken_by is None
    assert deal.customer.owner == deal.staff
    assert give_leads(NOW) == 0


def test_why_is_kept_for_everybody_who_came_into_question(cast):
    task(customer(cast.hiratsuka, owner=cast.sales), NOW.date())
    deal = new(cast)
    rule(cast, prefer="load")
    give_leads(NOW)
    assert whose(deal) == cast.sales2
    got, other = LeadChoice.objects.of_deal(deal)
    assert (got.staff, got.chosen, got.at) == (cast.sales2, True, NOW)
    assert (other.staff, other.chosen) == (cast.sales, False)
    assert got.reasons[0] == {"code": "won_load"}
    assert {"code": "load", "n": 1} in other.reasons


def test_who_got_it_is_told_once_for_several(cast):
    cast.sales2.take_days_off([NOW.date()])
    rule(cast)
    for _number in range(3):
        new(cast)
    assert give_leads(NOW) == 3
    [told] = Notification.objects.all()
    assert (told.staff, told.values, told.path) == (cast.sales, {"n": 3, "lead_by_rule": True}, "/todo/?view=new")


def test_several_at_once_go_round(cast):
    third = staff("sales3", Role.SALESPERSON, cast.hiratsuka)
    deals = [new(cast) for _number in range(6)]
    rule(cast)
    assert give_leads(NOW) == 6
    got = [whose(deal) for deal in deals]
    assert set(got[:3]) == {cast.sales, cast.sales2, third}
    assert got[3:] == got[:3]


def test_one_after_the_other_they_go_round_as_well(cast):
    rule(cast)
    got = []
    for minute in range(4):
        deal = new(cast)
        give_leads(NOW + timedelta(minutes=minute))
        got.append(whose(deal))
    assert got[0] != got[1]
    assert got[2:] == got[:2]


def test_who_is_off_or_has_left_gets_none(cast):
    cast.sales.take_days_off([NOW.date()])
    deal = new(cast)
    rule(cast)
    give_leads(NOW)
    assert whose(deal) == cast.sales2
    assert {"code": "off"} in LeadChoice.objects.get(deal=deal, staff=cast.sales).reasons


def test_below_the_threshold_one_gets_none_until_it_is_put_right(cast):
    bad_entries(cast, cast.sales, 10)
    cast.sales2.take_days_off([NOW.date()])
    deal = new(cast)
    rule(cast, lowest_percent=80)
    assert give_leads(NOW) == 0
    assert whose(deal) is None
    kept = LeadChoice.objects.get(deal=deal, staff=cast.sales)
    assert kept.reasons[0] == {"code": "below", "percent": 0, "due": 10, "asked": 80}
    assert give_leads(NOW) == 0
    assert LeadChoice.objects.filter(deal=deal).count() == 2
    later = NOW + timedelta(days=13)
    assert give_leads(later) == 1
    assert whose(deal) in {cast.sales, cast.sales2}
    assert LeadChoice.objects.chosen().get(deal=deal).at == later


def test_who_is_left_out_for_their_input_rate_is_told_once_with_the_way_back(cast):
    bad_entries(cast, cast.sales, 10)
    rule(cast, lowest_percent=80)
    for _time in range(2):
        new(cast)
        give_leads(NOW)
    told = Notification.objects.get(staff=cast.sales)
    assert "80" in told.text
    assert told.path == reverse("giving:standing", args=[cast.hiratsuka.pk])


def test_nine_late_entries_are_too_few_to_judge(cast):
    bad_entries(cast, cast.sales, 9)
    cast.sales2.take_days_off([NOW.date()])
    deal = new(cast)
    rule(cast, lowest_percent=80)
    assert give_leads(NOW) == 1
    assert whose(deal) == cast.sales


def test_a_rule_that_names_the_source_decides_before_the_one_for_all(cast):
    web, site = new(cast, source="web"), new(cast, source="appraisal_site")
    named, general = rule(cast, sources=["web"]), rule(cast)
    give_leads(NOW)
    assert LeadChoice.objects.filter(deal=web, rule=named).exists()
    assert LeadChoice.objects.filter(deal=site, rule=general).exists()


def test_without_a_rule_for_it_a_lead_waits_for_whoever_is_free(cast):
    other_source, closed, taken, given, elsewhere = (
        new(cast, source="phone"),
        new(cast, source="web", closed_at=NOW),
        new(cast, source="web", taken_at=NOW),
        new(cast, source="web", staff=cast.manager),
        lead(customer(cast.yokohama), NOW, source="web"),
    )
    rule(cast, sources=["web"])
    rule(cast, retired_at=NOW)
    assert give_leads(NOW) == 0
    assert [whose(deal) for deal in (other_source, closed, taken, given, elsewhere)] == [
        None, None, None, cast.manager, None,
    ]  # fmt: skip
    assert not LeadChoice.objects.exists()


def test_a_hand_has_the_last_word_and_the_reasons_stay(cast):
    deal = new(cast)
    rule(cast)
    give_leads(NOW)
    got = whose(deal)
    assign_deal(deal, cast.manager)
    assert give_leads(NOW) == 0
    assign_deal(deal, None)
    assert give_leads(NOW) == 0
    assert whose(deal) is None
    assert LeadChoice.objects.chosen().get(deal=deal).staff == got


def test_open_tasks_of_the_lead_go_along(cast):
    deal = new(cast)
    call = task(deal.customer, NOW.date(), deal=deal)
    rule(cast)
    give_leads(NOW)
    assert Task.objects.get(pk=call.pk).assignee == whose(deal)


def test_the_load_is_what_is_open_today_and_the_new_leads(cast):
    mine = customer(cast.hiratsuka, owner=cast.sales)
    task(mine, NOW.date())
    task(mine, NOW.date() + timedelta(days=3))
    lead(mine, NOW, staff=cast.sales)
    lead(mine, NOW, staff=cast.sales, taken_at=NOW)
    loads = {one.staff_id: one.load for one in candidates(cast.hiratsuka.pk, NOW)}
    assert loads == {cast.sales.pk: 2, cast.sales2.pk: 0}


def test_facts_are_read_in_as_many_statements_however_many_people(cast, django_assert_num_queries):
    with django_assert_num_queries(7) as few:
        candidates(cast.hiratsuka.pk, NOW)
    for number in range(20):
        staff(f"more{number}", Role.SALESPERSON, cast.hiratsuka)
    with django_assert_num_queries(len(few)):
        candidates(cast.hiratsuka.pk, NOW)


def test_nothing_waiting_costs_one_statement(cast, django_assert_num_queries):
    rule(cast)
    lead(customer(cast.hiratsuka), NOW, staff=cast.sales)
    with django_assert_num_queries(1):
        assert give_leads(NOW) == 0


def test_a_lead_without_a_person_wakes_the_worker(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as bells:
        new(cast)
    assert len(bells) == 1
    with django_capture_on_commit_callbacks() as bells:
        new(cast, staff=cast.sales)
    assert not bells
    assert Deal.objects.count() == 2
