"""A customer is no longer looked after, and is again (DESIGN.md "Figures", REQUIREMENTS H3)."""

from datetime import date, timedelta

import pytest

from customers.models import Customer, LostReason
from customers.personal.erasing import StillOpen
from followups.closing import close, reopen
from followups.expansion import expand
from followups.forgetting import erase
from followups.models import FollowUp, Task
from followups.starting import start
from tests.cast import at, customer, lead, pattern, task

NOW = at("2026-11-22 10:00")


@pytest.fixture
def who(cast):
    """With a pattern at work and an appointment."""
    person = customer(cast.hiratsuka, owner=cast.sales)
    start(pattern("care", [{}], store=cast.hiratsuka), customer=person, by=cast.sales, now=NOW)
    expand(NOW)
    task(person, date(2026, 11, 25))
    return person


def standing():
    return FollowUp.objects.running().count(), Task.objects.open().count()


def test_what_runs_ends_and_why_is_kept(cast, who):
    assert standing() == (1, 2)
    assert close(who, "転居", by=cast.manager, now=NOW)
    assert standing() == (0, 0)
    kept = Customer.objects.get()
    assert (kept.closed_at, kept.edited_by, kept.phones) == (NOW, cast.manager, ["09012345678"])
    assert "転居" in kept.facts.standing().get().text
    assert not close(who, "死亡", by=cast.manager, now=NOW + timedelta(hours=1))
    assert kept.facts.count() == 1


@pytest.mark.parametrize(("later", "left"), [(timedelta(hours=23), (1, 2)), (timedelta(days=30), (0, 0))])
def test_for_a_day_what_ended_comes_back_with_them(cast, who, later, left):
    close(who, "転居", by=cast.manager, now=NOW)
    assert reopen(who, by=cast.manager, now=NOW + later)
    assert standing() == left
    assert Customer.objects.net().get() == who
    assert not who.facts.standing().exists()
    assert not reopen(who, by=cast.manager, now=NOW + later)


def test_while_business_is_going_on_nobody_is_closed(cast, who):
    deal = lead(who, NOW)
    with pytest.raises(StillOpen):
        close(who, "転居", by=cast.manager, now=NOW)
    assert standing() == (1, 2)
    assert Customer.objects.net().exists()
    deal.lose(LostReason.OTHER, cast.sales, NOW)
    assert close(who, "転居", by=cast.manager, now=NOW)


def test_who_was_erased_does_not_come_back(cast, who):
    erase(who, by=cast.manager, now=NOW)
    assert not reopen(who, by=cast.manager, now=NOW)
    assert not Customer.objects.net().exists()


def test_a_manager_closes_on_the_page_and_undoes_it(client, cast, who):
    client.force_login(cast.sales)
    address = f"/customers/{who.pk}/closing/"
    assert client.post(address, {"why": "moved"}).status_code == 403
    assert "open-closing" not in client.get(f"/customers/{who.pk}/").content.decode()
    client.force_login(cast.manager)
    assert "open-closing" in client.get(f"/customers/{who.pk}/").content.decode()
    assert client.post(address, {"why": "other"}).status_code == 422
    done = client.post(address, {"why": "moved", "words": "大阪へ"}, follow=True)
    page = done.content.decode()
    assert f"{address}undo/" in page
    assert "転居 (大阪へ)" in page
    assert "open-closing" not in page
    assert list(client.get("/customers/").context["page"]) == []
    assert list(client.get("/customers/", {"closed": "yes"}).context["page"]) == [who]
    client.post(f"{address}undo/")
    assert list(client.get("/customers/").context["page"]) == [who]
    assert list(client.get("/customers/", {"closed": "yes"}).context["page"]) == []


def test_open_business_is_named_where_closing_is_refused(client, cast, who):
    deal = lead(who, NOW, goods="プリウス")
    client.force_login(cast.manager)
    refused = client.post(f"/customers/{who.pk}/closing/", {"why": "moved"})
    assert refused.status_code == 409
    assert f"/deals/{deal.pk}/" in refused.content.decode()
    assert Customer.objects.net().exists()
