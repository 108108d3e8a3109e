"""When a merge can be taken back, by whom, and what is said where it can't (REQUIREMENTS C7)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.merging import merge, undo
from customers.models import Customer, Merge
from customers.store_moves import NotPossible, move_to_store
from followups.forgetting import erase
from followups.models import Task
from stores.models import Membership, Role
from tests.cast import customer, task


@pytest.fixture
def merged(cast):
    """Two of Hiratsuka who became one, an hour ago."""
    one = customer(cast.hiratsuka, owner=cast.sales, code="100")
    other = customer(cast.hiratsuka, name="中村 みさき", owner=cast.sales2, code="200")
    task(other, date(2026, 11, 24), assignee=cast.sales2)
    return merge(one, other, {"code"}, by=cast.manager, now=timezone.now() - timedelta(hours=1))


def pages(row):
    return [reverse(f"merging:{name}", args=[row.pk]) for name in ("merged", "undo")]


def test_after_an_erasure_it_says_why_and_does_nothing(client, cast, merged):
    erase(merged.winner, by=cast.admin, now=timezone.now())
    page, action = pages(merged)
    client.force_login(cast.manager)
    assert action not in client.get(page).content.decode()
    told = client.post(action, follow=True)
    assert [message.level_tag for message in told.context["messages"]] == ["warning"]
    merged.refresh_from_db()
    assert merged.undone_at is None
    with pytest.raises(NotPossible):
        undo(merged, by=cast.admin, now=timezone.now())


def test_once_in_another_store_only_who_manages_both_takes_it_back(client, cast, merged):
    move_to_store(merged.winner, cast.yokohama, cast.yokohama_sales, by=cast.admin, now=timezone.now())
    page, action = pages(merged)
    client.force_login(cast.manager)
    assert [client.get(page).status_code, client.post(action).status_code] == [404, 404]
    client.force_login(cast.yokohama_manager)
    seen = client.get(page)
    assert (seen.status_code, action in seen.content.decode(), bool(seen.context["why_not"])) == (200, False, True)
    assert client.post(action).status_code == 403
    assert not Merge.objects.exclude(undone_at=None).exists()
    Membership.objects.create(staff=cast.yokohama_manager, store=cast.hiratsuka, role=Role.MANAGER)
    client.post(action)
    stores = Customer.objects.filter(pk__in=[merged.winner_id, merged.loser_id]).order_by("pk")
    assert list(stores.values_list("store", flat=True)) == [cast.yokohama.pk, cast.hiratsuka.pk]
    back = Task.objects.get(customer=merged.loser_id)
    assert (back.store, back.assignee) == (cast.hiratsuka, cast.sales2)


def test_two_again_in_two_stores_each_is_seen_by_their_own(client, cast, merged):
    move_to_store(merged.winner, cast.yokohama, cast.yokohama_sales, by=cast.admin, now=timezone.now())
    undo(merged, by=cast.admin, now=timezone.now())
    page, _action = pages(merged)
    for person, status in ((cast.manager, 404), (cast.yokohama_manager, 404), (cast.admin, 200)):
        client.force_login(person)
        assert client.get(page).status_code == status


def test_a_code_that_somebody_else_has_now_is_named(cast, merged):
    customer(cast.hiratsuka, name="別人", phones=[], code="100")
    with pytest.raises(NotPossible, match="100"):
        undo(merged, by=cast.manager, now=timezone.now())
    Customer.objects.filter(code="100").update(code="300")
    undo(merged, by=cast.manager, now=timezone.now())
    assert Customer.objects.get(pk=merged.winner_id).code == "100"
