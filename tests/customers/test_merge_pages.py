"""Pages about who is in the book twice: found, compared, made one, settled as two (REQUIREMENTS C7)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.duplicates import CROWD, FIND_JOB, find
from customers.jobs import find_duplicates
from customers.merging import merge
from customers.models import Customer, Duplicate, Merge
from stores.models import Membership, Role, WakeUp
from tests.cast import at, customer, lead, task, vehicle
from tests.customers.lists import many
from tests.customers.test_importing_page import confirm, sent

NOW = at("2026-11-21 12:00")
LIST = "/customers/duplicates/"


def url(name, *pks):
    return reverse(f"merging:{name}", args=pks)


@pytest.fixture
def pair(cast):
    one = customer(cast.hiratsuka, owner=cast.sales, code="100")
    other = customer(cast.hiratsuka, name="中村 みさき", owner=cast.sales2)
    return one, other


def found():
    return {(row.one, row.other): row.why for row in Duplicate.objects.open().select_related("one", "other")}


def test_the_same_number_the_same_mail_and_the_same_kana_and_birthday_are_found(cast):
    day = date(1980, 2, 29)
    one = customer(cast.hiratsuka, phones=["09011112222", "0463211111"], emails=["a@example.test"], born_on=day)
    phone = customer(cast.hiratsuka, name="別名", kana="ベツメイ", phones=["0463211111"])
    born = customer(cast.hiratsuka, kana="ナカムラミサキ", phones=[], born_on=day)
    everything = customer(cast.hiratsuka, phones=["09011112222"], emails=["a@example.test"], born_on=day)
    customer(cast.hiratsuka, phones=[], kana="")
    customer(cast.hiratsuka, phones=[], kana="")
    find(NOW)
    assert found() == {
        (one, phone): ["phone"],
        (one, born): ["birthday"],
        (one, everything): ["birthday", "email", "phone"],
        (born, everything): ["birthday"],
    }


def test_looking_again_changes_nothing_and_forgets_what_is_no_more(cast, pair):
    assert find(NOW) == 1
    assert find(NOW + timedelta(days=1)) == 0
    Customer.objects.filter(pk=pair[1].pk).update(phones=["0311112222"])
    find(NOW)
    assert found() == {}


def test_who_was_said_to_be_two_stays_two(cast, pair):
    find(NOW)
    Duplicate.objects.get().dismiss(cast.manager, NOW)
    find(NOW + timedelta(days=1))
    assert found() == {}
    assert Duplicate.objects.dismissed().count() == 1


def test_of_a_switchboard_each_is_compared_with_the_oldest_only(cast):
    for number in range(CROWD + 1):
        customer(cast.hiratsuka, name=f"社員{number}", kana="", phones=["0311110000"])
    find(NOW)
    assert Duplicate.objects.count() == CROWD


def test_who_is_closed_is_nobodys_double(cast, pair):
    Customer.objects.filter(pk=pair[0].pk).update(closed_at=NOW)
    find(NOW)
    assert found() == {}


def test_a_saved_list_wakes_the_search(client, cast, django_capture_on_commit_callbacks):
    client.force_login(cast.manager)
    with django_capture_on_commit_callbacks(execute=True):
        confirm(client, sent(client, many(1)))
    assert WakeUp.objects.filter(name=FIND_JOB).exists()


def test_the_nightly_job_finds(cast, pair):
    assert find_duplicates() == "found 1"


def test_a_manager_sees_the_pairs_of_their_own_stores_only(client, cast, pair):
    there = customer(cast.yokohama, name="横浜の人", owner=cast.yokohama_sales)
    twice = customer(cast.yokohama, name="横浜の二人目")
    find(NOW)
    client.force_login(cast.manager)
    text = client.get(LIST).content.decode()
    assert text.count('id="pair-') == 1
    assert there.name not in text
    client.force_login(cast.yokohama_manager)
    assert client.get(LIST).content.decode().count('id="pair-') == 1
    client.force_login(cast.admin)
    assert client.get(LIST).content.decode().count('id="pair-') == 6
    across = Duplicate.objects.get(one=pair[0], other=there)
    client.force_login(cast.manager)
    assert client.post(url("dismissal", across.pk)).status_code == 404
    assert client.get(url("merge", pair[0].pk, there.pk)).status_code == 404
    assert client.post(url("merge", pair[0].pk, twice.pk)).status_code == 404
    Membership.objects.create(staff=cast.manager, store=cast.yokohama, role=Role.MANAGER)
    assert client.post(url("dismissal", across.pk)).status_code == 302


def test_who_only_works_in_the_other_store_may_not_take_its_customers(client, cast, pair):
    there = customer(cast.yokohama)
    Membership.objects.create(staff=cast.manager, store=cast.yokohama, role=Role.SALESPERSON)
    find(NOW)
    client.force_login(cast.manager)
    assert client.get(LIST).content.decode().count('id="pair-') == 1
    assert client.get(url("merge", pair[0].pk, there.pk)).status_code == 403


def test_two_are_said_to_be_two_and_that_is_taken_back(client, cast, pair):
    find(NOW)
    row = Duplicate.objects.get()
    client.force_login(cast.manager)
    assert client.post(url("dismissal", row.pk)).status_code == 302
    assert 'id="pair-' not in client.get(LIST).content.decode()
    assert 'id="pair-' in client.get(f"{LIST}?show=dismissed").content.decode()
    client.post(url("reopening", row.pk))
    assert 'id="pair-' in client.get(LIST).content.decode()


def test_two_are_compared_and_made_one(client, cast, pair):
    one, other = pair
    task(other, date(2026, 11, 22))
    client.force_login(cast.manager)
    page = client.get(url("merge", one.pk, other.pk))
    text = page.content.decode()
    assert "中村 美咲" in text
    assert "中村 みさき" in text
    assert Merge.objects.count() == 0
    answer = client.post(url("merge", one.pk, other.pk), {"name": "second", "owner": "first"}, follow=True)
    one.refresh_from_db()
    assert answer.redirect_chain[0][0] == url("merged", Merge.objects.get().pk)
    assert (one.name, one.owner) == ("中村 みさき", cast.sales)
    old = client.get(reverse("todo:customer", args=[other.pk]))
    assert (old.status_code, old.url) == (302, reverse("todo:customer", args=[one.pk]))


def test_who_sent_them_is_not_named_where_that_is_another_stores_customer(client, cast, pair):
    here, there = customer(cast.hiratsuka, name="紹介 花"), customer(cast.yokohama, name="横浜 秘子")
    for one, referrer in zip(pair, (here, there), strict=True):
        Customer.objects.filter(pk=one.pk).update(referrer=referrer)
    address = url("merge", *(one.pk for one in pair))
    client.force_login(cast.manager)
    text = client.get(address).content.decode()
    assert "紹介 花" in text
    assert "横浜 秘子" not in text
    assert 'name="referrer"' in text
    client.force_login(cast.admin)
    assert "横浜 秘子" in client.get(address).content.decode()


def test_without_a_choice_nothing_is_made_one(client, cast, pair):
    client.force_login(cast.manager)
    assert client.post(url("merge", *(one.pk for one in pair)), {"name": "third"}).status_code == 422
    assert not Merge.objects.exists()


def test_who_was_merged_meanwhile_is_told(client, cast, pair):
    one, other = pair
    merge(one, other, by=cast.manager, now=timezone.now())
    client.force_login(cast.manager)
    answer = client.post(url("merge", one.pk, other.pk), {"name": "first", "owner": "first"})
    assert answer.status_code == 422
    assert Merge.objects.count() == 1


def test_a_merge_is_taken_back_from_its_page(client, cast, pair):
    one, other = pair
    row = merge(one, other, by=cast.manager, now=timezone.now())
    client.force_login(cast.manager)
    assert url("undo", row.pk) in client.get(url("merged", row.pk)).content.decode()
    client.post(url("undo", row.pk))
    assert client.get(reverse("todo:customer", args=[other.pk])).status_code == 200
    page = client.get(url("merged", row.pk)).content.decode()
    assert url("undo", row.pk) not in page
    client.post(url("undo", row.pk))
    row.refresh_from_db()
    assert row.undone_by == cast.manager
    client.force_login(cast.yokohama_manager)
    assert client.get(url("merged", row.pk)).status_code == 404
    assert client.post(url("undo", row.pk)).status_code == 404


def test_an_action_sent_to_the_old_page_goes_to_the_whole_customer(client, cast, pair):
    one, other = pair
    merge(one, other, by=cast.manager, now=timezone.now())
    client.force_login(cast.manager)
    client.post(reverse("todo:customer-assign", args=[other.pk]), {"staff": cast.sales2.pk})
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.owner == cast.sales2


@pytest.mark.parametrize("name", ["edit", "new-vehicle"])
def test_the_form_of_who_is_no_more_leads_to_the_whole_customer(client, cast, pair, name):
    one, other = pair
    merge(one, other, by=cast.manager, now=timezone.now())
    client.force_login(cast.sales)
    for answer in (client.get, client.post):
        response = answer(reverse(f"customers:{name}", args=[other.pk]))
        assert (response.status_code, response.url) == (302, reverse("todo:customer", args=[one.pk]))


def test_whoever_is_alike_is_offered_and_anybody_can_be_looked_for(client, cast, pair):
    one, other = pair
    stranger = customer(cast.hiratsuka, name="小林 直樹", kana="コバヤシ", phones=["0311112222"])
    customer(cast.yokohama, name="小林 横浜", phones=["0311112223"])
    client.force_login(cast.manager)
    text = client.get(url("find", one.pk)).content.decode()
    assert url("merge", one.pk, other.pk) in text
    assert url("merge", one.pk, stranger.pk) not in text
    text = client.get(url("find", one.pk), {"q": "小林"}).content.decode()
    assert url("merge", one.pk, stranger.pk) in text
    assert "小林 横浜" not in text


@pytest.mark.parametrize("number", [1, 10])
def test_the_list_asks_the_same_however_long_it_is(client, cast, number, django_assert_num_queries):
    for count in range(number):
        two = [customer(cast.hiratsuka, phones=[f"0909999{count:04}"], owner=cast.sales) for _ in "ab"]
        if count % 2:
            merge(*two, by=cast.manager, now=timezone.now())
    customer(cast.hiratsuka, phones=["09088887777"])
    customer(cast.hiratsuka, phones=["09088887777"])
    find(NOW)
    client.force_login(cast.manager)
    client.get(LIST)
    with django_assert_num_queries(QUERIES):
        assert client.get(LIST).status_code == 200


QUERIES = 7


def test_the_page_of_two_asks_the_same_however_much_they_have(client, cast, pair, django_assert_num_queries):
    one, other = pair
    client.force_login(cast.manager)
    counts = []
    for _round in range(2):
        with django_assert_num_queries(COMPARED):
            counts.append(client.get(url("merge", one.pk, other.pk)).status_code)
        for _ in range(10):
            lead(other, NOW, vehicle=vehicle(other))
            task(other, date(2026, 11, 22))
    assert counts == [200, 200]


COMPARED = 28
