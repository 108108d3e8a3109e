from datetime import date

import pytest
import time_machine

from customers.models import Rank
from followups.expansion import expand
from followups.models import FollowUp, Pattern, Task
from followups.starting import start
from tests.cast import at, customer, lead, pattern

NOW = at("2026-11-20 11:00")
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


@pytest.fixture
def who(cast):
    return customer(cast.hiratsuka, owner=cast.sales)


@pytest.fixture
def arrival(db):
    return Pattern.objects.get(slug="new-arrival")


def test_the_dates_are_shown_before_the_choice(me, who, arrival):
    url = f"/customers/{who.pk}/follow-ups/new/"
    response = me.get(url, {"pattern": arrival.pk, "base_on": "2026-11-21"}, headers=HTMX)
    assert [row.planned.due_on.day for row in response.context["preview"]] == [21, 21, 22, 22, 23]
    response = me.post(url, {"pattern": arrival.pk, "base_on": "2026-11-21", "preview": "yes"})
    assert len(response.context["preview"]) == 5
    assert not FollowUp.objects.exists()


def test_the_dates_are_shown_as_the_customers_rank_and_consent_have_them(me, cast, who):
    who.rank, who.refused_channels = Rank.objects.first(), ["email"]
    who.save()
    own = {str(who.rank_id): {"left_out": True}}
    steps = [
        {"title": "お電話", "offset_days": 1, "by_rank": own},
        {"title": "ご案内", "offset_days": 2, "channel": "email", "second_channel": "letter"},
        {"title": "メール", "offset_days": 3, "channel": "email"},
    ]
    chosen = pattern("ranked", steps)
    url = f"/customers/{who.pk}/follow-ups/new/"
    preview = me.get(url, {"pattern": chosen.pk}, headers=HTMX).context["preview"]
    assert [(row.step.title, row.step.channel) for row in preview] == [("ご案内", "letter"), ("メール", "email")]
    me.post(url, {"pattern": chosen.pk})
    expand(NOW)
    made = Task.objects.order_by("step__position")
    assert [(task.title, task.channel, task.due_on) for task in made] == [
        (row.step.title, row.step.channel, row.planned.due_on) for row in preview
    ]
    assert all(task.reason[-1] == row.planned.reason[-1] for task, row in zip(made, preview, strict=True))


def test_a_chosen_pattern_is_being_prepared_until_the_worker_made_its_tasks(me, who, arrival):
    deal = lead(who, at("2026-11-20 10:00"))
    response = me.post(f"/deals/{deal.pk}/follow-ups/new/", {"pattern": arrival.pk}, headers=HTMX)
    follow_up = FollowUp.objects.get()
    assert (follow_up.deal, follow_up.base_at) == (deal, deal.received_at)
    url = f"/followups/{follow_up.pk}/preparing/?at=deal"
    assert url in response.content.decode()
    assert me.get(url, headers=HTMX).status_code == 204
    expand(NOW)
    response = me.get(url, headers=HTMX)
    assert response.status_code == 200
    assert "概算金額のご案内" in response.content.decode()


def test_steps_that_were_past_are_said(me, who, arrival):
    me.post(f"/customers/{who.pk}/follow-ups/new/", {"pattern": arrival.pk, "base_on": "2026-11-01"})
    expand(NOW)
    follow_up = FollowUp.objects.get()
    assert follow_up.past_steps == 5
    assert "5" in me.get(f"/customers/{who.pk}/").context["running"][0]["past_words"]


def test_what_runs_is_ticked_to_be_closed_and_ends_when_it_stays_ticked(me, cast, who, arrival):
    before = start(Pattern.objects.get(slug="one-month-follow-up"), customer=who, by=cast.sales, now=NOW)
    expand(NOW)
    url = f"/customers/{who.pk}/follow-ups/new/"
    assert me.get(url).context["form"]["close"].initial == [str(before.pk)]
    me.post(url, {"pattern": arrival.pk, "close": [before.pk]})
    before.refresh_from_db()
    assert before.end_reason == "replaced"
    assert not Task.objects.open().filter(follow_up=before).exists()


def test_the_same_pattern_is_not_started_twice(me, cast, who, arrival):
    start(arrival, customer=who, by=cast.sales, now=NOW)
    response = me.post(f"/customers/{who.pk}/follow-ups/new/", {"pattern": arrival.pk}, headers=HTMX)
    assert response.status_code == 422
    assert "pattern" in response.context["form"].errors
    assert FollowUp.objects.count() == 1


def test_what_is_still_being_prepared_can_be_ticked_and_started_anew(me, cast, who, arrival):
    before = start(arrival, customer=who, by=cast.sales, now=NOW)
    url = f"/customers/{who.pk}/follow-ups/new/"
    assert me.get(url).context["form"].fields["close"].choices == [
        (str(before.pk), "「新着後のフォロー」を終了（ToDoを準備中）")
    ]
    assert me.post(url, {"pattern": arrival.pk, "close": [before.pk]}, headers=HTMX).status_code == 200
    assert FollowUp.objects.running().count() == 1


def test_what_has_nothing_left_to_do_is_not_offered_and_begins_anew(me, cast, who, arrival):
    start(arrival, customer=who, by=cast.sales, now=NOW)
    expand(NOW)
    Task.objects.update(done_at=NOW, done_by=cast.sales)
    url = f"/customers/{who.pk}/follow-ups/new/"
    assert "close" not in me.get(url).context["form"].fields
    assert me.post(url, {"pattern": arrival.pk}, headers=HTMX).status_code == 200
    assert FollowUp.objects.running().count() == 1


def test_for_a_lost_deal_no_pattern_is_offered_nor_taken(me, cast, who, arrival):
    deal = lead(who, NOW, staff=cast.sales)
    page, url = f"/deals/{deal.pk}/", f"/deals/{deal.pk}/follow-ups/new/"
    assert url in me.get(page).content.decode()
    deal.lose("price", cast.sales, NOW)
    assert url not in me.get(page).content.decode()
    response = me.post(url, {"pattern": arrival.pk}, headers=HTMX)
    assert response.status_code == 422
    assert "pattern" in response.context["form"].errors
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2023-11-01"])
def test_a_base_date_years_away_is_refused_beside_its_field(me, who, arrival, day):
    url, data = f"/customers/{who.pk}/follow-ups/new/", {"pattern": arrival.pk, "base_on": day}
    assert me.get(url, data).status_code == 200
    response = me.post(url, data)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"base_on"}
    assert me.post(url, {**data, "base_on": "2028-11-01"}).status_code == 302


def test_what_cannot_be_planned_is_said_and_can_be_replaced(me, cast, who):
    months = Pattern.objects.get(slug="one-month-follow-up")
    broken = start(months, customer=who, by=cast.sales, now=NOW, base=date.max)
    expand(NOW)
    assert "作成できません" in me.get(f"/customers/{who.pk}/").content.decode()
    assert me.get(f"/followups/{broken.pk}/preparing/", headers=HTMX).status_code == 200
    me.post(f"/customers/{who.pk}/follow-ups/new/", {"pattern": months.pk, "close": [broken.pk]})
    assert FollowUp.objects.running().get() != broken


def test_a_bad_choice_is_said_beside_its_field(me, cast, who):
    theirs = pattern("theirs", [{}], store=cast.yokohama)
    response = me.post(f"/customers/{who.pk}/follow-ups/new/", {"pattern": theirs.pk, "base_on": "2026-13-01"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"pattern", "base_on"}


def test_a_follow_up_is_stopped_and_the_stop_taken_back(me, cast, who, arrival):
    follow_up = start(arrival, customer=who, by=cast.sales, now=NOW)
    expand(NOW)
    response = me.post(f"/followups/{follow_up.pk}/stop/", headers=HTMX)
    assert f"/followups/{follow_up.pk}/resume/" in response.content.decode()
    assert not Task.objects.open().exists()
    again = me.post(f"/followups/{follow_up.pk}/stop/", headers=HTMX)
    assert f"/followups/{follow_up.pk}/resume/" not in again.content.decode()
    assert me.post(f"/followups/{follow_up.pk}/resume/").url == f"/customers/{who.pk}/"
    assert Task.objects.open().count() == 5


def test_only_a_stop_by_hand_is_taken_back(me, cast, who, arrival):
    follow_up = start(arrival, customer=who, by=cast.sales, now=NOW)
    FollowUp.objects.update(ended_at=NOW, end_reason="won")
    me.post(f"/followups/{follow_up.pk}/resume/")
    follow_up.refresh_from_db()
    assert follow_up.ended_at == NOW


def test_another_stores_follow_ups_are_not_there(client, cast, who, arrival):
    follow_up = start(arrival, customer=who, by=cast.sales, now=NOW)
    client.force_login(cast.yokohama_manager)
    assert client.get(f"/followups/{follow_up.pk}/preparing/").status_code == 404
    assert client.post(f"/followups/{follow_up.pk}/stop/").status_code == 404
    assert client.post(f"/followups/{follow_up.pk}/resume/").status_code == 404
    follow_up.refresh_from_db()
    assert follow_up.base_on == date(2026, 11, 20)
    assert follow_up.ended_at is None


def test_today_after_closing_counts_from_this_moment(me, who):
    evening, made = at("2026-11-21 21:00"), pattern("calls", [{"offset_days": 0}])
    url, data = f"/customers/{who.pk}/follow-ups/new/", {"pattern": made.pk, "base_on": "2026-11-21"}
    with time_machine.travel(evening, tick=False):
        assert [row.planned.due_on.day for row in me.get(url, data).context["preview"]] == [22]
        me.post(url, data)
    assert FollowUp.objects.get().base == evening


def test_a_day_years_away_is_said_in_the_preview_beside_its_field(me, who, arrival):
    url = f"/customers/{who.pk}/follow-ups/new/"
    page = me.get(url, {"pattern": arrival.pk, "base_on": "9999-12-31"}, headers=HTMX).content.decode()
    assert "3年以内" in page.split('id="id_base_on_error"')[1].split("</div>")[0]
