"""Two people at one deal, on connections of their own (STYLE.md 22)."""

from datetime import date, timedelta

import pytest

from customers.models import Deal, Estimate, Figure, Span, Stage, Target
from tests.cast import at, customer, lead
from tests.followups.test_concurrency import at_once
from todo.stages import move

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-20 11:00")


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)


def test_of_two_who_move_one_deal_from_where_they_saw_it_one_does(cast, deal):
    def mover(stage, by):
        return lambda: move(Deal.objects.get(pk=deal.pk), stage, by, NOW, seen=Stage.ENQUIRY, staff=cast.sales2)

    done = at_once(mover(Stage.MET, cast.sales), mover(Stage.APPOINTMENT, cast.sales2), mover(Stage.MET, cast.manager))
    assert sorted(done) == [False, False, True]
    change = deal.stage_changes.get()
    deal.refresh_from_db()
    assert (change.before, change.after) == (Stage.ENQUIRY, deal.stage)
    assert change.by == [cast.sales, cast.sales2, cast.manager][done.index(True)]


def test_estimates_made_and_withdrawn_at_once_leave_the_deal_with_the_newest_that_stands(cast, deal):
    first = Estimate.make(deal, amount_yen=1_000, by=cast.sales, now=NOW)

    def maker(number):
        later = NOW + timedelta(minutes=number)
        return lambda: Estimate.make(Deal.objects.get(pk=deal.pk), amount_yen=number, by=cast.sales, now=later).pk

    done = at_once(maker(1), maker(2), maker(3), lambda: first.withdraw(cast.manager, NOW))
    assert all(done), done
    deal.refresh_from_db()
    assert (deal.amount_yen, deal.estimate_sent_at) == (3, NOW + timedelta(minutes=3))


def test_two_managers_who_save_the_same_targets_leave_each_of_them_once(cast):
    month = date(2026, 11, 1)

    def saver(value):
        values = {(None, Figure.ORDERS.value): value, (cast.sales.pk, Figure.ORDERS.value): value}
        return lambda: Target.set_all(cast.hiratsuka, Span.MONTH, month, values)

    assert at_once(saver(1), saver(2), saver(3)) == [None, None, None]
    kept = list(Target.objects.values_list("value", flat=True))
    assert len(kept) == 2
    assert len(set(kept)) == 1
