"""A deal's way: its stages, the days that belong to them, lost and opened again (REQUIREMENTS D1)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection

from customers.models import Deal, LostReason, Stage
from tests.cast import at, customer, lead

NOW = at("2026-11-21 12:00")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)


def test_a_deal_that_somebody_lost_meanwhile_moves_nowhere_and_says_so(cast, deal):
    as_read_before = Deal.objects.get(pk=deal.pk)
    deal.lose(LostReason.PRICE, cast.sales, NOW)
    assert not as_read_before.move_to(Stage.PAID, cast.sales2, LATER)
    assert (as_read_before.lost_at, as_read_before.stage, as_read_before.won_at) == (NOW, Stage.ENQUIRY, None)
    assert deal.stage_changes.count() == 1


def test_from_the_order_on_a_deal_is_not_lost(cast, deal):
    deal.move_to(Stage.DELIVERY, cast.sales, NOW)
    assert not deal.lose(LostReason.REFUSED, cast.sales, LATER)
    assert (deal.lost_at, deal.won_at, deal.stage_changes.count()) == (None, NOW, 1)


def test_moved_back_before_the_order_it_can_be_lost(cast, deal):
    deal.move_to(Stage.ORDER, cast.sales, NOW)
    deal.move_to(Stage.ESTIMATE, cast.sales, LATER)
    assert deal.lose(LostReason.PRICE, cast.sales, LATER)
    assert (deal.lost_at, deal.won_at) == (LATER, None)


def test_lost_and_won_at_once_cannot_be(cast, deal):
    deal.lose(LostReason.PRICE, cast.sales, NOW)
    with pytest.raises(IntegrityError, match="deal_lost_is_not_won"):
        Deal.objects.update(won_at=NOW)


def test_going_back_takes_the_days_of_the_stages_ahead_along_and_leaves_the_others(cast, deal):
    day = date(2026, 11, 20)
    deal.move_to(Stage.PAID, cast.sales, NOW, ordered_on=day, promised_on=day, delivered_on=day, paid_on=day)
    deal.move_to(Stage.DELIVERY, cast.sales, NOW)
    assert (deal.closed_at, deal.paid_on, deal.delivered_on) == (None, None, day)
    deal.move_to(Stage.ESTIMATE, cast.sales, NOW)
    assert (deal.won_at, deal.ordered_on, deal.delivered_on, deal.promised_on) == (None, None, None, day)


def test_a_loss_that_fails_halfway_leaves_the_deal_as_it_was(cast, deal, monkeypatch):
    def fail(**fields):
        raise RuntimeError

    monkeypatch.setattr("customers.models.deal.StageChange.objects.create", fail)
    with pytest.raises(RuntimeError):
        deal.lose(LostReason.PRICE, cast.sales, NOW)
    assert Deal.objects.open().get().lost_at is None


@pytest.mark.parametrize(("column", "index"), [("lost_at", "deal_lost_lately"), ("won_at", "deal_won_lately")])
def test_what_was_closed_lately_is_found_by_its_index(cast, column, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in Deal.objects.filter(**{f"{column}__gte": NOW}).explain()


def test_a_lead_comes_in_though_the_store_is_closed_for_years(cast):
    first = date(2026, 11, 1)
    cast.hiratsuka.set_dates([first + timedelta(days=days) for days in range(900)], None)
    deal = lead(customer(cast.hiratsuka), NOW)
    assert deal.new_late_at == NOW + timedelta(minutes=cast.hiratsuka.new_limit_minutes)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("purchase", ["問い合わせ", "アポ", "査定", "査定額提示", "成約", "書類手続き", "引き取り", "支払い済み"]),
        ("sale", ["問い合わせ", "アポ", "面談", "見積提示", "受注", "発注済み", "納車", "入金済み"]),
    ],
)
def test_a_stage_is_called_as_people_say_it_of_such_a_deal(kind, words):
    assert [str(label) for _value, label in Stage.choices_for(kind)] == words


def test_a_deal_and_its_history_speak_the_words_of_its_kind(cast):
    deal = lead(customer(cast.hiratsuka), NOW, kind="purchase")
    deal.move_to(Stage.DELIVERY, cast.sales, NOW)
    assert deal.get_stage_display() == "引き取り"
    assert [change.get_after_display() for change in deal.stage_changes.all()] == ["引き取り"]
    assert str(deal.day_labels["delivered_on"]) == "引き取り日"
