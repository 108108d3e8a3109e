"""Forms of somebody who is no customer any more: merged into another, erased, or closed (REQUIREMENTS C1, C7, H3)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.merging import merge
from customers.models import Consent, Customer, Fact, FamilyMember, Rank, RankHold, Vehicle
from followups.forgetting import erase
from followups.models import Contact, Task
from tests import pages
from tests.cast import contact, customer, vehicle

FORMS = {
    "customers:facts": {"kind": "hobby", "text": "釣り"},
    "customers:family": {"relation": "spouse", "name": "中村 一郎"},
    "customers:consents": {"channel": "email", "answer": "given", "how": "verbally", "said_on": "2020-11-01"},
    "customers:new-vehicle": {"model": "アクア"},
    "ranks:customer": {"reason": "紹介"},
}
HTMX = {"HX-Request": "true"}


def is_anything_written():
    return any(model.objects.exists() for model in (Consent, FamilyMember, RankHold, Vehicle, Fact))


def sent(name):
    return {**FORMS[name], "rank": Rank.objects.first().pk}


@pytest.fixture
def me(client, cast):
    client.force_login(cast.manager)
    return client


def closed(cast):
    return customer(cast.hiratsuka, closed_at=timezone.now())


def erased(cast):
    person = customer(cast.hiratsuka)
    erase(person, by=cast.admin, now=timezone.now())
    return person


def merged(cast):
    person = customer(cast.hiratsuka)
    merge(customer(cast.hiratsuka, phones=[]), person, by=cast.manager, now=timezone.now())
    person.refresh_from_db()
    return person


def still_one(cast):
    return customer(cast.hiratsuka)


@pytest.mark.parametrize("who", [closed, erased, merged])
def test_what_is_sent_about_them_changes_nothing_and_says_so(me, cast, who):
    person = who(cast)
    page = reverse("todo:customer", args=[person.merged_into_id or person.pk])
    for name in FORMS:
        address = reverse(name, args=[person.pk])
        answer = me.post(address, sent(name))
        assert (answer.status_code, answer.url) == (302, page)
        assert [message.level_tag for message in me.get(page).context["messages"]] == ["warning"]
        assert me.post(address, sent(name), headers=HTMX).headers["HX-Redirect"] == page
        me.get(page)
    assert not is_anything_written()


def test_of_a_customer_the_same_is_taken(me, cast):
    """The negative control."""
    person = still_one(cast)
    for name in FORMS:
        assert me.post(reverse(name, args=[person.pk]), sent(name)).status_code == 302
    assert all(model.objects.exists() for model in (Consent, FamilyMember, RankHold, Vehicle, Fact))


def test_who_is_closed_can_be_put_right_and_who_was_erased_cannot(me, cast):
    for who, is_saved in ((closed, True), (erased, False)):
        person = who(cast)
        address = reverse("customers:edit", args=[person.pk])
        assert me.get(address).status_code == (200 if is_saved else 302)
        someone = me.get(reverse("customers:edit", args=[still_one(cast).pk])).context["form"]
        me.post(address, pages.filled(someone, seen="", name="中村 美咲子", kana="ナカムラ", phones="09012345678"))
        assert Customer.objects.filter(pk=person.pk, name="中村 美咲子").exists() == is_saved


@pytest.mark.parametrize(("who", "urges"), [(closed, False), (erased, False), (still_one, True)])
def test_nobody_is_urged_to_a_next_step_with_who_is_closed(me, cast, who, urges):
    person = who(cast)
    content = me.get(reverse("todo:customer", args=[person.pk])).content.decode()
    for words in ("open-follow-up-first", "次に聞くこと", f'action="/customers/{person.pk}/facts/"'):
        assert (words in content) == urges


@pytest.mark.parametrize(
    ("who", "may"), [(erased, set()), (closed, {"entry", "part", "record", "car", "deal"}), (still_one, None)]
)
def test_what_would_be_refused_is_not_offered_and_the_page_says_why(me, cast, who, may):
    """Who is erased is only read; who is closed may be put right, and what they say is still recorded."""
    person = who(cast)
    car = vehicle(person)
    pk = person.pk
    content = me.get(reverse("todo:customer", args=[pk])).content.decode()
    offered = {
        "entry": f'href="/customers/{pk}/edit/"',
        "part": f'href="/customers/{pk}/edit/reach/"',
        "record": 'id="open-contact"',
        "car": f'href="/vehicles/{car.pk}/edit/"',
        "new car": f'href="/customers/{pk}/vehicles/new/"',
        "deal": f"?same_as={pk}",
        "appointment": 'id="open-appointment"',
        "pattern": 'id="open-follow-up"',
        "person": 'id="open-assign"',
        "closing": 'id="open-closing"',
    }
    assert {name for name, words in offered.items() if words in content} == (set(offered) if may is None else may)
    assert ("個人情報は" in content) == (who is erased)
    assert ("管理を終了しています" in content) == (who is closed)


@pytest.mark.parametrize(("who", "taken"), [(erased, 0), (closed, 1), (still_one, 1)])
def test_of_who_was_erased_no_word_is_recorded_or_corrected(me, cast, who, taken):
    person = customer(cast.hiratsuka)
    there = contact(person, timezone.now(), done_by=cast.manager)
    if who is erased:
        erase(person, by=cast.admin, now=timezone.now())
    elif who is closed:
        Customer.objects.filter(pk=person.pk).update(closed_at=timezone.now())
    correction = {"happened_on": "2026-11-01", "happened_at": "10:00", "outcome": "spoke", "details": "訂正"}
    me.post(reverse("todo:contact-complete", args=[there.pk]), {"content_kind": "", "details": "追記", **correction})
    said = {"outcome": "no_answer", "channel": "phone"}
    me.post(reverse("todo:customer-contact", args=[person.pk]), said)
    assert Contact.objects.exclude(pk=there.pk).filter(outcome="no_answer").count() == taken
    page = me.get(reverse("todo:customer", args=[person.pk])).content.decode()
    assert (reverse("todo:contact-correct", args=[there.pk]) in page) == bool(taken)
    if not taken:
        assert Contact.objects.get().details == ""


@pytest.mark.parametrize(("who", "planned"), [(erased, 0), (closed, 0), (still_one, 1)])
def test_nothing_is_planned_with_whom_nobody_looks_after(me, cast, who, planned):
    person = who(cast)
    appointment = {"on": "2099-11-27", "at": "15:00", "channel": "visit", "title": "ご来店"}
    answer = me.post(reverse("todo:customer-appointment", args=[person.pk]), appointment)
    assert answer.status_code == 302
    assert Task.objects.filter(customer=person).count() == planned


def test_whoever_was_merged_is_disclosed_and_erased_with_the_whole(me, cast):
    person = merged(cast)
    assert me.post(reverse("todo:customer-disclosure", args=[person.pk])).status_code == 404
    assert me.get(reverse("todo:customer-data", args=[person.pk])).status_code == 404
