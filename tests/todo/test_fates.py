"""What becomes of running follow-ups, asked where something is recorded (REQUIREMENTS B6)."""

import pytest
import time_machine

from followups.expansion import expand
from followups.models import Base, FollowUp, StopWhen
from followups.starting import start
from tests.cast import at, customer, lead, pattern, reply

NOW = at("2026-11-20 11:00")
HTMX = {"HX-Request": "true", "HX-Target": "panel"}
TOMORROW = {"next_in": "1"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)


def at_work(cast, deal, stop_when=None, *, base=Base.RECEIVED, **fields):
    made = pattern(f"p{FollowUp.objects.count()}", [{}, {"offset_days": 3}], base=base, name="お電話の計画")
    made.versions.update(stop_when=stop_when)
    follow_up = start(made, customer=deal.customer, deal=deal, by=cast.sales, now=NOW, **fields)
    expand(NOW)
    return follow_up


def call(follow_up):
    return follow_up.tasks.open().order_by("step__position").first()


def panel(client, follow_up):
    """The question about it, beside its first task."""
    form = client.get(f"/todo/tasks/{call(follow_up).pk}/", headers=HTMX).context["form"]
    return form[f"running-{follow_up.pk}"]


def record(client, follow_up, outcome, fate=None, headers=HTMX, **fields):
    said = {f"running-{follow_up.pk}": fate} if fate else {}
    url = f"/todo/tasks/{call(follow_up).pk}/result/"
    return client.post(url, {"outcome": outcome, "details": "話した", **said, **fields}, headers=headers)


def reason(follow_up):
    follow_up.refresh_from_db()
    return follow_up.end_reason


@pytest.mark.parametrize(
    ("stop_when", "chosen", "offered"),
    [
        (None, "stop", ["keep", "restart", "stop"]),
        ([StopWhen.SPOKEN], "stop", ["keep", "restart", "stop"]),
        ([StopWhen.WON], "keep", ["keep", "restart", "stop"]),
        ([StopWhen.REPLIED], "keep", ["keep", "restart", "stop"]),
        ([StopWhen.APPOINTMENT], "perhaps", ["perhaps", "keep", "restart", "stop"]),
    ],
)
def test_what_its_version_says_is_chosen_beforehand(me, cast, deal, stop_when, chosen, offered):
    question = panel(me, at_work(cast, deal, stop_when))
    assert question.value() == chosen
    assert [value for value, _label in question.field.choices] == offered


def test_the_question_says_how_many_tasks_are_left_besides_this_one(me, cast, deal):
    follow_up = at_work(cast, deal)
    page = me.get(f"/todo/tasks/{call(follow_up).pk}/").content.decode()
    assert "「お電話の計画」の残りのToDo 1件" in page
    assert "今日からやり直す" in page


def test_restarted_from_the_panel_it_begins_anew_and_the_panel_says_so(me, cast, deal):
    follow_up = at_work(cast, deal)
    response = record(me, follow_up, "spoke", "restart")
    assert "「お電話の計画」を今日から新しく開始します" in response.content.decode()
    assert reason(follow_up) == "restarted"
    contact = follow_up.ended_with
    assert FollowUp.objects.running().get() == contact.started_follow_ups.get()
    me.post(f"/contacts/{contact.pk}/undo/")
    assert FollowUp.objects.running().get() == follow_up


def test_it_works_without_javascript_too(me, cast, deal):
    follow_up = at_work(cast, deal)
    response = record(me, follow_up, "spoke", "restart", headers={})
    assert "「お電話の計画」を今日から新しく開始します" in me.get(response.url).content.decode()


@pytest.mark.parametrize("outcome", ["no_answer", "voicemail"])
@pytest.mark.parametrize("fate", ["restart", "stop"])
def test_who_was_not_reached_changes_nothing(me, cast, deal, outcome, fate):
    follow_up = at_work(cast, deal)
    record(me, follow_up, outcome, fate)
    assert FollowUp.objects.running().get() == follow_up


@pytest.mark.parametrize(("outcome", "ended"), [("spoke", ""), ("appointment", "spoken")])
def test_one_that_an_appointment_ends_ends_with_that_and_not_with_any_talk(me, cast, deal, outcome, ended):
    follow_up = at_work(cast, deal, [StopWhen.APPOINTMENT])
    record(me, follow_up, outcome, "perhaps", **TOMORROW)
    assert reason(follow_up) == ended


def test_one_that_is_kept_survives_the_appointment(me, cast, deal):
    follow_up = at_work(cast, deal)
    record(me, follow_up, "appointment", "keep", **TOMORROW)
    deal.refresh_from_db()
    assert (reason(follow_up), deal.stage) == ("", "appointment")


def test_what_counts_from_a_date_that_stands_elsewhere_cannot_be_restarted(me, cast, deal):
    follow_up = at_work(cast, deal, base=Base.DELIVERED)
    assert [value for value, _label in panel(me, follow_up).field.choices] == ["keep", "stop"]
    response = record(me, follow_up, "spoke", "restart")
    assert response.status_code == 422
    assert f'id="id_running-{follow_up.pk}_error"' in response.content.decode()
    assert "話した" in response.content.decode()
    assert (reason(follow_up), follow_up.tasks.open().count()) == ("", 2)


def test_one_that_rests_is_not_asked_about(me, cast, deal):
    follow_up, resting = at_work(cast, deal), at_work(cast, deal)
    FollowUp.objects.filter(pk=resting.pk).update(paused_at=NOW)
    form = me.get(f"/todo/tasks/{call(follow_up).pk}/").context["form"]
    assert list(form.running) == [f"running-{follow_up.pk}"]


class TestReceived:
    def url(self, deal):
        return f"/deals/{deal.pk}/contacts/received/"

    @pytest.mark.parametrize(
        ("stop_when", "chosen"),
        [([StopWhen.REPLIED], "stop"), ([StopWhen.SPOKEN], "perhaps"), ([StopWhen.WON], "keep")],
    )
    def test_a_reply_is_asked_about_in_its_own_words(self, me, cast, deal, stop_when, chosen):
        follow_up = at_work(cast, deal, stop_when)
        form = me.get(self.url(deal)).context["form"]
        assert form[f"running-{follow_up.pk}"].value() == chosen

    @pytest.mark.parametrize(("outcome", "ended"), [("spoke", "spoken"), ("message", "")])
    def test_one_that_a_talk_ends_goes_on_after_a_message(self, me, cast, deal, outcome, ended):
        follow_up = at_work(cast, deal, [StopWhen.SPOKEN])
        said = {"outcome": outcome, "details": "質問", f"running-{follow_up.pk}": "perhaps"}
        me.post(self.url(deal), said)
        assert reason(follow_up) == ended

    def test_what_is_kept_goes_on_although_a_reply_ends_it(self, me, cast, deal):
        follow_up = at_work(cast, deal, [StopWhen.REPLIED])
        me.post(self.url(deal), {"outcome": "message", "details": "質問", f"running-{follow_up.pk}": "keep"})
        assert reason(follow_up) == ""


def test_an_answer_restarts_it_too(me, cast, deal):
    follow_up = at_work(cast, deal)
    wrote = reply(deal.customer, NOW, NOW, deal=deal)
    data = {"outcome": "spoke", "details": "話した", f"running-{follow_up.pk}": "restart"}
    me.post(f"/todo/replies/{wrote.pk}/answer/", data, headers=HTMX)
    assert reason(follow_up) == "restarted"


@pytest.mark.parametrize("number", [1, 10])
def test_the_questions_cost_the_same_for_one_and_for_ten(me, cast, deal, number, django_assert_num_queries):
    follow_ups = [at_work(cast, deal) for _number in range(number)]
    url = f"/todo/tasks/{call(follow_ups[0]).pk}/"
    with django_assert_num_queries(13):
        response = me.get(url, headers=HTMX)
    assert len(response.context["form"].running_fields) == number
