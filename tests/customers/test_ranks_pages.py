"""The pages of the ranks: proposals, one customer's rank, the rules (REQUIREMENTS C5)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import Customer, Rank, RankDecision, RankHold, RankRules, RankStanding
from customers.ranking import propose, save_rules
from followups.models import Contact, Pattern, StartRule
from followups.views import rank_rules
from followups.workload import foresee_rules
from tests.cast import customer, pattern, vehicle
from tests.pages import filled

pytestmark = pytest.mark.django_db
URL, RULES, DECISIONS = "/ranks/", "/ranks/rules/", "/ranks/decisions/"


def rank(code):
    return Rank.objects.get(code=code)


def worthy(store, cars=3, **fields):
    """Three cars looked after: 30 points, which makes B."""
    person = customer(store, rank=rank("C"), **fields)
    for _each in range(cars):
        vehicle(person)
    return person


def night():
    propose(timezone.now(), visits_since=Contact.objects.visits_since)


@pytest.fixture
def people(cast):
    found = [
        worthy(cast.hiratsuka, name="平塚一"),
        worthy(cast.hiratsuka, name="平塚二", cars=6),
        worthy(cast.yokohama, name="横浜一"),
    ]
    night()
    return found


@pytest.fixture
def manager(client, cast):
    client.force_login(cast.manager)
    return client


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.admin)
    return client


def names(page):
    return [one.customer.name for one in page.context["page"]]


def all_shown(client, **asked):
    """What the page sends for all that it found."""
    return {"all": "yes", **asked, **client.get(URL, asked).context["shown"].initial}


def levels(page):
    return [message.level_tag for message in page.context["messages"]]


def codes():
    return dict(Customer.objects.values_list("name", "rank__code"))


class TestProposals:
    def test_a_manager_sees_their_stores_most_points_first_with_what_they_come_from(self, manager, people):
        page = manager.get(URL)
        assert names(page) == ["平塚二", "平塚一"]
        assert page.context["moves"] == [("C", "A", 1), ("C", "B", 1)]
        assert [str(number) for _what, number, _points in page.context["page"][0].lines] == ["6"]

    def test_an_admin_sees_all_and_narrows_it_down(self, admin, cast, people):
        assert len(names(admin.get(URL))) == 3
        assert names(admin.get(URL, {"after": "A"})) == ["平塚二"]
        assert names(admin.get(URL, {"store": cast.yokohama.pk})) == ["横浜一"]
        assert names(admin.get(URL, {"before": "none"})) == []

    def test_others_are_refused(self, client, cast, people):
        for person in (cast.sales, cast.assistant):
            client.force_login(person)
            assert client.get(URL).status_code == 403
            assert client.get(RULES).status_code == 403
            assert client.post(DECISIONS, {"do": "confirm", "all": "yes"}).status_code == 403
        assert set(codes().values()) == {"C"}

    def test_those_ticked_get_their_rank(self, manager, people):
        row = RankStanding.objects.get(customer=people[0])
        assert manager.post(DECISIONS, {"do": "confirm", "row": [row.pk]}).url == URL
        assert codes() == {"平塚一": "B", "平塚二": "C", "横浜一": "C"}

    def test_all_that_a_filter_finds_get_it_and_nobody_of_another_store(self, manager, people):
        manager.post(DECISIONS, {"do": "confirm", **all_shown(manager, after="A")})
        assert codes() == {"平塚一": "C", "平塚二": "A", "横浜一": "C"}
        manager.post(DECISIONS, {"do": "confirm", **all_shown(manager)})
        assert codes() == {"平塚一": "B", "平塚二": "A", "横浜一": "C"}
        row = RankStanding.objects.get(customer=people[2])
        page = manager.post(DECISIONS, {"do": "confirm", "row": [row.pk]}, follow=True)
        assert page.context["page"].paginator.count == 0
        assert codes()["横浜一"] == "C"

    def test_it_is_taken_back_by_whoever_did_it(self, manager, client, cast, people):
        page = manager.post(DECISIONS, {"do": "confirm", **all_shown(manager)}, follow=True)
        [message] = page.context["messages"]
        client.force_login(cast.admin)
        assert client.post(message.extra_tags).status_code == 404
        client.force_login(cast.manager)
        client.post(message.extra_tags)
        assert set(codes().values()) == {"C"}
        assert len(names(client.get(URL))) == 2

    def test_after_a_day_it_says_that_it_is_too_late(self, manager, people):
        manager.post(DECISIONS, {"do": "confirm", **all_shown(manager)})
        RankDecision.objects.update(at=timezone.now() - timedelta(days=2))
        page = manager.post(f"{DECISIONS}{RankDecision.objects.get().pk}/undo/", follow=True)
        assert "warning" in [message.level_tag for message in page.context["messages"]]
        assert codes()["平塚一"] == "B"

    def test_dismissed_they_are_gone_and_no_rank_changed(self, manager, people):
        manager.post(DECISIONS, {"do": "dismiss", **all_shown(manager)})
        page = manager.get(URL)
        assert names(page) == []
        assert [decision.number for decision in page.context["lately"]] == [2]
        assert set(codes().values()) == {"C"}

    def test_nothing_ticked_or_nothing_left_is_said(self, manager, people):
        assert [m.level_tag for m in manager.post(DECISIONS, {"do": "confirm"}, follow=True).context["messages"]] == [
            "warning"
        ]
        everything = {"do": "confirm", **all_shown(manager)}
        manager.post(DECISIONS, everything)
        assert "info" in levels(manager.post(DECISIONS, everything, follow=True))
        assert manager.post(DECISIONS, {"do": "nothing", "all": "yes"}).status_code == 400

    def test_all_are_those_that_were_shown_and_who_came_meanwhile_is_still_open(self, manager, cast, people):
        shown = all_shown(manager)
        worthy(cast.hiratsuka, name="平塚三")
        night()
        page = manager.post(DECISIONS, {"do": "confirm", **shown}, follow=True)
        assert codes() == {"平塚一": "B", "平塚二": "A", "横浜一": "C", "平塚三": "C"}
        assert names(page) == ["平塚三"]
        assert levels(page) == ["success", "info"]

    def test_a_proposal_that_became_another_one_is_not_what_was_shown(self, manager, people):
        shown = all_shown(manager)
        for _each in range(3):
            vehicle(people[0])
        night()
        manager.post(DECISIONS, {"do": "confirm", **shown})
        assert codes() == {"平塚一": "C", "平塚二": "A", "横浜一": "C"}

    @pytest.mark.parametrize("told", [{}, {"shown_number": 1}, {"shown_until": "x"}])
    def test_where_it_cannot_be_told_what_was_shown_nothing_is_decided(self, manager, people, told):
        shown = {**all_shown(manager), **told} if told else {"all": "yes"}
        assert levels(manager.post(DECISIONS, {"do": "confirm", **shown}, follow=True)) == ["warning"]
        assert set(codes().values()) == {"C"}

    def test_its_queries_do_not_grow_with_the_rows(self, manager, cast, people, django_assert_num_queries):
        with django_assert_num_queries(11):
            manager.get(URL)
        for number in range(20):
            worthy(cast.hiratsuka, name=f"顧客{number}", owner=cast.sales)
        night()
        with django_assert_num_queries(11):
            assert len(names(manager.get(URL))) == 22


class TestOneCustomer:
    def test_whoever_sees_the_customer_sees_why_and_only_managers_set_it(self, client, cast, people):
        url = f"/customers/{people[0].pk}/rank/"
        client.force_login(cast.sales)
        page = client.get(url)
        assert page.context["standing"].points == 30
        assert page.context["form"] is None
        assert client.post(url, {"rank": rank("A").pk, "reason": "x"}).status_code == 403
        assert client.post(f"{url}release/").status_code == 403
        client.force_login(cast.yokohama_manager)
        assert client.get(url).status_code == 404
        assert client.post(url, {"rank": rank("A").pk, "reason": "x"}).status_code == 404
        assert codes()["平塚一"] == "C"

    def test_a_manager_sets_it_with_a_reason_and_releases_it(self, manager, people):
        url = f"/customers/{people[0].pk}/rank/"
        manager.post(url, {"rank": rank("A").pk, "reason": "社長の紹介", "until_on": "2099-01-01"})
        assert codes()["平塚一"] == "A"
        page = manager.get(url)
        assert "社長の紹介" in page.content.decode()
        assert names(manager.get(URL)) == ["平塚二"]
        manager.post(f"{url}release/")
        assert not RankHold.objects.exists()
        assert len(names(manager.get(URL))) == 2

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"reason": ""}, "reason"), ({"until_on": "2020-01-01"}, "until_on"), ({"rank": 0}, "rank")],
    )
    def test_what_is_wrong_is_said_beside_its_field(self, manager, people, wrong, field):
        url = f"/customers/{people[0].pk}/rank/"
        page = manager.post(url, {"rank": rank("A").pk, "reason": "社長", "until_on": "", **wrong})
        assert page.status_code == 422
        assert list(page.context["form"].errors) == [field]
        assert codes()["平塚一"] == "C"

    def test_its_queries_do_not_grow_with_the_history(self, manager, people, django_assert_num_queries):
        url = f"/customers/{people[0].pk}/rank/"
        for _round in range(2):
            for code in "ABABA":
                manager.post(url, {"rank": rank(code).pk, "reason": "…"})
            manager.get(url)
            with django_assert_num_queries(11):
                manager.get(url)

    def test_a_customer_nobody_looked_at_yet_has_a_page_too(self, manager, cast):
        person = customer(cast.hiratsuka)
        assert manager.get(f"/customers/{person.pk}/rank/").status_code == 200


class TestRules:
    def typed(self, client, **changes):
        return filled(client.get(RULES).context["form"], **changes)

    def test_the_effect_is_shown_before_it_is_saved(self, admin, people):
        typed = self.typed(admin, vehicle="25")
        page = admin.post(RULES, typed)
        effect = page.context["effect"]
        assert (effect.moving, effect.total) == (3, 3)
        assert effect.moves == {("C", "A"): 3}
        assert not RankRules.objects.exists()
        saved = admin.post(RULES, {**typed, "seal": page.context["form"].seal})
        assert saved.url == URL
        assert RankRules.current().vehicle == 25
        assert set(codes().values()) == {"C"}

    def test_changed_again_the_new_effect_is_shown_first(self, admin, people):
        page = admin.post(RULES, self.typed(admin, vehicle="25"))
        again = admin.post(RULES, self.typed(admin, vehicle="1", seal=page.context["form"].seal))
        assert again.context["effect"].moves == {("C", "C"): 3}
        assert not RankRules.objects.exists()

    def test_who_was_slower_is_told_and_sees_the_effect_again(self, admin, cast, people):
        typed = self.typed(admin, vehicle="25")
        page = admin.post(RULES, typed)
        typed["seal"] = page.context["form"].seal
        scale = RankRules.current().scale()
        save_rules(RankRules(visit=7), scale, began_from=None, by=cast.admin, now=timezone.now())
        assert admin.post(RULES, {**typed, "vehicle": "24"}).context["began_from"] is None
        told = admin.post(RULES, typed)
        assert told.status_code == 409
        assert RankRules.current().visit == 7
        assert told.context["form"]["vehicle"].value() == "25"
        assert admin.post(RULES, {**typed, "began_from": told.context["began_from"]}).status_code == 302
        assert (RankRules.current().vehicle, RankRules.current().visit) == (25, 3)

    def test_the_work_that_follows_is_shown_by_rank(self, admin, cast, people):
        own = {str(rank("C").pk): {"left_out": True}}
        care = pattern("greeting", [{"by_rank": own, "cost_yen": 240}])
        care.versions.update(base="yearly", yearly_month=1, yearly_day=5)
        StartRule.objects.create(pattern=care, from_on=timezone.localdate(), made_at=timezone.now())
        effect = admin.post(RULES, self.typed(admin, vehicle="25")).context["effect"]
        by_code = {row.code: row for row in effect.ranks}
        assert (by_code["A"].tasks, by_code["A"].yen) == (2 / 24, 20)
        assert (by_code["A"].before, by_code["A"].after, by_code["A"].yen_after) == (0, 3, 60)
        assert (by_code["C"].before, by_code["C"].tasks_before) == (3, 0)

    def test_managers_read_them_and_may_not_change_them(self, manager):
        assert "form-foot" not in manager.get(RULES).content.decode()
        assert manager.post(RULES, {}).status_code == 403

    def test_a_rank_is_added_and_another_given_no_more(self, admin, people):
        b = rank("B").pk
        typed = self.typed(admin, new_code="s", new_from="100", **{f"drop_{b}": "on"})
        page = admin.post(RULES, typed)
        admin.post(RULES, {**typed, "seal": page.context["form"].seal})
        assert [one.code for one in Rank.objects.current()] == ["S", "A", "C"]
        assert RankRules.current().scale() == [("S", 100), ("A", 60), ("C", None)]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"from_A": ""}, "from_A"),
            ({"from_C": "1"}, "__all__"),
            ({"from_A": "30"}, "from_B"),
            ({"drop_A": "on"}, "__all__"),
            ({"new_code": "B", "new_from": "9"}, "new_code"),
            ({"new_code": "★", "new_from": "9"}, "new_code"),
            ({"new_from": "9"}, "new_code"),
            ({"years": "0"}, "years"),
            ({"visit": "x"}, "visit"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_stays_in_the_field(self, admin, wrong, field):
        def keyed(name):
            head, _sep, code = name.partition("_")
            return f"{head}_{rank(code).pk}" if code in {"A", "B", "C"} else name

        page = admin.post(RULES, self.typed(admin, **{keyed(name): value for name, value in wrong.items()}))
        assert page.status_code == 422
        assert list(page.context["form"].errors) == [keyed(field)]
        assert not RankRules.objects.exists()

    def test_a_year_of_work_is_foreseen_by_the_engine_in_a_large_book_when_asked_for(
        self, admin, cast, people, monkeypatch
    ):
        monkeypatch.setattr(rank_rules, "AT_ONCE", 2)
        own = {str(rank("C").pk): {"left_out": True}}
        care = pattern("greeting", [{"by_rank": own, "cost_yen": 240}])
        care.versions.update(base="yearly", yearly_month=1, yearly_day=5)
        StartRule.objects.create(pattern=care, from_on=timezone.localdate(), made_at=timezone.now())
        typed = self.typed(admin, vehicle="25")
        page = admin.post(RULES, typed)
        assert 'name="foresee"' in page.content.decode()
        assert "outlook" not in page.context
        ahead = admin.post(RULES, {**typed, "seal": page.context["form"].seal, "foresee": "yes"}).context["outlook"]
        assert (ahead.before.tasks, ahead.after.tasks, ahead.after.yen) == (0, 3, 720)
        assert [(month.month, before, after) for month, before, after in ahead.months] == [(1, 0, 3)]
        assert [name for name, _label in ahead.chart["key"]] == ["before", "now"]
        assert not RankRules.objects.exists()
        assert set(codes().values()) == {"C"}
        Customer.objects.update(rank=rank("A"))
        assert foresee_rules([(StartRule.objects.get(), [])], me=cast.admin, now=timezone.now()).tasks == 3

    def test_where_ranks_make_no_difference_that_is_said(self, admin, people):
        Pattern.objects.all().update(retired_at=timezone.now())
        page = admin.post(RULES, self.typed(admin, vehicle="25"))
        assert page.context["looked_ahead"]
        assert page.context["outlook"] is None
        assert 'id="outlook"' not in page.content.decode()
