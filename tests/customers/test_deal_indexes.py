"""The lists of deals can be answered from the indexes that are there for them (STYLE.md 9)."""

import pytest

from customers.models import Deal, Stage
from tests.plans import kinds, leave_only, uses


@pytest.mark.parametrize(
    ("who", "index"), [("sales", "deal_open_of_store"), ("admin", "deal_open_of_stage")], ids=["store", "all stores"]
)
def test_a_stage_of_the_board_is_read_in_the_order_of_an_index(cast, who, index):
    leave_only(index)
    rows = Deal.objects.visible_to(getattr(cast, who)).open().in_stage(Stage.MET).longest_in_stage().values("pk")[:20]
    assert uses(rows, index)
    assert kinds(rows) == {"Limit", "Index Only Scan"}


@pytest.mark.parametrize("who", ["sales", "admin"])
@pytest.mark.parametrize(
    ("tab", "order", "index"),
    [
        ("open", "longest_in_stage", "deal_open_by_age"),
        ("lost", "latest_closed", "deal_lost"),
        ("paid", "latest_closed", "deal_paid"),
    ],
)
def test_a_list_of_deals_is_read_in_the_order_of_an_index(cast, who, tab, order, index):
    leave_only(index)
    found = getattr(Deal.objects.visible_to(getattr(cast, who)), tab)()
    rows = getattr(found, order)().values("pk")[:50]
    assert uses(rows, index)
    assert kinds(rows) == {"Limit", "Index Only Scan"}


def test_a_column_counts_no_further_than_asked(cast):
    leave_only("deal_open_of_stage")
    rows = Deal.objects.open().in_stage(Stage.MET).order_by().values_list("stage")[:1001]
    assert kinds(rows) == {"Limit", "Index Only Scan"}


@pytest.mark.parametrize(("whose", "index"), [("store", "deal_ordered_in_store"), ("staff", "deal_ordered_by_person")])
def test_the_orders_of_a_store_or_a_person_are_read_from_an_index_alone(cast, whose, index):
    leave_only(index)
    holder = {"store": cast.hiratsuka, "staff": cast.sales}[whose]
    rows = Deal.objects.counted_for(**{whose: holder}).ordered().order_by().values_list("ordered_on", "amount_yen")
    assert uses(rows, index)
    assert "Index Only Scan" in kinds(rows)
