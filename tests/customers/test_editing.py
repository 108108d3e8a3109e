from datetime import date

import pytest
import time_machine
from django.test import Client

from customers.forms import CustomerForm
from customers.models import Customer, Vehicle
from stores.forms.saving import save_or_tell
from tests import pages
from tests.cast import at, customer, vehicle


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


def filled(response, **changes):
    return pages.filled(response.context["form"], **changes)


def test_everything_of_a_customer_is_changed_and_found_again(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    data = filled(
        me.get(url),
        name="髙橋 美咲",
        phones="０９０－９９９９－８８８８\n0463-22-3333\n",
        convenient_weekdays=["1", "4"],
        convenient_from="17:00",
        convenient_until="19:00",
        refused_channels=["letter"],
        postcode="２５４００３５",
    )
    assert me.post(url, data).url == f"/customers/{there.pk}/"
    there.refresh_from_db()
    assert there.phones == ["09099998888", "0463223333"]
    assert (there.convenient_weekdays, there.refused_channels, there.postcode) == ([1, 4], ["letter"], "254-0035")
    assert Customer.objects.search("高橋").get() == there


def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    wrong = {"phones": "12", "emails": "x", "postcode": "12", "convenient_from": "19:00", "convenient_until": "17:00"}
    response = me.post(url, filled(me.get(url), name="別の名", **wrong))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"phones", "emails", "postcode", "convenient_until"}
    there.refresh_from_db()
    assert there.name == "中村 美咲"


def test_a_company_needs_somebody_to_speak_to_and_ways_to_reach_it(me, cast):
    there = customer(cast.hiratsuka, phones=[])
    url = f"/customers/{there.pk}/edit/"
    response = me.post(url, filled(me.get(url), kind="company"))
    assert set(response.context["form"].errors) == {
        "contact_name", "contact_phone", "phones", "emails", "address", "representative", "website",
    }  # fmt: skip


@pytest.fixture
def sato(cast):
    return signed_in(cast.sales)


@pytest.fixture
def mori(cast):
    return signed_in(cast.sales2)


def signed_in(person):
    browser = Client()
    browser.force_login(person)
    return browser


class TestTwoPeople:
    """Sato saves while Mori is writing."""

    @pytest.fixture
    def there(self, cast):
        return customer(
            cast.hiratsuka, occupation="会社員", note="犬が2匹", born_on=date(1980, 2, 29), refused_channels=["letter"]
        )

    @pytest.fixture
    def url(self, there):
        return f"/customers/{there.pk}/edit/"

    def test_what_only_the_other_changed_stays_and_what_only_i_changed_is_saved(self, sato, mori, there, url):
        mine = filled(mori.get(url), name="私の名")
        sato.post(url, filled(sato.get(url), occupation="看護師", born_on="1981-03-01", refused_channels=["sms"]))
        response = mori.post(url, mine, follow=True)
        assert response.redirect_chain[0][1] == 302
        assert "職業" in str(next(iter(response.context["messages"])))
        there.refresh_from_db()
        assert (there.name, there.occupation, there.born_on) == ("私の名", "看護師", date(1981, 3, 1))
        assert (there.refused_channels, there.note) == (["sms"], "犬が2匹")

    def test_what_both_changed_stands_side_by_side_with_who_and_when_and_nothing_is_saved(
        self, sato, mori, there, url, time_machine
    ):
        time_machine.move_to(at("2026-11-21 10:30"))
        mine = filled(mori.get(url), occupation="教師", name="私の名")
        theirs = filled(sato.get(url), occupation="看護師", note="犬が3匹", kana="ナカムラ ミサ")
        time_machine.move_to(at("2026-11-21 10:31"), tick=False)
        sato.post(url, theirs)
        response = mori.post(url, mine)
        form, content = response.context["form"], response.content.decode()
        assert (response.status_code, form.differing) == (409, [("職業", "看護師")])
        assert "佐藤 健太さんが 11/21 10:31 に保存しました" in content
        assert form["occupation"].value() == "教師"
        assert (form["note"].value(), form["kana"].value()) == ("犬が3匹", "ナカムラ ミサ")
        there.refresh_from_db()
        assert (there.name, there.occupation) == ("中村 美咲", "看護師")

    def test_saving_again_writes_just_what_was_decided(self, sato, mori, there, url):
        mine = filled(mori.get(url), occupation="教師", name="私の名")
        sato.post(url, filled(sato.get(url), occupation="看護師", note="犬が3匹"))
        again = filled(mori.post(url, mine))
        assert mori.post(url, again).status_code == 302
        there.refresh_from_db()
        assert (there.name, there.occupation, there.note) == ("私の名", "教師", "犬が3匹")

    def test_a_third_change_while_deciding_is_told_as_well(self, sato, mori, there, url):
        mine = filled(mori.get(url), occupation="教師")
        sato.post(url, filled(sato.get(url), occupation="看護師"))
        again = filled(mori.post(url, mine))
        sato.post(url, filled(sato.get(url), occupation="医師"))
        response = mori.post(url, again)
        assert (response.status_code, response.context["form"].differing) == (409, [("職業", "医師")])

    def test_the_same_words_from_both_are_no_difference(self, sato, mori, there, url):
        mine = filled(mori.get(url), occupation="看護師", phones="090-9999-8888")
        sato.post(url, filled(sato.get(url), occupation="看護師", phones="０９０９９９９８８８８"))
        assert mori.post(url, mine).status_code == 302

    def test_back_to_what_it_was_is_no_change(self, sato, mori, there, url):
        """Mori typed and took it back: what Sato wrote stays."""
        mine = filled(mori.get(url), occupation="会社員")
        sato.post(url, filled(sato.get(url), occupation="看護師"))
        assert mori.post(url, mine).status_code == 302
        there.refresh_from_db()
        assert there.occupation == "看護師"

    def test_what_fits_alone_but_not_together_is_refused_beside_its_field(self, sato, mori, there, url):
        times = {"convenient_from": "10:00", "convenient_until": "12:00"}
        sato.post(url, filled(sato.get(url), **times))
        mine = filled(mori.get(url), convenient_from="11:00")
        sato.post(url, filled(sato.get(url), convenient_until="10:30"))
        response = mori.post(url, mine)
        assert (response.status_code, set(response.context["form"].errors)) == (422, {"convenient_until"})
        assert "相手だけが変更し" in response.content.decode()
        there.refresh_from_db()
        assert f"{there.convenient_from:%H:%M}" == "10:00"

    @pytest.mark.parametrize("seen", ["x", "e30:1:x", "0" * 5000])
    def test_a_state_that_is_not_from_us_counts_as_nothing_seen(self, sato, mori, there, url, seen):
        mine = {**filled(mori.get(url), occupation="教師"), "seen": seen}
        assert mori.post(url, mine).status_code == 409
        there.refresh_from_db()
        assert there.occupation == "会社員"

    def test_the_state_of_another_customer_counts_as_nothing_seen(self, mori, cast, there, url):
        other = customer(cast.hiratsuka)
        seen = mori.get(f"/customers/{other.pk}/edit/").context["form"]["seen"].value()
        assert mori.post(url, {**filled(mori.get(url), occupation="教師"), "seen": seen}).status_code == 409

    def test_without_the_state_it_would_be_written_over(self, sato, mori, there, url):
        """The negative control: it is what was seen that guards."""
        mine = {**filled(mori.get(url), name="私の名"), "seen": ""}
        sato.post(url, filled(sato.get(url), occupation="看護師"))
        mori.post(url, mine)
        there.refresh_from_db()
        assert there.occupation == "会社員"


def test_what_happens_elsewhere_does_not_stand_in_the_way(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    mine = filled(me.get(url), name="私の名")
    Customer.objects.filter(pk=there.pk).update(owner=cast.sales2)
    assert me.post(url, mine).status_code == 302
    there.refresh_from_db()
    assert (there.name, there.owner) == ("私の名", cast.sales2)


def test_a_vehicle_is_added_and_changed_and_the_customer_is_found_by_its_plate(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/vehicles/new/"
    data = filled(me.get(url), model="ノート", plate="湘南　５００　い　98－71", inspection_expires_on="2027-02-28")
    assert me.post(url, data).url == f"/customers/{there.pk}/"
    made = Vehicle.objects.get()
    assert (made.plate, made.store) == ("湘南 500 い 98-71", cast.hiratsuka)
    assert Customer.objects.search("98-71").get() == there
    url = f"/vehicles/{made.pk}/edit/"
    me.post(url, filled(me.get(url), plate="横浜 300 う 99-99"))
    assert not Customer.objects.search("98-71").exists()


def test_its_next_periodic_inspection_is_entered_and_stands_on_the_customers_page(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/vehicles/{vehicle(there).pk}/edit/"
    assert me.post(url, filled(me.get(url), check_due_on="2027-02-28")).status_code == 302
    assert Vehicle.objects.get().check_due_on == date(2027, 2, 28)
    assert "点検 2027/2/28" in me.get(f"/customers/{there.pk}/").content.decode()


def test_a_vehicle_needs_its_model(me, cast):
    there = customer(cast.hiratsuka)
    response = me.post(f"/customers/{there.pk}/vehicles/new/", {"plate": "湘南 500 あ 12-34", "year": "12"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"model", "year"}
    assert not Vehicle.objects.exists()


def test_the_second_of_two_people_is_told_about_a_vehicle_too(me, cast):
    made = vehicle(customer(cast.hiratsuka))
    url = f"/vehicles/{made.pk}/edit/"
    mine = filled(me.get(url), year="平成31年式", mileage_km="２０，０００ｋｍ")
    me.post(url, filled(me.get(url), mileage_km="30000", bought_here=True, inspection_expires_on="2027-02-28"))
    response = me.post(url, mine)
    assert response.status_code == 409
    assert [words for _label, words in response.context["form"].differing] == ["30,000"]
    again = filled(response)
    assert again["bought_here"] is True
    me.post(url, again)
    made.refresh_from_db()
    assert (made.year, made.mileage_km, made.bought_here) == (2019, 20000, True)
    assert made.inspection_expires_on == date(2027, 2, 28)


def test_another_stores_customers_and_vehicles_are_not_there(me, cast):
    theirs = customer(cast.yokohama)
    car = vehicle(theirs)
    for url in (f"/customers/{theirs.pk}/edit/", f"/customers/{theirs.pk}/vehicles/new/", f"/vehicles/{car.pk}/edit/"):
        assert me.get(url).status_code == 404
        assert me.post(url, {"name": "x", "model": "x"}).status_code == 404


def test_a_code_that_another_customer_of_the_store_has_is_refused_beside_its_field(me, cast):
    customer(cast.hiratsuka, name="先の人", code="A1")
    customer(cast.yokohama, code="B1")
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    response = me.post(url, filled(me.get(url), code=" A1 "))
    assert response.status_code == 422
    assert "先の人" in response.context["form"].errors["code"][0]
    assert me.post(url, filled(me.get(url), code="B1")).status_code == 302
    assert me.post(url, filled(me.get(url), name="同じコードのまま")).status_code == 302
    there.refresh_from_db()
    assert (there.name, there.code) == ("同じコードのまま", "B1")


def test_a_code_taken_meanwhile_is_told_beside_its_field(me, cast):
    there = customer(cast.hiratsuka)
    data = filled(me.get(f"/customers/{there.pk}/edit/"), code="A1", name="別の名")
    form = CustomerForm(data, instance=there, today=date(2026, 11, 21))
    assert form.is_valid()
    customer(cast.hiratsuka, code="A1")
    assert not save_or_tell(form, lambda: form.save_of(there, by=None, now=at("2026-11-21 12:00")))
    assert set(form.errors) == {"code"}
    assert Customer.objects.get(pk=there.pk).name == "中村 美咲"


@pytest.mark.parametrize("born_on", ["0001-01-01", "1899-12-31", "2999-01-01", "9999-12-31"])
def test_nobody_is_born_on_a_day_that_cannot_be(me, cast, born_on):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    response = me.post(url, filled(me.get(url), born_on=born_on))
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"born_on"})


def test_nobody_is_born_tomorrow(me, cast):
    there = customer(cast.hiratsuka)
    url = f"/customers/{there.pk}/edit/"
    with time_machine.travel(at("2026-11-21 12:00"), tick=False):
        assert me.post(url, filled(me.get(url), born_on="2026-11-22")).status_code == 422
        assert me.post(url, filled(me.get(url), born_on="2026-11-21")).status_code == 302


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_vehicle_has_no_days_that_cannot_be(me, cast, day):
    url = f"/customers/{customer(cast.hiratsuka).pk}/vehicles/new/"
    days = ["inspection_expires_on", "check_due_on", "insurance_expires_on"]
    days += ["first_registered_on", "delivered_on", "disposed_on"]
    response = me.post(url, filled(me.get(url), model="ノート", **dict.fromkeys(days, day)))
    assert (response.status_code, set(response.context["form"].errors)) == (422, set(days))
    assert not Vehicle.objects.exists()
