"""Two years of care by rank on one page (REQUIREMENTS C6)."""

from datetime import date

import pytest

from customers.models import Rank
from followups.care import Care, ModelCustomer
from followups.models import Pattern
from followups.starting import start
from tests.cast import at, customer, pattern

pytestmark = pytest.mark.django_db
URL = "/patterns/matrix/"
NOVEMBER = ModelCustomer(date(2026, 11, 1), birthday_month=5, inspection_months=24)


def rank(code):
    return Rank.objects.get(code=code)


def care_of(*patterns, model=NOVEMBER):
    return Care(patterns, model, list(Rank.objects.current()))


@pytest.fixture
def card():
    """A birthday: C by mail for nothing, B by letter, A in person with a cake."""
    own = {
        str(rank("A").pk): {"channel": "visit", "title": "カードとケーキ", "cost_yen": 1500},
        str(rank("C").pk): {"left_out": True},
    }
    steps = [{"title": "カード", "channel": "letter", "cost_yen": 110, "by_rank": own, "script": "おめでとう"}]
    return pattern("card", steps, base="birthday", name="誕生日カード")


@pytest.mark.parametrize(
    ("base", "counting", "step", "months"),
    [
        ("delivered", {}, {"offset_days": 7}, [0]),
        ("delivered", {}, {"offset_months": 23}, [23]),
        ("delivered", {}, {"offset_months": 24}, []),
        ("birthday", {}, {}, [6, 18]),
        ("birthday", {}, {"offset_days": -30}, [5, 17]),
        ("yearly", {"yearly_month": 11, "yearly_day": 1}, {}, [0, 12]),
        ("yearly", {"yearly_month": 2, "yearly_day": 29}, {}, [3, 15]),
        ("every", {"every_months": 6}, {}, [6, 12, 18]),
        ("silence", {"silent_days": 180}, {}, [5, 11, 17, 23]),
        ("inspection", {}, {"offset_days": -90}, [21]),
        ("insurance", {}, {}, [12]),
        ("check", {}, {"offset_months": -1}, [11, 23]),
        ("received", {}, {}, None),
        ("chosen", {}, {}, None),
    ],
)
def test_a_step_falls_in_these_months(base, counting, step, months):
    made = pattern("p", [step])
    made.versions.update(base=base, **counting)
    care = care_of(Pattern.objects.get(pk=made.pk))
    assert [activity.falls for activity in care.activities] == ([months] if months else [])


def test_each_rank_has_its_way_and_its_cost(card):
    care = care_of(card)
    [activity] = care.activities
    assert [(cell.channel, cell.title, cell.yen, cell.is_left_out) for cell in activity.cells] == [
        ("visit", "カードとケーキ", 1500, False),
        ("letter", "カード", 110, False),
        ("letter", "カード", 110, True),
    ]
    assert [(total.rank.code, total.tasks, total.yen) for total in care.totals] == [
        ("A", 2, 3000),
        ("B", 2, 220),
        ("C", 0, 0),
    ]
    by_month = care.months_for(rank("A"))
    assert [month for month, tasks, yen in by_month if (tasks, yen) == (1, 1500)] == [
        date(2027, 5, 1),
        date(2028, 5, 1),
    ]


def test_by_month_ranks_that_are_alike_stand_together_and_others_apart(card):
    alike = pattern("alike", [{"offset_months": 1}], base="delivered")
    ranks = [rank("A"), rank("C")]
    grid = {activity.pattern: (ways, months) for activity, ways, months in care_of(card, alike).grid(ranks)}
    assert [cell.rank for cell in grid[alike][0]] == [None]
    assert [(cell.rank.code, cell.is_left_out) for cell in grid[card][0]] == [("A", False), ("C", True)]
    assert [number for number, times in enumerate(grid[card][1]) if times] == [6, 18]
    assert [(total.rank.code, total.yen, sum(yen for *_rest, yen in months))
            for total, months in care_of(card, alike).sums(ranks)] == [("A", 3000, 3000), ("C", 0, 0)]  # fmt: skip


class TestPage:
    @pytest.fixture
    def manager(self, client, cast):
        client.force_login(cast.manager)
        return client

    def address(self, found, code="A", position=1):
        return f"/patterns/{found.pk}/matrix/{position}/{rank(code).pk if code else 0}/"

    def own(self, cast, card):
        return card.copy_to(cast.hiratsuka, by=cast.manager, now=at("2026-11-01 10:00"))

    def test_a_store_sees_its_own_in_place_of_the_groups(self, manager, cast, card):
        copy = self.own(cast, card)
        page = manager.get(URL)
        shown = {activity.pattern for activity in page.context["care"].activities}
        assert copy in shown
        assert card not in shown
        assert page.context["editable"] == {copy.pk}
        group = manager.get(URL, {"store": "group"})
        assert card in {activity.pattern for activity in group.context["care"].activities}

    @pytest.mark.parametrize(
        "query", [{"store": "999999"}, {"delivered": "x"}, {"birthday": "13"}, {"inspection": "7"}, {"rank": "x"}]
    )
    def test_what_makes_no_sense_is_left_out(self, manager, card, query):
        assert manager.get(URL, query).status_code == 200

    def test_what_can_be_chosen_is_in_the_readers_language(self, manager, card):
        manager.cookies["django_language"] = "en"
        page = manager.get(URL).content.decode()
        assert "after 24 months" in page
        assert "か月後" not in page

    def test_a_cell_is_changed_in_a_new_version_and_what_runs_keeps_its_own(self, manager, cast, card):
        copy = self.own(cast, card)
        running = start(
            copy, customer=customer(cast.hiratsuka, born_on=date(1980, 5, 5)), by=None, now=at("2026-11-02 10:00")
        )
        page = manager.get(self.address(copy))
        assert page.context["running"] == 1
        key = rank("A").pk
        typed = {"began_from": 1, f"way_{key}": "phone", f"title_{key}": "お電話", f"cost_{key}": "0"}
        saved = manager.post(self.address(copy), typed)
        assert saved.url.startswith(URL)
        version = copy.versions.newest()
        [step] = version.step_list
        assert version.number == 2
        assert step.by_rank == {
            str(key): {"channel": "phone", "title": "お電話", "cost_yen": 0},
            str(rank("C").pk): {"left_out": True},
        }
        assert (step.script, step.channel, version.base) == ("おめでとう", "letter", "birthday")
        running.refresh_from_db()
        assert running.version.number == 1

    def test_a_rank_is_left_out_and_as_for_all_again(self, manager, cast, card):
        copy, key = self.own(cast, card), rank("A").pk
        manager.post(self.address(copy), {"began_from": 1, f"way_{key}": "left_out"})
        assert copy.versions.newest().step_list[0].by_rank[str(key)] == {"left_out": True}
        manager.post(self.address(copy), {"began_from": 2})
        assert str(key) not in copy.versions.newest().step_list[0].by_rank

    def test_for_all_the_step_itself_changes(self, manager, cast, card):
        copy = self.own(cast, card)
        manager.post(self.address(copy, None), {"began_from": 1, "channel": "email", "title": "便り", "cost_yen": "5"})
        [step] = copy.versions.newest().step_list
        assert (step.channel, step.title, step.cost_yen, len(step.by_rank)) == ("email", "便り", 5, 2)

    def test_the_same_again_makes_no_version(self, manager, cast, card):
        copy, key = self.own(cast, card), rank("A").pk
        typed = {"began_from": 1, f"way_{key}": "visit", f"title_{key}": "カードとケーキ", f"cost_{key}": "1500"}
        manager.post(self.address(copy), typed)
        assert copy.versions.count() == 1

    def test_who_was_slower_is_told_and_keeps_what_was_typed(self, manager, cast, card):
        copy, key = self.own(cast, card), rank("B").pk
        manager.post(
            self.address(copy, None), {"began_from": 1, "channel": "letter", "title": "カード", "cost_yen": "9"}
        )
        typed = {"began_from": 1, f"way_{key}": "phone"}
        told = manager.post(self.address(copy, "B"), typed)
        assert told.status_code == 409
        assert told.context["form"][f"way_{key}"].value() == "phone"
        again = {**typed, "began_from": told.context["form"]["began_from"].value()}
        assert manager.post(self.address(copy, "B"), again).status_code == 302
        assert copy.versions.newest().number == 3

    @pytest.mark.parametrize("wrong", [{"cost": "-1"}, {"way": "pigeon"}, {"title": "x" * 81}])
    def test_what_is_wrong_changes_nothing(self, manager, cast, card, wrong):
        copy, key = self.own(cast, card), rank("A").pk
        page = manager.post(self.address(copy), {"began_from": 1, **{f"{name}_{key}": v for name, v in wrong.items()}})
        assert page.status_code == 422
        assert copy.versions.count() == 1

    def test_only_who_manages_the_pattern_changes_it(self, client, cast, card):
        copy = self.own(cast, card)
        for person, group, own in (
            (cast.sales, 403, 403),
            (cast.manager, 403, 200),
            (cast.yokohama_manager, 403, 404),
            (cast.admin, 200, 200),
        ):
            client.force_login(person)
            assert client.get(URL).status_code == 200
            assert client.get(self.address(card)).status_code == group
            assert client.get(self.address(copy)).status_code == own
        assert client.get(self.address(copy, position=9)).status_code == 404

    def test_its_queries_do_not_grow_with_the_patterns(self, manager, card, django_assert_num_queries):
        with django_assert_num_queries(9):
            manager.get(URL)
        for number in range(10):
            pattern(f"more-{number}", [{}, {}], base="birthday")
        with django_assert_num_queries(9):
            manager.get(URL)
