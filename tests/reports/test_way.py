"""The best seller's way: counted as a plain loop counts, a draft pattern, whom to show how (REQUIREMENTS D5)."""

import random
from datetime import timedelta
from statistics import median, median_low

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from customers.models import Deal, DealKind, Stage, StageChange
from followups.models import Contact, Pattern
from reports.rows import minutes_in_words
from reports.way import FEWEST, Scope, best_seller, stands, touches
from stores.models import Staff
from tests.cast import at, contact, customer, lead

NOW = at("2026-11-22 15:00")
IN_OCTOBER, TEN_DAYS_AGO = at("2026-10-01 11:00"), at("2026-11-12 11:00")
PAGE = "/reports/way/"
STAGES = list(Stage)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def scope(*stores, kind=""):
    return Scope(tuple(store.pk for store in stores), kind, NOW)


def sold(store, owner, *, days=(1, 4, 9), received=IN_OCTOBER, calls=(), mails=()):
    """A deal that went enquiry → met → estimate → order after so many days, with calls and mails on some days."""
    person = customer(store, owner=owner)
    deal = lead(person, received, kind=DealKind.SALE, staff=owner)
    for stage, day in zip((Stage.MET, Stage.ESTIMATE, Stage.ORDER), days, strict=False):
        deal.move_to(stage, owner, received + timedelta(days=day))
    for channel, when in (("phone", calls), ("email", mails)):
        for day in when:
            contact(person, received + timedelta(days=day, minutes=1), deal=deal, channel=channel, done_by=owner)
    return deal


def open_deal(store, owner, *, calls=0, received=TEN_DAYS_AGO):
    deal = lead(customer(store, owner=owner), received, kind=DealKind.SALE, staff=owner)
    for number in range(calls):
        contact(deal.customer, received + timedelta(hours=number + 1), deal=deal, done_by=owner)
    return deal


def best_of_three(cast):
    return [sold(cast.hiratsuka, cast.sales, calls=(0, 0.5, 2, 5), mails=(3,)) for _turn in range(3)]


# ---- The figures ----


def histories(cast):
    """Deals of two people with moves forward, back and over stages, losses, and contacts at any time."""
    rng = random.Random(20)
    for number in range(60):
        owner = rng.choice([cast.sales, cast.sales2])
        received = NOW - timedelta(days=rng.randint(1, 500), minutes=rng.randint(0, 900))
        kind = rng.choice([DealKind.SALE, DealKind.PURCHASE])
        deal = lead(customer(cast.hiratsuka, owner=owner, code=str(number)), received, kind=kind, staff=owner)
        moment = received
        for _turn in range(rng.randint(0, 4)):
            moment += timedelta(hours=rng.randint(1, 300))
            if moment < NOW:
                deal.move_to(rng.choice(STAGES[1:6]), owner, moment)
        if deal.won_at is None and rng.random() < 0.3:
            deal.lose("price", owner, min(moment + timedelta(hours=1), NOW - timedelta(minutes=1)))
        for _turn in range(rng.randint(0, 8)):
            when = received + timedelta(hours=rng.randint(-20, 900))
            made = contact(
                deal.customer,
                when,
                deal=deal,
                channel=rng.choice(["phone", "email", "visit"]),
                direction=rng.choice(["out", "out", "in"]),
            )
            if rng.random() < 0.1:
                Contact.objects.filter(pk=made.pk).update(voided_at=NOW)


def plain(deals):
    """By stage what `stands` says of these deals, and the spans behind it; by loops alone."""
    found = {stage: {"reached": 0, "stood": 0, "days": [], "by_channel": {}} for stage in STAGES}
    for deal in deals:
        changes = StageChange.objects.filter(deal=deal, lost=False)
        moves = [(STAGES.index(Stage(change.after)), change.at) for change in changes]
        furthest = max([STAGES.index(Stage(deal.stage)), *(place for place, _at in moves)])
        at_place = {0: deal.received_at}
        for place in range(1, furthest + 1):
            at_place[place] = min((moment for to, moment in moves if to >= place), default=None)
        for place in range(furthest + 1):
            one, begins = found[STAGES[place]], at_place[place]
            one["reached"] += 1
            ends = at_place.get(place + 1) if place < furthest else None
            if begins is None or (place < furthest and (ends is None or ends <= begins)):
                continue
            one["stood"] += 1
            if ends:
                one["days"].append((ends - begins).total_seconds() / 86_400)
            for row in Contact.objects.filter(deal=deal, voided_at=None):
                if begins <= row.happened_at < (ends or NOW):
                    one["by_channel"][row.channel] = one["by_channel"].get(row.channel, 0) + 1
    return found


@pytest.mark.parametrize("kind", ["", "sale"])
def test_every_figure_equals_what_plain_loops_count(cast, kind):
    histories(cast)
    found = dict(zip((True, False), stands(scope(cast.hiratsuka, kind=kind), cast.sales.pk), strict=True))
    since = NOW.replace(year=2025)
    deals = [deal for deal in Deal.objects.all() if deal.received_at >= since and kind in {"", deal.kind}]
    assert len(deals) > 15
    for own, by_stage in found.items():
        theirs = [deal for deal in deals if ((deal.counted_staff_id or deal.staff_id) == cast.sales.pk) == own]
        for stage, expected in plain(theirs).items():
            one = by_stage[stage]
            assert (one.deals, one.reached, one.stood) == (len(theirs), expected["reached"], expected["stood"]), stage
            assert one.left == len(expected["days"])
            assert one.by_channel == expected["by_channel"]
            assert (one.days is None) == (not expected["days"])
            assert one.days is None or one.days == pytest.approx(median(expected["days"]), abs=1e-5)


def test_typical_contacts_are_those_of_half_the_orders_on_the_day_in_the_middle(cast):
    days = [(0, 2), (0, 4), (1, 3)]
    for calls in days:
        sold(cast.hiratsuka, cast.sales, calls=calls)
    Contact.objects.first().deal.contacts.create(
        store=cast.hiratsuka, customer=Contact.objects.first().customer, direction="out", channel="letter",
        outcome="sent", happened_at=at("2026-10-02 11:00"), entered_at=NOW,
    )  # fmt: skip
    found = touches(scope(cast.hiratsuka), cast.sales.pk)
    assert [(one.channel, one.number, one.day, one.deals, one.orders) for one in found] == [
        ("phone", 1, median_low([calls[0] for calls in days]), 3, 3),
        ("phone", 2, median_low([calls[1] for calls in days]), 3, 3),
    ]
    assert touches(scope(cast.hiratsuka), cast.sales2.pk) == []
    for calls in days[: FEWEST - 1]:
        sold(cast.hiratsuka, cast.sales2, calls=calls)
    assert touches(scope(cast.hiratsuka), cast.sales2.pk) == []


def test_who_has_most_orders_is_looked_at_first_until_somebody_else_is_chosen(client, cast):
    best_of_three(cast)
    sold(cast.hiratsuka, cast.sales2)
    for _turn in range(4):
        sold(cast.yokohama, cast.yokohama_sales)
        sold(cast.hiratsuka, cast.sales2, received=at("2025-08-01 11:00"))
    assert best_seller(scope(cast.hiratsuka), [cast.sales.pk, cast.sales2.pk]) == cast.sales.pk
    client.force_login(cast.manager)
    assert client.get(PAGE).context["person"] == cast.sales
    assert client.get(PAGE, {"person": cast.sales2.pk}).context["person"] == cast.sales2
    assert client.get(PAGE, {"person": cast.yokohama_sales.pk}).context["person"] == cast.sales
    client.force_login(cast.admin)
    assert client.get(PAGE).context["person"] == cast.yokohama_sales


# ---- The rows behind each number ----


def rows_at(client, url) -> int:
    response = client.get(url)
    assert response.status_code == 200, url
    assert len(response.context["rows"]) == min(50, response.context["page"].paginator.count)
    return response.context["page"].paginator.count


def test_where_one_store_is_looked_at_only_its_people_are(client, cast, monkeypatch):
    monkeypatch.setattr("reports.way_forms.MOST_STORES", 1)
    sold(cast.hiratsuka, cast.sales)
    sold(cast.yokohama, cast.yokohama_sales)
    client.force_login(cast.admin)
    for store, own, other in (
        (cast.hiratsuka, cast.sales, cast.yokohama_sales),
        (cast.yokohama, cast.yokohama_sales, cast.sales),
    ):
        found = client.get(PAGE, {"store": store.pk, "person": other.pk}).context
        assert found["person"] == own
        assert other not in found["form"].fields["person"].queryset


def test_every_number_leads_to_just_its_rows(client, cast):
    histories(cast)
    for _turn in range(FEWEST):
        sold(cast.hiratsuka, cast.assistant, calls=(0, 0.5, 2))
    client.force_login(cast.manager)
    page = client.get(PAGE, {"person": cast.sales.pk})
    for side in (row[whose] for row in page.context["rows"] for whose in ("mine", "others")):
        stood = side["stood"]
        assert rows_at(client, side["reached_url"]) == stood.deals
        assert rows_at(client, side["reached_url"] + "&only=yes") == stood.reached
        assert rows_at(client, side["left_url"]) == stood.left
        assert rows_at(client, side["stood_url"]) == stood.stood
        assert rows_at(client, side["contacts_url"]) == stood.contacts
        for channel, _average, url in side["by_channel"]:
            assert rows_at(client, url) == stood.by_channel[channel]
    found = client.get(PAGE, {"person": cast.assistant.pk}).context["touches"]
    assert [rows_at(client, url) for _channel, _touch, url in found] == [touch.deals for _channel, touch, _url in found]
    assert len(found) == 3


def test_the_rows_say_how_long_a_deal_stood_there(client, cast):
    sold(cast.hiratsuka, cast.sales, days=(1.5, 4, 9))
    client.force_login(cast.manager)
    url = client.get(PAGE).context["rows"][0]["mine"]["left_url"]
    (row,) = client.get(url).context["rows"]
    assert row.text.endswith(minutes_in_words(36 * 60))


def test_the_rows_are_for_those_alone_who_see_the_page(client, cast):
    best_of_three(cast)
    client.force_login(cast.manager)
    url = client.get(PAGE).context["rows"][0]["mine"]["reached_url"]
    for person, status in ((cast.sales2, 404), (cast.yokohama_manager, 404), (cast.admin, 200)):
        client.force_login(person)
        assert client.get(url).status_code == status
    Staff.objects.filter(pk=cast.sales2.pk).update(may_coach=True)
    client.force_login(cast.sales2)
    assert client.get(url).status_code == 200


def test_the_tables_as_files_say_what_the_page_says(client, cast):
    best_of_three(cast)
    client.force_login(cast.manager)
    lines = client.get(f"{PAGE}stages.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == len(client.get(PAGE).context["rows"]) + 1
    assert str(cast.sales) in lines[0]
    assert len(client.get(f"{PAGE}contacts.csv").content.decode("utf-8-sig").splitlines()) == 6
    assert client.get(f"{PAGE}stages.xlsx").content[:2] == b"PK"
    client.force_login(cast.sales2)
    assert client.get(f"{PAGE}stages.csv").status_code == 403


def test_of_many_stores_one_at_a_time_is_looked_at(client, cast, monkeypatch):
    best_of_three(cast)
    sold(cast.yokohama, cast.yokohama_sales)
    monkeypatch.setattr("reports.way_forms.MOST_STORES", 1)
    client.force_login(cast.admin)
    for asked, person in (({}, cast.sales), ({"store": cast.yokohama.pk}, cast.yokohama_sales)):
        page = client.get(PAGE, asked)
        assert (page.context["form"].is_by_store, page.context["person"]) == (True, person)
        first = page.context["rows"][0]
        assert first["others"]["stood"].deals == 0
        assert rows_at(client, first["mine"]["reached_url"]) == first["mine"]["stood"].deals


# ---- The draft ----


def test_the_draft_opens_in_the_editor_and_is_saved_as_any_pattern(client, cast):
    best_of_three(cast)
    client.force_login(cast.manager)
    before = Pattern.objects.count()
    draft = dict(client.get(PAGE).context["draft"])
    response = client.post(reverse("patterns:preview_new"), draft)
    assert response.status_code == 200
    assert Pattern.objects.count() == before
    editor = response.context["editor"]
    assert not editor.outlook.problems
    saved = client.post(
        reverse("patterns:new"), {name: "" if value is None else value for name, value in editor.data.items()}
    )
    assert saved.status_code == 302
    made = Pattern.objects.latest("pk")
    assert (made.store, made.current_version.base) == (cast.hiratsuka, "received")
    steps = [(step.channel, step.offset_days) for step in made.current_version.step_list]
    assert steps == [("phone", 0), ("phone", 0), ("phone", 2), ("email", 3), ("phone", 5)]


# ---- Who sees what ----


def test_coaching_is_a_permission_and_not_a_role(client, cast):
    best_of_three(cast)
    theirs, own = open_deal(cast.hiratsuka, cast.assistant), open_deal(cast.hiratsuka, cast.sales2)
    client.force_login(cast.sales2)
    assert client.get(PAGE).status_code == 403
    client.force_login(cast.manager)
    assert "lagging" not in client.get(PAGE).context
    Staff.objects.filter(pk__in=[cast.sales2.pk, cast.manager.pk]).update(may_coach=True)
    for person, shown in ((cast.sales2, {theirs}), (cast.manager, {theirs, own})):
        client.force_login(person)
        assert {deal for deal, _days in client.get(PAGE).context["lagging"]} == shown, "one's own needs nobody else"
    client.force_login(cast.sales2)
    assert client.get(PAGE).context["draft"] is None
    assert PAGE in client.get("/reports/").content.decode()


def test_a_manager_ticks_it_on_a_persons_entry(client, cast):
    client.force_login(cast.manager)
    address = reverse("stores:staff-edit", args=[cast.sales.pk])
    form = client.get(address).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert client.post(address, {**typed, "may_coach": "on"}).status_code == 302
    cast.sales.refresh_from_db()
    assert cast.sales.may_coach
    client.force_login(cast.sales2)
    assert client.post(address, {**typed, "may_coach": "on"}).status_code == 403


def test_the_list_has_the_others_open_deals_with_fewer_contacts_than_usual(client, cast):
    """Of Sato's four deals three had 2 contacts each while they were enquiries, the open one none."""
    best_of_three(cast)
    Staff.objects.filter(pk=cast.manager.pk).update(may_coach=True)
    behind = open_deal(cast.hiratsuka, cast.sales2)
    less = open_deal(cast.hiratsuka, cast.assistant, calls=1)
    open_deal(cast.hiratsuka, cast.sales2, calls=2)
    open_deal(cast.hiratsuka, cast.sales)
    open_deal(cast.yokohama, cast.yokohama_sales)
    open_deal(cast.hiratsuka, cast.sales2, received=NOW - timedelta(hours=2))
    lost = open_deal(cast.hiratsuka, cast.sales2)
    lost.lose("price", cast.sales2, NOW)
    client.force_login(cast.manager)
    found = client.get(PAGE).context["lagging"]
    assert [(deal, deal.had, deal.usual, days) for deal, days in found] == [(behind, 0, 1.5, 10), (less, 1, 1.5, 10)]
    assert timezone.localdate(behind.stage_changed_at) == NOW.date() - timedelta(days=10)


def test_the_coaching_list_is_leafed_through(client, cast, monkeypatch):
    monkeypatch.setattr("reports.views.way.PAGE", 2)
    best_of_three(cast)
    Staff.objects.filter(pk=cast.manager.pk).update(may_coach=True)
    behind = {open_deal(cast.hiratsuka, cast.sales2) for _turn in range(5)}
    client.force_login(cast.manager)
    pages = [client.get(PAGE, {"page": number}).context["lagging"] for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {deal for page in pages for deal, _days in page} == behind


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_deals(client, cast, number, django_assert_num_queries):
    Staff.objects.filter(pk=cast.manager.pk).update(may_coach=True)
    for _turn in range(number):
        best_of_three(cast)
        open_deal(cast.hiratsuka, cast.sales2)
    client.force_login(cast.manager)
    client.get(PAGE)
    with django_assert_num_queries(14):
        response = client.get(PAGE)
    assert len(response.context["lagging"]) == number
