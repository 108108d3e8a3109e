"""Two who merge or move the same customer at the same moment, on connections of their own (STYLE.md 22)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.merging import gather, merge, undo
from customers.models import Customer, Merge, Rank, RankStanding, StoreMove
from customers.rank_decisions import hold
from customers.referrals import InACircle, refer
from customers.store_moves import NotPossible, move_to_store
from followups.expansion import expand
from followups.models import Contact, Direction, FollowUp, Outcome, Pattern, Task
from followups.starting import start
from stores.channels import Channel
from tests.cast import at, contact, customer, lead
from tests.followups.test_concurrency import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-21 12:00")


@pytest.fixture
def three(cast):
    people = [customer(cast.hiratsuka, name=f"中村{number}", owner=cast.sales) for number in range(3)]
    for person in people:
        deal = lead(person, NOW, staff=cast.sales)
        start(Pattern.objects.get(slug="new-arrival"), customer=person, deal=deal, by=cast.sales, now=NOW)
    expand(NOW)
    return people


def refused(answers):
    return sum(isinstance(answer, NotPossible) for answer in answers)


def failed(answers):
    return [one for one in answers if isinstance(one, Exception) and not isinstance(one, NotPossible)]


def test_two_merges_of_the_same_two_make_one(cast, three):
    one, other, _third = three
    answers = at_once(
        lambda: merge(one, other, by=cast.manager, now=NOW), lambda: merge(other, one, by=cast.manager, now=NOW)
    )
    assert (failed(answers), refused(answers), Merge.objects.count()) == ([], 1, 1)
    assert Customer.objects.net().count() == 2


def test_of_two_merges_of_one_customer_into_two_others_one_is_refused(cast, three):
    one, other, third = three
    answers = at_once(
        lambda: merge(one, third, by=cast.manager, now=NOW), lambda: merge(other, third, by=cast.manager, now=NOW)
    )
    assert (failed(answers), refused(answers)) == ([], 1)
    winner = Merge.objects.get().winner
    assert FollowUp.objects.of_customer(winner).count() == 2
    assert not Task.objects.filter(customer=third).exists()


def test_taking_back_twice_takes_back_once(cast, three):
    one, other, _third = three
    row = merge(one, other, by=cast.manager, now=NOW)
    answers = at_once(*[lambda: undo(row, by=cast.manager, now=NOW)] * 2)
    assert (failed(answers), refused(answers)) == ([], 1)
    assert FollowUp.objects.of_customer(other).count() == 1


def test_a_contact_recorded_meanwhile_is_not_left_with_who_is_no_more(cast, three):
    one, other, _third = three
    deal = other.deals.get()

    def recording():
        return contact(other, NOW, deal=deal, channel=Channel.PHONE, outcome=Outcome.SPOKE, direction=Direction.OUT)

    answers = at_once(lambda: merge(one, other, by=cast.manager, now=NOW), recording)
    assert failed(answers) == []
    gather()
    assert Contact.objects.get().customer == one


def test_two_moves_of_one_customer_move_once(cast, three):
    answers = at_once(
        *[lambda: move_to_store(three[0], cast.yokohama, cast.yokohama_sales, by=cast.admin, now=NOW)] * 2
    )
    assert (failed(answers), refused(answers), StoreMove.objects.count()) == ([], 1, 1)


def test_of_two_who_would_have_sent_each_other_one_is_refused(cast, three):
    one, other, _third = three
    answers = at_once(
        lambda: refer(one, other, by=cast.sales, now=NOW), lambda: refer(other, one, by=cast.sales, now=NOW)
    )
    assert sorted(type(answer) for answer in answers if answer) == [InACircle]
    assert Customer.objects.filter(referrer=None).count() == 2


def test_ranks_are_locked_before_customers_by_who_moves_them_as_by_who_confirms_them(cast, three):
    person, rank = three[0], Rank.objects.create(code="X", position=99)
    RankStanding.objects.create(customer=person, store=person.store, points=0, figures={}, rank=rank, computed_at=NOW)

    def tables(action):
        with CaptureQueriesContext(connection) as captured:
            action()
        locks = [query["sql"] for query in captured if re.search("FOR (NO KEY )?UPDATE", query["sql"])]
        wanted = ("customers_rankstanding", "customers_customer")
        found = [table for sql in locks for table in wanted if f'FROM "{table}"' in sql]
        return list(dict.fromkeys(found))

    in_order = ["customers_rankstanding", "customers_customer"]
    assert tables(lambda: move_to_store(person, cast.yokohama, cast.yokohama_sales, by=cast.admin, now=NOW)) == in_order
    assert tables(lambda: hold(person, rank, reason="紹介", until_on=None, by=cast.admin, now=NOW)) == in_order
