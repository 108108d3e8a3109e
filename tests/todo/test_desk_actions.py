"""Many rows of the desk at once: handed over, reminded of, given a pattern; asked first, with a way back (A6, A7)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from followups.expansion import expand
from followups.models import Act, ActKind, FollowUp, Left, Outcome, Pattern, Task
from followups.recording import Result, record
from followups.starting import WhyNot, start
from stores.models import DayOff, Membership, Notification, Role
from tests.cast import at, customer, lead, pattern, reply, staff, task

NOW = at("2026-11-22 14:00")
DAY = date(2026, 11, 20)
OVER, PATTERN, REMIND = ("/desk/{}/assignment/", "/desk/{}/pattern/", "/desk/{}/reminder/")


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def manager(client, cast):
    client.force_login(cast.manager)
    return client


@pytest.fixture
def calls(cast):
    """Four of Sato's, of four customers."""
    return [task(customer(cast.hiratsuka, name=f"顧客{n}", owner=cast.sales), DAY) for n in range(4)]


def ids(rows):
    return ",".join(str(row.pk) for row in rows)


def confirmed(client, address, rows, kind="tasks", **fields):
    return client.post(address.format(kind), {"ids": ids(rows), "confirmed": "yes", **fields})


def assignees(calls):
    return [Task.objects.get(pk=call.pk).assignee for call in calls]


class TestHandingOver:
    def test_asks_first_and_says_what_it_would_do_to_how_many(self, manager, cast, calls):
        record(calls[0], Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        page = manager.post(OVER.format("tasks"), {"row": [call.pk for call in calls]})
        assert (page.context["number"], page.context["gone"]) == (3, 1)
        assert page.context["holders"] == [(cast.sales, 3)]
        assert "3件を引き継ぐ" in page.content.decode()
        assert assignees(calls) == [cast.sales] * 4
        assert not Act.objects.exists()

    def test_gives_the_rows_to_one_colleague_and_tells_them(self, manager, cast, calls):
        response = confirmed(manager, OVER, calls[:3], to=cast.sales2.pk)
        act = Act.objects.get()
        assert response.url == reverse("todo:desk-act", args=[act.pk])
        assert assignees(calls) == [cast.sales2] * 3 + [cast.sales]
        told = Notification.objects.get()
        assert (told.staff, told.values["n"], told.made_by) == (cast.sales2, 3, cast.manager)
        assert told.text == "大塚 誠さんが3件をあなたに引き継ぎました。"
        page = manager.get(response.url)
        assert page.context["people"] == [(cast.sales2, 3)]

    def test_gives_them_evenly_to_the_salespeople_on_duty(self, manager, cast, calls):
        third = staff("third", Role.SALESPERSON, cast.hiratsuka, name="三木 純")
        absent = staff("absent", Role.SALESPERSON, cast.hiratsuka)
        DayOff.objects.create(staff=absent, on=NOW.date())
        page = manager.post(OVER.format("tasks"), {"all": "yes"})
        assert page.context["form"]["to"].initial == "evenly"
        assert "森 2" in page.content.decode()
        assert "三木 2" in page.content.decode()
        confirmed(manager, OVER, calls, to="evenly")
        assert sorted(assignees(calls), key=str) == sorted([cast.sales2, third] * 2, key=str)

    def test_all_of_a_list_are_those_behind_its_filter_and_not_just_its_first_page(self, manager, cast):
        mine, theirs = customer(cast.hiratsuka, owner=cast.sales), customer(cast.hiratsuka, owner=cast.sales2)
        for _number in range(60):
            task(mine, DAY)
        task(theirs, DAY)
        page = manager.post(f"{OVER.format('tasks')}?who={cast.sales.pk}", {"all": "yes"})
        assert page.context["number"] == 60

    def test_of_who_is_off_takes_two_presses(self, manager, cast, calls):
        DayOff.objects.create(staff=cast.sales, on=NOW.date())
        [absent] = manager.get("/desk/").context["desk"].absent
        page = manager.post(OVER.format("tasks") + absent.query, {"all": "yes"})
        assert page.context["number"] == absent.today.value == 4
        response = manager.post(
            page.context["address"], {"ids": page.context["ids"], "confirmed": "yes", "to": cast.sales2.pk}
        )
        assert response.status_code == 302
        assert assignees(calls) == [cast.sales2] * 4

    def test_what_was_recorded_meanwhile_is_left_alone_and_said(self, manager, cast, calls):
        record(calls[0], Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        page = manager.get(confirmed(manager, OVER, calls, to=cast.sales2.pk).url)
        assert assignees(calls) == [cast.sales] + [cast.sales2] * 3
        assert page.context["reasons"] == [(Left.DONE.label, 1)]
        assert "顧客0" in page.content.decode()

    def test_pressed_twice_changes_nothing_more_and_tells_nobody_twice(self, manager, cast, calls):
        for _time in range(2):
            response = confirmed(manager, OVER, calls, to=cast.sales2.pk)
        assert manager.get(response.url).context["reasons"] == [(Left.SAME.label, 4)]
        assert Notification.objects.count() == 1

    def test_whoever_has_all_of_it_is_not_offered(self, manager, cast, calls):
        page = manager.post(OVER.format("tasks"), {"all": "yes"})
        offered = {value for value, _label in page.context["form"].fields["to"].choices}
        assert str(cast.sales2.pk) in offered
        assert str(cast.sales.pk) not in offered

    def test_takes_a_deals_tasks_along(self, manager, cast):
        deal = lead(customer(cast.hiratsuka), at("2026-11-22 11:00"))
        call = task(deal.customer, DAY, deal=deal)
        page = manager.get(confirmed(manager, OVER, [deal], "leads", to=cast.sales.pk).url)
        deal.refresh_from_db()
        assert deal.staff == cast.sales
        assert assignees([call]) == [cast.sales]
        assert page.context["along"] == 2, "the call, and the customer who was nobody's"

    def test_needs_somebody_chosen(self, manager, cast, calls):
        for to in ("", "nobody", cast.yokohama_sales.pk):
            response = confirmed(manager, OVER, calls, to=to)
            assert response.status_code == 422
            assert 'aria-invalid="true"' in response.content.decode()
        assert assignees(calls) == [cast.sales] * 4

    def test_across_stores_only_to_who_works_in_all_of_them_or_evenly_in_each(self, client, cast, calls):
        other = task(customer(cast.yokohama, owner=cast.yokohama_manager), DAY)
        client.force_login(cast.admin)
        page = client.post(OVER.format("tasks"), {"all": "yes"})
        assert [value for value, _label in page.context["form"].fields["to"].choices] == ["evenly"]
        confirmed(client, OVER, [*calls, other], to="evenly")
        assert assignees([other]) == [cast.yokohama_sales]
        assert set(assignees(calls)) == {cast.sales2}

    @pytest.mark.parametrize("number", [2, 80])
    def test_needs_as_many_queries_for_many_as_for_few(self, manager, cast, number, django_assert_num_queries):
        rows = [task(customer(cast.hiratsuka, owner=cast.sales), DAY) for _n in range(number)]
        with django_assert_num_queries(11):
            manager.post(OVER.format("tasks"), {"all": "yes"})
        with django_assert_num_queries(20):
            confirmed(manager, OVER, rows, to=cast.sales2.pk)


class TestTheWayBack:
    def test_gives_everything_back_and_takes_the_unread_news_back(self, manager, cast, calls):
        url = confirmed(manager, OVER, calls, to=cast.sales2.pk).url
        assert "元に戻す" in manager.get(url).content.decode()
        page = manager.post(f"{url}undo/", follow=True)
        assert "4件を元に戻しました" in page.content.decode()
        assert assignees(calls) == [cast.sales] * 4
        assert not Notification.objects.exists()
        assert f"{url}undo/" not in page.content.decode(), "it is not offered again"

    def test_is_there_for_a_day_and_once(self, manager, cast, calls, time_machine):
        url = confirmed(manager, OVER, calls, to=cast.sales2.pk).url
        time_machine.move_to(NOW + timedelta(days=1))
        page = manager.post(f"{url}undo/", follow=True)
        assert "取り消せる期間を過ぎたか" in page.content.decode()
        assert assignees(calls) == [cast.sales2] * 4
        time_machine.move_to(NOW + timedelta(hours=23))
        manager.post(f"{url}undo/")
        assert assignees(calls) == [cast.sales] * 4
        assert "取り消せる期間を過ぎたか" in manager.post(f"{url}undo/", follow=True).content.decode()

    def test_is_only_for_who_did_it(self, manager, cast, calls):
        url = confirmed(manager, OVER, calls, to=cast.sales2.pk).url
        other = staff("other", Role.MANAGER, cast.hiratsuka)
        for person, status in ((cast.sales2, 403), (cast.yokohama_manager, 404), (cast.admin, 404), (other, 404)):
            manager.force_login(person)
            assert manager.post(f"{url}undo/").status_code == manager.get(url).status_code == status
        assert assignees(calls) == [cast.sales2] * 4

    def test_stands_on_the_desk(self, manager, cast, calls):
        url = confirmed(manager, OVER, calls, to=cast.sales2.pk).url
        assert f'href="{url}"' in manager.get("/desk/").content.decode()


class TestOfAStoreThatOneNoLongerManages:
    @pytest.fixture
    def there(self, cast):
        Membership.objects.create(staff=cast.manager, store=cast.yokohama, role=Role.MANAGER)
        return task(customer(cast.yokohama, name="横浜の顧客", owner=cast.yokohama_sales), DAY)

    def lose(self, cast):
        Membership.objects.filter(staff=cast.manager, store=cast.yokohama).delete()

    def test_what_was_done_is_neither_shown_nor_taken_back(self, manager, cast, there):
        url = confirmed(manager, OVER, [there], to=cast.manager.pk).url
        assert manager.get(url).status_code == 200
        assert len(manager.get("/desk/").context["acts"]) == 1
        self.lose(cast)
        assert manager.get(url).status_code == manager.post(f"{url}undo/").status_code == 404
        assert not manager.get("/desk/").context["acts"]
        assert assignees([there]) == [cast.manager]

    def test_of_several_stores_only_the_own_rows_are_counted_and_go_back(self, manager, cast, calls, there):
        rows = [*calls, there]
        url = confirmed(manager, OVER, rows, to=cast.manager.pk).url
        assert manager.get(url).context["number"] == 5
        self.lose(cast)
        assert manager.get(url).context["number"] == 4
        assert "4" in manager.post(f"{url}undo/", follow=True).content.decode()
        assert assignees(rows) == [cast.sales] * 4 + [cast.manager]

    def test_customers_left_alone_are_not_named(self, manager, cast, calls, there):
        for row in (calls[0], there):
            record(row, Result(Outcome.NO_ANSWER), by=cast.admin, now=NOW)
        url = confirmed(manager, OVER, [*calls, there], to=cast.manager.pk).url
        assert "横浜の顧客" in manager.get(url).content.decode()
        self.lose(cast)
        page = manager.get(url).content.decode()
        assert "横浜の顧客" not in page
        assert "顧客0" in page


class TestReminding:
    def test_tells_each_person_of_their_rows_with_a_word(self, manager, cast, calls):
        other = task(customer(cast.hiratsuka, owner=cast.sales2), DAY)
        page = manager.post(REMIND.format("tasks"), {"all": "yes"})
        assert page.context["effect"]["told"] == [(cast.sales, 4), (cast.sales2, 1)]
        confirmed(manager, REMIND, [*calls, other], note="今日中に\nお願いします")
        told = {one.staff: one for one in Notification.objects.all()}
        assert {person: one.values["n"] for person, one in told.items()} == {cast.sales: 4, cast.sales2: 1}
        manager.force_login(cast.sales)
        page = manager.get("/notifications/").content.decode()
        assert "大塚 誠さんから対応の依頼があります(4件)" in page
        assert "今日中に<br>お願いします" in page
        page = manager.post(reverse("notifications:open", args=[told[cast.sales].pk]), follow=True)
        assert {row["customer"] for row in page.context["rows"]} == {f"顧客{n}" for n in range(4)}

    def test_not_twice_within_the_hour_of_the_same_row(self, manager, cast, calls, time_machine):
        confirmed(manager, REMIND, calls[:2])
        time_machine.move_to(NOW + timedelta(minutes=59))
        page = manager.post(REMIND.format("tasks"), {"all": "yes"})
        assert page.context["effect"]["left"] == [(Left.LATELY.label, 2)]
        confirmed(manager, REMIND, calls)
        assert Notification.objects.latest("pk").values["n"] == 2
        time_machine.move_to(NOW + timedelta(minutes=60))
        confirmed(manager, REMIND, calls[:2])
        assert Notification.objects.count() == 3

    def test_nobody_of_what_is_nobodys_done_ones_own_or_of_who_left(self, manager, cast, calls):
        nobodys = task(customer(cast.hiratsuka), DAY)
        own = task(customer(cast.hiratsuka, owner=cast.manager), DAY)
        gone = task(customer(cast.hiratsuka, owner=cast.sales2), DAY)
        cast.sales2.memberships.all().delete()
        record(calls[0], Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        confirmed(manager, REMIND, [*calls, nobodys, own, gone])
        assert Notification.objects.get().values["n"] == 3
        assert Act.objects.get().rows.left().count_by_reason() == {
            Left.DONE: 1, Left.NOBODYS: 1, Left.OWN: 1, Left.AWAY: 1,
        }  # fmt: skip

    @pytest.mark.parametrize("kind", ["leads", "replies", "deals"])
    def test_of_leads_replies_and_deals_as_well(self, manager, cast, kind):
        person = customer(cast.hiratsuka, owner=cast.sales)
        row = lead(person, at("2026-11-22 11:00"), staff=cast.sales)
        if kind == "replies":
            row = reply(person, at("2026-11-22 11:00"), at("2026-11-22 13:00"))
        if kind == "deals":
            row.take(cast.sales, NOW)
        confirmed(manager, REMIND, [row], kind)
        manager.force_login(cast.sales)
        [shown] = manager.get(Notification.objects.get().path).context["rows"]
        assert shown["pk"] == row.pk

    def test_taken_back_is_not_told(self, manager, cast, calls):
        manager.post(f"{confirmed(manager, REMIND, calls).url}undo/")
        assert not Notification.objects.exists()
        confirmed(manager, REMIND, calls)
        assert Notification.objects.get().values["n"] == 4, "what was taken back doesn't count as reminded"

    def test_of_a_row_handed_over_since_the_first_person_sees_nothing_any_more(self, manager, cast, calls):
        confirmed(manager, REMIND, calls)
        path = Notification.objects.get().path
        cast.sales.memberships.all().delete()
        manager.force_login(cast.sales)
        assert manager.get(path).status_code == 403
        manager.force_login(cast.yokohama_sales)
        assert manager.get(path).status_code == 404

    def test_too_long_a_word_stays_in_its_field(self, manager, calls):
        response = confirmed(manager, REMIND, calls, note="長" * 301)
        assert response.status_code == 422
        assert "長" * 301 in response.content.decode()
        assert not Act.objects.exists()

    @pytest.mark.parametrize("number", [2, 80])
    def test_needs_as_many_queries_for_many_as_for_few(self, manager, cast, number, django_assert_num_queries):
        rows = [task(customer(cast.hiratsuka, owner=cast.sales), DAY) for _n in range(number)]
        with django_assert_num_queries(17):
            confirmed(manager, REMIND, rows)


class TestChoosingAPattern:
    @pytest.fixture
    def new_arrival(self):
        return Pattern.objects.get(slug="new-arrival")

    def test_shows_for_how_many_it_begins_and_then_begins(self, manager, cast, calls, new_arrival):
        start(new_arrival, customer=calls[0].customer, by=None, now=NOW)
        page = manager.post(PATTERN.format("tasks"), {"ids": ids(calls), "pattern": new_arrival.pk, "preview": "yes"})
        assert page.context["effect"] == {"ready": 3, "left": [(WhyNot.RUNNING.label, 1)]}
        assert FollowUp.objects.count() == 1
        page = manager.get(confirmed(manager, PATTERN, calls, pattern=new_arrival.pk).url)
        assert (page.context["number"], page.context["reasons"]) == (3, [(WhyNot.RUNNING.label, 1)])
        assert "顧客0" in page.content.decode()
        expand(NOW)
        assert {one.customer_id for one in FollowUp.objects.all()} == {call.customer_id for call in calls}
        assert Task.objects.filter(follow_up__customer=calls[1].customer).count() == 5

    def test_is_for_the_deal_behind_a_task_unless_that_is_lost(self, manager, cast, new_arrival):
        person = customer(cast.hiratsuka, owner=cast.sales)
        deal, lost = lead(person, NOW), lead(customer(cast.hiratsuka), NOW)
        rows = [task(person, DAY, deal=deal), task(person, DAY, deal=deal), task(lost.customer, DAY, deal=lost)]
        lost.lose("price", cast.sales, NOW)
        confirmed(manager, PATTERN, rows, pattern=new_arrival.pk)
        assert {(one.customer_id, one.deal_id) for one in FollowUp.objects.all()} == {
            (person.pk, deal.pk),
            (lost.customer_id, None),
        }

    def test_begins_new_leads_and_stopping_it_makes_them_new_again(self, manager, cast, new_arrival):
        deals = [lead(customer(cast.hiratsuka), NOW, staff=cast.sales) for _n in range(3)]
        url = confirmed(manager, PATTERN, deals, "leads", pattern=new_arrival.pk).url
        assert [one.taken_by for one in _reread(deals)] == [cast.manager] * 3
        expand(NOW)
        record(Task.objects.filter(deal=deals[0]).first(), Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        page = manager.post(f"{url}undo/", follow=True)
        assert "2件を元に戻しました" in page.content.decode()
        assert [one.is_new for one in _reread(deals)] == [False, True, True]
        assert [FollowUp.objects.get(deal=deal).ended_at is None for deal in deals] == [True, False, False]

    def test_of_a_store_is_not_offered_to_another_and_left_out_where_it_isnt_used(self, client, cast, calls):
        own = pattern("own", [{}], store=cast.hiratsuka)
        other = task(customer(cast.yokohama, owner=cast.yokohama_sales), DAY)
        client.force_login(cast.yokohama_manager)
        assert confirmed(client, PATTERN, [other], pattern=own.pk).status_code == 422
        client.force_login(cast.admin)
        page = client.get(confirmed(client, PATTERN, [*calls, other], pattern=own.pk).url)
        assert page.context["reasons"] == [(WhyNot.ELSEWHERE.label, 1)]
        assert not FollowUp.objects.filter(customer=other.customer).exists()

    def test_needs_as_many_queries_for_many_as_for_few(self, manager, cast, new_arrival, django_assert_max_num_queries):
        for number in (2, 60):
            rows = [task(customer(cast.hiratsuka, owner=cast.sales), DAY) for _n in range(number)]
            with django_assert_max_num_queries(34):
                confirmed(manager, PATTERN, rows, pattern=new_arrival.pk)


@pytest.mark.parametrize("address", [OVER, PATTERN, REMIND])
class TestWhatIsMeant:
    def test_nothing_ticked_is_said_and_nothing_done(self, manager, calls, address):
        response = manager.post(address.format("tasks") + "?age=some", follow=True)
        assert response.redirect_chain[0][0] == "/desk/tasks/?age=some"
        assert "先に対象の行を選んでください" in response.content.decode()

    def test_rows_of_another_store_are_not_among_it(self, manager, cast, calls, address):
        theirs = task(customer(cast.yokohama, owner=cast.yokohama_sales), DAY)
        page = manager.post(address.format("tasks"), {"row": [calls[0].pk, theirs.pk]})
        assert (page.context["number"], page.context["gone"]) == (1, 0)
        assert page.context["ids"] == str(calls[0].pk)
        assert manager.post(address.format("tasks"), {"row": theirs.pk}).status_code == 302

    @pytest.mark.parametrize("odd", ["²", "9" * 5000, "-1", "x", ",,", "1\0"])
    def test_odd_ids_are_nothing(self, manager, calls, address, odd):
        assert manager.post(address.format("tasks"), {"ids": odd, "confirmed": "yes"}).status_code == 302
        assert manager.post(address.format("tasks"), {"row": odd}).status_code == 302

    def test_another_kind_of_rows_with_the_same_ids_is_another_thing(self, manager, cast, calls, address):
        assert manager.post(address.format("replies"), {"row": calls[0].pk}).status_code == 302
        assert manager.post(address.format("nothing"), {"row": calls[0].pk}).status_code == 404


def test_the_tasks_panel_tells_who_handed_it_over_and_who_was_reminded(manager, cast, calls, time_machine):
    url = confirmed(manager, OVER, calls, to=cast.sales2.pk).url
    confirmed(manager, REMIND, calls)
    manager.force_login(cast.sales2)
    page = manager.get(reverse("todo:task", args=[calls[0].pk])).content.decode()
    assert "佐藤 健太 → 森 翔(大塚 誠)" in page
    assert "大塚 誠が森 翔に対応を依頼" in page
    manager.force_login(cast.manager)
    manager.post(f"{url}undo/")
    panel = manager.get(reverse("todo:task", args=[calls[0].pk]))
    assert '<span class="state">取り消し済み</span>' in panel.content.decode()
    assert Act.objects.filter(kind=ActKind.HANDED_OVER).count() == 1


def _reread(rows):
    return [type(row).objects.get(pk=row.pk) for row in rows]
