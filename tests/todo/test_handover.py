"""The page on which somebody's work is handed over, with a look beforehand (REQUIREMENTS E7)."""

from datetime import date

import pytest
from django.urls import reverse

from customers.merging import merge
from customers.models import Customer
from customers.store_moves import move_to_store
from followups.models import Act, Task
from stores.models import Notification
from tests.cast import at, customer, task

NOW = at("2026-11-21 12:00")
URL = "/desk/handover/"
EVERYTHING = ["customer", "deal", "task", "contact"]


@pytest.fixture
def book(cast):
    people = [
        customer(cast.hiratsuka, name=f"顧客{number}", phones=[], owner=cast.sales, kana=f"コ{number}")
        for number in range(3)
    ]
    for person in people:
        task(person, date(2026, 11, 21))
    return people


def wanted(cast, *people, **fields):
    return {"person": cast.sales.pk, "what": EVERYTHING, "to": [one.pk for one in people], **fields}


def test_it_is_shown_first_and_nothing_happens(client, cast, book):
    client.force_login(cast.manager)
    answer = client.get(URL, {**wanted(cast, cast.sales2, cast.assistant), "preview": "yes"})
    rows = {str(person): dict(numbers) for person, numbers in answer.context["table"]["rows"]}
    assert sorted(sum(numbers.values()) for numbers in rows.values()) == [2, 4]
    assert not Act.objects.exists()


def test_where_there_are_several_stores_everybody_stands_with_theirs(client, cast, book):
    client.force_login(cast.admin)
    labels = [label for _value, label in client.get(URL).context["form"].fields["to"].choices]
    assert "森 翔 (平塚店)" in labels
    client.force_login(cast.manager)
    assert "森 翔" in [label for _value, label in client.get(URL).context["form"].fields["to"].choices]


def test_it_is_done_told_and_taken_back(client, cast, book):
    client.force_login(cast.manager)
    answer = client.post(URL, wanted(cast, cast.sales2))
    act = Act.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("todo:desk-act", args=[act.pk]))
    assert set(Customer.objects.values_list("owner", flat=True)) == {cast.sales2.pk}
    assert set(Task.objects.values_list("assignee", flat=True)) == {cast.sales2.pk}
    assert Notification.objects.visible_to(cast.sales2).count() == 1
    assert cast.sales2.name in client.get(answer.url).content.decode()
    client.force_login(cast.sales2)
    told = client.get(reverse("todo:act", args=[act.pk])).content.decode()
    assert all(person.name in told for person in book)
    client.force_login(cast.manager)
    client.post(reverse("todo:desk-undo", args=[act.pk]))
    assert set(Customer.objects.values_list("owner", flat=True)) == {cast.sales.pk}
    assert set(Task.objects.values_list("assignee", flat=True)) == {cast.sales.pk}


def test_what_a_manager_did_stands_on_the_desk_with_its_number(client, cast, book):
    client.force_login(cast.manager)
    client.post(URL, wanted(cast, cast.sales2))
    acts = client.get(reverse("todo:desk")).context["acts"]
    assert [act.number for act in acts] == [3]


def test_a_manager_hands_over_what_is_in_their_own_stores(client, cast, book):
    there = customer(cast.yokohama, name="横浜の客", phones=[], owner=cast.sales)
    client.force_login(cast.manager)
    client.post(URL, wanted(cast, cast.sales2))
    there.refresh_from_db()
    assert there.owner == cast.sales
    assert client.post(URL, wanted(cast, cast.yokohama_sales)).status_code == 422
    assert client.post(URL, wanted(cast, cast.sales2, person=cast.yokohama_sales.pk)).status_code == 422


def test_shares_are_looked_at_first_and_done_as_shown(client, cast, book):
    client.force_login(cast.manager)
    asked = wanted(cast, cast.sales2, cast.assistant, how="numbers")
    asked[f"share_{cast.sales2.pk}"] = "1"
    rows = client.get(URL, {**asked, "preview": "yes"}).context["table"]["rows"]
    assert {person.username: [number for _words, number in counted][:1] for person, counted in rows} == {
        "sales2": [1],
        "assistant": [2],
    }
    client.post(URL, asked)
    assert (cast.sales2.customers.count(), cast.assistant.customers.count()) == (1, 2)


@pytest.mark.parametrize(("how", "share"), [("percent", "90"), ("percent", ""), ("numbers", "0"), ("numbers", "-1")])
def test_shares_that_make_no_sense_are_said_and_nothing_happens(client, cast, book, how, share):
    client.force_login(cast.manager)
    answer = client.post(URL, {**wanted(cast, cast.sales2, how=how), f"share_{cast.sales2.pk}": share})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() <= {"how", f"share_{cast.sales2.pk}"}
    assert not Act.objects.exists()


def test_to_oneself_and_to_nobody_is_refused_beside_the_field(client, cast, book):
    client.force_login(cast.manager)
    for people in ((), (cast.sales,)):
        answer = client.post(URL, wanted(cast, *people))
        assert answer.status_code == 422
        assert answer.context["form"].errors["to"]
    assert not Act.objects.exists()


def test_with_nothing_in_hand_that_is_said(client, cast):
    client.force_login(cast.manager)
    assert client.post(URL, wanted(cast, cast.sales2)).status_code == 200
    assert not Act.objects.exists()


def test_who_leaves_is_filled_in_from_their_page(client, cast, book):
    cast.sales.is_active = False
    cast.sales.save(update_fields=["is_active"])
    client.force_login(cast.manager)
    link = f"{URL}?person={cast.sales.pk}"
    assert link in client.get(reverse("stores:staff-detail", args=[cast.sales.pk])).content.decode()
    form = client.get(link).context["form"]
    assert str(form["person"].value()) == str(cast.sales.pk)
    client.post(URL, wanted(cast, cast.sales2))
    assert set(Customer.objects.values_list("owner", flat=True)) == {cast.sales2.pk}


def test_a_customer_tells_where_they_have_been(client, cast, book):
    client.force_login(cast.manager)
    client.post(URL, wanted(cast, cast.sales2))
    merge(book[0], book[1], by=cast.manager, now=NOW)
    move_to_store(book[0], cast.yokohama, cast.yokohama_sales, by=cast.admin, now=NOW)
    client.force_login(cast.admin)
    text = client.get(reverse("handover:past", args=[book[0].pk])).content.decode()
    for words in ("佐藤 健太 → 森 翔", "平塚店 → 横浜店", book[1].name):
        assert words in text
    client.force_login(cast.manager)
    assert client.get(reverse("handover:past", args=[book[0].pk])).status_code == 404


@pytest.mark.parametrize("number", [1, 10])
def test_the_preview_asks_the_same_however_much_it_is(client, cast, number, django_assert_num_queries):
    for count in range(number):
        task(customer(cast.hiratsuka, name=f"顧客{count}", phones=[], owner=cast.sales), date(2026, 11, 21))
    client.force_login(cast.manager)
    with django_assert_num_queries(QUERIES):
        client.get(URL, {**wanted(cast, cast.sales2, cast.assistant), "preview": "yes"})


QUERIES = 17
