import threading

import pytest
from django.db import connection
from django.urls import reverse

from stores.founding import AlreadyFounded, found
from stores.models import Staff, Store
from tests.cast import staff

pytestmark = pytest.mark.django_db

HOUSE = {
    "store_name": "湘南オート",
    "opens": "10:00",
    "closes": "19:00",
    "weekdays": ["2"],
    "name": "田中 一",
    "username": "Tanaka",
    "password": "kaze-mori-2938",
    "password_again": "kaze-mori-2938",
}


def roles(person):
    return sorted(row.role for row in person.memberships.all())


def test_the_door_of_an_empty_house_leads_to_the_set_up(client):
    assert client.get(reverse("account_login")).url == reverse("setup")
    page = client.get(reverse("setup"))
    assert page.status_code == 200
    assert page.context["form"]["opens"].value().hour == 10


def test_one_page_makes_the_store_and_one_person_in_every_role_signed_in(client):
    response = client.post(reverse("setup"), HOUSE)
    person, store = Staff.objects.get(), Store.objects.get()
    assert response.status_code == 302
    assert not response.url.startswith(reverse("account_login"))
    assert client.session["_auth_user_id"] == str(person.pk)
    assert (person.username, roles(person)) == ("tanaka", ["admin", "manager", "salesperson"])
    assert (store.name, store.slug, store.calendar().weekdays) == ("湘南オート", "store", {2})
    assert client.get(reverse("setup")).status_code == 404


def test_the_set_up_is_gone_once_somebody_works_here(client, cast):
    assert client.get(reverse("setup")).status_code == 404
    client.force_login(cast.admin)
    assert client.get(reverse("setup")).status_code == 404
    assert client.post(reverse("setup"), HOUSE).status_code == 404
    client.logout()
    assert client.get(reverse("account_login")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"store_name": ""}, "store_name"),
        ({"closes": "10:00"}, "closes"),
        ({"weekdays": list("0123456")}, "weekdays"),
        ({"username": "田中"}, "username"),
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password_again": "other"}, "password_again"),
    ],
)
def test_an_error_stands_beside_its_field_and_nothing_is_made(client, fields, wrong):
    response = client.post(reverse("setup"), {**HOUSE, **fields})
    assert response.status_code == 422
    assert wrong in response.context["form"].errors
    assert not Staff.objects.exists()
    assert not Store.objects.exists()


def test_a_person_without_roles_enters_the_store_only(client):
    person = staff("owner", name="社長")
    client.force_login(person)
    assert client.get(reverse("stores:list")).url == reverse("setup")
    page = client.get(reverse("setup"))
    assert "username" not in page.context["form"].fields
    client.post(reverse("setup"), HOUSE)
    assert Staff.objects.get() == person
    assert roles(person) == ["admin", "manager", "salesperson"]


def test_a_visitor_cannot_take_a_house_that_has_a_person_but_no_store_yet(client):
    staff("owner")
    assert client.get(reverse("setup")).url == reverse("account_login")
    client.post(reverse("setup"), HOUSE)
    assert not Store.objects.exists()


def test_a_person_without_roles_in_a_house_with_stores_is_told_whom_to_ask(client, cast):
    client.force_login(staff("newcomer"))
    page = client.get(reverse("stores:list"))
    assert page.status_code == 403
    assert "stores/no_role.html" in [template.name for template in page.templates]


def test_who_is_a_moment_too_late_is_told_so(client, cast):
    response = client.post(reverse("setup"), HOUSE, follow=True)
    assert response.redirect_chain[0][0] == reverse("account_login")
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert not Store.objects.filter(name=HOUSE["store_name"]).exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_one_house():
    both_ready, outcomes = threading.Barrier(2), []

    def begin(number):
        try:
            both_ready.wait(5)
            found(Store(name=f"店{number}"), Staff(username=f"person{number}", name=f"人{number}"))
            outcomes.append("made")
        except AlreadyFounded:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(outcomes) == ["made", "too late"]
    assert (Store.objects.count(), Staff.objects.count()) == (1, 1)
