"""A customer goes to another store with everything of theirs (DESIGN.md "Rows")."""

from datetime import date

import pytest
from django.urls import reverse

from customers.models import Customer, Deal, StoreMove, Vehicle
from customers.pointing import has_store, in_turn
from customers.store_moves import NotPossible, move_to_store
from followups.expansion import expand
from followups.models import Contact, FollowUp, MoveReason, Task
from followups.starting import start
from stores.models import Membership, Role
from tests.cast import at, contact, customer, lead, pattern, reply, task, vehicle

NOW = at("2026-11-21 12:00")
LATER = at("2026-11-24 12:00")
TODAY = date(2026, 11, 21)


@pytest.fixture
def mover(cast):
    """A customer of Hiratsuka with one of everything."""
    person = customer(cast.hiratsuka, owner=cast.sales, code="100")
    deal = lead(person, NOW, staff=cast.sales, vehicle=vehicle(person))
    won = lead(person, NOW, staff=cast.sales)
    won.move_to("order", cast.sales, NOW)
    start(pattern("one", [{"title": "お電話", "offset_days": 5}]), customer=person, by=cast.sales, now=NOW)
    expand(NOW)
    task(person, TODAY, deal=deal, assigned_by_hand_at=NOW)
    done = task(person, TODAY, done_at=NOW, done_by=cast.sales, counted_store=cast.hiratsuka, counted_staff=cast.sales)
    contact(person, NOW, task=done, counted_store=cast.hiratsuka, counted_staff=cast.sales)
    reply(person, NOW, LATER, deal=deal)
    return person


def move(cast, person, owner=None):
    return move_to_store(person, cast.yokohama, owner or cast.yokohama_sales, by=cast.admin, now=LATER)


def test_every_row_of_theirs_follows(cast, mover):
    move(cast, mover)
    mover.refresh_from_db()
    assert (mover.store, mover.owner) == (cast.yokohama, cast.yokohama_sales)
    tables = [(field.model, field.name) for field, _relation in in_turn() if has_store(field.model)]
    for model, name in tables:
        if model is not Customer:
            assert not model.objects.filter(**{name: mover}).exclude(store=cast.yokohama).exists(), model
    for model in (Vehicle, Deal, FollowUp, Task, Contact):
        assert model.objects.visible_to(cast.yokohama_sales).exists()
        assert not model.objects.visible_to(cast.manager).exists()


def test_what_is_open_becomes_the_new_persons_and_the_past_stays(cast, mover):
    move(cast, mover)
    assert set(Task.objects.open().values_list("assignee", flat=True)) == {cast.yokohama_sales.pk}
    assert set(Deal.objects.open().values_list("staff", flat=True)) == {cast.yokohama_sales.pk}
    assert Contact.objects.waiting().get().for_staff == cast.yokohama_sales
    done = Task.objects.done().get()
    assert (done.assignee, done.counted_store, done.counted_staff) == (cast.sales, cast.hiratsuka, cast.sales)
    assert Contact.objects.get(task=done).counted_store == cast.hiratsuka
    ordered = Deal.objects.ordered().get()
    assert (ordered.counted_store, ordered.counted_staff) == (cast.hiratsuka, cast.sales)


def test_whoever_works_in_both_stores_keeps_what_they_have(cast, mover):
    Membership.objects.create(staff=cast.sales, store=cast.yokohama, role=Role.SALESPERSON)
    move(cast, mover)
    assert set(Deal.objects.open().values_list("staff", flat=True)) == {cast.sales.pk}


def test_open_tasks_are_placed_anew_by_the_other_stores_calendar(cast, mover):
    move(cast, mover)
    assert FollowUp.objects.get().adjust_reason == MoveReason.CALENDAR


def test_a_code_that_another_has_there_is_refused_and_nothing_changes(cast, mover):
    customer(cast.yokohama, code="100", name="別人", phones=[])
    with pytest.raises(NotPossible, match="100"):
        move(cast, mover)
    mover.refresh_from_db()
    assert mover.store == cast.hiratsuka
    assert not StoreMove.objects.exists()


def test_saying_it_twice_moves_once(cast, mover):
    move(cast, mover)
    with pytest.raises(NotPossible):
        move(cast, mover)
    assert StoreMove.objects.count() == 1


def test_an_administrator_sees_what_goes_along_and_moves(client, cast, mover):
    url = reverse("merging:store", args=[mover.pk])
    client.force_login(cast.admin)
    assert "横浜店" in client.get(url).content.decode()
    preview = client.get(url, {"store": cast.yokohama.pk})
    assert cast.yokohama_sales.name in preview.content.decode()
    assert cast.sales.name not in preview.content.decode().split("<form", 2)[-1]
    mover.refresh_from_db()
    assert mover.store == cast.hiratsuka
    answer = client.post(url, {"store": cast.yokohama.pk, "owner": cast.yokohama_sales.pk})
    assert (answer.status_code, answer.url) == (302, reverse("todo:customer", args=[mover.pk]))
    mover.refresh_from_db()
    assert mover.store == cast.yokohama
    assert "平塚店 → 横浜店" in client.get(url).content.decode()


def test_somebody_of_another_store_can_not_be_in_charge_there(client, cast, mover):
    client.force_login(cast.admin)
    url = reverse("merging:store", args=[mover.pk])
    assert client.post(url, {"store": cast.yokohama.pk, "owner": cast.sales.pk}).status_code == 422
    assert not StoreMove.objects.exists()


def test_only_who_manages_both_stores_moves_customers(client, cast, mover):
    url = reverse("merging:store", args=[mover.pk])
    wanted = {"store": cast.yokohama.pk, "owner": cast.yokohama_sales.pk}
    for person, status in ((cast.sales, 403), (cast.yokohama_manager, 404), (cast.manager, 422)):
        client.force_login(person)
        assert client.post(url, wanted).status_code == status, person
    assert not StoreMove.objects.exists()
    Membership.objects.create(staff=cast.manager, store=cast.yokohama, role=Role.MANAGER)
    client.force_login(cast.manager)
    assert client.post(url, wanted).status_code == 302
