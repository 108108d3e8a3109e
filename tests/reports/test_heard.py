"""Needs, complaints and offers to send somebody: on contacts, and as a list of the store (REQUIREMENTS C11)."""

import pytest
import time_machine

from followups.correcting import correct
from followups.models import Contact, ContentKind
from reports.models import HeardContent, HeardMark, HeardSettled
from tests.cast import at, contact, customer

NOW = at("2026-11-22 15:00")
PAGE = "/reports/heard/"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def said(cast):
    """A complaint by what it was about, an offer by hand, and a call about nothing of the kind; one of Yokohama."""
    kind = ContentKind.objects.create(name="不満")
    HeardContent.objects.create(content_kind=kind, kind="complaint")
    person = customer(cast.hiratsuka, owner=cast.sales)
    by = {"done_by": cast.sales, "entered_by": cast.sales}
    made = {
        "complaint": contact(person, at("2026-11-20 10:00"), content_kind=kind, details="異音がする", **by),
        "offer": contact(person, at("2026-11-21 10:00"), details="弟が車を探している", done_by=cast.sales2),
        "nothing": contact(person, at("2026-11-21 11:00"), details="天気の話", **by),
        "theirs": contact(customer(cast.yokohama), at("2026-11-21 11:00"), content_kind=kind, details="よその声"),
    }
    HeardMark.objects.create(contact=made["offer"], kind="referral", by=cast.sales, at=NOW)
    return made


def listed(client, **asked):
    return [row.contact for row in client.get(PAGE, asked).context["page"]]


def test_the_list_of_the_store_by_kind_person_days_and_state(client, cast, said):
    client.force_login(cast.manager)
    assert listed(client) == [said["offer"], said["complaint"]]
    assert listed(client, kind="complaint") == [said["complaint"]]
    assert listed(client, kind="need") == []
    assert listed(client, who=cast.sales2.pk) == [said["offer"]]
    assert listed(client, span="day", on="2026-11-20") == [said["complaint"]]
    client.post(f"{PAGE}{said['offer'].pk}/settled/", {"note": "お電話でお礼"})
    assert listed(client, state="open") == [said["complaint"]]
    assert listed(client, state="settled") == [said["offer"]]
    assert "お電話でお礼" in client.get(PAGE).content.decode()


def test_everybody_of_the_store_sees_it_and_nobody_else(client, cast, said):
    client.force_login(cast.assistant)
    assert listed(client) == [said["offer"], said["complaint"]]
    client.force_login(cast.yokohama_sales)
    assert listed(client) == [said["theirs"]]
    assert client.get(f"{PAGE}{said['offer'].pk}/").status_code == 404
    assert client.post(f"{PAGE}{said['offer'].pk}/", {"kinds": ["need"]}).status_code == 404
    assert client.post(f"{PAGE}{said['offer'].pk}/settled/").status_code == 404


def test_a_contact_is_marked_by_hand_with_several_and_with_none(client, cast, said):
    client.force_login(cast.sales2)
    url = f"{PAGE}{said['nothing'].pk}/"
    assert client.get(url).status_code == 200
    client.post(url, {"kinds": ["need", "referral"]})
    assert {row.kind for row in HeardMark.objects.filter(contact=said["nothing"])} == {"need", "referral"}
    assert said["nothing"] in listed(client, kind="need")
    client.post(url, {"kinds": ["referral"]})
    assert said["nothing"] not in listed(client, kind="need")
    client.post(url, {})
    assert said["nothing"] not in listed(client)
    assert client.post(url, {"kinds": ["rubbish"]}).status_code == 422


def test_it_is_dealt_with_once_and_not_after_all(client, cast, said):
    client.force_login(cast.sales)
    url = f"{PAGE}{said['complaint'].pk}/settled/"
    client.post(url, {"note": "点検して解決"})
    client.post(url, {"note": "二度目"})
    assert [row.note for row in HeardSettled.objects.all()] == ["点検して解決"]
    assert client.post(url, {"note": "x" * 301}).status_code == 422
    client.post(f"{url}undo/")
    assert not HeardSettled.objects.exists()


def test_a_corrected_record_keeps_its_marks_and_what_became_of_it(client, cast, said):
    HeardSettled.objects.create(contact=said["offer"], by=cast.sales, at=NOW)
    fields = {"details": "妹が探している", "content_kind": None, "outcome": said["offer"].outcome}
    new = correct(said["offer"], **fields, by=cast.sales, now=NOW)
    client.force_login(cast.sales)
    assert listed(client, state="settled") == [new]
    Contact.objects.filter(pk=new.pk).update(voided_at=NOW)
    assert new not in listed(client)


def test_an_administrator_says_which_kinds_of_content_count(client, cast, said):
    kind = said["complaint"].content_kind
    client.force_login(cast.manager)
    assert client.post(f"{PAGE}contents/", {f"kind_{kind.pk}": "need"}).status_code == 403
    client.force_login(cast.admin)
    assert client.get(f"{PAGE}contents/").status_code == 200
    client.post(f"{PAGE}contents/", {f"kind_{kind.pk}": "need"})
    assert HeardContent.objects.get(content_kind=kind).kind == "need"
    assert client.post(f"{PAGE}contents/", {f"kind_{kind.pk}": "rubbish"}).status_code == 422
    client.post(f"{PAGE}contents/", {f"kind_{kind.pk}": ""})
    assert listed(client) == [said["offer"]]


@pytest.mark.parametrize("copies", [1, 10])
def test_the_list_needs_as_many_queries_for_many_as_for_few(client, cast, said, copies, django_assert_num_queries):
    for _number in range(copies):
        one = contact(customer(cast.hiratsuka), at("2026-11-21 09:00"))
        HeardMark.objects.create(contact=one, kind="need", at=NOW)
    client.force_login(cast.manager)
    with django_assert_num_queries(12):
        client.get(PAGE)
