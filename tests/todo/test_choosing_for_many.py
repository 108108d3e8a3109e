"""One pattern for several customers of the list: what it would do, the choice, and the way back."""

import pytest
from django.urls import reverse

from customers.models import Customer, Rank
from followups.expansion import expand
from followups.models import FollowUp, Task
from followups.starting import start
from stores.models import Membership, Role
from tests.cast import at, contact, customer, pattern, task
from todo import many

URL = "/customers/follow-ups/"


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
    sent = {"ids": page.context["ids"], "pattern": care.pk}
    seen = me.post(URL, {**sent, "preview": "yes"}).context["effect"]
    assert (seen.number, seen.tasks, seen.left_out) == (20, 40, [])
    assert [(day.on.isoformat(), day.made) for day in seen.days] == [("2026-11-21", 20), ("2026-11-28", 20)]
    assert not FollowUp.objects.exists()
    response = me.post(URL, sent)
    result = me.get(response.url)
    assert result.context["states"] == {"begun": 20, "prepared": 0, "ended": 0}
    expand(at("2026-11-21 12:01"))
    assert Task.objects.open().filter(assignee=cast.sales).count() == 40
    assert me.get(response.url).context["states"]["prepared"] == 20


@pytest.mark.parametrize(
    "wrong", [{"owner": "999999"}, {"rank": "x"}, {"planned": "x"}, {"import": "7"}, {"q": "x" * 101}]
)
def test_all_of_a_filter_that_makes_no_sense_is_nobody_and_not_everybody(me, cast, wrong):
    people(cast.hiratsuka, 3)
    assert len(me.get(URL, {"all": "yes", "rank": "none"}).context["customers"]) == 3
    response = me.get(URL, {"all": "yes", **wrong}, follow=True)
    assert response.redirect_chain[0][0].startswith("/customers/?")
    assert "絞り込み" in str(next(iter(response.context["messages"])))


def test_all_that_the_filter_finds_are_chosen_not_only_those_of_the_page(me, cast, care):
    people(cast.hiratsuka, 60)
    people(cast.hiratsuka, 3, owner=cast.sales)
    page = me.get(URL, {"all": "yes", "owner": "nobody"})
    assert len(page.context["customers"]) == 60
    me.post(URL, {"ids": page.context["ids"], "pattern": care.pk})
    assert FollowUp.objects.count() == 60


def test_whoever_comes_into_the_list_after_it_was_seen_is_not_chosen(me, cast, care):
    people(cast.hiratsuka, 2)
    page = me.get(URL, {"all": "yes"})
    people(cast.hiratsuka, 5)
    me.post(URL, {"ids": page.context["ids"], "pattern": care.pk})
    assert FollowUp.objects.count() == 2


def test_what_is_on_the_lists_already_stands_beside_it(me, cast, care):
    chosen = people(cast.hiratsuka, 2)
    task(chosen[0], at("2026-11-21 12:00").date())
    task(customer(cast.yokohama), at("2026-11-21 12:00").date())
    seen = me.post(URL, {"ids": ids(chosen), "pattern": care.pk, "preview": "yes"}).context["effect"]
    assert [(day.made, day.there) for day in seen.days] == [(2, 1), (2, 0)]
    assert seen.busiest.made == 2


def test_who_has_it_already_is_left_out_and_the_page_says_so(me, cast, care):
    first, second = people(cast.hiratsuka, 2)
    start(care, customer=first, by=cast.sales, now=at("2026-11-20 12:00"))
    sent = {"ids": ids([first, second]), "pattern": care.pk}
    seen = me.post(URL, {**sent, "preview": "yes"})
    assert (seen.context["effect"].number, [group.people for group in seen.context["effect"].left_out]) == (
        1,
        [[first]],
    )
    assert "このパターンはすでに動いています" in me.get(me.post(URL, sent).url).content.decode()


def test_sent_twice_nobody_gets_it_twice(me, cast, care):
    sent = {"ids": ids(people(cast.hiratsuka, 3)), "pattern": care.pk}
    me.post(URL, sent)
    again = me.get(me.post(URL, sent).url)
    assert again.context["states"]["begun"] == 0
    assert again.context["choice"].left_out[0][1] == 3
    assert FollowUp.objects.count() == 3


def test_a_salesperson_chooses_for_their_own_and_for_nobodys_only(client, cast, care):
    mine, free = customer(cast.hiratsuka, owner=cast.sales), customer(cast.hiratsuka)
    his = customer(cast.hiratsuka, owner=cast.sales2, name="森さんのお客様")
    client.force_login(cast.sales)
    sent = {"ids": ids([mine, free, his]), "pattern": care.pk}
    seen = client.post(URL, {**sent, "preview": "yes"})
    assert "森さんのお客様" in seen.content.decode()
    client.post(URL, sent)
    assert set(FollowUp.objects.values_list("customer", flat=True)) == {mine.pk, free.pk}


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


def test_all_of_it_is_taken_back_for_a_day_and_what_was_recorded_stays(me, cast, care):
    chosen = people(cast.hiratsuka, 3)
    result = me.post(URL, {"ids": ids(chosen), "pattern": care.pk}).url
    expand(at("2026-11-21 12:01"))
    done = Task.objects.filter(customer=chosen[0]).first()
    Task.objects.filter(pk=done.pk).update(done_at=at("2026-11-21 12:02"))
    contact(chosen[0], at("2026-11-21 12:02"), task=done)
    other = start(care, customer=customer(cast.hiratsuka), by=cast.sales, now=at("2026-11-21 12:00"))
    assert me.post(f"{result}undo/").url == result
    assert FollowUp.objects.running().get() == other
    assert (Task.objects.open().count(), Task.objects.filter(done_at__isnull=False).get()) == (0, done)
    assert me.get(result).context["states"]["ended"] == 3


def test_a_day_later_or_by_somebody_else_it_stays(me, cast, care, time_machine):
    result = me.post(URL, {"ids": ids(people(cast.hiratsuka, 1)), "pattern": care.pk}).url
    Membership.objects.create(staff=cast.sales, store=cast.hiratsuka, role=Role.MANAGER)
    me.force_login(cast.sales)
    assert me.post(f"{result}undo/").status_code == 404
    me.force_login(cast.manager)
    time_machine.move_to(at("2026-11-22 12:01"), tick=False)
    assert me.post(f"{result}undo/").status_code == 302
    assert FollowUp.objects.running().count() == 1


def test_a_receipt_that_is_not_ours_is_not_there(me):
    url = reverse("todo:customers-begun", args=["none"])
    assert (me.get(url).status_code, me.post(f"{url}undo/").status_code) == (404, 404)


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_customers(me, cast, care, number, django_assert_num_queries):
    sent = {"ids": ids(people(cast.hiratsuka, number, owner=cast.sales)), "pattern": care.pk, "preview": "yes"}
    with django_assert_num_queries(16):
        me.post(URL, sent)


def test_the_effect_counts_what_the_engine_then_makes(cast, care):
    chosen = people(cast.hiratsuka, 5, owner=cast.sales)
    now = at("2026-11-21 21:00")
    seen = many.effect(care, chosen, me=cast.manager, now=now)
    many.begin(care, chosen, me=cast.manager, now=now)
    expand(now)
    assert {day.on: day.made for day in seen.days} == Task.objects.open().count_by_day()


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


def test_days_of_another_year_say_so(me, cast):
    slow = pattern("slow", [{"channel": "letter"}, {"channel": "letter", "offset_days": 60}])
    content = me.post(URL, {"ids": ids(people(cast.hiratsuka, 1)), "pattern": slow.pk, "preview": "yes"})
    assert "2027/1/" in content.content.decode()
    assert "2026/11/" not in content.content.decode()


def test_after_taking_it_back_the_page_says_how_many_and_no_longer_begun(me, cast, care):
    address = me.post(URL, {"ids": ids(people(cast.hiratsuka, 3)), "pattern": care.pk}).url
    expand(at("2026-11-21 12:01"))
    assert "3名に始めました" in me.get(address).content.decode()
    shown = me.post(f"{address}undo/", follow=True)
    assert shown.context["taken_back"] == 3
    assert "取り消しました(3名)" in shown.content.decode()
    assert "3名に始めました" not in shown.content.decode()
