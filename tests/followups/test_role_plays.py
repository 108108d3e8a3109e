"""Role-plays: planned for two, recorded with remarks, counted by person and month (REQUIREMENTS B14)."""

from collections import Counter
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from followups.models import ContentKind, RolePlay, Script
from stores.models import Notification
from tests.cast import at

NOW = at("2026-11-22 15:00")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def url(name, *args):
    return reverse(f"scripts:{name}", args=args)


def play(cast, staff=None, partner=None, on=date(2026, 11, 25), **fields):
    two = {"staff": staff or cast.sales, "partner": partner or cast.sales2}
    return RolePlay.plan(**two, store=cast.hiratsuka, planned_on=on, by=cast.manager, now=NOW, **fields)


def done(cast, staff, partner, on):
    return RolePlay.log(
        store=cast.hiratsuka, staff=staff, partner=partner, script=None, done_on=on, remarks="…", by=staff, now=NOW
    )


def test_both_find_it_in_their_list_and_are_told_but_for_whoever_plans_it(client, cast):
    script = Script.write(
        store=cast.hiratsuka, name="初回", purpose=ContentKind.objects.first(), text="…", by=None, now=NOW
    )
    client.force_login(cast.sales)
    posted = {"staff": cast.sales.pk, "partner": cast.sales2.pk, "script": script.pk, "planned_on": "2026-11-25"}
    assert client.post(url("role-play-new"), posted).status_code == 302
    made = RolePlay.objects.get()
    assert (made.store, made.script, made.planned_on) == (cast.hiratsuka, script, date(2026, 11, 25))
    told = Notification.objects.get()
    assert (told.staff, told.path) == (cast.sales2, url("role-plays"))
    assert "11/25" in told.text
    for person in (cast.sales, cast.sales2):
        client.force_login(person)
        assert client.get(url("role-plays")).context["mine"] == [made]
    client.force_login(cast.assistant)
    assert client.get(url("role-plays")).context["mine"] == []
    assert client.get(url("role-play", made.pk)).status_code == 404


def test_what_cannot_be_planned_is_said_beside_its_field(client, cast):
    client.force_login(cast.sales)
    posted = {"staff": cast.sales.pk, "partner": cast.sales2.pk, "planned_on": "2026-11-25"}

    def errors(**changed):
        response = client.post(url("role-play-new"), {**posted, **changed})
        assert response.status_code == 422
        return set(response.context["form"].errors)

    assert errors(partner=cast.sales.pk) == {"partner"}
    assert errors(partner=cast.yokohama_sales.pk) == {"partner"}
    assert errors(staff=cast.assistant.pk) == {"staff"}
    assert errors(planned_on="2026-11-21") == {"planned_on"}
    assert errors(is_done="on") == {"planned_on"}
    assert not RolePlay.objects.exists()


def test_it_is_recorded_with_remarks_and_taken_back_within_a_day(client, cast):
    made = play(cast)
    client.force_login(cast.sales2)
    assert client.post(url("role-play", made.pk), {"done_on": "2026-11-23", "remarks": "…"}).status_code == 422
    assert client.post(url("role-play", made.pk), {"done_on": "2026-11-22", "remarks": ""}).status_code == 422
    client.post(url("role-play", made.pk), {"done_on": "2026-11-22", "remarks": "間の取り方がよい"})
    made.refresh_from_db()
    assert (made.done_on, made.remarks, made.recorded_by) == (date(2026, 11, 22), "間の取り方がよい", cast.sales2)
    assert not made.record(done_on=date(2026, 11, 1), remarks="別", by=cast.sales, now=NOW)
    client.post(url("role-play-undo", made.pk))
    made.refresh_from_db()
    assert (made.done_on, made.remarks) == (None, "間の取り方がよい")
    made.record(done_on=date(2026, 11, 22), remarks="…", by=cast.sales, now=at("2026-11-20 15:00"))
    assert not made.take_back(NOW)


def board(client, person, **asked):
    client.force_login(person)
    plays = client.get("/todo/", asked).context["role_plays"]
    return plays.number, plays.late


def test_on_its_day_it_stands_on_the_board_of_both_until_it_is_in_the_log(client, cast):
    play(cast)
    assert board(client, cast.sales) == (0, 0)
    made = [play(cast, on=date(2026, 11, day)) for day in (22, 20)]
    for person in (cast.sales, cast.sales2):
        assert board(client, person) == (2, 1)
        assert url("role-plays") in client.get("/todo/").content.decode()
    assert board(client, cast.assistant) == (0, 0)
    assert board(client, cast.assistant, who="store") == (0, 0)
    assert board(client, cast.manager) == (0, 0)
    assert board(client, cast.manager, who="store") == (2, 1)
    assert board(client, cast.manager, who=cast.sales.pk) == (2, 1)
    made[1].record(done_on=date(2026, 11, 20), remarks="…", by=cast.sales, now=NOW)
    made[0].call_off(NOW)
    assert board(client, cast.sales) == (0, 0)


def test_one_that_is_called_off_comes_back(client, cast):
    made = play(cast)
    client.force_login(cast.sales)
    client.post(url("role-play-cancellation", made.pk))
    assert client.get(url("role-plays")).context["mine"] == []
    client.post(url("role-play-return", made.pk))
    assert client.get(url("role-plays")).context["mine"] == [made]


def test_a_manager_sees_how_many_each_person_took_part_in_by_month(client, cast):
    history = [
        (cast.sales, cast.sales2, date(2026, 11, 1)),
        (cast.sales2, cast.sales, date(2026, 11, 20)),
        (cast.assistant, cast.sales, date(2026, 9, 30)),
        (cast.sales, cast.assistant, date(2026, 5, 31)),
    ]
    for entry in history:
        done(cast, *entry)
    play(cast)
    expected = Counter()
    for staff, partner, on in history:
        for person in (staff, partner):
            if on >= date(2026, 6, 1):
                expected[person.username, on.month] += 1
    client.force_login(cast.manager)
    context = client.get(url("role-plays")).context
    assert [month.month for month in context["months"]] == [6, 7, 8, 9, 10, 11]
    shown = Counter()
    for person, numbers in context["lines"]:
        for month, number in zip(context["months"], numbers, strict=True):
            if number:
                shown[person.username, month.month] = number
    assert shown == expected
    assert len(context["page"].object_list) == 4
    client.force_login(cast.sales)
    assert "lines" not in client.get(url("role-plays")).context
    client.force_login(cast.yokohama_manager)
    theirs = client.get(url("role-plays")).context
    assert not theirs["page"].object_list
    assert {person.username for person, _numbers in theirs["lines"]} == {"sales-yokohama", "manager-yokohama"}


@pytest.mark.parametrize("number", [1, 10])
def test_the_queries_of_the_list_do_not_grow_with_the_role_plays(client, cast, number, django_assert_num_queries):
    for _turn in range(number):
        play(cast)
        play(cast, partner=cast.manager)
        done(cast, cast.sales, cast.assistant, date(2026, 11, 3))
    client.force_login(cast.manager)
    client.get(url("role-plays"))
    with django_assert_num_queries(10):
        response = client.get(url("role-plays"))
    assert (len(response.context["mine"]), len(response.context["others"])) == (number, number)
