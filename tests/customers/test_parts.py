"""An entry changed part by part, in its place."""

import pytest
from django.test import Client

from customers.models import BookRules, Customer
from tests import pages
from tests.cast import customer

HTMX = {"HX-Request": "true", "HX-Target": "part-person"}


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


@pytest.fixture
def who(cast):
    return customer(cast.hiratsuka, owner=cast.sales, occupation="会社員", note="犬がいる")


def url(who, key):
    return f"/customers/{who.pk}/edit/{key}/"


def filled(response, **changes):
    return pages.filled(response.context["form"], **changes)


def test_a_part_is_changed_in_its_place_and_nothing_else(me, cast, who):
    data = filled(me.get(url(who, "person"), headers=HTMX), occupation="看護師")
    response = me.post(url(who, "person"), data, headers=HTMX)
    content = response.content.decode()
    assert 'id="part-person"' in content
    assert "看護師" in content
    assert "<html" not in content
    who.refresh_from_db()
    assert (who.occupation, who.note, who.phones, who.edited_by) == ("看護師", "犬がいる", ["09012345678"], cast.sales)


def test_without_javascript_it_is_a_page(me, who):
    assert "<html" in me.get(url(who, "note")).content.decode()
    assert me.post(url(who, "note"), filled(me.get(url(who, "note")), note="猫")).url == f"/customers/{who.pk}/"
    who.refresh_from_db()
    assert who.note == "猫"


def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(me, who):
    response = me.post(url(who, "reach"), filled(me.get(url(who, "reach")), phones="090-1"), headers=HTMX)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"phones"})
    assert "090-1" in response.content.decode()
    who.refresh_from_db()
    assert who.phones == ["09012345678"]


def test_who_gives_up_sees_the_part_as_it_stands(me, who):
    content = me.get(f"{url(who, 'note')}?shown=yes", headers=HTMX).content.decode()
    assert "犬がいる" in content
    assert "<form" not in content


def test_of_two_the_second_is_shown_what_the_first_changed(me, cast, who):
    other = Client()
    other.force_login(cast.sales2)
    mine = filled(me.get(url(who, "person")), occupation="教師")
    other.post(url(who, "person"), filled(other.get(url(who, "person")), occupation="看護師"))
    response = me.post(url(who, "person"), mine, headers=HTMX)
    assert (response.status_code, response.context["form"].differing) == (409, [("職業", "看護師")])
    assert response.context["form"]["occupation"].value() == "教師"
    me.post(url(who, "person"), filled(response))
    who.refresh_from_db()
    assert who.occupation == "教師"


def test_two_who_change_different_parts_lose_nothing(me, cast, who):
    mine = filled(me.get(url(who, "note")), note="猫")
    me.post(url(who, "person"), filled(me.get(url(who, "person")), occupation="看護師"))
    assert me.post(url(who, "note"), mine).status_code == 302
    who.refresh_from_db()
    assert (who.note, who.occupation) == ("猫", "看護師")


def test_a_changed_name_renews_the_page(me, who):
    response = me.post(url(who, "name"), filled(me.get(url(who, "name")), name="髙橋 美咲"), headers=HTMX)
    assert "recorded" in response["HX-Trigger"]
    assert Customer.objects.search("高橋").get() == who


def test_another_stores_customer_is_not_there(me, cast):
    theirs = customer(cast.yokohama)
    assert me.get(url(theirs, "note")).status_code == 404
    assert me.post(url(theirs, "note"), {"note": "x"}).status_code == 404


class TestWhatMustBeKnown:
    @pytest.fixture
    def company(self, cast):
        return customer(cast.hiratsuka, kind="company", name="相模運送", website="https://example.test")

    def test_the_page_of_a_company_says_what_is_missing(self, me, company):
        missing = [one.value for one in me.get(f"/customers/{company.pk}/").context["missing"]]
        assert missing == ["emails", "address", "representative", "contact_name", "contact_phone"]

    def test_a_part_asks_for_its_own_only(self, me, company):
        response = me.post(url(company, "company"), filled(me.get(url(company, "company")), representative="関 一郎"))
        assert set(response.context["form"].errors) == {"contact_name", "contact_phone"}
        data = filled(response, contact_name="関 次郎", contact_phone="090-1111-2222", website="example.test/a")
        assert me.post(url(company, "company"), data).status_code == 302
        company.refresh_from_db()
        assert (company.contact_phone, company.website) == ("09011112222", "https://example.test/a")
        assert Customer.objects.search("0901111").get() == company

    def test_the_house_says_what_it_wants(self, client, cast, who):
        client.force_login(cast.admin)
        client.post("/customers/required/", {"person_fields": ["occupation", "born_on"], "company_fields": []})
        rules = BookRules.load()
        assert (rules.person_fields, rules.company_fields) == (["occupation", "born_on"], [])
        client.post("/customers/required/", {"person_fields": ["born_on"]})
        assert BookRules.objects.count() == 1
        response = client.post(url(who, "person"), filled(client.get(url(who, "person"))))
        assert set(response.context["form"].errors) == {"born_on"}

    def test_only_administrators_say_so(self, client, cast):
        client.force_login(cast.manager)
        assert client.post("/customers/required/", {"person_fields": ["born_on"]}).status_code == 403
        assert not BookRules.objects.exists()

    @pytest.mark.parametrize("address", ["x", "javascript:alert(1)", "ftp://example.test"])
    def test_a_web_site_is_one(self, me, company, address):
        response = me.post(url(company, "company"), filled(me.get(url(company, "company")), website=address))
        assert "website" in response.context["form"].errors


class TestWhatIsProposed:
    def test_a_post_code_fills_an_address_that_is_empty(self, me, who):
        me.post(url(who, "home"), filled(me.get(url(who, "home")), postcode="２５４００３５"))
        who.refresh_from_db()
        assert (who.postcode, who.address) == ("254-0035", "神奈川県平塚市宮の前")

    def test_and_leaves_one_that_is_typed(self, me, who):
        me.post(url(who, "home"), filled(me.get(url(who, "home")), postcode="254-0035", address="平塚市1-1"))
        who.refresh_from_db()
        assert who.address == "平塚市1-1"

    def test_while_typing_it_is_offered(self, me):
        get = "/customers/postcode/"
        found = "神奈川県平塚市宮の前"
        empty = me.get(get, {"postcode": "254-0035", "address": ""}).content.decode()
        assert (found in empty, "data-fill-now" in empty, "button" in empty) == (True, True, False)
        other = me.get(get, {"postcode": "254-0035", "address": "東京都"}).content.decode()
        assert (found in other, "data-fill-now" in other, "button" in other) == (True, False, True)
        longer = {"postcode": "254-0035", "address": f"{found}1-1"}
        for asked in (longer, {"postcode": "25"}, {"postcode": "999-9999"}, {}):
            assert "button" not in me.get(get, asked).content.decode()

    def test_kana_is_that_of_the_same_names_in_the_book(self, me, cast):
        customer(cast.hiratsuka, name="上村 陽子", kana="ウエムラ ヨウコ")
        customer(cast.hiratsuka, name="上村 花子", kana="ウエムラ ハナコ")
        customer(cast.hiratsuka, name="上村 一", kana="カミムラ ハジメ")
        customer(cast.hiratsuka, name="中村 花子", kana="ナカムラ ハナコ")
        content = me.get("/customers/kana/", {"name": "上村　花子"}).content.decode()
        assert content.index("ウエムラ ハナコ") < content.index("カミムラ ハナコ")
        assert "button" not in me.get("/customers/kana/", {"name": "上村 花子", "kana": "ア"}).content.decode()
        assert "button" not in me.get("/customers/kana/", {"name": "鈴木 次郎"}).content.decode()

    def test_names_of_another_stores_book_are_not_read(self, me, cast):
        customer(cast.yokohama, name="上村 陽子", kana="ウエムラ ヨウコ")
        assert "button" not in me.get("/customers/kana/", {"name": "上村 陽子"}).content.decode()
