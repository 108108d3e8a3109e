"""After a satisfaction call the manager calls, too: which, what becomes of it, the way back (REQUIREMENTS E8)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from followups.correcting import correct, undo
from followups.forgetting import erase
from followups.models import CheckCall, CheckResult, Contact, ContentKind, Outcome, Pattern, Step
from followups.models.check_call import falls_to
from followups.recording import Result, record
from stores.models import Notification, Role, Store
from tests.cast import at, customer, staff, task
from tests.followups.pattern_forms import step, typed
from tests.followups.pattern_forms import url as forms_url

NOW = at("2026-11-22 14:00")
HTMX = {"HX-Request": "true", "HX-Target": "panel"}
LIST = "/desk/checks/"


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def manager(client, cast):
    client.force_login(cast.manager)
    return client


def satisfaction_call(cast, outcome=Outcome.SPOKE, by=None):
    """The shipped step's call of Sato's, recorded: (task, contact)."""
    [asked] = Step.objects.filter(is_check=True, version__pattern__store=None)
    call = task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 22), step=asked, title=asked.title)
    said = Result(outcome, details="ご満足とのこと。")
    return call, record(call, said, by=by or cast.sales, now=at("2026-11-22 11:00"))


@pytest.fixture
def check(cast):
    satisfaction_call(cast)
    return CheckCall.objects.get()


def url(name, row):
    return reverse(f"todo:{name}", args=[row.pk])


def press(client, check, result, details="", **extra):
    return client.post(url("check-result", check), {"result": result, "details": details}, **extra)


def listed(client):
    return [row["pk"] for row in client.get(LIST).context["rows"]]


class TestWhichCalls:
    def test_only_a_marked_step_in_which_they_spoke(self, manager, cast):
        record(task(customer(cast.hiratsuka), date(2026, 11, 22)), Result(Outcome.SPOKE), by=cast.sales, now=NOW)
        satisfaction_call(cast, Outcome.NO_ANSWER)
        satisfaction_call(cast, by=cast.manager)
        assert listed(manager) == [], "and a manager's own call needs no other"
        _call, contact = satisfaction_call(cast)
        [check] = CheckCall.objects.all()
        assert listed(manager) == [check.pk]
        assert (check.told_by, check.store, check.task) == (cast.sales, cast.hiratsuka, contact.task)

    def test_a_share_of_the_store_is_the_same_tasks_again(self, cast):
        Store.objects.update(check_call_percent=30)
        calls = [satisfaction_call(cast)[0] for _n in range(20)]
        expected = {call.pk for call in calls if falls_to(call.pk, 30)}
        assert set(CheckCall.objects.values_list("task", flat=True)) == expected
        assert 200 < sum(falls_to(pk, 30) for pk in range(1000)) < 400
        assert all(falls_to(pk, 100) and not falls_to(pk, 0) for pk in range(100))

    def test_what_is_taken_back_goes_and_comes_again_with_the_next_record(self, manager, cast):
        call, contact = satisfaction_call(cast)
        undo(contact, by=cast.sales, now=NOW)
        assert listed(manager) == []
        call.refresh_from_db()
        record(call, Result(Outcome.SPOKE), by=cast.sales, now=NOW)
        assert len(listed(manager)) == CheckCall.objects.count() == 1

    def test_a_correction_to_a_conversation_brings_it_and_one_from_it_takes_it(self, manager, cast):
        _call, contact = satisfaction_call(cast, Outcome.NO_ANSWER)
        words = {"details": "…", "content_kind": ContentKind.objects.first(), "by": cast.sales, "now": NOW}
        corrected = correct(contact, outcome=Outcome.SPOKE, **words)
        assert len(listed(manager)) == 1
        correct(corrected, outcome=Outcome.NO_ANSWER, **words)
        assert listed(manager) == []

    def test_the_mark_goes_along_into_copies_is_set_in_the_editor_and_said_in_differences(self, manager, cast):
        copy = Pattern.objects.of_group().get(slug="after-delivery").copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
        visit, call = copy.current_version.step_list
        assert (visit.is_check, call.is_check) == (False, True)
        rows = [step(title=visit.title, channel="visit", is_check="on"), step(title=call.title)]
        manager.post(forms_url("edit", copy), typed(*rows, base="delivered"))
        assert [one.is_check for one in copy.versions.newest().step_list] == [True, False]
        page = manager.get(reverse("patterns:differences", args=[copy.pk, 2])).content.decode()
        assert "店長も確認の電話" in page


class TestCalling:
    def test_shows_the_script_and_what_the_person_noted(self, manager, check):
        page = manager.get(url("check", check)).content.decode()
        assert "お車の調子はいかがですか。" in page
        assert "ご満足とのこと。" in page
        assert "佐藤 健太" in page

    def test_as_told_is_a_contact_of_the_managers_own_and_leaves_the_list(self, manager, cast, check):
        assert press(manager, check, "as_told").status_code == 302
        check.refresh_from_db()
        assert (check.result, check.done_by) == (CheckResult.AS_TOLD, cast.manager)
        own = check.contact
        assert (own.done_by, own.outcome, own.customer) == (cast.manager, Outcome.SPOKE, check.customer)
        assert own.completed_at
        assert not Notification.objects.exists()
        assert listed(manager) == []

    def test_what_differs_is_told_to_the_person_and_stands_on_the_timeline(self, manager, client, cast, check):
        assert press(manager, check, "differs", headers=HTMX).status_code == 422
        press(manager, check, "differs", "異音が気になるとのこと。")
        told = Notification.objects.get()
        assert (told.staff, told.note) == (cast.sales, "異音が気になるとのこと。")
        client.force_login(cast.sales)
        page = client.get(url("customer", check.customer)).content.decode()
        assert "異音が気になるとのこと。" in page
        assert "相違あり" in page

    def test_whoever_is_in_charge_is_told_as_well_and_nobody_of_their_own_call(self, manager, cast, check):
        CheckCall.objects.update(told_by=cast.assistant)
        press(manager, check, "differs", "異音が気になるとのこと。")
        told = {row.staff: row.text for row in Notification.objects.all()}
        assert told.keys() == {cast.assistant, cast.sales}
        assert "石井 彩さんの記録" in told[cast.sales]

    def test_what_became_of_it_stands_below_the_list_by_person(self, manager, cast, check):
        press(manager, check, "differs", "異音が気になるとのこと。")
        page = manager.get(LIST, {"who": cast.sales.pk})
        assert [one.pk for one in page.context["settled"]] == [check.pk]
        assert "異音が気になるとのこと。" in page.content.decode()
        assert manager.get(LIST, {"who": cast.sales2.pk}).context["settled"] == []
        assert manager.get("/desk/reviews/").context["settled"] == []

    def test_who_presses_otherwise_the_second_time_is_told_what_stands(self, manager, check):
        press(manager, check, "differs", "異音")
        answer = press(manager, check, "as_told", headers=HTMX)
        assert answer.status_code == 409
        assert "相違あり" in answer.content.decode()

    def test_when_nobody_answers_it_stays_to_be_called(self, manager, cast, check):
        for _time in range(2):
            press(manager, check, "no_answer")
        assert Contact.objects.filter(done_by=cast.manager, outcome=Outcome.NO_ANSWER).count() == 1
        assert listed(manager) == [check.pk]

    def test_not_called_needs_a_reason(self, manager, check):
        assert manager.post(url("check-closing", check), {"reason": ""}, headers=HTMX).status_code == 422
        manager.post(url("check-closing", check), {"reason": "ご出張中"})
        check.refresh_from_db()
        assert (check.result, check.note, check.contact) == (CheckResult.NOT_CALLED, "ご出張中", None)
        assert listed(manager) == []

    def test_whose_data_was_erased_is_not_called_any_more(self, manager, cast, check):
        erase(check.customer, by=cast.manager, now=NOW)
        assert listed(manager) == []
        assert manager.get(url("check", check)).status_code == 200

    def test_the_second_of_two_managers_is_told_and_one_who_presses_twice_is_not(self, client, cast, check):
        other = staff("manager2", Role.MANAGER, cast.hiratsuka)
        client.force_login(cast.manager)
        for _time in range(2):
            assert press(client, check, "differs", "異音").status_code == 302
        client.force_login(other)
        answer = press(client, check, "as_told", "よい", headers=HTMX)
        assert answer.status_code == 409
        assert "大塚 誠" in answer.content.decode()
        assert Contact.objects.filter(task=None).count() == Notification.objects.count() == 1

    def test_the_way_back_strikes_the_call_out_and_takes_the_news_back(self, manager, check):
        press(manager, check, "differs", "異音")
        manager.post(url("check-undo", check))
        assert listed(manager) == [check.pk]
        assert Contact.objects.get(task=None).voided_at
        assert not Notification.objects.exists()

    def test_the_way_back_is_open_for_a_day_and_for_whoever_called(self, client, cast, check, time_machine):
        client.force_login(cast.manager)
        press(client, check, "as_told")
        client.force_login(cast.admin)
        client.post(url("check-undo", check))
        client.force_login(cast.manager)
        time_machine.move_to(NOW + timedelta(hours=25), tick=False)
        client.post(url("check-undo", check))
        assert not CheckCall.objects.open().exists()

    def test_a_call_taken_back_on_the_timeline_is_to_be_made_again(self, manager, cast, check):
        press(manager, check, "as_told")
        check.refresh_from_db()
        undo(check.contact, by=cast.manager, now=NOW)
        assert listed(manager) == [check.pk]

    def test_is_for_managers_of_the_store_alone(self, client, cast, check):
        for who, status in ((cast.sales, 403), (cast.yokohama_manager, 404), (cast.admin, 200)):
            client.force_login(who)
            assert client.get(url("check", check)).status_code == status
        client.force_login(cast.sales)
        assert press(client, check, "as_told").status_code == 403
        assert client.get(LIST).status_code == 403
        assert CheckCall.objects.open().exists()

    @pytest.mark.parametrize("number", [1, 10])
    def test_its_queries_do_not_grow_with_the_history(self, manager, cast, check, number, django_assert_num_queries):
        for _n in range(number):
            record(
                task(check.customer, date(2026, 11, 22)), Result(Outcome.SPOKE, details="…"), by=cast.sales2, now=NOW
            )
        with django_assert_num_queries(7):
            manager.get(url("check", check), headers=HTMX)
