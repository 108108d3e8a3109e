from datetime import date

import pytest
import time_machine
from django.urls import reverse

from stores.models import Membership, Role, Staff
from tests.cast import staff

pytestmark = pytest.mark.django_db


def newcomer(shop, **fields):
    return {
        "name": "新井 花",
        "kana": "アライ ハナ",
        "username": "arai",
        "password": "kaze-mori-2938",
        f"roles_{shop.pk}": ["salesperson"],
        **fields,
    }


def kept(person, **fields):
    """What the form of that person would send unchanged."""
    roles = {}
    for row in person.memberships.all():
        if row.store_id:
            roles.setdefault(f"roles_{row.store_id}", []).append(row.role)
        else:
            roles["admin"] = "on"
    sent = {"name": person.name, "kana": person.kana, "username": person.username, "email": "", **roles, **fields}
    return {name: value for name, value in sent.items() if value is not None}


def roles_of(person):
    return set(Membership.objects.filter(staff=person).values_list("store__slug", "role"))


def edit(client, person, **fields):
    return client.post(reverse("stores:staff-edit", args=[person.pk]), kept(person, **fields))


def test_colleagues_are_seen_and_strangers_are_not(client, cast):
    client.force_login(cast.sales)
    names = {person.username for person in client.get(reverse("stores:staff")).context["page"]}
    assert names == {"sales", "sales2", "assistant", "manager"}
    assert client.get(reverse("stores:staff-detail", args=[cast.sales2.pk])).status_code == 200
    assert client.get(reverse("stores:staff-detail", args=[cast.yokohama_sales.pk])).status_code == 404


def test_a_manager_adds_a_person_who_then_signs_in(client, cast):
    client.force_login(cast.manager)
    response = client.post(reverse("stores:staff-new"), newcomer(cast.hiratsuka, username="Arai"))
    person = Staff.objects.get(username="arai")
    assert response.url == reverse("stores:staff-detail", args=[person.pk])
    assert roles_of(person) == {("hiratsuka", "salesperson")}
    client.logout()
    signed_in = client.post(reverse("account_login"), {"login": "arai", "password": "kaze-mori-2938"})
    assert signed_in.status_code == 302


def test_a_manager_gives_no_roles_elsewhere_and_makes_no_admins(client, cast):
    client.force_login(cast.manager)
    sent = newcomer(cast.hiratsuka, admin="on", **{f"roles_{cast.yokohama.pk}": ["manager"]})
    client.post(reverse("stores:staff-new"), sent)
    assert roles_of(Staff.objects.get(username="arai")) == {("hiratsuka", "salesperson")}


@pytest.mark.parametrize("who", ["sales", "assistant"])
def test_salespeople_and_assistants_change_nobody(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.post(reverse("stores:staff-new"), newcomer(cast.hiratsuka)).status_code == 403
    for page in ("staff-edit", "staff-password", "staff-leaving", "staff-return"):
        assert client.post(reverse(f"stores:{page}", args=[cast.sales2.pk])).status_code == 403
    assert Staff.objects.get(pk=cast.sales2.pk).is_active


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"username": "sales"}, "username"),
        ({"username": "新井"}, "username"),
        ({"password": "short"}, "password"),
        ({"password": "1234567890"}, "password"),
        ({"name": ""}, "name"),
    ],
)
def test_an_error_stands_beside_its_field_and_nobody_is_added(client, cast, fields, wrong):
    client.force_login(cast.manager)
    response = client.post(reverse("stores:staff-new"), newcomer(cast.hiratsuka, **fields))
    assert response.status_code == 422
    assert wrong in response.context["form"].errors
    assert not Staff.objects.filter(name="新井 花").exists()


def test_a_person_without_any_role_is_not_added(client, cast):
    client.force_login(cast.manager)
    response = client.post(reverse("stores:staff-new"), newcomer(cast.hiratsuka, **{f"roles_{cast.hiratsuka.pk}": []}))
    assert response.status_code == 422
    assert not Staff.objects.filter(username="arai").exists()


def test_a_manager_changes_the_roles_in_their_store(client, cast):
    client.force_login(cast.manager)
    edit(client, cast.sales, **{f"roles_{cast.hiratsuka.pk}": ["manager", "salesperson"]})
    assert roles_of(cast.sales) == {("hiratsuka", "manager"), ("hiratsuka", "salesperson")}


def test_who_works_elsewhere_too_is_the_administrators_business(client, cast):
    Membership.objects.create(staff=cast.sales, store=cast.yokohama, role=Role.MANAGER)
    client.force_login(cast.manager)
    assert edit(client, cast.sales).status_code == 403
    assert client.post(reverse("stores:staff-password", args=[cast.sales.pk]), {"password": "x"}).status_code == 403
    client.force_login(cast.admin)
    assert edit(client, cast.sales, name="佐藤 新").status_code == 302


def test_a_manager_touches_no_administrator(client, cast):
    Membership.objects.create(staff=cast.admin, store=cast.hiratsuka, role=Role.SALESPERSON)
    client.force_login(cast.manager)
    for page in ("staff-edit", "staff-password", "staff-leaving"):
        assert client.post(reverse(f"stores:{page}", args=[cast.admin.pk])).status_code == 403
    assert Staff.objects.get(pk=cast.admin.pk).is_active


def test_ones_own_rights_are_given_up_only_when_confirmed(client, cast):
    client.force_login(cast.manager)
    lower = {f"roles_{cast.hiratsuka.pk}": ["salesperson"]}
    response = edit(client, cast.manager, **lower)
    assert response.status_code == 422
    assert "give_up" in response.context["form"].errors
    assert b'type="checkbox" name="give_up"' in response.content
    assert roles_of(cast.manager) == {("hiratsuka", "manager")}
    assert edit(client, cast.manager, give_up="on", **lower).status_code == 302
    assert roles_of(cast.manager) == {("hiratsuka", "salesperson")}


def test_the_last_administrator_keeps_the_role(client, cast):
    client.force_login(cast.admin)
    roles = {"admin": None, "give_up": "on", f"roles_{cast.hiratsuka.pk}": ["manager"], "name": "改名"}
    response = edit(client, cast.admin, **roles)
    assert response.status_code == 422
    assert "admin" in response.context["form"].errors
    assert roles_of(cast.admin) == {(None, "admin")}
    assert Staff.objects.get(pk=cast.admin.pk).name == "本部 太郎"
    staff("admin2", Role.ADMIN)
    assert edit(client, cast.admin, **roles).status_code == 302
    assert roles_of(cast.admin) == {("hiratsuka", "manager")}


def test_the_last_active_administrator_is_not_deactivated(client, cast):
    other = staff("admin2", Role.ADMIN)
    client.force_login(other)
    leaving = reverse("stores:staff-leaving", args=[cast.admin.pk])
    assert client.post(leaving).status_code == 302
    assert not Staff.objects.get(pk=cast.admin.pk).is_active
    assert client.post(reverse("stores:staff-leaving", args=[other.pk])).status_code == 422
    assert Staff.objects.get(pk=other.pk).is_active


def test_who_leaves_is_signed_out_at_once_and_comes_back_with_everything(client, cast):
    theirs = type(client)()
    theirs.force_login(cast.sales)
    client.force_login(cast.manager)
    address = reverse("stores:staff-leaving", args=[cast.sales.pk])
    assert client.get(address).status_code == 200
    assert Staff.objects.get(pk=cast.sales.pk).is_active
    client.post(address)
    assert theirs.get(reverse("stores:list")).url.startswith(reverse("account_login"))
    assert cast.sales.username not in {
        person.username for person in client.get(reverse("stores:staff")).context["page"]
    }
    left = client.get(reverse("stores:staff"), {"left": "1"}).context["page"]
    assert [person.username for person in left] == ["sales"]
    client.post(reverse("stores:staff-return", args=[cast.sales.pk]))
    assert Staff.objects.get(pk=cast.sales.pk).is_active
    assert roles_of(cast.sales) == {("hiratsuka", "salesperson")}


def test_a_new_password_signs_the_person_out_elsewhere(client, cast):
    theirs = type(client)()
    theirs.force_login(cast.sales)
    client.force_login(cast.manager)
    address = reverse("stores:staff-password", args=[cast.sales.pk])
    assert client.post(address, {"password": "short"}).status_code == 422
    assert client.post(address, {"password": "kaze-mori-2938"}).status_code == 302
    assert Staff.objects.get(pk=cast.sales.pk).check_password("kaze-mori-2938")
    assert theirs.get(reverse("stores:list")).status_code == 302


def take_off(client, person, **fields):
    return client.post(reverse("stores:days-off-add", args=[person.pk]), {"first": "2026-12-01", **fields})


@time_machine.travel("2026-11-22 10:00+09:00", tick=False)
def test_a_salesperson_enters_their_own_days_off_and_takes_them_back(client, cast):
    client.force_login(cast.sales)
    take_off(client, cast.sales, last="2026-12-03", note="夏休み")
    take_off(client, cast.sales, first="2026-12-02", last="2026-12-04", note="夏休み")
    page = client.get(reverse("stores:staff-detail", args=[cast.sales.pk]))
    assert [(row.first, row.last) for row in page.context["days_off"]] == [(date(2026, 12, 1), date(2026, 12, 4))]
    gone = {"first": "2026-12-01", "last": "2026-12-04"}
    client.post(reverse("stores:days-off-remove", args=[cast.sales.pk]), gone)
    assert not cast.sales.days_off.exists()


def test_days_off_of_others_are_their_managers_business(client, cast):
    for person, status in [(cast.sales2, 403), (cast.yokohama_manager, 404), (cast.manager, 302), (cast.admin, 302)]:
        client.force_login(person)
        assert take_off(client, cast.sales).status_code == status
    assert cast.sales.days_off.count() == 1


def test_an_impossible_stretch_is_refused_beside_its_field(client, cast):
    client.force_login(cast.sales)
    response = take_off(client, cast.sales, last="2026-11-30")
    assert response.status_code == 422
    assert "last" in response.context["days_off_form"].errors
    partial = client.post(
        reverse("stores:days-off-add", args=[cast.sales.pk]), {"first": "soon"}, headers={"HX-Request": "true"}
    )
    assert partial.status_code == 422
    assert partial.content.lstrip().startswith(b'<section class="card" id="days-off">')


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_off_that_cannot_be_is_refused_beside_its_field(client, cast, day):
    client.force_login(cast.sales)
    assert "first" in take_off(client, cast.sales, first=day).context["days_off_form"].errors
    assert "last" in take_off(client, cast.sales, last=day).context["days_off_form"].errors
    assert not cast.sales.days_off.exists()


def test_odd_words_and_numbers_of_an_address_do_no_harm(client, cast):
    client.force_login(cast.manager)
    address = reverse("stores:staff")
    assert [row.username for row in client.get(address, {"q": "サ\0トウ"}).context["page"]] == ["sales"]
    for odd in ("²", "9" * 5000, "\0"):
        assert client.get(address, {"store": odd, "page": odd}).status_code == 200
        assert client.get(reverse("stores:staff-new"), {"store": odd}).status_code == 200


def test_the_list_finds_by_name_and_store(client, cast):
    client.force_login(cast.admin)
    address = reverse("stores:staff")
    assert [row.username for row in client.get(address, {"q": "サトウ"}).context["page"]] == ["sales"]
    page = client.get(address, {"store": cast.yokohama.pk}).context["page"]
    assert {row.username for row in page} == {"sales-yokohama", "manager-yokohama"}


def test_the_list_asks_as_much_for_ten_people_as_for_one(client, cast, django_assert_num_queries):
    client.force_login(cast.manager)
    with django_assert_num_queries(9):
        client.get(reverse("stores:staff"))
    for number in range(10):
        staff(f"person-{number}", Role.SALESPERSON, cast.hiratsuka)
    with django_assert_num_queries(9):
        client.get(reverse("stores:staff"))
