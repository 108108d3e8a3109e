from datetime import date, timedelta

import pytest
from django.urls import reverse

from followups.models import Outcome
from followups.recording import Result, record
from stores.models import DayOff, Heartbeat, Role
from tests.cast import at, customer, lead, reply, staff, task

NOW = at("2026-11-22 14:00")
BOARD = "/todo/"


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


def names(response):
    return [row["customer"] for row in response.context["rows"].rows]


def counts(response):
    return response.context["counts"]


def test_the_first_page_is_the_board(client, cast):
    client.force_login(cast.sales)
    assert client.get("/").url == BOARD


def test_a_visitor_is_asked_to_sign_in(client, cast):
    assert reverse("account_login") in client.get(BOARD).url


def test_each_thing_stands_in_its_view(client, cast):
    mine = {"owner": cast.sales}
    task(customer(cast.hiratsuka, name="今日", **mine), date(2026, 11, 22))
    task(customer(cast.hiratsuka, name="遅れ", **mine), date(2026, 11, 20))
    task(customer(cast.hiratsuka, name="先々", **mine), date(2026, 11, 26))
    lead(customer(cast.hiratsuka, name="新着", **mine), at("2026-11-22 13:30"), staff=cast.sales)
    wrote = customer(cast.hiratsuka, name="返信", **mine)
    reply(wrote, at("2026-11-22 13:00"), at("2026-11-22 15:00"))
    client.force_login(cast.sales)
    for view, name in [
        ("on-time", "今日"),
        ("overdue", "遅れ"),
        ("upcoming", "先々"),
        ("new", "新着"),
        ("replied", "返信"),
    ]:
        assert names(client.get(BOARD, {"view": view})) == [name], view
    assert counts(client.get(BOARD)) == {"new": 1, "on_time": 1, "overdue": 1, "replied": 1}


def test_a_task_is_overdue_by_the_clock_without_any_worker(client, cast, time_machine):
    task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 22))
    client.force_login(cast.sales)
    time_machine.move_to(at("2026-11-22 18:59"))
    assert counts(client.get(BOARD))["on_time"] == 1
    time_machine.move_to(at("2026-11-22 19:00"))
    assert counts(client.get(BOARD)) == {"new": 0, "on_time": 0, "overdue": 1, "replied": 0}


def test_leads_and_replies_past_their_limit_stand_in_overdue_as_well(client, cast):
    lead(customer(cast.hiratsuka, name="新着"), at("2026-11-22 11:00"), staff=cast.sales)
    wrote = customer(cast.hiratsuka, name="返信", owner=cast.sales)
    reply(wrote, at("2026-11-22 10:30"), at("2026-11-22 12:30"))
    task(customer(cast.hiratsuka, name="電話", owner=cast.sales), date(2026, 11, 21))
    client.force_login(cast.sales)
    response = client.get(BOARD, {"view": "overdue"})
    assert names(response) == ["電話", "新着", "返信"]
    assert counts(response) == {"new": 1, "on_time": 0, "overdue": 3, "replied": 1}


def test_leads_that_fell_late_after_a_full_page_of_tasks_stand_on_the_next_page(client, cast):
    someone = customer(cast.hiratsuka, name="電話", owner=cast.sales)
    for _number in range(60):
        task(someone, date(2026, 11, 20))
    lead(customer(cast.hiratsuka, name="新着"), at("2026-11-22 11:00"), staff=cast.sales)
    early = customer(cast.hiratsuka, name="返信", owner=cast.sales)
    reply(early, at("2026-11-19 10:00"), at("2026-11-19 12:00"))
    client.force_login(cast.sales)
    first, second = (names(client.get(BOARD, {"view": "overdue", "page": page})) for page in (1, 2))
    assert first == ["返信"] + ["電話"] * 49
    assert second == ["電話"] * 11 + ["新着"]


def test_a_colleagues_tasks_are_seen_under_store_and_under_their_name(client, cast):
    task(customer(cast.hiratsuka, name="森の客", owner=cast.sales2), date(2026, 11, 22))
    client.force_login(cast.sales)
    assert names(client.get(BOARD)) == []
    assert names(client.get(BOARD, {"who": "store"})) == ["森の客"]
    assert names(client.get(BOARD, {"who": cast.sales2.pk})) == ["森の客"]


def test_nobodys_tasks_have_a_place_of_their_own_and_nobodys_leads_show_to_everybody(client, cast):
    task(customer(cast.hiratsuka, name="誰でも"), date(2026, 11, 22))
    lead(customer(cast.hiratsuka, name="新着"), NOW)
    client.force_login(cast.sales)
    assert names(client.get(BOARD, {"who": "pool"})) == ["誰でも"]
    assert names(client.get(BOARD, {"view": "new"})) == ["新着"]


def test_another_stores_work_is_not_there_and_its_people_are_404(client, cast):
    task(customer(cast.yokohama, owner=cast.yokohama_sales), date(2026, 11, 22))
    lead(customer(cast.yokohama), NOW)
    client.force_login(cast.sales)
    response = client.get(BOARD, {"who": "store"})
    assert counts(response) == {"new": 0, "on_time": 0, "overdue": 0, "replied": 0}
    assert client.get(BOARD, {"who": cast.yokohama_sales.pk}).status_code == 404
    client.force_login(cast.admin)
    assert counts(client.get(BOARD, {"who": "store"}))["on_time"] == 1


def test_who_is_off_today_stands_on_the_board_with_what_they_left(client, cast):
    DayOff.objects.create(staff=cast.sales2, on=date(2026, 11, 22))
    task(customer(cast.hiratsuka, owner=cast.sales2), date(2026, 11, 22))
    task(customer(cast.hiratsuka, owner=cast.sales2), date(2026, 11, 20))
    client.force_login(cast.sales)
    [row] = client.get(BOARD).context["off"]
    assert (row["person"], row["waiting"].number, row["waiting"].late) == (cast.sales2, 2, 1)


def test_the_board_says_when_the_worker_has_been_silent_for_two_minutes(client, cast):
    client.force_login(cast.sales)
    Heartbeat.stamp(at("2026-11-22 13:58"))
    assert not client.get(BOARD).context["worker_away"]
    Heartbeat.stamp(at("2026-11-22 13:57"))
    assert client.get(BOARD).context["worker_away"]


def test_the_most_urgent_comes_first(client, cast):
    for day, name in [(20, "二番"), (19, "一番"), (21, "三番")]:
        task(customer(cast.hiratsuka, name=name, owner=cast.sales), date(2026, 11, day))
    client.force_login(cast.sales)
    assert names(client.get(BOARD, {"view": "overdue"})) == ["一番", "二番", "三番"]


def test_a_quiet_refresh_answers_nothing_new_until_something_changes(client, cast):
    task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 22))
    client.force_login(cast.sales)
    stamp = client.get(BOARD).context["stamp"]
    quiet = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "list"}
    assert client.get(BOARD, {"stamp": stamp}, **quiet).status_code == 204
    task(customer(cast.hiratsuka, name="増えた", owner=cast.sales), date(2026, 11, 22))
    assert "増えた" in client.get(BOARD, {"stamp": stamp}, **quiet).content.decode()


def test_fifty_rows_a_page_and_a_way_to_the_following(client, cast):
    someone = customer(cast.hiratsuka, owner=cast.sales)
    for _number in range(51):
        task(someone, date(2026, 11, 22))
    client.force_login(cast.sales)
    first = client.get(BOARD)
    assert (len(first.context["rows"].rows), first.context["rows"].more) == (50, True)
    assert len(client.get(BOARD, {"page": 2}).context["rows"].rows) == 1


@pytest.mark.parametrize(("people", "more"), [(3, 0), (12, 2)])
def test_of_very_many_who_are_off_those_with_most_that_is_late_are_named(client, cast, people, more):
    for number in range(people):
        person = staff(
            f"off{number}", Role.SALESPERSON, cast.hiratsuka, name=f"休み{number}", kana=f"ヤスミ{number:02d}"
        )
        DayOff.objects.create(staff=person, on=NOW.date())
        for _task in range(number):
            task(customer(cast.hiratsuka, owner=person), date(2026, 11, 20), assignee=person)
    client.force_login(cast.manager)
    page = client.get(BOARD)
    named = [row["person"].username for row in page.context["off"]]
    assert (len(named), page.context["off_more"]) == (people - more, more)
    assert named[0] == ("off0" if not more else "off11")
    assert ("off0" in named) == (not more)
    assert ("ほか2名" in page.content.decode()) == bool(more)


@pytest.fixture
def late(cast, monkeypatch):
    """Eight tasks, four leads and four replies that are late, in turns, on pages of five."""
    monkeypatch.setattr("todo.board.PAGE", 5)
    for number in range(8):
        someone = customer(cast.hiratsuka, name=f"T{number}", owner=cast.sales)
        late_at = at(f"2026-11-21 {10 + number}:30")
        task(someone, date(2026, 11, 21), due_from=late_at, due_until=late_at, late_at=late_at)
        if number % 2:
            new = lead(customer(cast.hiratsuka, name=f"L{number}"), at("2026-11-20 10:00"), staff=cast.sales)
            new.new_late_at = late_at + timedelta(minutes=10)
            new.save(update_fields=["new_late_at"])
            wrote = customer(cast.hiratsuka, name=f"R{number}")
            reply(wrote, at("2026-11-20 11:00"), late_at + timedelta(minutes=20))
    return [name for n in range(8) for name in ([f"T{n}", f"L{n}", f"R{n}"] if n % 2 else [f"T{n}"])]


def test_leafing_through_overdue_meets_everything_once_and_in_order(client, cast, late):
    client.force_login(cast.sales)
    pages = [client.get(BOARD, {"view": "overdue", "page": number}) for number in (1, 2, 3, 4)]
    assert [name for page in pages for name in names(page)] == late
    assert [len(names(page)) for page in pages] == [5, 5, 5, 1]
    assert [page.context["rows"].more for page in pages] == [True, True, True, False]


def test_a_further_page_of_overdue_needs_one_query_more_at_most(client, cast, late, django_assert_max_num_queries):
    client.force_login(cast.sales)
    for number in (2, 3):
        with django_assert_max_num_queries(9):
            assert len(names(client.get(BOARD, {"view": "overdue", "page": number}))) == 5


@pytest.mark.parametrize("view", ["new", "on-time", "overdue", "replied", "upcoming"])
@pytest.mark.parametrize("rows", [1, 10])
def test_the_board_needs_at_most_eight_queries_however_many_rows(
    client, cast, view, rows, django_assert_max_num_queries
):
    for number in range(rows):
        someone = customer(cast.hiratsuka, owner=cast.sales)
        staff(f"s{number}", Role.SALESPERSON, cast.hiratsuka)
        for day in (20, 22, 26):
            task(someone, date(2026, 11, day))
        lead(someone, at("2026-11-21 11:00"), staff=cast.sales)
        reply(someone, at("2026-11-22 10:30"), at("2026-11-22 12:30"))
    client.force_login(cast.sales)
    with django_assert_max_num_queries(8):
        response = client.get(BOARD, {"view": view})
    assert len(names(response)) >= rows


def test_what_one_did_for_a_colleague_stands_among_what_one_did_today(client, cast):
    call = task(customer(cast.hiratsuka, name="代わりに", owner=cast.sales2), date(2026, 11, 22))
    record(call, Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
    client.force_login(cast.sales)
    page = client.get(BOARD, {"view": "done"})
    assert names(page) == ["代わりに"]
    assert page.context["done"] == 1
    client.force_login(cast.sales2)
    assert names(client.get(BOARD, {"view": "done"})) == []


def test_undo_is_offered_to_whoever_may_take_the_record_back(client, cast):
    call = task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 22))
    record(call, Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
    offered = {}
    for person in (cast.sales, cast.sales2, cast.manager):
        client.force_login(person)
        [row] = client.get(BOARD, {"view": "done", "who": "store"}).context["rows"].rows
        offered[person] = bool(row["undo_url"])
    assert offered == {cast.sales: True, cast.sales2: False, cast.manager: True}


@pytest.mark.parametrize("odd", ["²", "9" * 5000, "-1", "x", ""])
def test_odd_numbers_in_the_address_are_ones_own_first_page(client, cast, odd):
    client.force_login(cast.sales)
    assert client.get(BOARD, {"who": odd, "page": odd}).context["who"].key == "me"


def test_a_refresh_notices_that_somebody_else_has_the_task_now(client, cast):
    call = task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 22))
    client.force_login(cast.manager)
    stamp = client.get(BOARD, {"who": "store"}).context["stamp"]
    call.assign(cast.sales2, cast.manager, NOW)
    assert client.get(BOARD, {"who": "store"}).context["stamp"] != stamp


def test_after_the_session_ended_the_whole_page_goes_to_the_door(client, cast):
    response = client.get(BOARD, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="list")
    assert response["HX-Redirect"] == reverse("account_login")


@pytest.mark.parametrize(("since", "until", "passed"), [(12, 14, True), (13, 15, False), (8, 14, False)])
def test_a_task_whose_hours_are_over_says_so_while_the_day_is_not(client, cast, since, until, passed):
    """It is two o'clock; six hours are most of a day, and no particular time."""
    hours = {"due_from": at(f"2026-11-22 {since:02}:00"), "due_until": at(f"2026-11-22 {until:02}:00")}
    task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 22), **hours)
    client.force_login(cast.sales)
    response = client.get(BOARD, {"view": "on-time"})
    assert ("on-time passed" in response.content.decode()) is passed
    assert ("時間帯を過ぎました" in response.content.decode()) is passed
    assert counts(response)["on_time"] == 1
