"""One pattern for several customers of the list: what it would do, and the choice, which is a batch."""

import pytest

from customers.models import Customer, Rank
from followups.batches import work_on_batches
from followups.expansion import expand
from followups.models import Batch, FollowUp, Task
from followups.progress import Skipped
from followups.starting import WhyNot, sort_out, start
from stores.models import Role
from tests.cast import at, customer, pattern, task
from todo.many import effect

URL = "/customers/follow-ups/"
STATEMENTS = 14


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(at("2026-11-21 12:00"), tick=False)


@pytest.fixture
def care(cast):
    return pattern(
        "care", [{"title": "お電話"}, {"title": "はがき", "channel": "letter", "offset_days": 7}], name="見守り"
    )


@pytest.fixture
def me(client, cast):
    client.force_login(cast.manager)
    return client


def people(store, number, **fields):
    return [customer(store, name=f"顧客{n}", phones=[], **fields) for n in range(number)]


def ids(customers):
    return ",".join(str(one.pk) for one in customers)


def sent_by(page, pattern, **more):
    """What the form of a page sends."""
    chosen = page.context["chosen"]
    return {**dict(chosen.fields), "seen": chosen.seen, "key": page.context["key"], "pattern": pattern.pk, **more}


def left_out(page):
    return {group.why: group.number for group in page.context["effect"].left_out}


def test_the_list_offers_boxes_when_asked_and_leads_on_with_its_filter(me, cast):
    (who,) = people(cast.hiratsuka, 1)
    box = f'name="id" value="{who.pk}"'
    assert box not in me.get("/customers/").content.decode()
    content = me.get("/customers/", {"choose": "yes", "owner": "nobody"}).content.decode()
    assert box in content
    assert '<input type="hidden" name="owner" value="nobody">' in content


def test_twenty_are_chosen_seen_beforehand_and_get_their_tasks(me, cast, care):
    chosen = people(cast.hiratsuka, 20, owner=cast.sales)
    page = me.get(URL, {"id": [one.pk for one in chosen]})
    assert page.status_code == 200
    sent = sent_by(page, care)
    seen = me.post(URL, {**sent, "preview": "yes"}).context["effect"]
    assert (seen.number, seen.left_out) == (20, [])
    assert not FollowUp.objects.exists()
    response = me.post(URL, sent)
    result = me.get(response.url)
    assert (result.context["standing"].got, result.context["prepared"]) == (20, 0)
    expand(at("2026-11-21 12:01"))
    assert Task.objects.open().filter(assignee=cast.sales).count() == 40
    assert me.get(response.url).context["prepared"] == 20


@pytest.mark.parametrize(
    "wrong", [{"owner": "999999"}, {"rank": "x"}, {"planned": "x"}, {"import": "7"}, {"q": "x" * 101}]
)
def test_all_of_a_filter_that_makes_no_sense_is_nobody_and_not_everybody(me, cast, wrong):
    people(cast.hiratsuka, 3)
    assert me.get(URL, {"all": "yes", "rank": "none"}).context["chosen"].number == 3
    response = me.get(URL, {"all": "yes", **wrong}, follow=True)
    assert response.redirect_chain[0][0].startswith("/customers/?")
    assert "絞り込み" in str(next(iter(response.context["messages"])))


def test_all_that_the_filter_finds_are_chosen_not_only_those_of_the_page(me, cast, care):
    people(cast.hiratsuka, 60)
    people(cast.hiratsuka, 3, owner=cast.sales)
    page = me.get(URL, {"all": "yes", "owner": "nobody"})
    assert (page.context["chosen"].number, len(page.context["customers"])) == (60, 50)
    me.post(URL, sent_by(page, care))
    assert FollowUp.objects.count() == 60


def test_whoever_comes_into_the_list_after_it_was_seen_is_not_chosen(me, cast, care):
    people(cast.hiratsuka, 2)
    page = me.get(URL, {"all": "yes"})
    people(cast.hiratsuka, 5)
    me.post(URL, sent_by(page, care))
    assert FollowUp.objects.count() == 2


class TestVeryMany:
    @pytest.fixture(autouse=True)
    def from_four_on(self, monkeypatch):
        for place in ("followups.batches.AT_ONCE", "todo.many.AT_ONCE"):
            monkeypatch.setattr(place, 3)

    def test_they_are_named_by_the_filter_and_begun_by_the_worker(self, me, cast, care):
        people(cast.hiratsuka, 10)
        people(cast.hiratsuka, 5, owner=cast.sales)
        page = me.get(URL, {"all": "yes", "owner": "nobody"})
        assert page.context["chosen"].fields == [("all", "yes"), ("owner", "nobody")]
        address = me.post(URL, sent_by(page, care)).url
        assert (FollowUp.objects.count(), me.get(address).context["standing"].to_do) == (0, 10)
        work_on_batches(at("2026-11-21 12:01"))
        assert FollowUp.objects.count() == 10

    def test_when_the_list_has_changed_since_it_was_seen_nothing_is_begun_and_it_is_shown_anew(self, me, cast, care):
        people(cast.hiratsuka, 10)
        page = me.get(URL, {"all": "yes"})
        gone, came = Customer.objects.first(), people(cast.hiratsuka, 1)[0]
        Customer.objects.filter(pk=gone.pk).update(closed_at=at("2026-11-21 11:00"))
        again = me.post(URL, sent_by(page, care))
        assert (again.status_code, again.context["effect"].number, Batch.objects.count()) == (409, 10, 0)
        assert "一覧が変わりました" in again.content.decode()
        me.post(URL, sent_by(again, care))
        assert came in {row.customer for row in Batch.objects.get().rows.all()}

    def test_a_search_is_not_cut_off_where_the_list_is(self, me, cast, care, monkeypatch):
        people(cast.hiratsuka, 6)
        Customer.objects.all().reindex()
        monkeypatch.setattr("customers.models.customer.FOUND", 2)
        page = me.get(URL, {"all": "yes", "q": "顧客"})
        assert page.context["chosen"].number == 6

    def test_the_effect_takes_as_many_statements_for_300_as_for_10(
        self, me, cast, care, monkeypatch, django_assert_num_queries
    ):
        monkeypatch.setattr("todo.views.many.FORESEEN_AT_ONCE", 0)
        for number in (10, 290):
            people(cast.hiratsuka, number, owner=cast.sales)
            sent = sent_by(me.get(URL, {"all": "yes"}), care, preview="yes")
            with django_assert_num_queries(STATEMENTS + 4):
                assert me.post(URL, sent).context["effect"].number == Customer.objects.count()


class TestForesight:
    def test_what_it_comes_to_stands_beside_the_choice(self, me, cast, care):
        sent = {"ids": ids(people(cast.hiratsuka, 3, owner=cast.sales)), "pattern": care.pk}
        page = me.post(URL, {**sent, "preview": "yes"})
        assert (page.context["foresight"].targets, page.context["foresight"].tasks) == (3, 6)

    def test_for_very_many_it_follows_by_itself_or_when_asked_for(self, me, cast, care, monkeypatch):
        monkeypatch.setattr("todo.views.many.FORESEEN_AT_ONCE", 2)
        sent = {"ids": ids(people(cast.hiratsuka, 3, owner=cast.sales)), "pattern": care.pk}
        page = me.post(URL, {**sent, "preview": "yes"})
        assert "foresight" not in page.context
        assert 'hx-trigger="load"' in page.content.decode()
        assert me.post(URL, {**sent, "foresee": "yes"}).context["foresight"].tasks == 6
        assert not Batch.objects.exists()

    def test_whoever_one_may_not_choose_for_is_not_foreseen(self, client, cast, care):
        chosen = [customer(cast.hiratsuka, owner=one) for one in (cast.sales, cast.sales2)]
        client.force_login(cast.sales)
        page = client.post(URL, {"ids": ids(chosen), "pattern": care.pk, "preview": "yes"})
        assert (page.context["foresight"].targets, page.context["effect"].number) == (1, 1)

    @pytest.fixture
    def overfull(self, cast):
        type(cast.sales).objects.filter(pk=cast.sales.pk).update(daily_tasks=2)
        flexible = {"offset_days": 7, "channel": "letter", "flex_days": 5}
        return people(cast.hiratsuka, 8, owner=cast.sales), pattern("flexible", [flexible])

    def test_spread_over_days_with_less_to_do_its_tasks_fall_as_foreseen(self, me, cast, overfull):
        chosen, flexible = overfull
        sent = {"ids": ids(chosen), "pattern": flexible.pk}
        assert me.post(URL, {**sent, "preview": "yes"}).context["foresight"].can_spread
        foreseen = me.post(URL, {**sent, "preview": "yes", "spreads": "on"}).context["foresight"].spreading
        me.post(URL, {**sent, "spreads": "on"})
        expand(at("2026-11-21 12:01"))
        days = Task.objects.open().count_by_day()
        made = {period.first: period.tasks for period in foreseen.after.periods if period.tasks}
        assert days == made
        assert max(days.values()) < 8

    def test_spread_after_closing_nothing_is_late_at_once(self, me, cast, time_machine):
        night = at("2026-11-21 21:00")
        time_machine.move_to(night, tick=False)
        soon = pattern("soon", [{"channel": "letter"}, {"offset_days": 4, "channel": "letter", "flex_days": 2}])
        sent = {"ids": ids(people(cast.hiratsuka, 3, owner=cast.sales)), "pattern": soon.pk, "spreads": "on"}
        foreseen = me.post(URL, {**sent, "preview": "yes"}).context["foresight"]
        me.post(URL, sent)
        expand(night)
        first = [f"{task.due_on:%m-%d}" for task in Task.objects.filter(step__position=1)]
        assert first == ["11-22"] * 3
        assert not Task.objects.filter(late_at__lte=night).exists()
        assert next(f"{period.first:%m-%d}" for period in foreseen.periods if period.tasks) == "11-22"

    def test_not_spread_they_all_fall_on_one_day(self, me, cast, overfull):
        chosen, flexible = overfull
        me.post(URL, {"ids": ids(chosen), "pattern": flexible.pk})
        expand(at("2026-11-21 12:01"))
        assert list(Task.objects.open().count_by_day().values()) == [8]

    def test_begun_by_the_worker_a_day_later_they_fall_as_foreseen_all_the_same(
        self, me, cast, overfull, monkeypatch, time_machine
    ):
        monkeypatch.setattr("followups.batches.AT_ONCE", -1)
        chosen, flexible = overfull
        sent = {"ids": ids(chosen), "pattern": flexible.pk, "spreads": "on"}
        foreseen = me.post(URL, {**sent, "preview": "yes"}).context["foresight"].spreading
        me.post(URL, sent)
        later = at("2026-11-22 09:00")
        time_machine.move_to(later, tick=False)
        work_on_batches(later)
        expand(later)
        made = {period.first: period.tasks for period in foreseen.after.periods if period.tasks}
        assert Task.objects.open().count_by_day() == made


def test_who_has_it_already_is_left_out_and_the_page_says_so(me, cast, care):
    first, second = people(cast.hiratsuka, 2)
    start(care, customer=first, by=cast.sales, now=at("2026-11-20 12:00"))
    sent = {"ids": ids([first, second]), "pattern": care.pk}
    seen = me.post(URL, {**sent, "preview": "yes"}).context["effect"]
    assert (seen.number, [group.people for group in seen.left_out]) == (1, [[first]])
    assert "このパターンはすでに動いています" in me.get(me.post(URL, sent).url).content.decode()


def test_sent_twice_nobody_gets_it_twice(me, cast, care):
    page = me.get(URL, {"id": [one.pk for one in people(cast.hiratsuka, 3)]})
    first, again = (me.post(URL, sent_by(page, care)) for _n in range(2))
    assert (first.url, Batch.objects.count(), FollowUp.objects.count()) == (again.url, 1, 3)
    other = me.get(me.post(URL, sent_by(page, care, key="")).url)
    assert (other.context["standing"].left, FollowUp.objects.count()) == ({WhyNot.RUNNING: 3}, 3)


def test_a_salesperson_chooses_for_their_own_and_for_nobodys_only(client, cast, care):
    mine, free = customer(cast.hiratsuka, owner=cast.sales), customer(cast.hiratsuka)
    his = customer(cast.hiratsuka, owner=cast.sales2, name="森さんのお客様")
    client.force_login(cast.sales)
    sent = {"ids": ids([mine, free, his]), "pattern": care.pk}
    seen = client.post(URL, {**sent, "preview": "yes"})
    assert "森さんのお客様" in seen.content.decode()
    client.post(URL, sent)
    assert set(FollowUp.objects.values_list("customer", flat=True)) == {mine.pk, free.pk}
    assert Batch.objects.get().rows.get(customer=his).why == Skipped.COLLEAGUE


def test_another_stores_customers_are_not_there(me, cast, care):
    theirs = customer(cast.yokohama)
    for response in (me.get(URL, {"id": theirs.pk}), me.post(URL, {"ids": theirs.pk, "pattern": care.pk})):
        assert (response.status_code, response.url.partition("?")[0]) == (302, "/customers/")
    mine = customer(cast.hiratsuka)
    me.post(URL, {"ids": ids([mine, theirs]), "pattern": care.pk})
    assert FollowUp.objects.get().customer == mine


def test_another_stores_pattern_is_not_offered(me, cast):
    theirs = pattern("theirs", [{}], store=cast.yokohama)
    (who,) = people(cast.hiratsuka, 1)
    response = me.post(URL, {"ids": who.pk, "pattern": theirs.pk})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"pattern"})
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("typed", ["", "x", "0", "1,,2x", "9" * 40, "-1"])
def test_odd_ids_are_nobody(me, cast, care, typed):
    assert me.post(URL, {"ids": typed, "pattern": care.pk}).status_code == 302
    assert not FollowUp.objects.exists()


def test_too_many_at_once_are_refused_and_the_filter_stays(me, cast, monkeypatch):
    people(cast.hiratsuka, 4)
    monkeypatch.setattr("todo.views.many.MOST", 3)
    response = me.get(URL, {"all": "yes", "owner": "nobody"})
    assert response.url == "/customers/?owner=nobody&choose=yes"
    assert me.get(URL, {"all": "yes", "q": "顧客1"}).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2030-11-21", "x"])
def test_a_base_day_that_cannot_be_meant_is_refused_beside_its_field(me, cast, care, day):
    (who,) = people(cast.hiratsuka, 1)
    response = me.post(URL, {"ids": who.pk, "pattern": care.pk, "base_on": day})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"base_on"})


def test_the_day_given_counts_for_all(me, cast, care):
    chosen = people(cast.hiratsuka, 2)
    me.post(URL, {"ids": ids(chosen), "pattern": care.pk, "base_on": "2026-12-01"})
    assert {row.base_on.isoformat() for row in FollowUp.objects.all()} == {"2026-12-01"}


def test_today_after_closing_counts_from_this_moment(me, cast, care, time_machine):
    evening = at("2026-11-21 21:00")
    time_machine.move_to(evening, tick=False)
    me.post(URL, {"ids": ids(people(cast.hiratsuka, 2)), "pattern": care.pk, "base_on": "2026-11-21"})
    assert {row.base for row in FollowUp.objects.all()} == {evening}


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_customers(me, cast, care, number, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("todo.views.many.FORESEEN_AT_ONCE", 0)
    sent = {"ids": ids(people(cast.hiratsuka, number, owner=cast.sales)), "pattern": care.pk, "preview": "yes"}
    with django_assert_num_queries(STATEMENTS):
        me.post(URL, sent)


def test_the_effect_is_what_then_becomes_of_them(me, cast, care):
    """Worked out by one statement there, customer by customer here: both say the same."""
    own = pattern("care", [{}], store=cast.yokohama)
    busy, done, *_free = people(cast.hiratsuka, 5, owner=cast.sales)
    customer(cast.yokohama)
    start(care, customer=busy, by=cast.sales, now=at("2026-11-20 12:00"))
    start(care, customer=done, by=cast.sales, now=at("2026-11-20 12:00"))
    expand(at("2026-11-20 12:00"))
    Task.objects.filter(customer=done).update(done_at=at("2026-11-20 13:00"))
    for chosen in (care, own, pattern("here-only", [{}], store=cast.hiratsuka)):
        seen = effect(chosen, Customer.objects.in_kana_order(), me=cast.admin)
        told = sort_out(chosen, Customer.objects.all())
        reasons = [why.label for _target, why in told.left_out]
        assert seen.number == len(told.ready)
        assert {group.why: group.number for group in seen.left_out} == {why: reasons.count(why) for why in reasons}


class TestWhatTheListCounts:
    @pytest.fixture
    def book(self, cast):
        rank = Rank.objects.first()
        cared = customer(cast.hiratsuka, name="予定あり", owner=cast.sales, rank=rank)
        task(cared, at("2026-11-25 12:00").date())
        begun = customer(cast.hiratsuka, name="追客中", owner=cast.sales, rank=rank)
        start(pattern("p", [{}]), customer=begun, by=cast.sales, now=at("2026-11-21 12:00"))
        idle = customer(cast.hiratsuka, name="予定なし", owner=cast.sales, rank=rank)
        task(idle, at("2026-11-20 12:00").date(), done_at=at("2026-11-20 12:00"))
        customer(cast.hiratsuka, name="まだ誰も")
        customer(cast.yokohama, name="他店")
        Customer.objects.filter(pk=customer(cast.hiratsuka, name="終了").pk).update(closed_at=at("2026-11-20 12:00"))

    def test_the_gaps_are_counted_and_each_leads_to_as_many_rows(self, me, book):
        gaps = me.get("/customers/").context["gaps"]
        assert gaps == {"nobody": 1, "planned": 2, "rank": 1}
        for query in ({"owner": "nobody"}, {"planned": "none"}, {"rank": "none"}):
            (name,) = query
            found = me.get("/customers/", query).context["page"].paginator.count
            assert found == gaps[{"owner": "nobody"}.get(name, name)]

    def test_nothing_planned_is_neither_a_task_nor_a_pattern_at_work(self, me, book):
        page = me.get("/customers/", {"planned": "none"}).context["page"]
        assert {one.name for one in page} == {"予定なし", "まだ誰も"}

    def test_those_of_a_rank_are_found(self, me, book):
        page = me.get("/customers/", {"rank": Rank.objects.first().pk}).context["page"]
        assert {one.name for one in page} == {"予定あり", "追客中", "予定なし"}

    def test_an_administrator_counts_one_store_at_a_time(self, me, cast, book):
        me.force_login(cast.admin)
        assert me.get("/customers/").context["gaps"] == {}
        assert me.get("/customers/", {"store": cast.yokohama.pk}).context["gaps"]["nobody"] == 1

    @pytest.mark.parametrize("query", [{"rank": "x"}, {"planned": "x"}, {"rank": "99999"}])
    def test_a_filter_that_makes_no_sense_is_left_out(self, me, book, query):
        assert me.get("/customers/", query).context["page"].paginator.count == 4


def test_the_preview_warns_of_nobody_in_charge_and_of_no_number_to_call(me, cast, care):
    chosen = [
        customer(cast.hiratsuka, phones=[]),
        customer(cast.hiratsuka, phones=["09011112222"]),
        customer(cast.hiratsuka, phones=["09011113333"], owner=cast.sales),
    ]
    seen = me.post(URL, {"ids": ids(chosen), "pattern": care.pk, "preview": "yes"})
    assert (seen.context["effect"].nobodys, seen.context["effect"].unreachable) == (2, 1)
    assert "2名は担当者が決まっていません" in seen.content.decode()
    assert "1名は電話番号がありません" in seen.content.decode()


def test_a_pattern_that_calls_nobody_and_is_for_a_role_warns_of_nothing(me, cast):
    letters = pattern("letters", [{"channel": "letter", "assignee_role": Role.MANAGER}])
    seen = me.post(URL, {"ids": ids(people(cast.hiratsuka, 2)), "pattern": letters.pk, "preview": "yes"})
    assert (seen.context["effect"].nobodys, seen.context["effect"].unreachable) == (0, 0)
    assert "担当者が決まっていません" not in seen.content.decode()
