from datetime import date

import pytest

from followups.expansion import expand
from followups.models import Pattern
from followups.starting import AlreadyRunning, DealLost, start
from tests.cast import at, customer, lead


def test_a_lead_of_saturday_night_gets_the_five_tasks_of_new_arrival_from_sunday_on(cast):
    now = at("2026-11-21 21:43")
    deal = lead(customer(cast.hiratsuka), now, staff=cast.sales)
    follow_up = start(
        Pattern.objects.get(slug="new-arrival"), customer=deal.customer, deal=deal, by=cast.sales, now=now
    )
    expand(now)
    assert list(follow_up.tasks.order_by("step__position").values_list("channel", "due_on", "assignee")) == [
        ("phone", date(2026, 11, 22), cast.sales.pk),
        ("email", date(2026, 11, 22), cast.sales.pk),
        ("sms", date(2026, 11, 23), cast.sales.pk),
        ("phone", date(2026, 11, 23), cast.sales.pk),
        ("email", date(2026, 11, 24), cast.sales.pk),
    ]


def test_a_pattern_runs_once_at_a_time_for_a_deal(cast):
    now = at("2026-11-21 21:43")
    deal = lead(customer(cast.hiratsuka), now)
    pattern = Pattern.objects.get(slug="new-arrival")
    first = start(pattern, customer=deal.customer, deal=deal, by=cast.sales, now=now)
    with pytest.raises(AlreadyRunning) as refused:
        start(pattern, customer=deal.customer, deal=deal, by=cast.sales, now=now)
    assert refused.value.follow_up == first


@pytest.fixture
def who(cast):
    return customer(cast.hiratsuka, owner=cast.sales)


@pytest.fixture
def month(db):
    return Pattern.objects.get(slug="one-month-follow-up")


def test_one_that_has_nothing_left_to_do_is_ended_and_the_pattern_begins_anew(cast, who, month):
    now = at("2026-11-21 12:00")
    before = start(month, customer=who, by=cast.sales, now=now)
    expand(now)
    before.tasks.update(done_at=now, done_by=cast.sales)
    after = start(month, customer=who, by=cast.sales, now=now)
    before.refresh_from_db()
    assert (before.end_reason, before.ended_at) == ("done", now)
    assert after != before


def test_one_with_a_task_left_or_not_yet_prepared_goes_on(cast, who, month):
    now = at("2026-11-21 12:00")
    before = start(month, customer=who, by=cast.sales, now=now)
    for _prepared in range(2):
        with pytest.raises(AlreadyRunning):
            start(month, customer=who, by=cast.sales, now=now)
        expand(now)
        before.tasks.exclude(pk=before.tasks.last() and before.tasks.last().pk).update(done_at=now)
    before.refresh_from_db()
    assert before.ended_at is None


def test_nothing_begins_for_a_lost_deal_but_for_its_customer(cast, who, month):
    now = at("2026-11-21 12:00")
    deal = lead(who, now)
    deal.lose("price", cast.sales, now)
    with pytest.raises(DealLost):
        start(month, customer=who, deal=deal, by=cast.sales, now=now)
    assert start(month, customer=who, by=cast.sales, now=now).deal is None
