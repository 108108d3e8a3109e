"""Two managers at one deal or one check call at the same moment: one is first, the other is told (STYLE.md 22)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from followups.models import CheckCall, Contact, DealReview, Outcome, Step
from followups.recording import Result, record, record_contact
from stores.models import Notification, Role
from tests.cast import at, customer, lead, staff, task
from tests.followups.test_concurrency import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-22 14:00")
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture
def both(cast, time_machine):
    """Two managers of the store, each at a desk of their own."""
    time_machine.move_to(NOW, tick=False)
    clients = []
    for who in (cast.manager, staff("manager2", Role.MANAGER, cast.hiratsuka, name="二人目")):
        client = Client(headers=HTMX)
        client.force_login(who)
        clients.append(client)
    return clients


@pytest.fixture
def deal(cast):
    deal = lead(customer(cast.hiratsuka, owner=cast.sales), at("2026-11-10 10:00"), staff=cast.sales)
    record_contact(deal.customer, deal, "phone", Result(Outcome.SPOKE), by=cast.sales, now=at("2026-11-22 11:00"))
    return deal


@pytest.fixture
def check(cast):
    [asked] = Step.objects.filter(is_check=True, version__pattern__store=None)
    call = task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 22), step=asked, title=asked.title)
    record(call, Result(Outcome.SPOKE), by=cast.sales, now=at("2026-11-22 11:00"))
    return CheckCall.objects.get()


def _press(clients, address, *data) -> list[int]:
    answers = at_once(*(lambda c=c, d=d: c.post(address, d) for c, d in zip(clients, data, strict=True)))
    return sorted(answer.status_code for answer in answers)


def test_a_deal_is_reviewed_once_and_told_once(both, deal):
    address = reverse("todo:deal-review", args=[deal.pk])
    assert _press(both, address, {"text": "一"}, {"text": "二"}) == [200, 409]
    assert DealReview.objects.count() == Notification.objects.count() == 1


def test_marking_many_at_once_marks_each_once(both, deal):
    address = reverse("todo:desk-review", args=["reviews"])
    answers = at_once(*(lambda c=c: c.post(address, {"row": [deal.pk], "confirmed": "yes"}) for c in both))
    assert [answer.status_code < 400 for answer in answers] == [True, True]
    assert DealReview.objects.count() == 1


def test_a_check_call_is_recorded_once_and_told_once(both, check):
    said = {"result": "differs", "details": "異音"}
    assert _press(both, reverse("todo:check-result", args=[check.pk]), said, said) == [200, 409]
    assert Contact.objects.filter(task=None).count() == Notification.objects.count() == 1


def test_of_calling_and_taking_it_off_the_list_one_holds(both, check):
    called, left = reverse("todo:check-result", args=[check.pk]), reverse("todo:check-closing", args=[check.pk])
    posts = [lambda: both[0].post(called, {"result": "as_told"}), lambda: both[1].post(left, {"reason": "ご出張中"})]
    assert sorted(answer.status_code for answer in at_once(*posts)) == [200, 409]
    check.refresh_from_db()
    assert Contact.objects.filter(task=None).count() == (check.result == "as_told")
