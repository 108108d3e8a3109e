import json
from datetime import date, timedelta

import pytest
from django.urls import reverse

from followups.correcting import undo
from followups.expansion import expand
from followups.models import Contact, Outcome, Pattern, Task, WaitReason
from followups.recording import Result, answer, record
from followups.starting import start
from tests.cast import at, customer, lead, reply, task

NOW = at("2026-11-22 14:00")
HTMX = {"HTTP_HX_REQUEST": "true"}
VISIT = {"next_channel": "visit", "next_title": "来店査定"}


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def call(cast):
    return task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 20))


def result(client, task, outcome, **fields):
    return client.post(reverse("todo:task-result", args=[task.pk]), {"outcome": outcome, **fields}, **HTMX)


def test_no_answer_is_recorded_by_one_press_and_complete(client, cast, call):
    client.force_login(cast.sales)
    response = result(client, call, "no_answer", view="overdue")
    assert response.status_code == 200
    contact = call.contacts.get()
    assert (contact.outcome, contact.done_by, contact.happened_at) == ("no_answer", cast.sales, NOW)
    assert contact.completed_at == NOW
    assert response.context["counts"]["overdue"] == 0
    assert json.loads(response.headers["HX-Trigger"]) == {"recorded": {"row": f"task-{call.pk}"}}


def test_spoke_is_saved_by_one_press_and_complete_with_one_line_more(client, cast, call):
    client.force_login(cast.sales)
    page = result(client, call, "spoke").content.decode()
    contact = call.contacts.get()
    assert contact.completed_at is None
    address = reverse("todo:contact-complete", args=[contact.pk])
    assert address in page
    client.post(address, {"details": "金額を検討中。"}, **HTMX)
    contact.refresh_from_db()
    assert (contact.details, contact.completed_at) == ("金額を検討中。", NOW)


def test_the_line_is_added_beside_the_next_task_and_the_page_behind_asks_for_its_new_state(client, cast, call):
    client.force_login(cast.sales)
    result(client, call, "spoke")
    address = reverse("todo:contact-complete", args=[call.contacts.get().pk])
    response = client.post(address, {"details": "金額を検討中。"}, **HTMX)
    content = response.content.decode()
    assert 'id="subject"' not in content
    assert "data-toast" in content
    assert "recorded" in json.loads(response.headers["HX-Trigger"])
    assert client.post(address, {"details": "もう一度"}, **HTMX).status_code == 200
    assert call.contacts.get().details == "金額を検討中。"


def test_the_next_task_comes_from_the_list_one_was_in(client, cast, call):
    who = customer(cast.hiratsuka, name="メールの人", owner=cast.sales)
    task(who, date(2026, 11, 19), channel="email", title="先のメール")
    following = task(customer(cast.hiratsuka, name="次の電話", owner=cast.sales), date(2026, 11, 21))
    client.force_login(cast.sales)
    opened_from = {"view": "overdue", "who": "me", "channel": "phone"}
    page = client.get(reverse("todo:task", args=[call.pk]), opened_from, **HTMX)
    assert '<input type="hidden" name="channel" value="phone">' in page.content.decode()
    response = result(client, call, "no_answer", view="overdue", channel="phone")
    assert response.context["row"]["customer"] == "次の電話"
    link = reverse("todo:task", args=[following.pk]) + "?view=overdue&amp;who=me&amp;channel=phone"
    assert link in response.content.decode()


@pytest.mark.parametrize("channel", ["", "x", "pigeon"])
def test_a_channel_that_is_none_narrows_nothing(client, cast, call, channel):
    task(customer(cast.hiratsuka, name="次の人", owner=cast.sales), date(2026, 11, 21))
    client.force_login(cast.sales)
    response = result(client, call, "no_answer", view="overdue", channel=channel)
    assert response.context["row"]["customer"] == "次の人"


def test_the_next_task_is_at_hand_afterwards(client, cast, call):
    following = task(customer(cast.hiratsuka, name="次の人", owner=cast.sales), date(2026, 11, 21))
    client.force_login(cast.sales)
    response = result(client, call, "no_answer", view="overdue")
    assert response.context["row"]["customer"] == "次の人"
    assert reverse("todo:task", args=[following.pk]) in response.content.decode()


def test_without_javascript_recording_leads_back_to_the_list(client, cast, call):
    client.force_login(cast.sales)
    response = client.post(reverse("todo:task-result", args=[call.pk]), {"outcome": "no_answer", "view": "overdue"})
    assert response.url == "/todo/?view=overdue&who=me"


def test_a_colleague_can_record_a_task_of_someone_who_is_off(client, cast, call):
    client.force_login(cast.sales2)
    result(client, call, "no_answer")
    assert call.contacts.get().done_by == cast.sales2


def test_the_second_person_is_told_who_recorded_it_and_nothing_is_doubled(client, cast, call):
    record(call, Result(Outcome.NO_ANSWER), by=cast.sales2, now=NOW)
    client.force_login(cast.sales)
    response = result(client, call, "spoke", details="長い話をした。")
    assert response.status_code == 409
    page = response.content.decode()
    assert str(cast.sales2) in page
    assert "長い話をした。" in page
    assert call.contacts.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"outcome": "appointment"}, "next_on"),
        ({"outcome": "spoke", "next_in": "day"}, "next_on"),
        ({"outcome": "spoke", "next_on": "2026-11-21"}, "next_on"),
        ({"outcome": "spoke", "next_on": "2026-11-22", "next_at": "13:00"}, "next_at"),
        ({"outcome": "spoke", "next_at": "13:00"}, "next_on"),
        ({"outcome": "spoke", "happened_at": "2026-11-23T10:00"}, "happened_at"),
        ({"outcome": "spoke", "happened_at": "2024-11-23T10:00"}, "happened_at"),
        ({"outcome": "spoke", "next_on": "いつか"}, "next_on"),
        ({"outcome": "sent"}, "outcome"),
        ({}, "outcome"),
    ],
)
def test_bad_input_is_told_beside_the_field_and_changes_nothing(client, cast, call, fields, field):
    client.force_login(cast.sales)
    response = client.post(reverse("todo:task-result", args=[call.pk]), {"details": "書いたこと", **fields}, **HTMX)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert "書いたこと" in response.content.decode()
    assert not Contact.objects.exists()
    call.refresh_from_db()
    assert call.is_open


def test_an_appointment_makes_the_next_task_at_the_promised_time(client, cast, call):
    client.force_login(cast.sales)
    result(
        client, call, "appointment", next_on="2026-11-26", next_at="15:00", next_channel="visit", next_title="来店査定"
    )
    made = Task.objects.open().get()
    assert (made.channel, made.title, made.promised_at) == ("visit", "来店査定", at("2026-11-26 15:00"))
    assert (made.late_at, made.assignee) == (at("2026-11-26 16:00"), cast.sales)


def test_call_in_twenty_days_comes_from_the_same_form_and_falls_on_an_open_day(client, cast, call):
    client.force_login(cast.sales)
    result(client, call, "spoke", next_in="3")
    assert Task.objects.open().get().due_on == date(2026, 11, 26), "the 25th is a Wednesday: closed"


def test_a_reason_for_waiting_starts_the_pattern_it_proposes(client, cast):
    deal = lead(customer(cast.hiratsuka), at("2026-11-20 11:00"), staff=cast.sales)
    call = task(deal.customer, date(2026, 11, 22), deal=deal, assignee=cast.sales)
    reason = WaitReason.objects.get(name="他社と比べたい")
    client.force_login(cast.sales)
    result(client, call, "spoke", wait_reason=reason.pk, follow_reason="on", negotiated="on")
    follow_up = deal.follow_ups.get()
    assert follow_up.pattern.slug == "one-month-follow-up"
    assert follow_up.base_at == NOW
    call.contacts.get()


def test_closing_the_open_tasks_is_chosen_beforehand_and_only_a_conversation_closes_them(client, cast):
    deal = lead(customer(cast.hiratsuka), at("2026-11-22 11:00"), staff=cast.sales)
    follow_up = start(
        Pattern.objects.get(slug="new-arrival"), customer=deal.customer, deal=deal, by=cast.sales, now=NOW
    )
    expand(NOW)
    first, second = follow_up.tasks.order_by("step__position")[:2]
    client.force_login(cast.sales)
    form = client.get(reverse("todo:task", args=[first.pk]), **HTMX).context["form"]
    name = f"running-{follow_up.pk}"
    assert form[name].value() == "stop"
    result(client, first, "no_answer", **{name: "stop"})
    assert follow_up.tasks.open().count() == 4
    result(client, second, "spoke", **{name: "stop"})
    assert follow_up.tasks.open().count() == 0
    follow_up.refresh_from_db()
    assert follow_up.end_reason == "spoken"


def test_care_after_delivery_goes_on_unless_somebody_says_otherwise(client, cast):
    deal = lead(customer(cast.hiratsuka), at("2026-11-20 11:00"), staff=cast.sales)
    pattern = Pattern.objects.get(slug="after-delivery")
    follow_up = start(pattern, customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
    expand(NOW)
    client.force_login(cast.sales)
    hand_over = follow_up.tasks.order_by("step__position").first()
    form = client.get(reverse("todo:task", args=[hand_over.pk]), **HTMX).context["form"]
    (choice,) = form.running_fields
    assert choice.value() == "keep"
    assert choice.label == "「納車後のフォロー」の残りのToDo 1件"
    assert [value for value, _label in choice.field.choices] == ["keep", "stop"]


def test_the_panel_says_why_the_task_is_there_and_what_to_say(client, cast):
    someone = customer(cast.hiratsuka, convenient_weekdays=[1, 4], convenient_from="17:00", convenient_until="19:00")
    deal = lead(someone, at("2026-11-21 21:43"), staff=cast.sales)
    follow_up = start(Pattern.objects.get(slug="new-arrival"), customer=someone, deal=deal, by=cast.sales, now=NOW)
    expand(NOW)
    client.force_login(cast.sales)
    page = client.get(reverse("todo:task", args=[follow_up.tasks.order_by("step__position")[3].pk])).content.decode()
    for word in ("新着後のフォロー", "11/21", "17:00–19:00", "お送りした概算はご覧いただけましたか", "アクア"):
        assert word in page


def test_a_reply_leaves_the_view_when_answered_but_not_by_a_call_that_finds_nobody(client, cast):
    someone = customer(cast.hiratsuka, owner=cast.sales)
    message = reply(someone, at("2026-11-22 13:00"), at("2026-11-22 15:00"))
    client.force_login(cast.sales)
    address = reverse("todo:reply-answer", args=[message.pk])
    response = client.post(address, {"outcome": "no_answer", "view": "replied"}, **HTMX)
    assert response.context["counts"]["replied"] == 1
    response = client.post(address, {"outcome": "sent", "view": "replied"}, **HTMX)
    assert response.context["counts"]["replied"] == 0
    assert Contact.objects.filter(outcome="sent").get().channel == "email"
    assert client.post(address, {"outcome": "sent"}, **HTMX).status_code == 409


def test_no_answer_needed_takes_a_reason(client, cast):
    message = reply(customer(cast.hiratsuka, owner=cast.sales), at("2026-11-22 13:00"), at("2026-11-22 15:00"))
    client.force_login(cast.sales)
    address = reverse("todo:reply-closing", args=[message.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "お礼だけのため"})
    message.refresh_from_db()
    assert (message.answered_at, message.answer_note) == (NOW, "お礼だけのため")


def test_a_task_can_be_taken_over_and_taken_off_the_list(client, cast, call):
    client.force_login(cast.sales2)
    client.post(reverse("todo:task-assignee", args=[call.pk]))
    call.refresh_from_db()
    assert call.assignee == cast.sales2
    address = reverse("todo:task-cancellation", args=[call.pk])
    assert client.post(address, {"reason": " "}).status_code == 422
    client.post(address, {"reason": "ご来店済みのため"})
    call.refresh_from_db()
    assert (call.is_open, call.cancel_note) == (False, "ご来店済みのため")


@pytest.mark.parametrize("name", ["task", "task-result", "task-assignee", "task-cancellation"])
def test_another_stores_task_is_not_there(client, cast, call, name):
    client.force_login(cast.yokohama_sales)
    address = reverse(f"todo:{name}", args=[call.pk])
    assert (client.get(address) if name == "task" else client.post(address)).status_code == 404


@pytest.mark.parametrize("tasks", [1, 10])
def test_the_panels_queries_do_not_grow_with_the_past(client, cast, call, tasks, django_assert_max_num_queries):
    for _number in range(tasks):
        done = task(call.customer, date(2026, 11, 10))
        record(done, Result(Outcome.NO_ANSWER), by=cast.sales, now=at("2026-11-10 12:00"))
    client.force_login(cast.sales)
    with django_assert_max_num_queries(12):
        client.get(reverse("todo:task", args=[call.pk]), **HTMX)


def test_a_result_is_saved_and_answered_when_the_list_it_came_from_is_not_to_be_seen_any_more(client, cast, call):
    client.force_login(cast.sales)
    response = result(client, call, "no_answer", who=cast.yokohama_sales.pk)
    assert response.status_code == 200
    assert call.contacts.count() == 1


def test_a_proposed_pattern_that_is_at_work_goes_on_and_the_page_says_so(client, cast, call):
    pattern = Pattern.objects.get(slug="one-month-follow-up")
    start(pattern, customer=call.customer, by=cast.sales, now=NOW)
    client.force_login(cast.sales)
    reason = WaitReason.objects.filter(pattern_slug=pattern.slug).first()
    fields = {"details": "来月に。", "wait_reason": reason.pk, "follow_reason": "on"}
    words = f"「{pattern}」はすでに進行中のため、そのまま続けます。"
    assert words in result(client, call, "spoke", **fields).content.decode()
    other = task(call.customer, date(2026, 11, 20))
    page = client.post(reverse("todo:task-result", args=[other.pk]), {"outcome": "spoke", **fields}, follow=True)
    assert words in page.content.decode()


def test_a_task_about_no_customer_is_opened_and_done(client, cast, call):
    Task.objects.update(customer=None)
    client.force_login(cast.sales)
    assert client.get(reverse("todo:task", args=[call.pk])).status_code == 200
    page = result(client, call, "no_answer")
    assert page.status_code == 200
    assert "完了しました" in page.content.decode()
    assert result(client, call, "no_answer").status_code == 409
    assert Task.objects.get().done_by == cast.sales


def test_in_a_store_that_is_closed_for_years_the_next_appointment_falls_on_its_day(client, cast, call):
    first = date(2026, 11, 1)
    cast.hiratsuka.set_dates([first + timedelta(days=days) for days in range(900)], None)
    client.force_login(cast.sales)
    assert result(client, call, "no_answer", next_in="3").status_code == 200
    assert Task.objects.open().get().due_on == date(2026, 11, 25)


class TestSomebodyWasFaster:
    """Mori records what Sato has recorded a moment ago: the words are kept, and can stand beside it."""

    WORDS = {"details": "見積りを再送した。", "view": "overdue"}

    @pytest.fixture
    def told(self, client, cast, call):
        record(call, Result(outcome=Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        client.force_login(cast.sales2)
        return result(client, call, "spoke", **self.WORDS)

    def beside(self, client, call, **fields):
        return client.post(reverse("todo:task-contact", args=[call.pk]), {"outcome": "spoke", **self.WORDS, **fields})

    def test_the_panel_offers_to_keep_the_words(self, told, call):
        content = told.content.decode()
        assert told.status_code == 409
        assert reverse("todo:task-contact", args=[call.pk]) in content
        assert "見積りを再送した。" in content
        assert call.customer.contacts.count() == 1

    def test_one_press_keeps_them_as_a_contact_of_ones_own(self, client, cast, told, call):
        address = reverse("todo:task-contact", args=[call.pk])
        response = client.post(address, {"outcome": "spoke", **self.WORDS}, **HTMX)
        assert (response.status_code, response.context["contact"].task) == (200, None)
        own = call.customer.contacts.get(done_by=cast.sales2)
        assert (own.outcome, own.details, own.completed_at) == ("spoke", "見積りを再送した。", NOW)
        assert call.contacts.get().done_by == cast.sales

    def test_it_works_without_javascript_and_pressed_twice_it_is_one(self, client, cast, told, call):
        for _press in range(2):
            assert self.beside(client, call).url == "/todo/?view=overdue&who=me"
        assert call.customer.contacts.filter(done_by=cast.sales2).count() == 1

    def test_other_words_are_another_contact(self, client, cast, told, call):
        self.beside(client, call)
        self.beside(client, call, details="折り返しあり。")
        assert call.customer.contacts.filter(done_by=cast.sales2).count() == 2

    def test_it_can_be_taken_back_and_leaves_the_first_record(self, client, cast, told, call):
        self.beside(client, call)
        own = call.customer.contacts.get(done_by=cast.sales2)
        client.post(reverse("todo:contact-undo", args=[own.pk]))
        assert call.customer.contacts.standing().get().done_by == cast.sales
        call.refresh_from_db()
        assert call.done_at == NOW

    def test_when_the_first_record_was_taken_back_the_task_itself_is_recorded(self, client, cast, told, call):
        undo(call.contacts.get(), by=cast.sales, now=NOW)
        self.beside(client, call)
        assert call.contacts.standing().get().done_by == cast.sales2

    def test_what_ended_meanwhile_stands_in_nobodys_way(self, client, cast, call):
        running = start(Pattern.objects.get(slug="one-month-follow-up"), customer=call.customer, by=cast.sales, now=NOW)
        record(call, Result(outcome=Outcome.SPOKE, details="x", close=[running.pk]), by=cast.sales, now=NOW)
        client.force_login(cast.sales2)
        assert result(client, call, "spoke", **{f"running-{running.pk}": "stop"}).status_code == 409

    def test_an_answered_reply_offers_the_same(self, client, cast):
        wrote = reply(customer(cast.hiratsuka, owner=cast.sales), NOW, NOW + timedelta(hours=1))
        answer(wrote, "phone", Result(outcome=Outcome.SPOKE, details="ok"), by=cast.sales, now=NOW)
        client.force_login(cast.sales2)
        told = client.post(reverse("todo:reply-answer", args=[wrote.pk]), {"outcome": "sent"}, **HTMX)
        address = reverse("todo:reply-contact", args=[wrote.pk])
        assert (told.status_code, address in told.content.decode()) == (409, True)
        for _press in range(2):
            assert client.post(address, {"outcome": "sent"}).status_code == 302
        assert wrote.customer.contacts.get(done_by=cast.sales2).outcome == "sent"
        wrote.refresh_from_db()
        assert wrote.answered_by == cast.sales

    def test_a_task_about_no_customer_has_nothing_to_keep(self, client, cast):
        plain = Task.objects.filter(pk=task(customer(cast.hiratsuka), date(2026, 11, 20)).pk)
        plain.update(customer=None, done_at=NOW, done_by=cast.sales)
        client.force_login(cast.sales2)
        address = reverse("todo:task-contact", args=[plain.get().pk])
        told = client.post(address, {"outcome": "spoke"}, **HTMX)
        assert (told.status_code, address in told.content.decode()) == (409, False)
