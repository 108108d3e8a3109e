"""Deals as the manager reviews them: the list, the story, comments, follow-ups asked for (REQUIREMENTS D4)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from customers.models import Deal, Estimate, Fact, Stage
from followups.models import Act, CheckCall, DealReview, Outcome, ReviewKind, Task
from followups.recording import Result, record_contact, refresh_last_contact
from stores.models import Membership, Notification, Role
from tests.cast import at, contact, customer, lead, staff, task

NOW = at("2026-11-22 14:00")
HTMX = {"HX-Request": "true", "HX-Target": "panel"}
LIST = "/desk/reviews/"


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def manager(client, cast):
    client.force_login(cast.manager)
    return client


def heard(cast, moment="2026-11-22 11:00", **fields):
    """A deal of Sato's in which somebody was spoken to."""
    deal = lead(customer(cast.hiratsuka, owner=cast.sales), at("2026-11-10 10:00"), staff=cast.sales, **fields)
    spoke(deal, cast.sales, at(moment))
    return deal


def spoke(deal, by, moment, details="ご家族と相談中。"):
    said = Result(Outcome.SPOKE, details=details, happened_at=moment)
    record_contact(deal.customer, deal, "phone", said, by=by, now=moment)
    deal.refresh_from_db()


@pytest.fixture
def deal(cast):
    return heard(cast)


def url(name, row):
    return reverse(f"todo:{name}", args=[row.pk])


def listed(client, **query):
    return [row["pk"] for row in client.get(LIST, query).context["rows"]]


class TestTheList:
    def test_has_what_was_heard_of_since_the_last_review_the_newest_first(self, manager, cast, deal):
        older, silent = heard(cast, "2026-11-20 10:00"), lead(customer(cast.hiratsuka), NOW)
        assert listed(manager) == [deal.pk, older.pk]
        manager.post(url("deal-review", deal))
        assert listed(manager) == [older.pk]
        spoke(deal, cast.sales, NOW)
        assert listed(manager) == [deal.pk, older.pk]
        assert silent.pk not in listed(manager)

    def test_has_what_was_lost_lately_and_nothing_that_is_long_over(self, manager, cast):
        lately, long_ago, paid = (heard(cast, "2026-10-20 10:00") for _n in range(3))
        lately.lose("price", cast.sales, NOW - timedelta(days=3))
        long_ago.lose("price", cast.sales, NOW - timedelta(days=15))
        paid.move_to(Stage.PAID, cast.sales, NOW)
        assert listed(manager) == [lately.pk]

    def test_what_managers_do_themselves_brings_nothing_back_what_the_salesperson_does_does(self, manager, cast, deal):
        asked = task(deal.customer, date(2026, 11, 22), deal=deal)
        mine = contact(deal.customer, NOW, deal=deal, done_by=cast.admin)
        CheckCall.objects.create(store=deal.store, customer=deal.customer, task=asked, contact=mine, made_at=NOW)
        refresh_last_contact(deal.customer, deal)
        assert listed(manager) == [deal.pk], "nobody has reviewed it yet"
        manager.post(url("deal-review", deal), {"seen": at("2026-11-22 11:00").isoformat()})
        spoke(deal, cast.manager, NOW + timedelta(minutes=1))
        assert listed(manager) == [], "a check call, and the reviewer's own"
        spoke(deal, cast.sales, NOW - timedelta(hours=1), "再度ご連絡。")
        assert listed(manager) == [deal.pk], "also when it was before the manager's"

    def test_of_their_own_deals_what_a_manager_hears_is_news(self, manager, cast):
        own = heard(cast)
        Deal.objects.update(staff=cast.manager)
        manager.post(url("deal-review", own))
        assert listed(manager) == []
        spoke(own, cast.manager, NOW)
        assert listed(manager) == [own.pk]

    def test_is_narrowed_by_person_and_stage(self, manager, cast, deal):
        met = heard(cast, "2026-11-21 10:00")
        met.move_to(Stage.MET, cast.sales, NOW)
        Deal.objects.filter(pk=deal.pk).update(staff=cast.sales2)
        assert listed(manager, who=cast.sales.pk) == [met.pk]
        assert listed(manager, stage="met") == [met.pk]
        assert listed(manager, who=cast.sales2.pk, stage="met") == []
        assert listed(manager, stage="nothing") == [deal.pk, met.pk]

    def test_many_are_marked_at_once_with_a_way_back(self, manager, cast):
        deals = [heard(cast) for _n in range(3)]
        answer = manager.post(url_of_many(), {"row": [row.pk for row in deals[:2]]})
        act = Act.objects.get()
        assert answer.url == reverse("todo:desk-act", args=[act.pk])
        assert listed(manager) == [deals[2].pk]
        assert manager.get(answer.url).context["number"] == 2
        manager.post(reverse("todo:desk-undo", args=[act.pk]))
        assert len(listed(manager)) == 3

    def test_what_is_reviewed_already_is_left_alone_by_the_second(self, manager, cast, deal):
        for _time in range(2):
            answer = manager.post(url_of_many(), {"row": [deal.pk]})
        assert manager.get(answer.url).context["number"] == 0
        assert DealReview.objects.count() == 1


def url_of_many():
    return reverse("todo:desk-review", args=["reviews"])


class TestTheStory:
    def test_tells_stages_with_days_contacts_and_what_is_known_and_not(self, manager, cast, deal):
        deal.move_to(Stage.MET, cast.sales, at("2026-11-18 10:00"))
        contact(deal.customer, at("2026-11-21 10:00"), deal=deal, channel="email", outcome=Outcome.SENT)
        Estimate.make(
            deal, amount_yen=1_500_000, valid_until_on=date(2026, 11, 20), by=cast.sales, now=at("2026-11-18 10:00")
        )
        Fact.note(deal.customer, "job", "看護師", by=cast.sales, now=NOW - timedelta(days=200))
        Fact.note(deal.customer, "car_use", "通勤", by=cast.sales, now=NOW)
        story = manager.get(url("deal-review", deal)).context["story"]
        assert [(stay.label, stay.days) for stay in story.stays] == [("問い合わせ", 8), (story.now.label, 4)]
        assert [(one.number, one.spoken) for one in story.channels] == [(1, 1), (1, 0)]
        stale = {point.words.partition(" ")[0]: point.is_stale for point in story.known}
        assert stale["看護師"]
        assert not stale["通勤"]
        assert any("1,500,000" in point.words and point.is_stale for point in story.known), "the estimate expired"
        unknown = {point.label for point in story.unknown}
        assert {"競合先", "趣味"} <= unknown
        assert any("次の" in label for label in unknown), "the next step"

    @pytest.mark.parametrize("number", [1, 10])
    def test_costs_the_same_however_much_there_is(self, manager, cast, deal, number, django_assert_num_queries):
        for n in range(number):
            contact(deal.customer, NOW, deal=deal, done_by=cast.sales2)
            task(deal.customer, date(2026, 11, 25), deal=deal)
            Fact.note(deal.customer, "job", f"仕事{n}", by=cast.sales, now=NOW)
            deal.reviews.create(kind=ReviewKind.COMMENT, text=f"所見{n}", by=cast.manager, at=NOW)
            deal.move_to(Stage.MET if n % 2 else Stage.ESTIMATE, cast.sales, NOW)
        with django_assert_num_queries(13):
            manager.get(url("deal-review", deal), headers=HTMX)

    def test_is_for_managers_of_the_store_alone(self, client, cast, deal):
        for who, status in ((cast.sales, 403), (cast.yokohama_manager, 404), (cast.admin, 200), (cast.manager, 200)):
            client.force_login(who)
            assert client.get(url("deal-review", deal)).status_code == status
        client.force_login(cast.sales)
        for name in ("deal-review", "deal-review-comment", "deal-review-request"):
            assert client.post(url(name, deal), {"text": "…"}).status_code == 403
        assert not DealReview.objects.exists()


class TestReviewing:
    def test_a_word_with_it_stands_on_the_deals_page_and_the_person_is_told(self, manager, client, cast, deal):
        manager.post(url("deal-review", deal), {"text": "予算を先に伺うこと。"})
        told = Notification.objects.get()
        assert (told.staff, told.note) == (cast.sales, "予算を先に伺うこと。")
        client.force_login(cast.sales)
        page = client.get(told.path.partition("#")[0]).content.decode()
        assert "予算を先に伺うこと。" in page
        assert f'id="review-{DealReview.objects.get().pk}"' in page
        assert url("deal-review", deal) not in page

    def test_pressed_twice_it_is_once_and_told_once(self, manager, deal):
        for _time in range(2):
            assert manager.post(url("deal-review", deal), {"text": "よい。"}).status_code == 302
        assert DealReview.objects.count() == Notification.objects.count() == 1

    def test_the_second_of_two_managers_is_told_and_keeps_the_words(self, client, cast, deal):
        other = staff("manager2", Role.MANAGER, cast.hiratsuka, name="副店 長")
        seen = deal.last_contacted_at.isoformat()
        client.force_login(cast.manager)
        client.post(url("deal-review", deal), {"seen": seen})
        client.force_login(other)
        answer = client.post(url("deal-review", deal), {"seen": seen, "text": "私も見た。"}, headers=HTMX)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "大塚 誠" in page
        assert "私も見た。" in page
        assert DealReview.objects.get().by == cast.manager

    def test_what_came_after_the_page_was_made_is_not_reviewed(self, manager, cast, deal):
        seen = deal.last_contacted_at.isoformat()
        spoke(deal, cast.sales, at("2026-11-22 13:30"))
        manager.post(url("deal-review", deal), {"seen": seen})
        assert listed(manager) == [deal.pk]

    def test_from_the_list_the_next_deal_opens_and_the_row_goes(self, manager, cast, deal):
        older = heard(cast, "2026-11-20 10:00")
        answer = manager.post(f"{url('deal-review', deal)}?at=desk", headers=HTMX)
        assert answer.context["deal"] == older
        assert f'"row": "review-{deal.pk}"' in answer.headers["HX-Trigger"]
        last = manager.post(f"{url('deal-review', older)}?at=desk", headers=HTMX)
        assert last.context["deal"] is None
        assert "panel-head" not in last.content.decode()

    def test_a_comment_alone_leaves_it_in_the_list_and_must_say_something(self, manager, deal):
        assert manager.post(url("deal-review-comment", deal), {"text": " "}, headers=HTMX).status_code == 422
        manager.post(url("deal-review-comment", deal), {"text": "見積りを急ぐ。"})
        assert listed(manager) == [deal.pk]
        assert Notification.objects.get().note == "見積りを急ぐ。"

    def test_a_follow_up_is_asked_of_the_person_in_charge_once(self, manager, cast, deal):
        wanted = {"on": "2026-11-25", "channel": "phone", "title": "予算を伺う"}
        bad = manager.post(url("deal-review-request", deal), {**wanted, "on": "2026-11-01"}, headers=HTMX)
        assert bad.status_code == 422
        assert "予算を伺う" in bad.content.decode()
        for _time in range(2):
            manager.post(url("deal-review-request", deal), wanted)
        asked = Task.objects.get()
        assert (asked.assignee, asked.due_on, asked.title) == (cast.sales, date(2026, 11, 25), "予算を伺う")
        assert "予算を伺う" in Notification.objects.get().text

    def test_the_way_back_takes_the_news_and_the_task_with_it_for_a_day(self, manager, deal, time_machine):
        manager.post(url("deal-review-request", deal), {"on": "2026-11-25", "channel": "phone", "title": "予算を伺う"})
        manager.post(url("deal-review", deal), {"text": "よい。"})
        reviewed, asked = DealReview.objects.all()
        for made in (reviewed, asked):
            manager.post(url("review-undo", made))
        assert listed(manager) == [deal.pk]
        assert not Task.objects.open().exists()
        assert not Notification.objects.exists()
        manager.post(url("deal-review", deal), {"text": "よい。"})
        time_machine.move_to(NOW + timedelta(hours=25), tick=False)
        manager.post(url("review-undo", DealReview.objects.standing().get()))
        assert DealReview.objects.standing().count() == 1

    def test_only_whoever_wrote_it_takes_it_back(self, client, cast, deal):
        client.force_login(cast.manager)
        client.post(url("deal-review", deal))
        made = DealReview.objects.get()
        Membership.objects.create(staff=cast.sales2, store=cast.hiratsuka, role=Role.MANAGER)
        for who, status in ((cast.sales2, 403), (cast.yokohama_manager, 404)):
            client.force_login(who)
            assert client.post(url("review-undo", made)).status_code == status
        assert DealReview.objects.standing().exists()
