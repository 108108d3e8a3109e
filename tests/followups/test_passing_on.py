"""Everything of one person goes to others, in one transaction, with the way back for a day (REQUIREMENTS E7)."""

from collections import Counter
from datetime import date, timedelta

import pytest

from customers.models import Customer, Deal, Rank
from followups.models import Act, Contact, Task
from followups.passing_on import KINDS, Handover, foresee, pass_on
from followups.taking_back import take_back
from followups.work import CUSTOMERS, DEALS, REPLIES, TASKS
from stores.models import Membership, Role
from tests.cast import at, customer, lead, reply, task

NOW = at("2026-11-21 12:00")
LATER = at("2026-11-24 12:00")
TODAY = date(2026, 11, 21)


def owned(cast, number, store=None, **fields):
    return [
        customer(store or cast.hiratsuka, name=f"顧客{count}", phones=[], owner=cast.sales, **fields)
        for count in range(number)
    ]


@pytest.fixture
def book(cast):
    """Four customers, each with a deal, a task and a reply; and what isn't the person's or is over."""
    people = owned(cast, 4)
    for person in people:
        deal = lead(person, NOW, staff=cast.sales)
        task(person, TODAY, deal=deal)
        reply(person, NOW, LATER, deal=deal)
    task(people[0], TODAY, done_at=NOW, done_by=cast.sales)
    customer(cast.hiratsuka, name="森さんの客", phones=[], owner=cast.sales2)
    Customer.objects.filter(pk=owned(cast, 1)[0].pk).update(closed_at=NOW)
    return people


def handover(cast, *receivers, **fields):
    values = {"stores": (cast.hiratsuka.pk,), "works": KINDS, **fields}
    return Handover(person_id=cast.sales.pk, receivers=tuple(one.pk for one in receivers), **values)


def hands(model, holder):
    return Counter(model.objects.values_list(f"{holder}__username", flat=True))


def test_everything_goes_and_what_is_over_stays(cast, book):
    act = pass_on(handover(cast, cast.sales2), by=cast.manager, now=NOW)
    assert act.work == "customer"
    assert hands(Customer, "owner") == {"sales2": 5, "sales": 1}
    assert hands(Deal, "staff") == {"sales2": 4}
    assert hands(Task, "assignee") == {"sales2": 4, "sales": 1}
    assert hands(Contact, "for_staff") == {"sales2": 4}


def test_it_does_what_the_preview_said(cast, book):
    wanted = handover(cast, cast.sales2, cast.assistant)
    foreseen = foresee(wanted).counts()
    assert {pk: dict(counted) for pk, counted in foreseen.items()} == {
        cast.sales2.pk: {CUSTOMERS: 2, DEALS: 2, TASKS: 2, REPLIES: 2},
        cast.assistant.pk: {CUSTOMERS: 2, DEALS: 2, TASKS: 2, REPLIES: 2},
    }
    assert hands(Deal, "staff") == {"sales": 4}
    pass_on(wanted, by=cast.manager, now=NOW)
    assert hands(Deal, "staff") == {"sales2": 2, "assistant": 2}


def test_everything_of_one_customer_goes_to_one_person(cast, book):
    pass_on(handover(cast, cast.sales2, cast.assistant), by=cast.manager, now=NOW)
    for person in Customer.objects.filter(pk__in=[one.pk for one in book]):
        assert person.deals.get().staff == person.owner
        assert person.tasks.open().get().assignee == person.owner
        assert person.contacts.get().for_staff == person.owner


def test_each_rank_is_shared_evenly(cast):
    first, second = Rank.objects.all()[:2]
    owned(cast, 6, rank=first)
    owned(cast, 3, rank=second)
    pass_on(handover(cast, cast.sales2, cast.assistant, cast.manager), by=cast.manager, now=NOW)
    for person in (cast.sales2, cast.assistant, cast.manager):
        assert Counter(person.customers.values_list("rank", flat=True)) == {first.pk: 2, second.pk: 1}


def numbers_of(plan):
    return {pk: counted[CUSTOMERS] for pk, counted in plan.counts().items()}


def test_by_percent_each_rank_is_shared_in_that_proportion(cast):
    first, second = Rank.objects.all()[:2]
    owned(cast, 10, rank=first)
    owned(cast, 10, rank=second)
    people = (cast.sales2, cast.assistant)
    wanted = handover(cast, *people, percent={cast.sales2.pk: 70, cast.assistant.pk: 30})
    pass_on(wanted, by=cast.manager, now=NOW)
    for person, number in zip(people, (7, 3), strict=True):
        assert Counter(person.customers.values_list("rank", flat=True)) == {first.pk: number, second.pk: number}


def test_by_number_nobody_gets_more_and_who_has_no_number_takes_the_rest(cast):
    first, second = Rank.objects.all()[:2]
    owned(cast, 6, rank=first)
    owned(cast, 6, rank=second)
    numbers = {cast.sales2.pk: 4, cast.assistant.pk: None, cast.manager.pk: 0}
    wanted = handover(cast, cast.sales2, cast.assistant, cast.manager, numbers=numbers)
    assert numbers_of(foresee(wanted)) == {cast.sales2.pk: 4, cast.assistant.pk: 8}
    pass_on(wanted, by=cast.manager, now=NOW)
    assert Counter(cast.sales2.customers.values_list("rank", flat=True)) == {first.pk: 2, second.pk: 2}


def test_what_goes_beyond_the_numbers_stays(cast, book):
    wanted = handover(cast, cast.sales2, numbers={cast.sales2.pk: 3})
    plan = foresee(wanted)
    assert (numbers_of(plan), plan.left) == ({cast.sales2.pk: 3}, {})
    assert plan.over == {CUSTOMERS: 1, DEALS: 1, TASKS: 1, REPLIES: 1}
    pass_on(wanted, by=cast.manager, now=NOW)
    assert hands(Deal, "staff") == {"sales2": 3, "sales": 1}


def test_only_the_chosen_ranks_and_kinds_go(cast, book):
    first = Rank.objects.first()
    Customer.objects.filter(pk=book[0].pk).update(rank=first)
    wanted = handover(cast, cast.sales2, ranks=(first.pk,), works=(CUSTOMERS, DEALS))
    pass_on(wanted, by=cast.manager, now=NOW)
    assert hands(Customer, "owner")["sales2"] == 2
    assert hands(Deal, "staff") == {"sales2": 1, "sales": 3}
    assert hands(Task, "assignee") == {"sales": 5}


def test_only_in_the_chosen_stores_and_to_who_works_there(cast, book):
    owned(cast, 2, store=cast.yokohama)
    stores = (cast.hiratsuka.pk, cast.yokohama.pk)
    plan = foresee(handover(cast, cast.sales2, stores=stores))
    assert (plan.left, len(plan.shares[CUSTOMERS])) == ({CUSTOMERS: 2}, 4)
    Membership.objects.create(staff=cast.sales2, store=cast.yokohama, role=Role.SALESPERSON)
    pass_on(handover(cast, cast.sales2), by=cast.manager, now=NOW)
    assert set(Customer.objects.in_store(cast.yokohama).values_list("owner", flat=True)) == {cast.sales.pk}
    pass_on(handover(cast, cast.sales2, stores=stores), by=cast.admin, now=NOW)
    assert set(Customer.objects.in_store(cast.yokohama).values_list("owner", flat=True)) == {cast.sales2.pk}


def test_tasks_handed_over_alone_stay_where_they_were_put(cast, book):
    pass_on(handover(cast, cast.sales2, works=(TASKS,)), by=cast.manager, now=NOW)
    assert set(Task.objects.open().values_list("assigned_by_hand_at", flat=True)) == {NOW}


def test_a_day_later_it_is_taken_back_as_it_was(cast, book):
    Task.objects.open().filter(customer=book[0]).update(assigned_by_hand_at=NOW - timedelta(days=1))
    tables = (Customer, Deal, Task, Contact)
    before = [list(model.objects.order_by("pk").values()) for model in tables]
    act = pass_on(handover(cast, cast.sales2, cast.assistant), by=cast.manager, now=NOW)
    take_back(act, NOW + timedelta(hours=23))
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before


def test_what_somebody_gave_on_is_not_taken_back(cast, book):
    act = pass_on(handover(cast, cast.sales2), by=cast.manager, now=NOW)
    Deal.objects.filter(customer=book[0]).update(staff=cast.assistant)
    take_back(act, NOW)
    assert hands(Deal, "staff") == {"sales": 3, "assistant": 1}


def test_with_nothing_in_hand_nothing_is_written_down(cast):
    assert pass_on(handover(cast, cast.sales2), by=cast.manager, now=NOW) is None
    assert not Act.objects.exists()


@pytest.mark.parametrize("number", [1, 10])
def test_it_takes_the_same_statements_however_much_it_is(cast, number, django_assert_num_queries):
    for person in owned(cast, number):
        deal = lead(person, NOW, staff=cast.sales)
        task(person, TODAY, deal=deal)
        reply(person, NOW, LATER, deal=deal)
    with django_assert_num_queries(STATEMENTS):
        pass_on(handover(cast, cast.sales2), by=cast.manager, now=NOW)


STATEMENTS = 23
