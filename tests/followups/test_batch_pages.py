"""The pages of what was done to many: how far it is, who got it and who not, steering, taking back."""

import uuid

import pytest

from followups import batches
from followups.batches import begin_for, pause, work_on_batches
from followups.expansion import expand
from followups.models import Batch, FollowUp, Task
from followups.starting import start
from stores.models import Membership, Role
from tests.cast import at, customer, pattern

NOW = at("2026-11-21 12:00")
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def me(client, cast):
    client.force_login(cast.manager)
    return client


@pytest.fixture
def care(cast):
    return pattern("care", [{"title": "お電話"}], name="見守り")


def chosen(cast, number, *, store=None):
    made = [customer(store or cast.hiratsuka, name=f"顧客{n}", owner=cast.sales) for n in range(number)]
    return type(made[0]).objects.with_ids([one.pk for one in made]).order_by("pk")


def begin(care, customers, by):
    return begin_for(care, customers, by=by, now=NOW, key=uuid.uuid4().hex)


def address(batch, action=""):
    return f"/batches/{batch.pk}/{action}"


@pytest.fixture
def finished(cast, care):
    customers = chosen(cast, 3)
    start(care, customer=customers[2], by=cast.sales, now=NOW)
    return begin(care, customers, cast.manager)


@pytest.fixture
def working(cast, care, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", -1)
    batch = begin(care, chosen(cast, 30), cast.manager)
    work_on_batches(NOW, limit=20)
    return batch


class TestList:
    def test_each_sees_their_own_managers_those_of_their_store_and_administrators_all(self, client, cast, care):
        mine = begin(care, chosen(cast, 1), cast.sales)
        of_both = begin(care, type(mine.rows.get().customer).objects.order_by("pk"), cast.admin)
        theirs = begin(care, chosen(cast, 1, store=cast.yokohama), cast.yokohama_sales)
        seen = {}
        for name in ("sales", "sales2", "manager", "yokohama_manager", "admin"):
            client.force_login(getattr(cast, name))
            page = client.get("/batches/").context["page"]
            seen[name] = {one.batch for one in page}
            for batch in (mine, of_both, theirs):
                assert client.get(address(batch)).status_code == (200 if batch in seen[name] else 404)
        assert seen == {
            "sales": {mine},
            "sales2": set(),
            "manager": {mine, of_both},
            "yokohama_manager": {theirs},
            "admin": {mine, of_both, theirs},
        }

    def test_who_no_longer_works_in_a_store_no_longer_sees_what_they_did_there(self, client, cast, finished):
        Membership.objects.filter(staff=cast.manager).update(store=cast.yokohama)
        client.force_login(cast.manager)
        assert client.get(address(finished)).status_code == 404

    @pytest.mark.parametrize("number", [1, 10])
    def test_its_queries_do_not_grow_with_the_batches(self, me, cast, care, number, django_assert_num_queries):
        for _n in range(number):
            begin(care, chosen(cast, 2), cast.manager)
        with django_assert_num_queries(7):
            page = me.get("/batches/")
        assert [(one.got, one.total) for one in page.context["page"]] == [(2, 2)] * number

    def test_the_list_of_customers_and_that_of_patterns_lead_to_it(self, me):
        for place in ("/customers/?choose=yes", "/patterns/"):
            assert 'href="/batches/"' in me.get(place).content.decode()


class TestPage:
    def test_it_says_who_got_it_and_who_not_and_why(self, me, finished):
        content = me.get(address(finished)).content.decode()
        assert "2名に始めました" in content
        for words in ("顧客0", "顧客2", "このパターンはすでに動いています"):
            assert words in content

    def test_the_list_is_narrowed_to_one_outcome(self, me, finished):
        def names(outcome):
            return [row.customer.name for row in me.get(address(finished), {"outcome": outcome}).context["page"]]

        assert (names("got"), names("running"), names("to-do")) == (["顧客0", "顧客1"], ["顧客2"], [])
        assert me.get(address(finished), {"outcome": "nothing"}).status_code == 404

    def test_it_is_leafed_through(self, me, cast, care, monkeypatch):
        monkeypatch.setattr("followups.views.batches.ROWS", 2)
        batch = begin(care, chosen(cast, 5), cast.manager)
        page = me.get(address(batch), {"page": 3}).context["page"]
        assert ([row.customer.name for row in page], page.paginator.num_pages) == (["顧客4"], 3)

    @pytest.mark.parametrize("number", [2, 20])
    def test_its_queries_do_not_grow_with_the_rows(self, me, cast, care, number, django_assert_num_queries):
        batch = begin(care, chosen(cast, number), cast.manager)
        with django_assert_num_queries(9):
            me.get(address(batch))

    def test_a_customer_who_went_to_another_store_is_not_named(self, client, cast, finished):
        gone = finished.rows.first().customer
        type(gone).objects.filter(pk=gone.pk).update(store=cast.yokohama)
        client.force_login(cast.manager)
        assert gone.name not in client.get(address(finished)).content.decode()
        client.force_login(cast.admin)
        assert gone.name in client.get(address(finished)).content.decode()

    def test_while_the_tasks_are_being_prepared_it_says_how_many_are(self, me, finished):
        assert (me.get(address(finished)).context["prepared"], me.get(address(finished)).context["unprepared"]) == (
            0,
            2,
        )
        expand(NOW)
        content = me.get(address(finished)).content.decode()
        assert "すべての予定が一覧に載りました" in content
        assert f'hx-get="{address(finished)}"' not in content

    def test_while_it_is_in_work_it_asks_on_by_itself(self, me, working):
        part = me.get(address(working), headers=HTMX).content.decode()
        assert part.lstrip().startswith('<div id="batch" hx-get=')
        assert 'max="30" value="20"' in part
        assert "顧客0" not in part


class TestSteering:
    def test_pause_and_go_on(self, me, working):
        assert me.post(address(working, "pause/")).url == address(working)
        work_on_batches(NOW)
        page = me.get(address(working))
        assert (page.context["standing"].state, FollowUp.objects.count()) == ("paused", 20)
        assert f'hx-get="{address(working)}"' not in page.content.decode()
        me.post(address(working, "resumption/"))
        work_on_batches(NOW)
        assert FollowUp.objects.count() == 30

    def test_with_htmx_each_answers_the_part_that_shows_it(self, me, working):
        for action in ("pause/", "resumption/", "pause/", "cancellation/", "undo/"):
            answer = me.post(address(working, action), headers=HTMX)
            assert (answer.status_code, answer.templates[0].name) == (200, "followups/_batch.html")

    def test_broken_off_it_names_those_who_were_left(self, me, working):
        me.post(address(working, "cancellation/"))
        page = me.get(address(working), {"outcome": "to-do"})
        assert (page.context["standing"].state, len(page.context["page"])) == ("cancelled", 10)
        assert "中止した時点で未処理" in page.content.decode()

    def test_what_is_over_is_told_to_be(self, me, finished):
        for action in ("pause/", "resumption/", "cancellation/"):
            content = me.post(address(finished, action), follow=True).content.decode()
            assert "すでに終わっています" in content

    def test_a_salesperson_steers_their_own_and_a_colleague_does_not(self, client, cast, care, monkeypatch):
        monkeypatch.setattr(batches, "AT_ONCE", -1)
        batch = begin(care, chosen(cast, 3), cast.sales)
        for who, status in ((cast.sales2, 404), (cast.yokohama_manager, 404), (cast.sales, 302), (cast.manager, 302)):
            client.force_login(who)
            assert client.post(address(batch, "pause/")).status_code == status
        assert Batch.objects.get().is_paused


class TestTakingBack:
    def test_all_of_it_is_taken_back_and_the_page_says_for_how_many(self, me, cast, finished):
        expand(NOW)
        assert "2名に始めました" in me.get(address(finished)).content.decode()
        shown = me.post(address(finished, "undo/"), follow=True)
        assert shown.context["standing"].taken_back == 2
        assert "取り消しました(2名)" in shown.content.decode()
        assert "2名に始めました" not in shown.content.decode()
        assert Task.objects.open().count() == 1

    def test_a_day_later_or_by_somebody_else_it_stays(self, me, cast, finished, time_machine):
        Membership.objects.create(staff=cast.sales, store=cast.hiratsuka, role=Role.MANAGER)
        me.force_login(cast.sales)
        assert not me.get(address(finished)).context["may_take_back"]
        me.post(address(finished, "undo/"))
        me.force_login(cast.manager)
        assert me.get(address(finished)).context["may_take_back"]
        time_machine.move_to(at("2026-11-22 12:01"), tick=False)
        me.post(address(finished, "undo/"))
        assert FollowUp.objects.running().count() == 3

    def test_it_is_not_offered_before_it_is_over(self, me, working):
        me.post(address(working, "undo/"))
        pause(working, NOW)
        me.post(address(working, "undo/"))
        assert FollowUp.objects.running().count() == 20
