from datetime import date, timedelta

import pytest
import time_machine

from followups.expansion import expand
from followups.models import Contact, ContentKind, HouseRules, Pattern, Task, WaitReason
from followups.starting import start
from tests.cast import at, contact, customer, lead, task

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


def test_a_call_without_a_task_is_recorded_by_one_button(me, cast, who):
    response = me.post(f"/customers/{who.pk}/contacts/new/?channel=phone", {"outcome": "no_answer"}, headers=HTMX)
    made = Contact.objects.get()
    assert (made.channel, made.outcome, made.done_by, made.direction) == ("phone", "no_answer", cast.sales, "out")
    content = response.content.decode()
    assert f"/contacts/{made.pk}/undo/" in content
    assert 'id="subject"' in content


def test_without_javascript_it_leads_back_to_the_customer(me, who):
    response = me.post(f"/customers/{who.pk}/contacts/new/?channel=email", {"outcome": "sent", "details": "見積書"})
    assert response.url == f"/customers/{who.pk}/"
    assert Contact.objects.get().channel == "email"


def test_an_outcome_that_the_channel_does_not_have_is_refused_and_the_words_stay(me, who):
    response = me.post(
        f"/customers/{who.pk}/contacts/new/?channel=phone", {"outcome": "sent", "details": "残る言葉"}, headers=HTMX
    )
    assert response.status_code == 422
    assert "残る言葉" in response.content.decode()
    assert not Contact.objects.exists()


def test_a_record_goes_to_the_only_open_deal_unless_it_is_told_otherwise(me, who):
    deal = lead(who, NOW)
    assert me.get(f"/customers/{who.pk}/contacts/new/").context["form"]["deal"].initial == deal
    me.post(f"/deals/{deal.pk}/contacts/new/", {"outcome": "no_answer"})
    assert Contact.objects.get().deal == deal
    deal.refresh_from_db()
    assert deal.taken_at == NOW


def test_a_deal_of_somebody_else_is_not_taken(me, cast, who):
    other = lead(customer(cast.hiratsuka, name="other"), NOW)
    lead(who, NOW)
    response = me.post(f"/customers/{who.pk}/contacts/new/", {"outcome": "no_answer", "deal": other.pk})
    assert response.status_code == 422


def test_a_message_from_the_customer_waits_for_its_answer(me, cast, who):
    url = f"/customers/{who.pk}/contacts/received/?channel=email"
    assert me.post(url, {"outcome": "message"}).status_code == 422
    me.post(url, {"outcome": "message", "details": "納期を知りたい"})
    made = Contact.objects.get()
    assert (made.direction, made.for_staff, made.answered_at) == ("in", cast.sales, None)
    assert Contact.objects.waiting().get() == made
    assert made.answer_late_at == NOW + timedelta(minutes=120)
    assert f"/todo/replies/{made.pk}/" in me.get(f"/customers/{who.pk}/").content.decode()


def test_a_call_that_was_taken_is_born_answered_and_ends_what_is_chosen(me, cast, who):
    follow_up = start(Pattern.objects.get(slug="new-arrival"), customer=who, by=cast.sales, now=NOW)
    expand(NOW)
    form = me.get(f"/customers/{who.pk}/contacts/received/").context["form"]
    assert form[f"running-{follow_up.pk}"].value() == "stop"
    me.post(f"/customers/{who.pk}/contacts/received/", {"outcome": "spoke", f"running-{follow_up.pk}": "stop"})
    follow_up.refresh_from_db()
    assert follow_up.end_reason == "spoken"
    assert not Contact.objects.waiting().exists()
    assert not Task.objects.open().exists()


def test_a_reply_by_message_ends_what_is_chosen_too(me, cast, who):
    follow_up = start(Pattern.objects.get(slug="new-arrival"), customer=who, by=cast.sales, now=NOW)
    expand(NOW)
    data = {"outcome": "message", "details": "返信", f"running-{follow_up.pk}": "stop"}
    me.post(f"/customers/{who.pk}/contacts/received/?channel=email", data)
    follow_up.refresh_from_db()
    assert follow_up.end_reason == "replied"


def test_the_next_appointment_is_made_with_the_record(me, who):
    me.post(f"/customers/{who.pk}/contacts/new/", {"outcome": "spoke", "details": "話", "next_in": "7"})
    assert Task.objects.get().due_on == date(2026, 11, 27)


def test_a_correction_supersedes_and_the_old_record_stays(me, cast, who):
    old = contact(who, NOW, details="間違い", entered_by=cast.sales)
    url = f"/contacts/{old.pk}/correct/"
    assert me.post(url, {"outcome": "nothing"}, headers=HTMX).status_code == 422
    me.post(url, {"outcome": "appointment", "details": "正しい"})
    new = Contact.objects.standing().get()
    assert (new.supersedes, new.outcome, new.details) == (old, "appointment", "正しい")
    content = me.get(f"/customers/{who.pk}/").content.decode()
    assert "正しい" in content
    assert "間違い" in content
    assert me.post(url, {"outcome": "spoke", "details": "again"}).status_code == 302
    assert Contact.objects.count() == 2


def test_a_record_is_taken_back_and_its_task_is_open_again(me, cast, who):
    todo = task(who, date(2026, 11, 20))
    todo.done_at, todo.done_by = NOW, cast.sales
    todo.save()
    made = contact(who, NOW, task=todo, entered_by=cast.sales)
    response = me.post(f"/contacts/{made.pk}/undo/", headers=HTMX)
    assert response.status_code == 200
    assert Task.objects.open().get() == todo
    made.refresh_from_db()
    assert made.voided_by == cast.sales


def test_undo_pressed_on_the_board_leads_back_to_it(me, cast, who):
    made = contact(who, NOW, entered_by=cast.sales)
    back = {"Referer": "http://testserver/todo/?view=overdue"}
    assert me.post(f"/contacts/{made.pk}/undo/", headers=back).url == "/todo/?view=overdue"


def test_what_is_older_than_a_day_is_not_taken_back_but_said(me, cast, who):
    made = contact(who, NOW - timedelta(days=2), entered_by=cast.sales)
    assert me.post(f"/contacts/{made.pk}/undo/").status_code == 302
    made.refresh_from_db()
    assert made.voided_at is None


def test_only_who_did_it_and_managers_correct_and_take_back(client, cast, who):
    made = contact(who, NOW, entered_by=cast.sales, done_by=cast.sales)
    client.force_login(cast.sales2)
    assert client.get(f"/contacts/{made.pk}/correct/").status_code == 403
    assert client.post(f"/contacts/{made.pk}/undo/").status_code == 403
    client.force_login(cast.manager)
    assert client.get(f"/contacts/{made.pk}/correct/").status_code == 200


def test_a_missing_line_is_added_by_any_colleague(client, cast, who):
    made = contact(who, NOW, details="", entered_by=cast.sales)
    client.force_login(cast.sales2)
    url = f"/contacts/{made.pk}/complete/"
    assert client.post(url, {"details": ""}, headers=HTMX).status_code == 422
    small = client.post(url, {"details": ""}, headers={"HX-Request": "true"}).content.decode()
    assert "panel-title" not in small
    kind = Contact._meta.get_field("content_kind").related_model.objects.first()
    client.post(url, {"details": "来週返事", "content_kind": kind.pk})
    made.refresh_from_db()
    assert (made.details, made.completed_at) == ("来週返事", NOW)


def test_what_the_house_asks_for_and_the_record_lacks_is_what_the_form_asks_for(client, cast, who):
    HouseRules.objects.update(required_fields=["details", "content_kind", "wait_reason"])
    kind, reason = ContentKind.objects.first(), WaitReason.objects.first()
    kept = contact(who, NOW, done_by=cast.manager, details="元の文", content_kind=kind)
    url = f"/contacts/{kept.pk}/complete/"
    client.force_login(cast.sales)
    assert list(client.get(url).context["form"].fields) == ["wait_reason"]
    assert client.post(url, {}).status_code == 422
    client.post(url, {"wait_reason": reason.pk})
    kept.refresh_from_db()
    assert (kept.wait_reason, kept.completed_by) == (reason, cast.sales)


def test_an_appointment_in_a_year_that_cannot_be_right_is_refused_beside_its_field(me, who):
    fields = {"on": "9999-12-31", "at": "23:30", "channel": "phone", "title": "x"}
    response = me.post(f"/customers/{who.pk}/appointments/new/", fields)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"on"}


def test_a_complete_record_is_rewritten_by_no_colleague(client, cast, who):
    kept = contact(who, NOW, done_by=cast.manager, entered_by=cast.manager, completed_at=NOW, details="元の文")
    client.force_login(cast.sales)
    client.post(f"/contacts/{kept.pk}/complete/", {"details": "書き換え"})
    kept.refresh_from_db()
    assert kept.details == "元の文"


def test_another_stores_records_are_not_there(client, cast, who):
    made = contact(who, NOW, entered_by=cast.sales)
    client.force_login(cast.yokohama_manager)
    assert client.post(f"/contacts/{made.pk}/undo/").status_code == 404
    for path in ("correct", "complete"):
        assert client.get(f"/contacts/{made.pk}/{path}/").status_code == 404
        assert client.post(f"/contacts/{made.pk}/{path}/", {"details": "x", "outcome": "spoke"}).status_code == 404


def test_the_timeline_says_who_completed_what_somebody_else_had_recorded(client, cast, who):
    unfinished = contact(who, NOW, done_by=cast.sales, entered_by=cast.sales, details="")
    client.force_login(cast.sales2)
    client.post(
        f"/contacts/{unfinished.pk}/complete/",
        {"details": "来週お電話", "content_kind": ContentKind.objects.first().pk},
        headers=HTMX,
    )
    unfinished.refresh_from_db()
    assert unfinished.completed_by == cast.sales2
    assert "追記 森" in client.get(f"/customers/{who.pk}/").content.decode()


def test_whoever_completes_their_own_record_is_not_named_twice(me, cast, who):
    unfinished = contact(who, NOW, done_by=cast.sales, entered_by=cast.sales, details="")
    me.post(
        f"/contacts/{unfinished.pk}/complete/",
        {"details": "来週お電話", "content_kind": ContentKind.objects.first().pk},
        headers=HTMX,
    )
    unfinished.refresh_from_db()
    assert unfinished.completed_by == cast.sales
    assert "追記 佐藤" not in me.get(f"/customers/{who.pk}/").content.decode()
