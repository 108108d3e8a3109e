from datetime import date

import pytest
import time_machine

from customers.models import Consent, Fact, FamilyMember
from followups.expansion import expand
from followups.models import Contact, FollowUp, Pattern, Task
from followups.starting import start
from tests.cast import at, contact, customer, lead, pattern, task, vehicle

NOW = at("2026-11-20 11:00")
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


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


def page(client, who):
    return client.get(f"/customers/{who.pk}/")


def test_it_shows_everything_of_one_customer(me, cast, who):
    who.convenient_weekdays, who.refused_channels = [1, 4], ["letter"]
    who.save()
    vehicle(who, plate="湘南 500 あ 12-34", inspection_expires_on=date(2026, 12, 1))
    lead(who, NOW, goods="プリウス")
    task(who, date(2026, 11, 20), title="回答の確認")
    contact(
        who, at("2026-11-18 10:00"), entered_at=at("2026-11-18 15:00"), details="見積りを検討中", done_by=cast.sales2
    )
    content = page(me, who).content.decode()
    for word in ("中村 美咲", "090-1234-5678", "湘南 500", "プリウス", "回答の確認", "見積りを検討中", "森"):
        assert word in content
    assert page(me, who).context["vehicles"][0].inspection_state == "replied"


def test_it_leads_to_everything_of_theirs(me, cast, who):
    """Who sent them, whom they sent, the cars they had and drive, their household's, every follow-up that ended."""
    wife = customer(cast.hiratsuka, name="中村 花", kana="ナカムラ ハナ")
    sender = customer(cast.hiratsuka, name="森下 一", phones=[])
    who.referrer = sender
    who.save()
    for _n in range(2):
        customer(cast.hiratsuka, name="木村", phones=[], referrer=who)
    customer(cast.yokohama, name="他店", phones=[], referrer=who)
    old = vehicle(who, model="マーチ", disposed_on=date(2024, 3, 1), insurance_expires_on=date(2024, 5, 1))
    theirs = vehicle(wife, used_by=who, insurance_expires_on=date(2026, 12, 1))
    own = vehicle(who, used_by=wife)
    content = page(me, who).content.decode()
    for linked in (
        *(f"/vehicles/{car.pk}/edit/" for car in (old, theirs, own)),
        *(f"/customers/{one.pk}/" for one in (wife, sender)),
        f"/customers/{who.pk}/referrals/",
        f"/customers/{who.pk}/family/",
    ):
        assert f'href="{linked}"' in content
    assert "2名 · " in content
    assert "保険 2026/12/1" in content
    assert "保険 2024/5/1" not in content
    assert page(me, who).context["past_vehicles"] == [old]
    household = me.get(f"/customers/{who.pk}/family/").content.decode()
    assert f'href="/customers/{wife.pk}/"' in household
    assert f'href="/customers/{sender.pk}/"' not in household


def test_what_ended_is_shown_in_part_and_all_of_it_when_asked_for(me, cast, who):
    for number in range(7):
        made = start(pattern(f"care-{number}", [{}], store=cast.hiratsuka), customer=who, by=cast.sales, now=NOW)
        FollowUp.objects.filter(pk=made.pk).update(ended_at=NOW, end_reason="stopped")
    shown = page(me, who)
    assert (len(shown.context["ended"]), shown.context["more_ended"]) == (5, True)
    assert "?history=all#follow-ups" in shown.content.decode()
    everything = me.get(f"/customers/{who.pk}/?history=all").context
    assert (len(everything["ended"]), everything["more_ended"]) == (7, False)


def test_the_next_step_is_the_most_urgent_task(me, who):
    task(who, date(2026, 11, 21), title="later")
    task(who, date(2026, 11, 19), title="first")
    assert page(me, who).context["next_step"]["title"] == "first"


def test_without_a_next_step_it_proposes_one(me, who):
    assert f"/customers/{who.pk}/follow-ups/new/" in page(me, who).content.decode()


def test_another_stores_customer_is_not_there(client, cast, who):
    client.force_login(cast.yokohama_sales)
    for path in ("", "assignment/", "contacts/new/", "contacts/received/", "appointments/new/", "follow-ups/new/"):
        url = f"/customers/{who.pk}/{path}"
        assert client.get(url).status_code == 404
        if path:
            assert client.post(url, {"outcome": "spoke"}).status_code == 404


def test_every_form_opens_in_the_panel_and_without_javascript_in_the_page(me, who):
    for path in ("assignment", "contacts/new", "contacts/received", "appointments/new", "follow-ups/new"):
        url = f"/customers/{who.pk}/{path}/"
        panel = me.get(url, headers=HTMX).content.decode()
        assert "panel-title" in panel
        assert "<html" not in panel
        whole = me.get(url).content.decode()
        assert 'id="panel"' in whole
        assert "<html" in whole


def test_whoever_looks_after_somebody_passes_them_on_with_their_tasks(me, cast, who):
    task(who, date(2026, 11, 21))
    me.post(f"/customers/{who.pk}/assignment/", {"staff": cast.sales2.pk})
    who.refresh_from_db()
    assert who.owner == cast.sales2
    assert Task.objects.get().assignee == cast.sales2


def test_a_colleague_may_not_take_somebody_from_another_but_the_manager_may(client, cast, who):
    url = f"/customers/{who.pk}/assignment/"
    client.force_login(cast.sales2)
    assert client.get(url).status_code == 403
    assert client.post(url, {"staff": cast.sales2.pk}).status_code == 403
    client.force_login(cast.manager)
    assert client.post(url, {"staff": cast.sales2.pk}).status_code == 302
    who.refresh_from_db()
    assert who.owner == cast.sales2


def test_nobody_of_another_store_is_put_in_charge(me, cast, who):
    response = me.post(f"/customers/{who.pk}/assignment/", {"staff": cast.yokohama_sales.pk})
    assert response.status_code == 422
    who.refresh_from_db()
    assert who.owner == cast.sales


def test_an_appointment_is_made_by_hand(me, who):
    url = f"/customers/{who.pk}/appointments/new/"
    response = me.post(url, {"on": "2026-11-01", "channel": "phone", "title": "お見積り"}, headers=HTMX)
    assert response.status_code == 422
    assert "お見積り" in response.content.decode()
    response = me.post(url, {"on": "2026-11-27", "at": "15:00", "channel": "visit", "title": "ご来店"}, headers=HTMX)
    assert response.status_code == 200
    made = Task.objects.get()
    assert (made.due_on, made.promised_at, made.late_at) == (
        date(2026, 11, 27),
        at("2026-11-27 15:00"),
        at("2026-11-27 16:00"),
    )
    assert "ご来店" in response.content.decode()


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_rows(me, cast, who, number, django_assert_num_queries):
    for number_of in range(number):
        vehicle(who)
        deal = lead(who, NOW, staff=cast.sales2)
        task(who, date(2026, 11, 20), deal=deal)
        contact(who, NOW, deal=deal, done_by=cast.sales2, entered_by=cast.sales)
        pattern = Pattern.objects.get(slug="new-arrival")
        start(pattern, customer=who, deal=deal, by=cast.sales, now=NOW)
        Fact.note(who, "job", f"{number_of}号車の運転手", by=cast.sales2, now=NOW)
        FamilyMember.objects.create(customer=who, relation="child", name=f"長女{number_of}", born_on=date(2015, 5, 1))
        Consent.objects.create(
            customer=who, channel="sms", answer="given", said_on=date(2026, 11, 1), at=NOW, by=cast.sales
        )
    expand(NOW)
    assert FollowUp.objects.count() == number
    with django_assert_num_queries(10):
        content = page(me, who).content.decode()
    for said in ("0号車の運転手", "森", "長女0", "2015/5/1", "2026/11/1"):
        assert said in content


def test_a_long_history_shows_its_newest_part_first(me, who):
    Contact.objects.bulk_create(
        Contact(
            store=who.store,
            customer=who,
            channel="phone",
            outcome="no_answer",
            details=f"call {n:02}",
            happened_at=at(f"2026-10-{n % 28 + 1:02} 10:00"),
            entered_at=at(f"2026-10-{n % 28 + 1:02} 10:00"),
        )
        for n in range(40)
    )
    response = page(me, who)
    assert len(response.context["entries"]) == 30
    assert response.context["older"]
    assert len(me.get(f"/customers/{who.pk}/?history=all").context["entries"]) == 40
