"""Open tasks and replies follow the person in charge, unless assigned by hand (DESIGN.md "Rows")."""

from datetime import date

import pytest

from followups.assignment import assign_customer, assign_deal
from followups.expansion import expand
from followups.models import Outcome
from followups.recording import Result, receive
from followups.starting import start
from stores.models import Membership, Role
from tests.cast import at, customer, lead, pattern, task

NOW = at("2026-11-21 12:00")
DAY = date(2026, 11, 21)


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)


def assignee(made):
    made.refresh_from_db()
    return made.assignee


def of_role(cast, customer, deal=None):
    follow_up = start(
        pattern("role", [{"assignee_role": Role.ASSISTANT}]), customer=customer, deal=deal, by=None, now=NOW
    )
    expand(NOW)
    return follow_up.tasks.get()


class TestADeal:
    def test_its_open_tasks_go_along_and_what_is_done_stays(self, cast, deal):
        open_one = task(deal.customer, DAY, deal=deal)
        done = task(deal.customer, DAY, deal=deal, done_at=NOW)
        assign_deal(deal, cast.sales2)
        deal.refresh_from_db()
        assert deal.staff == assignee(open_one) == cast.sales2
        assert assignee(done) == cast.sales

    def test_what_was_assigned_by_hand_stays_there(self, cast, deal):
        by_hand = task(deal.customer, DAY, deal=deal)
        by_hand.assign(cast.assistant, cast.manager, NOW)
        assign_deal(deal, cast.sales2)
        assert assignee(by_hand) == cast.assistant

    def test_what_a_role_does_stays_with_the_role(self, cast, deal):
        made = of_role(cast, deal.customer, deal)
        assign_deal(deal, cast.sales2)
        assert assignee(made) == cast.assistant

    def test_what_fell_to_the_deals_person_because_nobody_has_the_role_goes_along(self, cast, deal):
        Membership.objects.filter(role=Role.ASSISTANT).delete()
        made = of_role(cast, deal.customer, deal)
        assert made.assignee == cast.sales
        assign_deal(deal, cast.sales2)
        assert assignee(made) == cast.sales2

    def test_the_customers_other_tasks_and_owner_stay(self, cast, deal):
        other = task(deal.customer, DAY)
        assign_deal(deal, cast.sales2)
        deal.customer.refresh_from_db()
        assert deal.customer.owner == assignee(other) == cast.sales

    def test_a_customer_of_nobody_goes_along(self, cast):
        deal = lead(customer(cast.hiratsuka), NOW)
        own, of_deal = task(deal.customer, DAY), task(deal.customer, DAY, deal=deal)
        assign_deal(deal, cast.sales2)
        deal.customer.refresh_from_db()
        assert deal.customer.owner == assignee(own) == assignee(of_deal) == cast.sales2

    def test_given_to_nobody_its_tasks_fall_to_the_customers_owner(self, cast, deal):
        assign_deal(deal, cast.sales2)
        of_deal = task(deal.customer, DAY, deal=deal, assignee=cast.sales2)
        assign_deal(deal, None)
        assert assignee(of_deal) == cast.sales

    def test_waiting_replies_go_along(self, cast, deal):
        reply = receive(deal.customer, deal, "email", Result(Outcome.MESSAGE), by=cast.sales, now=NOW)
        assign_deal(deal, cast.sales2)
        reply.refresh_from_db()
        assert reply.for_staff == cast.sales2


class TestACustomer:
    def test_open_tasks_go_along_but_not_those_of_somebody_elses_deal(self, cast, deal):
        own = task(deal.customer, DAY)
        of_deal = task(deal.customer, DAY, deal=deal)
        of_nobodys_deal = task(deal.customer, DAY, deal=lead(deal.customer, NOW))
        assign_customer(deal.customer, cast.sales2)
        assert assignee(own) == assignee(of_nobodys_deal) == cast.sales2
        assert assignee(of_deal) == cast.sales

    def test_what_was_assigned_by_hand_or_made_for_a_role_stays_there(self, cast, deal):
        by_hand = task(deal.customer, DAY)
        by_hand.assign(cast.manager, cast.manager, NOW)
        for_role = of_role(cast, deal.customer)
        assign_customer(deal.customer, cast.sales2)
        assert assignee(by_hand) == cast.manager
        assert assignee(for_role) == cast.assistant
