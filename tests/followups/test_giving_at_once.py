"""Two workers give out leads at once: each lead once, and nobody's turn is skipped (STYLE.md 22)."""

from collections import Counter

import pytest

from customers.models import Deal
from followups.giving import give_leads
from followups.models import LeadChoice, LeadRule
from stores.models import Notification, Role
from tests.cast import at, customer, lead, staff
from tests.followups.test_concurrency import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-22 14:00")
NUMBER = 15


def test_of_several_workers_each_lead_is_given_once_and_in_turn(cast):
    staff("sales3", Role.SALESPERSON, cast.hiratsuka)
    for number in range(NUMBER):
        lead(customer(cast.hiratsuka, name=f"客{number}"), NOW)
    LeadRule.objects.create(store=cast.hiratsuka, prefer="turn", made_at=NOW)
    given = at_once(*[lambda: sum(iter(lambda: give_leads(NOW, limit=4), 0))] * 3)
    assert sum(given) == NUMBER
    assert not Deal.objects.of_nobody().exists()
    order = list(LeadChoice.objects.chosen().order_by("pk").values_list("staff", flat=True))
    assert len(order) == NUMBER
    assert all(one == three_before for one, three_before in zip(order[3:], order, strict=False))
    assert set(Counter(order).values()) == {NUMBER // 3}
    told = Counter()
    for row in Notification.objects.all():
        told[row.staff_id] += row.values["n"]
    assert told == Counter(order)
