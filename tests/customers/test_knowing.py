from datetime import date, timedelta

import pytest
import time_machine

from customers.knowing import ConsentsCard, FactsCard
from customers.models import Consent, Customer, Fact
from customers.text import fold
from tests import pages
from tests.cast import at, customer

NOW = at("2026-11-20 11:00")
TODAY = date(2026, 11, 20)
HTMX = {"HX-Request": "true", "HX-Target": "facts"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


@pytest.fixture
def who(cast):
    return customer(cast.hiratsuka, owner=cast.sales)


def noted(who, kind, text, *, days, by=None):
    return Fact.note(who, kind, text, by=by, now=NOW - timedelta(days=days))


class TestFacts:
    def test_a_fact_is_noted_and_stands_on_the_page_with_its_age(self, me, cast, who):
        noted(who, "job", "看護師", days=250)
        response = me.post(f"/customers/{who.pk}/facts/", {"kind": "hobby", "text": " 釣り "})
        assert response.url == f"/customers/{who.pk}/"
        made = Fact.objects.get(kind="hobby")
        assert (made.text, made.noted_by, made.noted_at, made.confirmed_at) == ("釣り", cast.sales, NOW, NOW)
        content = me.get(f"/customers/{who.pk}/").content.decode()
        assert content.index("看護師") < content.index("釣り")
        assert "8ヶ月前" in content

    def test_nothing_is_no_fact(self, me, who):
        response = me.post(f"/customers/{who.pk}/facts/", {"kind": "hobby", "text": " "}, headers=HTMX)
        assert response.status_code == 422
        assert "<html" not in response.content.decode()
        assert not Fact.objects.exists()

    def test_the_card_answers_itself(self, me, who):
        response = me.post(f"/customers/{who.pk}/facts/", {"kind": "hobby", "text": "釣り"}, headers=HTMX)
        content = response.content.decode()
        assert content.startswith('<section class="card" id="facts"')
        assert "釣り" in content

    def test_what_is_said_to_be_so_still_is_fresh_again(self, me, cast, who):
        fact = noted(who, "job", "看護師", days=400)
        me.post(f"/customers/{who.pk}/facts/{fact.pk}/confirmation/")
        fact.refresh_from_db()
        assert (fact.confirmed_at, fact.confirmed_by, fact.noted_by) == (NOW, cast.sales, None)

    def test_what_is_otherwise_now_keeps_what_was(self, me, who):
        fact = noted(who, "job", "看護師", days=400)
        me.post(f"/customers/{who.pk}/facts/{fact.pk}/", {"text": "教師"})
        fact.refresh_from_db()
        assert (fact.text, fact.ended_at) == ("看護師", NOW)
        assert who.facts.standing().get().text == "教師"
        assert "看護師" in me.get(f"/customers/{who.pk}/facts/").content.decode()

    def test_of_two_who_change_it_at_once_the_second_loses_nobodys_words(self, cast, who):
        first = noted(who, "job", "看護師", days=400)
        second = Fact.objects.get(pk=first.pk)
        assert first.change("教師", by=cast.sales, now=NOW)
        assert not second.change("医師", by=cast.sales2, now=NOW)
        assert who.facts.standing().get().text == "教師"

    def test_whoever_is_second_finds_their_own_words_to_note_them_again(self, me, cast, who):
        fact = noted(who, "job", "看護師", days=400)
        fact.change("教師", by=cast.sales2, now=NOW)
        response = me.post(f"/customers/{who.pk}/facts/{fact.pk}/", {"text": "医師"}, headers=HTMX)
        assert (response.status_code, response.context["facts"].form["text"].value()) == (422, "医師")
        assert "text" in response.context["facts"].form.errors
        assert "教師" in response.content.decode()

    def test_what_is_no_longer_so_can_be_brought_back(self, me, who):
        fact = noted(who, "job", "看護師", days=400)
        me.post(f"/customers/{who.pk}/facts/{fact.pk}/end/")
        assert not who.facts.standing().exists()
        me.post(f"/customers/{who.pk}/facts/{fact.pk}/return/")
        assert who.facts.standing().get() == fact

    def test_it_is_not_brought_back_twice(self, who):
        fact = noted(who, "job", "看護師", days=400)
        fact.end(now=NOW)
        noted(who, "job", "看護師", days=1)
        assert not fact.bring_back()
        assert who.facts.standing().count() == 1

    def test_the_same_words_again_confirm(self, who):
        noted(who, "job", "看護師", days=400)
        noted(who, "job", "看護師", days=1)
        assert who.facts.get().confirmed_at == NOW - timedelta(days=1)

    def test_what_to_ask_next_is_what_was_never_noted_then_what_is_stalest(self, who):
        for kind, days in (("family", 10), ("job", 300), ("car_use", 500), ("hours", 20)):
            noted(who, kind, kind, days=days)
        asked = [(one.kind, one.known and one.known.age) for one in FactsCard(who, NOW).ask_next(3)]
        assert [kind for kind, _age in asked] == ["hobby", "car_use", "job"]
        assert asked[0][1] is None

    def test_nothing_is_asked_where_all_is_fresh(self, who):
        for kind in ("family", "job", "car_use", "hours", "hobby"):
            noted(who, kind, kind, days=30)
        assert FactsCard(who, NOW).ask_next() == []

    def test_another_stores_customers_facts_are_not_there(self, me, cast, who):
        theirs = noted(customer(cast.yokohama), "job", "看護師", days=1)
        for end in ("", "confirmation/", "end/", "return/"):
            assert me.post(f"/customers/{theirs.customer_id}/facts/{theirs.pk}/{end}", {"text": "x"}).status_code == 404
            assert me.post(f"/customers/{who.pk}/facts/{theirs.pk}/{end}", {"text": "x"}).status_code == 404
        theirs.refresh_from_db()
        assert (theirs.text, theirs.ended_at) == ("看護師", None)


class TestFamily:
    def add(self, me, who, **fields):
        data = {"relation": "child", "name": "中村 大翔", "kana": "なかむら　ひろと", "born_on": "2015-04-03", **fields}
        return me.post(f"/customers/{who.pk}/family/", data)

    def test_somebody_is_added_and_the_customer_is_found_by_them(self, me, who):
        assert self.add(me, who).status_code == 302
        made = who.family.get()
        assert (made.kana, made.born_on) == ("ナカムラ ヒロト", date(2015, 4, 3))
        assert Customer.objects.search("大翔").get() == who
        assert "中村 大翔" in me.get(f"/customers/{who.pk}/").content.decode()

    @pytest.mark.parametrize(("field", "value"), [("name", ""), ("relation", "king"), ("born_on", "2026-11-21")])
    def test_what_cannot_be_is_refused_beside_its_field(self, me, who, field, value):
        response = self.add(me, who, **{field: value})
        assert (response.status_code, set(response.context["family"].form.errors)) == (422, {field})
        assert not who.family.exists()

    def test_they_are_changed_taken_out_and_brought_back(self, me, who):
        self.add(me, who)
        member = who.family.get()
        url = f"/customers/{who.pk}/family/{member.pk}/"
        me.post(url, {"relation": "child", "name": "中村 陽翔"})
        assert Customer.objects.search("陽翔").get() == who
        me.post(f"{url}removal/")
        assert not Customer.objects.search("陽翔").exists()
        assert me.get(url).status_code == 404
        me.post(f"{url}return/")
        assert Customer.objects.search("陽翔").get() == who

    def test_of_two_who_change_one_at_once_the_second_loses_nobodys_words(self, me, who):
        self.add(me, who)
        url = f"/customers/{who.pk}/family/{who.family.get().pk}/"
        form = me.get(url).context["form"]
        sent = {"relation": "child", "name": "中村 大翔", "kana": "ナカムラ ヒロト", "born_on": "2015-04-03"}
        sent["seen"] = form["seen"].value()
        assert me.post(url, {**sent, "note": "猫が好き"}).status_code == 302
        response = me.post(url, {**sent, "name": "中村 陽翔"})
        assert response.status_code == 302
        assert (who.family.get().name, who.family.get().note) == ("中村 陽翔", "猫が好き")
        response = me.post(url, {**sent, "name": "中村 蓮"})
        assert (response.status_code, who.family.get().name) == (409, "中村 陽翔")


class TestConsent:
    def say(self, me, who, **fields):
        data = {"channel": "email", "answer": "refused", "how": "paper", "said_on": "2026-11-01", "note": "", **fields}
        return me.post(f"/customers/{who.pk}/consents/", data)

    def test_a_refusal_is_kept_with_when_and_how_and_the_engine_knows(self, me, cast, who):
        assert self.say(me, who).status_code == 302
        made = Consent.objects.get()
        assert (made.how, made.said_on, made.at, made.by) == ("paper", date(2026, 11, 1), NOW, cast.sales)
        who.refresh_from_db()
        assert who.refused_channels == ["email"]

    def test_who_agrees_again_is_reached_again_and_the_history_stays(self, me, who):
        self.say(me, who)
        self.say(me, who, answer="given", said_on="2026-11-10")
        who.refresh_from_db()
        assert (who.refused_channels, who.consents.count()) == ([], 2)
        content = me.get(f"/customers/{who.pk}/consents/").content.decode()
        assert "2026/11/1 " in content
        assert "2026/11/10 " in content

    def test_what_was_said_earlier_is_history_only(self, me, who):
        self.say(me, who, said_on="2026-11-10")
        self.say(me, who, answer="given", said_on="2026-11-01")
        who.refresh_from_db()
        assert who.refused_channels == ["email"]

    def test_nobody_says_anything_tomorrow(self, me, who):
        response = self.say(me, who, said_on="2026-11-21")
        assert (response.status_code, set(response.context["consents"].form.errors)) == (422, {"said_on"})
        assert not Consent.objects.exists()

    def test_what_is_ticked_in_the_entry_is_kept_as_said_today(self, me, cast, who):
        url = f"/customers/{who.pk}/edit/"
        me.post(url, pages.filled(me.get(url).context["form"], refused_channels=["sms"]))
        assert [(one.channel, one.answer, one.said_on, one.by) for one in who.consents.all()] == [
            ("sms", "refused", TODAY, cast.sales)
        ]

    def test_a_refusal_of_which_nobody_knows_when_is_shown_as_one(self, who):
        who.refused_channels = ["sms"]
        row = next(row for row in ConsentsCard(who).rows if row.channel == "sms")
        assert (row.is_refused, row.said) == (True, None)


@pytest.mark.parametrize("number", [1, 10])
def test_the_cards_cost_the_same_with_many_rows(me, cast, who, number, django_assert_max_num_queries):
    for index in range(number):
        noted(who, "other", f"事実{index}", days=index, by=cast.sales)
        who.family.create(relation="child", name=f"子{index}")
        Consent.record(who, "email", "given", how="web", said_on=TODAY, by=cast.sales, now=NOW)
    for card in ("facts", "family", "consents"):
        with django_assert_max_num_queries(8):
            assert me.get(f"/customers/{who.pk}/{card}/").status_code == 200


def test_the_word_that_is_searched_is_folded(who):
    who.family.create(relation="child", name="髙橋 一")
    Customer.objects.filter(pk=who.pk).reindex()
    who.refresh_from_db()
    assert fold("高橋一") in who.search
