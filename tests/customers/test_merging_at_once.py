"""Two who merge or move the same customer at the same moment, on connections of their own (STYLE.md 22)."""

import pytest

from customers.merging import gather, merge, undo
from customers.models import Customer, Merge, StoreMove
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
