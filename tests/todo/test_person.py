"""One person's data: as a file, erased with the figures right, kept so long and no longer (REQUIREMENTS H3)."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db import IntegrityError, models, transaction
from django.urls import reverse

from customers.models import (
    CardPicture,
    Consent,
    Customer,
    DataKind,
    Deal,
    Erasure,
    Export,
    LostReason,
    RetentionPeriod,
)
from customers.personal import retention
from customers.personal.walk import rows_of
from followups.forgetting import erase, forget
from followups.models import Contact, FollowUp, Task
from stores.models import Notification, NotificationKind
from tests.cast import at, contact, customer, lead, reply, task
from tests.everything import one_of_each

NOW = at("2026-11-22 10:00")
WORD, DIGITS = "カナリア", "8642"
SONGS = (WORD, DIGITS)


@pytest.fixture
def rows(cast):
    """Everything of one person, where every text bears the word; their open deals are over."""
    made = one_of_each(cast.hiratsuka, cast.sales, NOW, word=WORD, digits=DIGITS)
    for deal in Deal.objects.open().filter(customer=made["customer"]):
        deal.lose(LostReason.OTHER, cast.sales, NOW)
    return made


def heard_in(person) -> set[str]:
    """The fields of the person's rows in which the word or the digits stand."""
    found = set()
    for model, keys in rows_of(person).items():
        for row in model._base_manager.filter(pk__in=keys):
            for field in model._meta.local_fields:
                value = getattr(row, field.attname)
                text = value.decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)
                if any(song in text for song in SONGS) and not isinstance(field, models.ForeignKey):
                    found.add(f"{model._meta.label}.{field.name}")
    return found


def figures(store) -> dict:
    """What reports count, of a store."""
    counted = {
        Task: ("due_on", "first_late_at", "done_at", "assignee", "counted_staff"),
        Contact: ("happened_at", "outcome", "done_by", "counted_staff"),
        Deal: ("kind", "stage", "lost_at", "amount_yen", "counted_staff"),
    }
    rows = {model: model.objects.filter(store=store).order_by("pk") for model in counted}
    return {model: list(rows[model].values_list("pk", *names)) for model, names in counted.items()}


def test_erasing_leaves_no_word_of_the_person_and_every_figure(cast, rows):
    person, before = rows["customer"], figures(cast.hiratsuka)
    assert {"customers.Customer.name", "customers.Vehicle.plate", "followups.Contact.details"} <= heard_in(person)
    erase(person, by=cast.manager, now=NOW, reason="本人の求め")
    assert heard_in(person) <= {
        f"customers.{name}" for name in ("Vehicle.maker", "Vehicle.model", "Deal.goods", "Deal.competitor")
    }
    assert figures(cast.hiratsuka) == before
    person.refresh_from_db()
    assert (person.phones, person.emails, person.born_on, person.code, person.closed_at) == ([], [], None, "", NOW)
    assert person.name
    assert not Customer.objects.search(WORD).filter(pk=person.pk).exists()
    other = rows["second_customer"]
    other.refresh_from_db()
    assert WORD in other.name


def test_what_was_running_ends_and_nobody_is_asked_to_call(cast, rows):
    person = rows["customer"]
    reply(person, NOW - timedelta(hours=2), NOW)
    erase(person, by=cast.manager, now=NOW)
    assert not FollowUp.objects.running().filter(customer=person).exists()
    assert not Task.objects.open().filter(customer=person).exists()
    assert not Contact.objects.waiting().filter(customer=person).exists()


def test_while_business_is_going_on_nothing_is_erased(client, cast):
    person = customer(cast.hiratsuka)
    lead(person, NOW)
    task(person, NOW.date())
    client.force_login(cast.manager)
    address = reverse("todo:customer-data", args=[person.pk])
    response = client.post(address, {"reason": "本人の求め", "name": person.name})
    assert response.status_code == 422
    person.refresh_from_db()
    assert person.name == "中村 美咲"
    assert Task.objects.open().exists()
    assert not Erasure.objects.exists()


def test_erasing_takes_the_name_and_a_reason_and_is_on_record(client, cast, rows):
    person = rows["customer"]
    client.force_login(cast.manager)
    address = reverse("todo:customer-data", args=[person.pk])
    for wrong in (
        {"reason": "x", "name": "誰か"},
        {"reason": "", "name": person.name},
        {"reason": person.name, "name": person.name},
    ):
        assert client.post(address, wrong).status_code == 422
    assert not Erasure.objects.exists()
    assert client.post(address, {"reason": "本人の求め", "name": person.name}).status_code == 302
    record = Erasure.objects.get()
    assert (record.by, record.customer_number, record.reason) == (cast.manager, person.pk, "本人の求め")
    assert record.counts["customers.Customer"] == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.update(reason="")


@pytest.mark.parametrize("who", ["sales", "assistant"])
def test_only_managers_disclose_and_erase(client, cast, who):
    person = customer(cast.hiratsuka)
    client.force_login(getattr(cast, who))
    assert client.post(reverse("todo:customer-disclosure", args=[person.pk])).status_code == 403
    assert client.post(reverse("todo:customer-data", args=[person.pk]), {"name": person.name}).status_code == 403
    assert not Export.objects.exists()


def test_the_file_holds_everything_of_the_person_and_nothing_of_others(client, cast, rows):
    person = rows["customer"]
    friend = customer(cast.hiratsuka, name="紹介 花子", phones=["09055556666"])
    Customer.objects.filter(pk=person.pk).update(referrer=friend, phones=["09012345678"], convenient_weekdays=[0, 5])
    for answer, note in (("refused", "はがきで"), ("given", "店頭で"), ("refused", "電話で")):
        Consent.record(person, "sms", answer, how="paper", said_on=NOW.date(), note=note, by=cast.sales, now=NOW)
    client.force_login(cast.manager)
    response = client.post(reverse("todo:customer-disclosure", args=[person.pk]))
    parts = zipfile.ZipFile(io.BytesIO(response.content))
    told = json.loads(parts.read("data.json"))
    assert told["tables"]["customers.Customer"][0]["name"] == person.name
    assert any(WORD in row["details"] for row in told["tables"]["followups.Contact"])
    assert {"customers.Vehicle", "customers.Deal", "customers.StageChange", "followups.Task"} <= set(told["tables"])
    page = parts.read("data.html").decode()
    for words in (person.name, "090-1234-5678", "月曜、土曜", "はがきで", "店頭で", "電話で", f"No. {friend.pk}"):
        assert words in page
    assert [row["note"] for row in told["tables"]["customers.Consent"]][-3:] == ["はがきで", "店頭で", "電話で"]
    for machine in ("False", "None", "[&#x27;", "{&#x27;", "T10:00", "created at"):
        assert machine not in page
    for text in (page, parts.read("data.json").decode()):
        assert "紹介 花子" not in text
        assert "09055556666" not in text
        assert rows["second_customer"].name not in text
    record = Export.objects.filter(what="person").get()
    assert (record.by, record.customer_number) == (cast.manager, person.pk)


def test_pictures_go_when_their_time_is_over(cast, rows, time_machine):
    card = rows["card"]
    assert card.drop(cast.sales, NOW)
    time_machine.move_to(at("2027-02-21 03:10"), tick=False)
    forget()
    assert CardPicture.objects.filter(card=card).exists()
    time_machine.move_to(at("2027-02-23 03:10"), tick=False)
    assert forget() == "done"
    assert not CardPicture.objects.filter(card=card).exists()
    card.refresh_from_db()


def test_a_card_that_waits_keeps_its_picture_however_long(rows, time_machine):
    time_machine.move_to(at("2036-01-01 03:10"), tick=False)
    forget()
    assert CardPicture.objects.filter(card=rows["card"]).exists()


def test_customers_go_only_when_the_house_has_said_so_and_years_after_their_last_contact(cast, time_machine):
    gone, late, going_on, looked_after = (customer(cast.hiratsuka, code=code) for code in ("1", "2", "3", "4"))
    Customer.objects.exclude(pk=looked_after.pk).update(closed_at=at("2021-01-10 10:00"))
    contact(looked_after, at("2020-12-01 10:00"))
    Customer.objects.filter(pk=looked_after.pk).update(last_contacted_at=at("2020-12-01 10:00"))
    Customer.objects.filter(pk=late.pk).update(last_contacted_at=at("2024-06-01 10:00"))
    lead(going_on, at("2020-01-01 10:00"))
    contact(gone, at("2020-12-01 10:00"))
    time_machine.move_to(NOW, tick=False)
    forget()
    assert not Erasure.objects.exists()
    retention.keep(
        {DataKind.CLOSED_CUSTOMERS: 60, DataKind.CARD_PICTURES: 3, DataKind.NOTIFICATIONS: 12}, by=cast.admin, now=NOW
    )
    assert list(retention.due(DataKind.CLOSED_CUSTOMERS, 60, NOW)) == [gone]
    forget()
    forget()
    assert [(row.customer_number, row.by) for row in Erasure.objects.all()] == [(gone.pk, None)]
    assert Contact.objects.get(customer=gone).details == ""
    assert Contact.objects.get(customer=looked_after).details


def test_what_was_told_is_forgotten_after_a_year(cast, time_machine):
    Notification.tell(NotificationKind.REMINDED, {cast.sales.pk: {"n": 1}}, path="/todo/", by=cast.manager, now=NOW)
    time_machine.move_to(NOW + timedelta(days=364), tick=False)
    forget()
    assert Notification.objects.exists()
    time_machine.move_to(NOW + timedelta(days=367), tick=False)
    forget()
    assert not Notification.objects.exists()


def test_a_period_is_saved_only_after_seeing_what_it_would_do(client, cast, time_machine):
    customer(cast.hiratsuka)
    Customer.objects.update(closed_at=at("2021-01-10 10:00"), last_contacted_at=None)
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.admin)
    address = reverse("customers:retention")
    typed = {"closed_customers": "60", "card_pictures": "3", "notifications": ""}
    trial = client.post(address, typed)
    assert trial.status_code == 422
    assert {period.kind: period.due for period in trial.context["trial"]}[DataKind.CLOSED_CUSTOMERS] == 1
    assert not RetentionPeriod.objects.exists()
    looked_at = trial.context["form"].words
    other = client.post(address, {**typed, "closed_customers": "6", "confirmed": looked_at})
    assert (other.status_code, other.context["trial"][0].months) == (422, 6)
    assert not RetentionPeriod.objects.exists()
    assert f'value="{looked_at}"' in trial.content.decode()
    assert client.post(address, {**typed, "confirmed": looked_at}).status_code == 302
    assert retention.months_of(DataKind.CLOSED_CUSTOMERS) == 60
    assert retention.months_of(DataKind.NOTIFICATIONS) is None
    due = reverse("customers:retention-due")
    assert client.get(due).context["count"] == 1
    trials = {"": (60, 1), "600": (600, 0), "70": (70, 1), "0": (60, 1), "x": (60, 1)}
    for typed, found in trials.items():
        shown = client.get(due, {"months": typed}).context
        assert (shown["months"], shown["count"]) == found
    assert f"{due}?kind=closed_customers&amp;months=60" in trial.content.decode()
    assert client.get(due, {"kind": "cars"}).status_code == 404


def test_what_would_go_is_listed_of_every_kind(client, cast, rows, time_machine):
    """Before a period is saved it can be looked at, row by row."""
    rows["card"].drop(cast.sales, NOW)
    Notification.tell(NotificationKind.REMINDED, {cast.sales.pk: {"n": 1}}, path="/todo/", by=cast.manager, now=NOW)
    time_machine.move_to(at("2027-06-01 10:00"), tick=False)
    client.force_login(cast.admin)
    due = reverse("customers:retention-due")
    pictures = client.get(due, {"kind": "card_pictures", "months": "2"})
    assert reverse("todo:card", args=[rows["card"].pk]) in pictures.content.decode()
    assert client.get(due, {"kind": "notifications", "months": "2"}).context["count"]
