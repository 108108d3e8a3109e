from datetime import date, timedelta

import pytest
from django.urls import reverse

from stores.models import Store
from tests.cast import staff, store

pytestmark = pytest.mark.django_db

NEW = {
    "name": "小田原店",
    "slug": "odawara",
    "phone": "",
    "opens": "10:00",
    "closes": "19:00",
    "weekdays": ["2"],
    "call_windows": "12:00-13:00",
    "new_limit_minutes": "60",
    "reply_limit_minutes": "120",
    "nth-TOTAL_FORMS": "2",
    "nth-INITIAL_FORMS": "0",
    "nth-0-nth": "2",
    "nth-0-weekday": "1",
    "nth-1-nth": "",
    "nth-1-weekday": "",
}


def edit(client, shop, **changed):
    return client.post(reverse("stores:edit", args=[shop.pk]), {**NEW, "slug": shop.slug, **changed})


def test_one_sees_ones_own_stores_only(client, cast):
    client.force_login(cast.sales)
    page = client.get(reverse("stores:list"))
    assert [row.slug for row in page.context["stores"]] == ["hiratsuka"]
    assert client.get(reverse("stores:detail", args=[cast.hiratsuka.pk])).status_code == 200
    assert client.get(reverse("stores:detail", args=[cast.yokohama.pk])).status_code == 404


def test_an_admin_adds_a_store_and_nobody_else_does(client, cast):
    client.force_login(cast.admin)
    response = client.post(reverse("stores:new"), NEW)
    made = Store.objects.get(slug="odawara")
    assert response.url == reverse("stores:detail", args=[made.pk])
    assert made.calendar().weekdays == {2}
    assert made.calendar().nth_weekdays == {(1, 2)}
    client.force_login(cast.manager)
    assert client.post(reverse("stores:new"), {**NEW, "slug": "other"}).status_code == 403
    assert not Store.objects.filter(slug="other").exists()


def test_without_a_short_name_one_is_made_that_nobody_has(client, cast):
    client.force_login(cast.admin)
    client.post(reverse("stores:new"), {**NEW, "slug": ""})
    client.post(reverse("stores:new"), {**NEW, "slug": ""})
    client.post(reverse("stores:new"), {**NEW, "slug": "", "name": "Auto Garage"})
    assert list(Store.objects.order_by("pk").values_list("slug", flat=True))[2:] == ["store", "store-2", "auto-garage"]


def test_a_manager_changes_their_own_store_and_nothing_is_lost_on_the_way(client, cast):
    client.force_login(cast.manager)
    form = client.get(reverse("stores:edit", args=[cast.hiratsuka.pk])).context["form"]
    assert form["weekdays"].value() == [2]
    response = edit(client, cast.hiratsuka, phone_from="10:00", phone_until="18:30", open_on_holidays="on")
    assert response.status_code == 302
    shop = Store.objects.get(pk=cast.hiratsuka.pk)
    assert shop.open_on_holidays
    assert str(shop.calendar().contactable["phone"]) == "10:00–18:30"


def test_who_may_see_a_store_but_not_change_it_is_told_so(client, cast):
    for person, status in [(cast.sales, 403), (cast.assistant, 403), (cast.yokohama_manager, 404)]:
        client.force_login(person)
        assert edit(client, cast.hiratsuka).status_code == status
    assert Store.objects.get(pk=cast.hiratsuka.pk).name == "平塚店"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"closes": "09:00"}, "closes"),
        ({"call_windows": "12:00-11:00"}, "call_windows"),
        ({"call_windows": "midday"}, "call_windows"),
        ({"call_windows": ""}, "call_windows"),
        ({"phone_from": "10:00"}, "phone_until"),
        ({"weekdays": list("0123456")}, "weekdays"),
        ({"slug": "yokohama"}, "slug"),
        ({"name": ""}, "name"),
        ({"new_limit_minutes": "0"}, "new_limit_minutes"),
        ({"reply_limit_minutes": "0"}, "reply_limit_minutes"),
        ({"reply_limit_minutes": "99999"}, "reply_limit_minutes"),
    ],
)
def test_an_error_stands_beside_its_field_and_nothing_changes(client, cast, changed, field):
    client.force_login(cast.manager)
    response = edit(client, cast.hiratsuka, **changed)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert f'id="id_{field}_error"'.encode() in response.content
    assert Store.objects.get(pk=cast.hiratsuka.pk).name == "平塚店"


def test_half_an_nth_weekday_is_pointed_out(client, cast):
    client.force_login(cast.manager)
    response = edit(client, cast.hiratsuka, **{"nth-0-weekday": ""})
    assert response.status_code == 422
    assert response.context["form"].nths[0].errors["weekday"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12:00-13:00\n17:00-19:00", ["12:00-13:00", "17:00-19:00"]),
        ("9:30～11時、17時半", None),
        ("９：３０〜１１：００, 17時から19時", ["09:30-11:00", "17:00-19:00"]),
        ("12-13", ["12:00-13:00"]),
    ],
)
def test_calling_windows_are_taken_as_people_write_them(client, cast, typed, kept):
    client.force_login(cast.manager)
    response = edit(client, cast.hiratsuka, call_windows=typed)
    assert response.status_code == (302 if kept else 422)
    if kept:
        assert Store.objects.get(pk=cast.hiratsuka.pk).call_windows == kept


def add_dates(client, shop, **fields):
    return client.post(reverse("stores:dates-add", args=[shop.pk]), {"closed": "closed", **fields})


def test_a_manager_closes_the_new_year_and_opens_it_again(client, cast):
    client.force_login(cast.manager)
    response = add_dates(client, cast.hiratsuka, first="2026-12-29", last="2027-01-03", note="年末年始")
    assert response.url.endswith("?month=2026-12#calendar")
    assert cast.hiratsuka.calendar().hours_on(date(2027, 1, 1)) is None
    page = client.get(reverse("stores:detail", args=[cast.hiratsuka.pk]))
    assert [(row.first, row.last) for row in page.context["special"]] == [(date(2026, 12, 29), date(2027, 1, 3))]
    client.post(reverse("stores:dates-remove", args=[cast.hiratsuka.pk]), {"first": "2026-12-29", "last": "2027-01-03"})
    assert not cast.hiratsuka.calendar_dates.exists()


def test_a_day_entered_twice_is_as_it_was_said_last(client, cast):
    client.force_login(cast.manager)
    add_dates(client, cast.hiratsuka, first="2026-11-25")
    add_dates(client, cast.hiratsuka, first="2026-11-25", closed="open", opens="13:00", closes="17:00")
    assert str(cast.hiratsuka.calendar().hours_on(date(2026, 11, 25))) == "13:00–17:00"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"first": ""}, "first"),
        ({"first": "2026-11-25", "last": "2026-11-24"}, "last"),
        ({"first": "2026-11-25", "last": "2027-11-24"}, "last"),
        ({"first": "0001-01-01"}, "first"),
        ({"first": "9999-12-31"}, "first"),
        ({"first": "2026-11-25", "last": "9999-12-31"}, "last"),
        ({"first": "2026-11-25", "closed": "open"}, "opens"),
        ({"first": "2026-11-25", "closed": "open", "opens": "17:00", "closes": "13:00"}, "closes"),
    ],
)
def test_impossible_days_are_refused_beside_their_field(client, cast, fields, wrong):
    client.force_login(cast.manager)
    response = add_dates(client, cast.hiratsuka, **fields)
    assert response.status_code == 422
    assert wrong in response.context["dates_form"].errors
    assert not cast.hiratsuka.calendar_dates.exists()
    headers = {"HX-Request": "true"}
    address = reverse("stores:dates-add", args=[cast.hiratsuka.pk])
    assert client.post(address, {"closed": "closed", **fields}, headers=headers).status_code == 422


def test_a_store_is_not_closed_for_good_day_by_day(client, cast):
    client.force_login(cast.manager)
    first = date(2026, 11, 1)
    cast.hiratsuka.set_dates([first + timedelta(days=number) for number in range(380)], None)
    assert add_dates(client, cast.hiratsuka, first="2027-11-20", last="2027-11-30").status_code == 302
    response = add_dates(client, cast.hiratsuka, first="2027-11-10", last="2027-12-20")
    assert response.status_code == 422
    assert response.context["dates_form"].errors["last"]


def test_an_odd_month_is_this_one(client, cast):
    client.force_login(cast.sales)
    for month in ("9999-12", "0001-01", "²", "\0"):
        assert client.get(reverse("stores:detail", args=[cast.hiratsuka.pk]), {"month": month}).status_code == 200


def test_htmx_gets_the_calendar_itself(client, cast):
    client.force_login(cast.manager)
    address = reverse("stores:dates-add", args=[cast.hiratsuka.pk])
    fields = {"first": "2026-11-25", "closed": "closed"}
    response = client.post(address, fields, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response.content.lstrip().startswith(b'<section class="card" id="calendar">')
    assert client.post(address, {}, headers={"HX-Request": "true"}).status_code == 422


def test_only_the_stores_manager_changes_its_calendar(client, cast):
    for person, status in [(cast.sales, 403), (cast.yokohama_manager, 404)]:
        client.force_login(person)
        assert add_dates(client, cast.hiratsuka, first="2026-11-25").status_code == status
    assert not cast.hiratsuka.calendar_dates.exists()


def test_the_month_names_the_public_holidays(client, cast):
    client.force_login(cast.sales)
    page = client.get(reverse("stores:detail", args=[cast.hiratsuka.pk]), {"month": "2026-11"})
    assert [(day.on.day, day.holiday) for day in page.context["holidays"]] == [(3, "文化の日"), (23, "勤労感謝の日")]
    assert client.get(reverse("stores:detail", args=[cast.hiratsuka.pk]), {"month": "nonsense"}).status_code == 200


def test_the_list_asks_as_much_for_ten_stores_as_for_one(client, cast, django_assert_num_queries):
    client.force_login(cast.admin)
    with django_assert_num_queries(8):
        client.get(reverse("stores:list"))
    for number in range(10):
        shop = store(f"shop-{number}", closed_on=[1, 2])
        staff(f"person-{number}", "salesperson", shop)
    with django_assert_num_queries(8):
        client.get(reverse("stores:list"))


def test_a_stores_page_asks_as_much_for_ten_people_as_for_one(client, cast, django_assert_num_queries):
    client.force_login(cast.manager)
    address = reverse("stores:detail", args=[cast.hiratsuka.pk])
    with django_assert_num_queries(11):
        client.get(address)
    for number in range(10):
        staff(f"person-{number}", "salesperson", cast.hiratsuka)
    with django_assert_num_queries(11):
        client.get(address)


def test_the_share_of_satisfaction_calls_that_the_manager_checks_is_a_percentage(client, cast):
    client.force_login(cast.manager)
    for typed, kept, status in (("40", 40, 302), ("101", 40, 422), ("0", 0, 302), ("", 0, 302)):
        assert edit(client, cast.hiratsuka, check_call_percent=typed).status_code == status
        assert Store.objects.get(pk=cast.hiratsuka.pk).check_call_percent == kept
