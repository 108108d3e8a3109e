"""The sheet that gives a task another day or time (REQUIREMENTS A5, B12)."""

from datetime import date

import pytest
from django.urls import reverse

from followups.models import Outcome, Task
from followups.recording import Result, record
from tests.cast import at, customer, task
from tests.followups.test_adjustment import open_tasks, running

NOW = at("2026-11-22 14:00")
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/todo/?view=overdue"}
FRIDAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def call(cast):
    return task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 22))


@pytest.fixture
def sales(client, cast):
    client.force_login(cast.sales)
    return client


def address(call, name="placement", *more):
    return reverse(f"todo:task-{name}", args=[call.pk, *more])


def post(client, call, htmx=False, **fields):
    return client.post(address(call), {"when": "day", **fields}, **(HTMX if htmx else {}))


def test_one_tap_moves_it_and_the_toast_takes_it_back(sales, call):
    response = sales.post(address(call), {"when": "tomorrow"}, follow=True)
    call.refresh_from_db()
    assert (call.due_on, call.moves) == (date(2026, 11, 23), 1)
    [message] = response.context["messages"]
    assert str(message) == "11/23(月)に移しました。"
    sales.post(message.extra_tags)
    call.refresh_from_db()
    assert (call.due_on, call.moves, call.placed_by_hand_at) == (date(2026, 11, 22), 0, None)


def test_the_taps_are_days_one_can_mean(sales, call, cast, time_machine):
    form = sales.get(address(call)).context["form"]
    assert list(form.presets) == ["later", "tomorrow", "week"]
    assert form.presets["later"][1][1].hour == 16
    time_machine.move_to(at("2026-11-24 18:30"), tick=False)
    form = sales.get(address(call)).context["form"]
    assert {key: day for key, (_label, (day, _at)) in form.presets.items()} == {
        "tomorrow": date(2026, 11, 25),
        "open": date(2026, 11, 26),
        "week": date(2026, 12, 1),
    }


def test_a_day_and_two_times_as_the_customer_wished(sales, call):
    assert post(sales, call, on="2026-11-27", starts="17:00", ends="18:00", wish="yes").status_code == 302
    call.refresh_from_db()
    assert (call.due_on, call.promised_at, call.late_at) == (FRIDAY, at("2026-11-27 17:00"), at("2026-11-27 18:00"))
    page = sales.get(reverse("todo:task", args=[call.pk])).content.decode()
    assert "お客様のご希望" in page
    assert "17:00–18:00" in page
    assert "お客様のご希望で1回移動しました。" in page


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "on"),
        ({"on": "2026-11-21"}, "on"),
        ({"on": "2031-11-21"}, "on"),
        ({"on": "9999-12-31"}, "on"),
        ({"on": "2026-11-22", "starts": "13:00"}, "starts"),
        ({"on": "2026-11-27", "ends": "13:00"}, "starts"),
        ({"on": "2026-11-27", "starts": "13:00", "ends": "13:00"}, "ends"),
        ({"on": "2026-11-27", "starts": "25:00"}, "starts"),
        ({"when": "someday", "on": "2026-11-27"}, "when"),
        ({"on": "2026-11-27", "wish": "perhaps"}, "wish"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_what_cannot_be_is_refused_beside_its_field(sales, call, fields, wrong, htmx):
    response = post(sales, call, htmx, **fields)
    assert response.status_code == 422
    assert wrong in response.context["form"].errors
    call.refresh_from_db()
    assert (call.due_on, call.placed_by_hand_at) == (date(2026, 11, 22), None)


def test_after_closing_today_is_over(sales, call, time_machine):
    time_machine.move_to(at("2026-11-22 20:00"), tick=False)
    response = post(sales, call, on="2026-11-22")
    assert response.context["form"].errors["on"]


def test_a_closed_day_is_pointed_out_before_and_after_and_not_refused(sales, call):
    asked = sales.get(address(call), {"when": "day", "on": "2026-11-25", "starts": "20:00"}, **HTMX)
    assert asked.status_code == 200
    assert len(asked.context["doubts"]) == 2
    assert "休業日" in asked.content.decode()
    call.refresh_from_db()
    assert call.due_on == date(2026, 11, 22)
    response = sales.post(address(call), {"when": "day", "on": "2026-11-25"}, follow=True)
    call.refresh_from_db()
    assert call.due_on == date(2026, 11, 25)
    assert "休業日" in str(next(iter(response.context["messages"])))


def test_htmx_stays_on_its_page(sales, call):
    response = post(sales, call, htmx=True, on="2026-11-27")
    assert response.headers["HX-Redirect"] == "/todo/?view=overdue"


def test_what_a_colleague_has_done_meanwhile_is_said(sales, call, cast):
    record(call, Result(Outcome.NO_ANSWER), by=cast.sales2, now=NOW)
    response = sales.post(address(call), {"when": "tomorrow"}, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["warning"]


def test_a_way_back_that_is_none_is_refused_politely(sales, call):
    response = sales.post(address(call, "placement-undo", "made-up"), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["warning"]


def test_the_pattern_places_it_again_and_the_panel_tells_the_story(sales, cast):
    follow_up = running(cast, [{"offset_days": 1}])
    [planned] = open_tasks(follow_up)
    panel = reverse("todo:task", args=[planned.pk])
    assert address(planned, "release") not in sales.get(panel).content.decode()
    post(sales, planned, on="2026-11-27")
    page = sales.get(panel).content.decode()
    assert address(planned, "release") in page
    assert "11/23(月)" in page
    assert "11/27(金)" in page
    [message] = sales.post(address(planned, "release"), follow=True).context["messages"]
    assert Task.objects.get(pk=planned.pk).placed_by_hand_at is None
    sales.post(message.extra_tags)
    assert Task.objects.get(pk=planned.pk).placed_by_hand_at == NOW


def test_its_row_says_quietly_how_often_it_was_moved(sales, call):
    post(sales, call, on="2026-11-27")
    post(sales, call, on="2026-11-28")
    post(sales, call, on="2026-11-30", wish="yes")
    [row] = sales.get(reverse("todo:board"), {"view": "upcoming"}).context["rows"].rows
    assert "2回変更" in row["origin"]


@pytest.mark.parametrize("name", ["placement", "release"])
def test_another_stores_task_is_not_there(client, cast, call, name):
    client.force_login(cast.yokohama_sales)
    assert client.post(address(call, name)).status_code == 404
    assert client.post(address(call, "placement-undo", "x")).status_code == 404


@pytest.mark.parametrize("moves", [1, 10])
def test_the_panels_queries_do_not_grow_with_the_moves(sales, call, moves, django_assert_max_num_queries):
    for number in range(moves):
        post(sales, call, on=f"2026-12-{number + 10}")
    with django_assert_max_num_queries(12):
        sales.get(reverse("todo:task", args=[call.pk]), **HTMX)


def test_a_move_of_last_year_says_the_year(sales, cast, call, time_machine):
    post(sales, call, on="2026-12-10")
    panel = reverse("todo:task", args=[call.pk])
    assert ">11/22 14:00</time>" in sales.get(panel, **HTMX).content.decode()
    time_machine.move_to(at("2027-01-05 10:00"), tick=False)
    sales.force_login(cast.sales)
    assert ">2026/11/22 14:00</time>" in sales.get(panel, **HTMX).content.decode()
