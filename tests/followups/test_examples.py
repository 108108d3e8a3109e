"""Good examples: proposed, shared by a manager, found again, taken off (REQUIREMENTS B11)."""

import pytest
import time_machine
from django.urls import reverse

from customers.models import Customer
from followups.correcting import correct
from followups.models import Contact, ContentKind, GoodExample
from tests.cast import at, contact, customer

NOW = at("2026-11-22 15:00")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def url(name, *args):
    return reverse(f"scripts:{name}", args=args)


@pytest.fixture
def talk(cast):
    """A conversation of Sato's."""
    person = customer(cast.hiratsuka, owner=cast.sales)
    return contact(
        person, at("2026-11-20 15:00"), done_by=cast.sales, entered_by=cast.sales, details="奥様の通勤を伺った。"
    )


def shared(response):
    return [row["example"].contact for row in response.context["rows"]]


def test_its_author_proposes_and_a_manager_shares(client, cast, talk):
    client.force_login(cast.sales)
    assert client.post(url("example-mark", talk.pk), {"remark": ""}).status_code == 422
    assert client.post(url("example-mark", talk.pk), {"remark": "先に聞いた"}).status_code == 302
    made = GoodExample.objects.get()
    assert (made.proposed_by, made.is_shared, made.store) == (cast.sales, False, cast.hiratsuka)
    client.force_login(cast.sales2)
    assert client.get(url("examples")).context["proposed"] == []
    assert client.post(url("example-sharing", made.pk)).status_code == 404
    client.force_login(cast.manager)
    assert [row["example"] for row in client.get(url("examples")).context["proposed"]] == [made]
    client.post(url("example-sharing", made.pk))
    client.force_login(cast.sales2)
    assert shared(client.get(url("examples"))) == [talk]
    client.force_login(cast.yokohama_sales)
    assert shared(client.get(url("examples"))) == []


def test_a_colleague_who_did_not_have_it_marks_nothing_and_a_manager_shares_at_once(client, cast, talk):
    client.force_login(cast.sales2)
    assert client.post(url("example-mark", talk.pk), {"remark": "…"}).status_code == 403
    client.force_login(cast.yokohama_manager)
    assert client.post(url("example-mark", talk.pk), {"remark": "…"}).status_code == 404
    assert not GoodExample.objects.exists()
    client.force_login(cast.manager)
    client.post(url("example-mark", talk.pk), {"remark": "先に聞いた"})
    assert GoodExample.objects.get().is_shared


def test_what_is_shared_is_changed_and_taken_off_by_managers_only_and_comes_back(client, cast, talk):
    made = GoodExample.mark(talk, "先に聞いた", by=cast.manager, now=NOW)
    client.force_login(cast.sales)
    assert client.post(url("example-mark", talk.pk), {"remark": "別の言葉"}).status_code == 403
    assert client.post(url("example-end", made.pk)).status_code == 403
    client.force_login(cast.manager)
    client.post(url("example-end", made.pk))
    assert shared(client.get(url("examples"))) == []
    client.post(url("example-return", made.pk))
    assert shared(client.get(url("examples"))) == [talk]


def test_marked_again_after_it_was_taken_off_it_waits_for_a_manager_again(cast, talk):
    made = GoodExample.mark(talk, "先に聞いた", by=cast.manager, now=NOW)
    made.end(NOW)
    again = GoodExample.mark(talk, "もう一度", by=cast.sales, now=NOW)
    assert (again.pk, again.remark, again.is_shared, again.proposed_by) == (made.pk, "もう一度", False, cast.sales)


def test_it_stands_on_the_customers_page_and_a_correction_takes_it_along(client, cast, talk):
    GoodExample.mark(talk, "先に聞いた", by=cast.manager, now=NOW)
    corrected = {"details": "直した内容", "content_kind": None, "outcome": talk.outcome}
    new = correct(talk, **corrected, by=cast.sales, now=NOW)
    client.force_login(cast.sales2)
    assert shared(client.get(url("examples"))) == [new]
    page = client.get(reverse("todo:customer", args=[talk.customer_id])).content.decode()
    assert page.count(url("examples")) == 1
    Contact.objects.filter(pk=new.pk).update(voided_at=NOW)
    assert shared(client.get(url("examples"))) == []
    assert url("examples") not in client.get(reverse("todo:customer", args=[talk.customer_id])).content.decode()


def test_a_customer_who_has_gone_to_another_store_is_not_named(client, cast, talk):
    GoodExample.mark(talk, "先に聞いた", by=cast.manager, now=NOW)
    client.force_login(cast.sales2)
    assert "中村 美咲" in client.get(url("examples")).content.decode()
    Customer.objects.filter(pk=talk.customer_id).update(store=cast.yokohama)
    Contact.objects.filter(pk=talk.pk).update(store=cast.yokohama)
    page = client.get(url("examples"))
    assert shared(page) == [talk]
    assert "中村 美咲" not in page.content.decode()
    assert reverse("todo:customer", args=[talk.customer_id]) not in page.content.decode()


def test_they_are_found_by_channel_purpose_and_person(client, cast, talk):
    kind = ContentKind.objects.first()
    other = contact(talk.customer, NOW, done_by=cast.sales2, channel="email", content_kind=kind)
    for one in (talk, other):
        GoodExample.mark(one, "…", by=cast.manager, now=NOW)
    client.force_login(cast.assistant)
    assert set(shared(client.get(url("examples")))) == {talk, other}
    for asked in ({"channel": "email"}, {"purpose": kind.pk}, {"person": cast.sales2.pk}):
        assert shared(client.get(url("examples"), asked)) == [other]


@pytest.mark.parametrize("number", [1, 10])
def test_the_queries_of_the_list_do_not_grow_with_the_examples(client, cast, talk, number, django_assert_num_queries):
    for turn in range(number):
        one = contact(customer(cast.hiratsuka, name=f"顧客{turn}"), NOW, done_by=cast.sales)
        GoodExample.mark(one, "…", by=cast.manager, now=NOW)
        GoodExample.mark(contact(talk.customer, NOW, done_by=cast.sales), "…", by=cast.sales, now=NOW)
    client.force_login(cast.manager)
    client.get(url("examples"))
    with django_assert_num_queries(9):
        response = client.get(url("examples"))
    assert (len(response.context["rows"]), len(response.context["proposed"])) == (number, number)
