from datetime import date

import pytest

from followups.expansion import expand
from followups.models import Pattern
from followups.starting import AlreadyRunning, start
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
