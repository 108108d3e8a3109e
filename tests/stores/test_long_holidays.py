"""The long holidays of a store, row by row, and what becomes of the work of who is off (REQUIREMENTS B5, A2)."""

from datetime import date

import pytest
from django.urls import reverse

from stores.calendar import YearlyStretch
from stores.days import next_long_holidays
from stores.forms.rows import HolidayFormSet
from stores.models import CalendarMark, Cover, Store
from stores.models.store import default_long_holidays

from .test_stores import NEW

pytestmark = pytest.mark.django_db
OBON = ["お盆", 8, 13, 8, 16]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def manager(client, cast):
    client.force_login(cast.manager)
    return client


def edit(client, shop, rows=None, **changed):
    sent = {} if rows is None else HolidayFormSet.sent(rows, "long_holidays")
    unchanged = {**NEW, "name": shop.name, "slug": shop.slug, "nth-0-nth": "", "nth-0-weekday": ""}
    return client.post(reverse("stores:edit", args=[shop.pk]), {**unchanged, **sent, **changed})


def kept(shop):
    return Store.objects.get(pk=shop.pk).long_holidays


def rows_of(response):
    return [[field.value() for field in form] for form in response.context["form"].holidays]


def test_the_page_shows_the_stores_own_a_row_each(manager, cast):
    response = manager.get(reverse("stores:edit", args=[cast.hiratsuka.pk]))
    assert rows_of(response) == default_long_holidays()
    page = manager.get(reverse("stores:detail", args=[cast.hiratsuka.pk])).content.decode()
    assert "お盆 8/13–8/16" in page


def test_a_row_is_changed_and_the_engine_is_told(manager, cast):
    CalendarMark.objects.all().delete()
    assert edit(manager, cast.hiratsuka, [["夏季休業", 8, 10, 8, 18]]).status_code == 302
    assert kept(cast.hiratsuka) == [["夏季休業", 8, 10, 8, 18]]
    assert cast.hiratsuka.pk in CalendarMark.objects.values_list("store_id", flat=True)
    assert Store.objects.get(pk=cast.hiratsuka.pk).calendar().long_holidays == (
        YearlyStretch("夏季休業", (8, 10), (8, 18)),
    )


def test_a_change_of_the_rows_alone_marks_the_calendar_and_one_of_the_cover_does_not(cast):
    CalendarMark.objects.all().delete()
    Store.objects.filter(pk=cast.hiratsuka.pk).update(cover=Cover.ROTATE, phone="0463-22-1111")
    assert not CalendarMark.objects.exists()
    Store.objects.filter(pk=cast.hiratsuka.pk).update(long_holidays=[OBON])
    assert [mark.store_id for mark in CalendarMark.objects.all()] == [cast.hiratsuka.pk]


def test_all_of_them_can_go(manager, cast):
    assert edit(manager, cast.hiratsuka, []).status_code == 302
    assert kept(cast.hiratsuka) == []


def test_a_page_without_these_rows_leaves_them_as_they_are(manager, cast):
    Store.objects.filter(pk=cast.hiratsuka.pk).update(long_holidays=[OBON])
    assert edit(manager, cast.hiratsuka).status_code == 302
    assert kept(cast.hiratsuka) == [OBON]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (["", 8, 13, 8, 16], "name"),
        (["お盆", "", 13, 8, 16], "first_month"),
        (["お盆", 8, 13, 8, ""], "last_day"),
        (["お盆", 13, 1, 8, 16], "first_month"),
        (["お盆", 2, 30, 3, 1], "first_day"),
        (["お盆", 8, 13, 8, 0], "last_day"),
        (["お盆", 8, "x", 8, 16], "first_day"),
        (["お盆", 8, 13, 8, 12], "last_day"),
        (["お盆" * 16, 8, 13, 8, 16], "name"),
    ],
)
def test_what_is_no_stretch_of_days_is_refused_beside_its_row(manager, cast, row, field):
    response = edit(manager, cast.hiratsuka, [OBON, row])
    assert response.status_code == 422
    assert field in response.context["form"].holidays[1].errors
    assert not response.context["form"].holidays[0].errors
    assert f'id="id_long_holidays-1-{field}_error"' in response.content.decode()
    assert kept(cast.hiratsuka) == default_long_holidays()


def test_one_may_run_into_the_next_year_and_end_in_february(manager, cast):
    rows = [["年末年始", 12, 28, 1, 5], ["冬", 2, 1, 2, 29]]
    assert edit(manager, cast.hiratsuka, rows).status_code == 302
    assert kept(cast.hiratsuka) == rows


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("more", [["お盆", "8", "13", "8", "16"], ["", "", "", "", ""]]),
        ("0", []),
        ("7", [["お盆", "8", "13", "8", "16"]]),
        ("defaults", [[str(value) for value in row] for row in default_long_holidays()]),
    ],
)
def test_a_row_more_or_less_saves_nothing_yet_and_keeps_what_was_typed(manager, cast, asked, shown):
    response = edit(manager, cast.hiratsuka, [OBON], holidays=asked, phone="0463-22-1111")
    assert response.status_code == 200
    assert rows_of(response) == shown
    assert response.context["form"]["phone"].value() == "0463-22-1111"
    assert kept(cast.hiratsuka) == default_long_holidays()


def test_of_two_who_change_them_the_second_is_told(manager, cast):
    url = reverse("stores:edit", args=[cast.hiratsuka.pk])
    seen = manager.get(url).context["form"]["seen"].value()
    edit(manager, cast.hiratsuka, [OBON], seen=seen)
    response = edit(manager, cast.hiratsuka, [["夏季休業", 8, 10, 8, 18]], seen=seen)
    assert response.status_code == 409
    assert response.context["form"].stands["long_holidays"] == "お盆 8/13–8/16"
    assert kept(cast.hiratsuka) == [OBON]


def test_what_only_the_other_one_changed_of_them_is_kept(manager, cast):
    url = reverse("stores:edit", args=[cast.hiratsuka.pk])
    seen = manager.get(url).context["form"]["seen"].value()
    edit(manager, cast.hiratsuka, [OBON], seen=seen)
    response = edit(manager, cast.hiratsuka, default_long_holidays(), seen=seen, phone="0463-22-1111")
    assert response.status_code == 302
    assert kept(cast.hiratsuka) == [OBON]


def test_the_calendar_offers_the_stores_own_to_close_for(cast):
    calendar = cast.hiratsuka.calendar()
    coming = next_long_holidays(calendar, date(2027, 1, 2))
    assert [(one.name, one.first) for one in coming] == [
        ("年末年始", date(2026, 12, 29)),
        ("ゴールデンウィーク", date(2027, 4, 29)),
        ("お盆", date(2027, 8, 13)),
    ]


def test_a_name_with_quotes_breaks_no_page(manager, cast):
    assert edit(manager, cast.hiratsuka, [["\"'</script>", 8, 13, 8, 16]]).status_code == 302
    page = manager.get(reverse("stores:detail", args=[cast.hiratsuka.pk])).content.decode()
    assert r"\u0022\u0027\u003C/script\u003E" in page


def test_how_the_work_of_who_is_off_is_covered_is_a_setting_of_the_store(manager, cast):
    assert edit(manager, cast.hiratsuka, cover="rotate").status_code == 302
    assert Store.objects.get(pk=cast.hiratsuka.pk).cover == Cover.ROTATE
    assert edit(manager, cast.hiratsuka).status_code == 302
    assert Store.objects.get(pk=cast.hiratsuka.pk).cover == Cover.ROTATE
    assert edit(manager, cast.hiratsuka, cover="lottery").status_code == 422
