"""The stage board: moved by hand, kept apart from what a colleague does, and what has stood still (D1, D2)."""

from datetime import date, timedelta

import pytest
import time_machine

from customers.models import Deal, Estimate, Stage, StageSetting
from followups.models import Outcome
from followups.recording import Result, record
from tests.cast import at, contact, customer, lead, task, vehicle

NOW = at("2026-11-20 11:00")
HTMX = {"HX-Request": "true", "HX-Target": "panel", "HX-Current-URL": "http://testserver/deals/?owner=me"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me(client, cast):
    client.force_login(cast.sales)
    return client


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka), NOW, staff=cast.sales, goods="プリウス")


def drop(client, deal, stage, seen="enquiry"):
    data = {"seen": seen, "dropped": "1"}
    return client.post(f"/deals/{deal.pk}/stage/{stage}/?at=board", data, headers=HTMX)


def test_a_card_dropped_where_nothing_is_asked_moves_and_the_board_is_answered(me, cast, deal):
    lead(customer(cast.hiratsuka, name="別の人"), NOW, staff=cast.sales2)
    response = drop(me, deal, "met")
    content = response.content.decode()
    assert (response.status_code, Deal.objects.get(pk=deal.pk).stage) == (200, Stage.MET)
    assert 'id="stages"' in content
    assert 'hx-swap-oob="true"' in content
    assert "別の人" not in content


@pytest.mark.parametrize("stage", ["estimate", "order", "paid"])
def test_a_card_dropped_where_something_is_asked_opens_the_form_and_stays(me, deal, stage):
    response = drop(me, deal, stage)
    assert response.status_code == 200
    assert 'name="seen"' in response.content.decode()
    assert not response.context["form"].is_bound
    assert Deal.objects.get().stage == Stage.ENQUIRY


def test_a_card_dropped_back_where_days_would_be_lost_asks_first(me, cast, deal):
    deal.move_to(Stage.ORDER, cast.sales, NOW, ordered_on=date(2026, 11, 18))
    response = drop(me, deal, "met", seen="order")
    assert "2026/11/18" in response.content.decode()
    assert Deal.objects.get().ordered_on == date(2026, 11, 18)
    me.post(f"/deals/{deal.pk}/stage/met/?at=board", {"seen": "order"}, headers=HTMX)
    deal.refresh_from_db()
    assert (deal.stage, deal.ordered_on) == (Stage.MET, None)


def test_of_two_who_move_one_deal_the_second_is_told_and_keeps_what_was_typed(me, cast, deal):
    url = f"/deals/{deal.pk}/stage/order/?at=board"
    assert 'name="seen" value="enquiry"' in me.get(url, headers=HTMX).content.decode()
    deal.move_to(Stage.MET, cast.sales2, NOW)
    typed = {"seen": "enquiry", "goods": "アクア", "ordered_on": "2026-11-20", "promised_on": "2026-12-20"}
    response = me.post(url, typed, headers=HTMX)
    content = response.content.decode()
    assert response.status_code == 409
    assert "森 翔" in content
    assert "アクア" in content
    assert Deal.objects.get().stage == Stage.MET
    assert 'name="seen" value="met"' in content
    assert me.post(url, {**typed, "seen": "met"}, headers=HTMX).status_code == 200
    assert Deal.objects.get().stage == Stage.ORDER


def test_a_dropped_card_that_a_colleague_has_moved_meanwhile_stays_where_it_is(me, cast, deal):
    deal.move_to(Stage.ORDER, cast.sales2, NOW, ordered_on=date(2026, 11, 20))
    assert drop(me, deal, "appointment", seen="enquiry").status_code == 200
    assert Deal.objects.get().stage == Stage.ORDER
    deal.move_to(Stage.ENQUIRY, cast.sales2, NOW)
    told = drop(me, deal, "met", seen="appointment")
    assert told.status_code == 409
    assert 'id="stages"' in told.content.decode()
    assert Deal.objects.get().stage == Stage.ENQUIRY


def test_a_slip_of_the_hand_is_taken_back_where_it_was_made_and_the_deal_has_stood_as_long_as_before(me, cast):
    old = lead(customer(cast.hiratsuka), NOW - timedelta(days=4), staff=cast.sales)
    undo_url = f"/deals/{old.pk}/stage/enquiry/?at=board"
    assert f'action="{undo_url}"' in drop(me, old, "met").content.decode()
    answer = me.post(undo_url, headers={"Referer": "http://testserver/deals/?owner=me"})
    assert answer.url == "/deals/?owner=me"
    old.refresh_from_db()
    assert (old.stage, old.stage_changed_at) == (Stage.ENQUIRY, NOW - timedelta(days=4))
    assert old.stage_changes.count() == 2


def test_who_moves_back_what_a_colleague_moved_begins_anew(cast, deal):
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        deal.move_to(Stage.MET, cast.sales2, NOW + timedelta(hours=1))
        deal.move_to(Stage.ENQUIRY, cast.sales, NOW + timedelta(hours=2))
    assert deal.stage_changed_at == NOW + timedelta(hours=2)
    deal.move_to(Stage.MET, cast.sales, NOW + timedelta(hours=3))
    deal.move_to(Stage.ENQUIRY, cast.sales, NOW + timedelta(days=2))
    assert deal.stage_changed_at == NOW + timedelta(days=2)


def test_from_the_board_a_deal_is_lost_and_the_board_is_answered(me, cast, deal):
    sheet = me.get(f"/deals/{deal.pk}/stage/met/?at=board", headers=HTMX).content.decode()
    assert f"/deals/{deal.pk}/loss/?at=board" in sheet
    answer = me.post(f"/deals/{deal.pk}/loss/?at=board", {"reason": "price"}, headers=HTMX).content.decode()
    assert 'id="stages"' in answer
    assert f"/deals/{deal.pk}/loss/undo/?at=board" in answer
    assert me.post(f"/deals/{deal.pk}/loss/undo/?at=board").url == "/deals/"


def test_the_last_column_takes_deals_and_shows_none(me, cast, deal):
    deal.move_to(Stage.PAID, cast.sales, NOW)
    last = me.get("/deals/").context["stages"][-1]
    assert (last["stage"], last["takes"], last["deals"]) == (Stage.PAID, True, [])


def test_the_list_is_narrowed_by_kind_and_stage_and_the_board_by_kind(me, cast, deal):
    sale = lead(deal.customer, NOW, kind="sale")
    sale.move_to(Stage.MET, cast.sales, NOW)
    gone = lead(deal.customer, NOW, amount_yen=1_200_000)
    gone.lose("price", cast.sales, NOW)
    assert list(me.get("/deals/?tab=lost&reason=price").context["page"]) == [gone]
    assert "1,200,000円" in me.get("/deals/?tab=lost").content.decode()
    assert list(me.get("/deals/?tab=lost&reason=other").context["page"]) == []
    assert list(me.get("/deals/?as=list&kind=sale").context["page"]) == [sale]
    assert list(me.get("/deals/?as=list&kind=purchase&stage=met").context["page"]) == []
    shown = [one for column in me.get("/deals/?kind=sale&stage=enquiry").context["stages"] for one in column["deals"]]
    assert shown == [sale]


def test_saying_it_twice_moves_it_once(me, deal):
    assert drop(me, deal, "met").status_code == 200
    assert drop(me, deal, "met").status_code == 200
    assert deal.stage_changes.count() == 1


def test_without_javascript_one_comes_back_to_the_board(me, deal):
    assert me.post(f"/deals/{deal.pk}/stage/met/?at=board", {"seen": "enquiry"}).url == "/deals/"


def test_a_skipped_stage_is_not_offered_and_whoever_stands_there_still_shows(me, cast, deal):
    deal.move_to(Stage.APPOINTMENT, cast.sales, NOW)
    StageSetting.objects.create(stage=Stage.APPOINTMENT, skipped=True)
    StageSetting.objects.create(stage=Stage.MET, skipped=True)
    columns = {column["stage"]: column for column in me.get("/deals/").context["stages"]}
    assert Stage.MET not in columns
    assert not columns[Stage.APPOINTMENT]["takes"]
    assert columns[Stage.APPOINTMENT]["deals"] == [deal]
    assert columns[Stage.APPOINTMENT]["next"] == Stage.ESTIMATE
    assert me.post(f"/deals/{deal.pk}/stage/met/").status_code == 404
    sheet = me.get(f"/deals/{deal.pk}/stage/estimate/", headers=HTMX).content.decode()
    assert "/stage/met/" not in sheet


def test_recording_moves_no_deal_to_a_stage_that_is_not_in_use(cast, deal):
    StageSetting.objects.create(stage=Stage.MET, skipped=True)
    call = task(deal.customer, date(2026, 11, 20), deal=deal, assignee=cast.sales)
    record(call, Result(Outcome.SPOKE, details="見積りの相談", negotiated=True), by=cast.sales, now=NOW)
    deal.refresh_from_db()
    assert deal.stage == Stage.ENQUIRY


def test_what_the_group_needs_at_a_stage_is_asked_with_errors_beside_the_field(me, cast, deal):
    car = vehicle(deal.customer)
    StageSetting.objects.create(stage=Stage.MET, needed=["vehicle", "staff", "note"])
    url = f"/deals/{deal.pk}/stage/met/"
    response = me.post(url, {"note": "週末に"}, headers=HTMX)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"vehicle", "staff"}
    assert "週末に" in response.content.decode()
    open_task = task(deal.customer, date(2026, 11, 20), deal=deal, assignee=cast.sales)
    me.post(url, {"note": "週末に", "vehicle": car.pk, "staff": cast.sales2.pk}, headers=HTMX)
    deal.refresh_from_db()
    assert (deal.stage, deal.vehicle, deal.note, deal.staff) == (Stage.MET, car, "週末に", cast.sales2)
    open_task.refresh_from_db()
    assert open_task.assignee == cast.sales2


def test_the_car_of_somebody_else_cannot_be_given(me, cast, deal):
    foreign = vehicle(customer(cast.hiratsuka, name="別の人"))
    StageSetting.objects.create(stage=Stage.MET, needed=["vehicle"])
    assert me.post(f"/deals/{deal.pk}/stage/met/", {"vehicle": foreign.pk}).status_code == 422


def test_the_stage_of_estimates_takes_one_along(me, deal):
    url = f"/deals/{deal.pk}/stage/estimate/"
    assert me.post(url, {"valid_until_on": "2026-12-01"}, headers=HTMX).status_code == 422
    me.post(url, {"estimate": "1,980,000円", "valid_until_on": "2026-12-01"}, headers=HTMX)
    deal.refresh_from_db()
    assert (deal.stage, deal.amount_yen, deal.estimate_sent_at) == (Stage.ESTIMATE, 1_980_000, NOW)
    assert Estimate.objects.get().valid_until_on == date(2026, 12, 1)


def stood(cast, *, in_stage, silent=None, stage=Stage.ESTIMATE):
    """A deal of so many days in its stage, and so many since the customer was last reached."""
    made = lead(customer(cast.hiratsuka), NOW - timedelta(days=90), staff=cast.sales)
    reached = None if silent is None else NOW - timedelta(days=silent)
    Deal.objects.filter(pk=made.pk).update(
        stage=stage, stage_changed_at=NOW - timedelta(days=in_stage), last_contacted_at=reached
    )
    return made


def test_what_stands_still_is_told_by_stage_and_contact_not_by_its_age(me, cast):
    still = stood(cast, in_stage=5, silent=9)
    never = stood(cast, in_stage=6)
    stood(cast, in_stage=30, silent=4)
    stood(cast, in_stage=4, silent=30)
    found = set(me.get("/deals/?as=list&still=on").context["page"])
    assert found == {still, never}
    cards = {card for column in me.get("/deals/").context["stages"] for card in column["deals"] if card.is_still}
    assert cards == found
    StageSetting.objects.create(stage=Stage.ESTIMATE, still_after_days=6)
    assert set(me.get("/deals/?as=list&still=on").context["page"]) == {never}


def test_a_contact_that_reaches_the_customer_gets_a_deal_going(me, cast):
    still = stood(cast, in_stage=9, silent=9)
    call = task(still.customer, date(2026, 11, 20), deal=still, assignee=cast.sales)
    assert list(me.get("/deals/?as=list&still=on").context["page"]) == [still]
    record(call, Result(Outcome.SPOKE, details="ご検討中"), by=cast.sales, now=NOW)
    assert list(me.get("/deals/?as=list&still=on").context["page"]) == []


def test_lost_to_whom_is_kept_and_taken_back_with_the_loss(me, deal):
    me.post(f"/deals/{deal.pk}/loss/", {"reason": "competitor", "competitor": "湘南モータース"})
    assert "湘南モータース" in me.get(f"/deals/{deal.pk}/").content.decode()
    assert "湘南モータース" in me.get("/deals/?tab=lost").content.decode()
    me.post(f"/deals/{deal.pk}/loss/undo/")
    assert Deal.objects.get().competitor == ""


@pytest.mark.parametrize("number", [1, 10])
def test_the_queries_of_a_move_from_the_board_do_not_grow(me, cast, number, django_assert_max_num_queries):
    deals = [lead(customer(cast.hiratsuka, name=f"{n}"), NOW, staff=cast.sales) for n in range(number)]
    contact(deals[0].customer, NOW, deal=deals[0])
    with django_assert_max_num_queries(30):
        drop(me, deals[0], "met")
