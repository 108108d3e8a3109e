"""What is done to a follow-up at work on the customer's and the deal's page, each with its way back (B6)."""

import re
from datetime import date, timedelta

import pytest
import time_machine

from customers.models import Deal
from followups.adjustment import adjust
from followups.expansion import expand
from followups.models import Base, FollowUp, Pattern, Task
from followups.pausing import pause
from followups.starting import start
from followups.work import without_next_step
from tests.cast import at, customer, lead, pattern, vehicle

NOW = at("2026-11-20 11:00")
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


@pytest.fixture
def who(cast):
    return customer(cast.hiratsuka, owner=cast.sales)


@pytest.fixture
def calls(cast, who):
    """At work: calls on days 0, 3 and 6 (a Wednesday is closed, none is hit)."""
    steps = [{"offset_days": days} for days in (0, 3, 6)]
    made = start(pattern("calls", steps, name="お電話の計画"), customer=who, by=cast.sales, now=NOW)
    expand(NOW)
    return made


def settle(now=NOW):
    while any([expand(now), adjust(now)]):
        pass


def days(follow_up):
    return [f"{task.due_on:%m-%d}" for task in follow_up.tasks.open().order_by("step__position")]


def do(client, follow_up, verb, data=None, **kwargs):
    return client.post(f"/followups/{follow_up.pk}/{verb}/", data or {}, **kwargs)


def way_back(response) -> str:
    """The address of the undo button in an answer to htmx."""
    return re.search(r'action="(/followups/undo/[^"]+)"', response.content.decode())[1]


def page(client, follow_up) -> str:
    return client.get(f"/customers/{follow_up.customer_id}/").content.decode()


def test_the_page_asks_until_the_worker_has_moved_the_tasks(me, calls):
    url = f"/followups/{calls.pk}/preparing/"
    assert url not in page(me, calls)
    response = do(me, calls, "base", {"base_on": "2026-12-04"}, headers=HTMX)
    assert url in response.content.decode()
    assert me.get(url, headers=HTMX).status_code == 204
    settle()
    response = me.get(url, headers=HTMX)
    assert response.context["running"][0]["next"].startswith("12/4")
    assert url not in response.content.decode()


class TestPause:
    def test_it_rests_until_a_day_and_the_page_says_so(self, me, calls):
        response = do(me, calls, "pause", {"length": "week"}, headers=HTMX)
        calls.refresh_from_db()
        assert calls.paused_until_on == date(2026, 11, 27)
        (shown,) = response.context["running"]
        assert shown["paused_words"] == "11/20(金)から一時停止中です。 11/27(金)に再開します。"
        assert "一時停止中" in response.content.decode()
        assert days(calls) == []

    @pytest.mark.parametrize(
        ("given", "until"),
        [
            ({"length": "month"}, date(2026, 12, 20)),
            ({"length": "open"}, None),
            ({"length": "day", "until": "2026-12-24"}, date(2026, 12, 24)),
        ],
    )
    def test_for_as_long_as_somebody_says_also_without_javascript(self, me, calls, given, until):
        assert do(me, calls, "pause", given).url == f"/customers/{calls.customer_id}/"
        calls.refresh_from_db()
        assert (calls.is_paused, calls.paused_until_on) == (True, until)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({}, "length"),
            ({"length": "day"}, "until"),
            ({"length": "day", "until": "2026-11-20"}, "until"),
            ({"length": "day", "until": "2031-01-01"}, "until"),
            ({"length": "day", "until": "いつか"}, "until"),
            ({"length": "decade"}, "length"),
        ],
    )
    @pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
    def test_a_day_that_cannot_be_is_refused_beside_its_field(self, me, calls, given, field, headers):
        response = do(me, calls, "pause", given, headers=headers)
        assert response.status_code == 422
        assert set(response.context["form"].errors) == {field}
        assert f'id="id_{field}_error"' in response.content.decode()
        assert len(days(calls)) == 3

    def test_taken_back_it_was_never_paused(self, me, calls):
        before = list(Task.objects.order_by("pk").values())
        back = way_back(do(me, calls, "pause", {"length": "open"}, headers=HTMX))
        assert me.post(back).url == f"/customers/{calls.customer_id}/"
        assert list(Task.objects.order_by("pk").values()) == before
        assert me.post(back, headers=HTMX).status_code == 200
        assert list(Task.objects.order_by("pk").values()) == before

    def test_another_day_and_back_to_the_first(self, me, calls):
        do(me, calls, "pause", {"length": "week"})
        back = way_back(do(me, calls, "pause", {"length": "open"}, headers=HTMX))
        calls.refresh_from_db()
        assert calls.paused_until_on is None
        me.post(back)
        calls.refresh_from_db()
        assert (calls.paused_until_on, calls.is_paused) == (date(2026, 11, 27), True)

    def test_going_on_the_first_task_falls_on_today_and_back_it_rests(self, me, calls, clock):
        do(me, calls, "pause", {"length": "month"})
        later = NOW + timedelta(days=10)
        clock.move_to(later)
        back = way_back(do(me, calls, "pause/end", headers=HTMX))
        settle(later)
        assert days(calls) == ["11-30", "12-03", "12-06"]
        me.post(back)
        calls.refresh_from_db()
        assert (days(calls), calls.paused_until_on) == ([], date(2026, 12, 20))
        do(me, calls, "pause/end")
        settle(later)
        assert days(calls) == ["11-30", "12-03", "12-06"]

    def test_one_that_has_ended_is_not_paused(self, me, calls):
        do(me, calls, "stop")
        assert "すでに終了しています" in do(me, calls, "pause", {"length": "week"}, headers=HTMX).content.decode()
        calls.refresh_from_db()
        assert calls.paused_at is None


class TestRestart:
    def test_it_begins_anew_and_back_the_old_one_runs(self, me, calls, clock):
        clock.move_to(later := NOW + timedelta(days=10))
        response = do(me, calls, "restart", headers=HTMX)
        new = FollowUp.objects.running().get()
        settle(later)
        assert days(new) == ["11-30", "12-03", "12-06"]
        assert "「お電話の計画」を今日から新しく開始します" in response.content.decode()
        me.post(way_back(response))
        assert FollowUp.objects.running().get() == calls
        assert len(days(calls)) == 3

    def test_after_a_day_it_is_too_late(self, me, calls, clock):
        back = way_back(do(me, calls, "restart", headers=HTMX))
        new = FollowUp.objects.running().get()
        clock.move_to(NOW + timedelta(days=1))
        assert "取り消せる期間を過ぎた" in me.post(back, headers=HTMX).content.decode()
        assert FollowUp.objects.running().get() == new

    def test_what_counts_from_a_cars_date_is_not_offered_it_nor_does_it(self, me, cast, who):
        vehicle(who, inspection_expires_on=date(2027, 3, 1))
        due = start(pattern("due", [{}], base=Base.INSPECTION), customer=who, by=cast.sales, now=NOW)
        assert f"/followups/{due.pk}/restart/" not in page(me, due)
        assert "やり直せません" in do(me, due, "restart", headers=HTMX).content.decode()
        assert FollowUp.objects.running().get() == due


class TestBaseDate:
    def test_what_would_move_is_shown_before_and_back_it_is_as_it_was(self, me, calls):
        before = list(Task.objects.order_by("pk").values("due_on", "due_from", "late_at"))
        url = f"/followups/{calls.pk}/base/"
        shown = me.get(url, {"base_on": "2026-11-27"}, headers=HTMX).context["preview"]
        assert [row.after.planned.due_on.day for row in shown] == [27, 30, 3]
        assert len(days(calls)) == 3
        back = way_back(me.post(url, {"base_on": "2026-11-27"}, headers=HTMX))
        settle()
        assert days(calls) == ["11-27", "11-30", "12-03"]
        me.post(back)
        settle()
        calls.refresh_from_db()
        assert calls.base_at == NOW
        assert list(Task.objects.order_by("pk").values("due_on", "due_from", "late_at")) == before

    def test_what_somebody_placed_stays_and_is_said_to(self, me, calls):
        first = calls.tasks.order_by("pk").first()
        Task.objects.filter(pk=first.pk).update(placed_by_hand_at=NOW)
        url = f"/followups/{calls.pk}/base/"
        content = me.post(url, {"base_on": "2026-11-27", "preview": "yes"}).content.decode()
        assert "手で移動したため" in content
        me.post(url, {"base_on": "2026-11-27"})
        settle()
        assert days(calls) == ["11-20", "11-30", "12-03"]

    @pytest.mark.parametrize("day", ["", "いつか", "2031-01-01", "0001-01-01"])
    def test_a_day_that_cannot_be_meant_is_refused_beside_its_field(self, me, calls, day):
        response = me.post(f"/followups/{calls.pk}/base/", {"base_on": day}, headers=HTMX)
        assert response.status_code == 422
        assert set(response.context["form"].errors) == {"base_on"}
        calls.refresh_from_db()
        assert calls.base_at == NOW

    def test_in_the_preview_too_it_is_said_beside_its_field(self, me, calls):
        page = me.get(f"/followups/{calls.pk}/base/", {"base_on": "2031-01-01"}, headers=HTMX).content.decode()
        beside = page.split('id="id_base_on_error"')[1].split("</div>")[0]
        assert "3年以内" in beside
        assert 'hx-select-oob="#id_base_on_error"' in page
        assert 'id="id_base_on_error"' in me.get(f"/followups/{calls.pk}/base/", headers=HTMX).content.decode()

    def test_today_after_closing_is_this_moment_so_that_nothing_is_late_at_once(self, me, calls, clock):
        url, evening = f"/followups/{calls.pk}/base/", at("2026-11-21 21:00")
        clock.move_to(evening)
        shown = me.get(url, {"base_on": "2026-11-21"}, headers=HTMX).context["preview"]
        assert [row.after.planned.due_on.day for row in shown] == [22, 26, 28]
        me.post(url, {"base_on": "2026-11-21"})
        settle(evening)
        calls.refresh_from_db()
        assert (calls.base_on, calls.base_at) == (evening.date(), evening)
        assert days(calls) == ["11-22", "11-26", "11-28"]

    def test_a_date_that_stands_elsewhere_is_changed_there(self, me, cast, who):
        vehicle(who, inspection_expires_on=date(2027, 3, 1))
        due = start(pattern("due", [{}], base=Base.INSPECTION), customer=who, by=cast.sales, now=NOW)
        assert me.get(f"/followups/{due.pk}/base/").status_code == 403
        assert me.post(f"/followups/{due.pk}/base/", {"base_on": "2027-04-01"}).status_code == 403
        due.refresh_from_db()
        assert due.base_on == date(2027, 3, 1)

    def test_moved_again_since_then_it_is_too_late(self, me, calls):
        url = f"/followups/{calls.pk}/base/"
        back = way_back(me.post(url, {"base_on": "2026-11-27"}, headers=HTMX))
        me.post(url, {"base_on": "2026-11-28"})
        assert "取り消せる期間を過ぎた" in me.post(back, headers=HTMX).content.decode()
        calls.refresh_from_db()
        assert calls.base_on == date(2026, 11, 28)


class TestSwitch:
    def test_it_is_ticked_to_make_way_also_at_rest_and_back_it_rests_on(self, me, calls):
        do(me, calls, "pause", {"length": "open"})
        url = f"/customers/{calls.customer_id}/follow-ups/new/?replace={calls.pk}"
        assert url in page(me, calls)
        assert me.get(url).context["form"]["close"].value() == [str(calls.pk)]
        other = Pattern.objects.get(slug="one-month-follow-up")
        response = me.post(url, {"pattern": other.pk, "close": [calls.pk]}, headers=HTMX)
        calls.refresh_from_db()
        assert (calls.end_reason, FollowUp.objects.running().get().pattern) == ("replaced", other)
        me.post(way_back(response))
        calls.refresh_from_db()
        assert (FollowUp.objects.running().get(), calls.is_paused) == (calls, True)


@pytest.mark.parametrize(("until", "missing"), [(date(2026, 12, 1), False), (None, True)])
def test_a_deal_at_rest_has_a_next_step_when_it_is_known_when(cast, who, until, missing):
    deal = lead(who, NOW, staff=cast.sales)
    deal.take(cast.sales, NOW)
    start(pattern("calls", [{}]), customer=who, deal=deal, by=cast.sales, now=NOW)
    settle()
    pause(FollowUp.objects.all(), until=until, by=cast.sales, now=NOW)
    assert without_next_step(Deal.objects.all()).exists() is missing


def test_how_far_it_is_is_said(me, calls):
    first = calls.tasks.order_by("pk").first()
    Task.objects.filter(pk=first.pk).update(done_at=NOW)
    assert "3件中1件完了" in page(me, calls)


def test_on_the_deals_page_everything_leads_back_there(me, cast, who):
    deal = lead(who, NOW, staff=cast.sales)
    running = start(pattern("calls", [{}]), customer=who, deal=deal, by=cast.sales, now=NOW)
    content = me.get(f"/deals/{deal.pk}/").content.decode()
    assert f"/followups/{running.pk}/restart/?at=deal" in content
    assert me.post(f"/followups/{running.pk}/restart/?at=deal").url == f"/deals/{deal.pk}/"


@pytest.mark.parametrize("verb", ["pause", "pause/end", "restart", "base"])
def test_another_stores_are_not_there(client, cast, calls, verb):
    client.force_login(cast.yokohama_manager)
    assert do(client, calls, verb, {"length": "week", "base_on": "2026-11-27"}).status_code == 404
    calls.refresh_from_db()
    assert (calls.paused_at, calls.ended_at, calls.base_at) == (None, None, NOW)


def test_the_way_back_is_for_those_who_see_it_and_not_to_be_forged(client, me, cast, calls):
    back = way_back(do(me, calls, "restart", headers=HTMX))
    new = FollowUp.objects.running().get()
    assert me.post("/followups/undo/none/").status_code == 404
    client.force_login(cast.yokohama_manager)
    assert client.post(back).status_code == 404
    assert FollowUp.objects.running().get() == new
