"""Forgetting at night with a worker killed amid a slice, and with two at once (REQUIREMENTS H3, STYLE.md 22)."""

import pytest
from django.utils import timezone

from customers.models import Customer, DataKind, Erasure, Fact
from customers.personal import retention
from followups import forgetting
from followups.forgetting import forget
from followups.models import Contact
from tests.cast import at, contact
from tests.followups.test_batches_at_once import kill_a_worker_in_the_middle
from tests.followups.test_concurrency import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LONG_AGO = at("2015-03-01 10:00")
SLICE = 3
WORKER = """
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = %(name)r
from followups import forgetting
forgetting.CUSTOMERS = 3
while forgetting.forget() == "more":
    pass
"""


def closed_long_ago(cast, number):
    retention.keep({DataKind.CLOSED_CUSTOMERS: 60}, by=cast.admin, now=timezone.now())
    people = Customer.objects.bulk_create(
        [Customer(store=cast.hiratsuka, name=f"顧客{n}", closed_at=LONG_AGO) for n in range(number)]
    )
    for person in people:
        contact(person, LONG_AGO, details="カナリア")
        Fact.note(person, "hobby", "カナリア", by=cast.sales, now=LONG_AGO)


def erased():
    return Erasure.objects.count()


def assert_each_is_whole():
    """Erased in every table and once on record, or in none."""
    gone = set(Customer.objects.exclude(name__startswith="顧客").values_list("pk", flat=True))
    assert sorted(Erasure.objects.values_list("customer_number", flat=True)) == sorted(gone)
    assert set(Contact.objects.filter(details="").values_list("customer", flat=True)) == gone
    kept = set(Customer.objects.filter(name__startswith="顧客").values_list("pk", flat=True))
    assert set(Contact.objects.filter(details="カナリア").values_list("customer", flat=True)) == kept
    assert set(Fact.objects.values_list("customer", flat=True)) == kept


def test_a_killed_worker_loses_nothing_and_forgets_nobody_by_halves(cast):
    closed_long_ago(cast, 4 * SLICE)
    kill_a_worker_in_the_middle(erased, WORKER)
    assert 0 < erased() < 4 * SLICE
    assert erased() % SLICE == 0
    assert_each_is_whole()
    while forget() == "more":
        pass
    assert erased() == 4 * SLICE
    assert_each_is_whole()


def test_two_workers_erase_each_once(cast, monkeypatch):
    monkeypatch.setattr(forgetting, "CUSTOMERS", SLICE)
    closed_long_ago(cast, 2 * SLICE + 1)

    def worker():
        while forget() == "more":
            pass
        return "done"

    assert at_once(worker, worker) == ["done", "done"]
    assert erased() == 2 * SLICE + 1
    assert_each_is_whole()
