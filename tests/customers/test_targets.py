"""Targets, and what was reached of them by the day of the order (REQUIREMENTS D6)."""

import re
from datetime import date, timedelta

import pytest
import time_machine

from customers.models import Deal, EvaluationPeriod, Figure, Span, Stage, Target
from customers.periods import Rule
from customers.reached import result
from customers.store_moves import move_to_store
from tests.cast import at, customer, lead
from tests.pages import filled

NOW = at("2026-11-20 11:00")
TODAY = date(2026, 11, 20)
NOVEMBER = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def order(cast, on, *, staff=None, store=None, yen=None):
    """A deal that was ordered on that day."""
    made = lead(customer(store or cast.hiratsuka), NOW - timedelta(days=400), staff=staff or cast.sales)
    made.move_to(Stage.ORDER, made.staff, NOW, ordered_on=date.fromisoformat(on), amount_yen=yen)
    return made


def target(store, value, *, staff=None, month=NOVEMBER, figure=Figure.ORDERS, span=Span.MONTH):
    return Target.objects.create(store=store, staff=staff, begins_on=month, figure=figure, span=span, value=value)


DAYS = [
    "2026-03-31", "2026-04-01", "2026-05-03", "2026-10-01", "2026-10-15", "2026-10-16", "2026-10-20", "2026-10-21",
    "2026-10-31", "2026-11-01", "2026-11-15", "2026-11-16", "2026-11-20", "2025-08-01", "2025-08-02", "2025-08-31",
    "2025-08-09", "2025-08-10",
]  # fmt: skip


@pytest.mark.parametrize("figure", list(Figure))
@pytest.mark.parametrize(
    "rule",
    [Rule(), Rule(begins_day=16, begins_in=-1, ends_day=15), Rule(begins_day=25, begins_in=-1, ends_day=15)],
    ids=["calendar months", "16th to 15th", "with a gap"],
)
def test_the_figures_equal_those_counted_by_hand(cast, rule, figure):
    orders = [order(cast, day, yen=1_000 * number) for number, day in enumerate(DAYS)]
    worth = {deal.ordered_on: 0 for deal in orders}
    for deal in orders:
        worth[deal.ordered_on] += 1 if figure == Figure.ORDERS else deal.amount_yen
    period = rule.of_month(NOVEMBER)
    before = rule.of_month(date(2026, 10, 1))

    def within(first, last):
        return sum(value for day, value in worth.items() if first <= day <= last)

    found = result(Deal.objects.all(), {}, figure=figure, rule=rule, period=period, today=TODAY)
    assert found.month.done == within(period.first, min(period.last, TODAY))
    passed = min((TODAY - period.first).days, (period.last - period.first).days)
    assert found.now[-1] == found.month.done
    assert found.same_day == within(before.first, min(before.last, before.first + timedelta(days=passed)))
    assert found.before[-1] == within(before.first, before.last)
    months = [rule.of_month(date(2026, number, 1)) for number in range(4, 12)]
    assert found.year_done == sum(within(one.first, one.last) for one in months)
    everything = [rule.of_month(date(year, number, 1)) for year in (2025, 2026) for number in range(1, 13)]
    assert found.record.done == max(within(one.first, one.last) for one in everything)


def test_a_month_counts_by_its_evaluation_period(cast, client):
    EvaluationPeriod.objects.create(begins_day=16, begins_before=True, ends_day=15)
    for day in ("2026-11-15", "2026-11-16", "2026-11-20"):
        order(cast, day)
    client.force_login(cast.manager)
    page = client.get("/targets/")
    assert (page.context["period"].first, page.context["period"].last) == (date(2026, 11, 16), date(2026, 12, 15))
    assert page.context["result"].month.done == 2
    assert client.get("/targets/?month=2026-11").context["result"].month.done == 1


def test_an_order_counts_from_the_day_it_was_ordered_and_not_when_it_was_entered(cast):
    made = order(cast, "2026-10-31")
    assert Deal.objects.ordered_between(date(2026, 10, 1), date(2026, 10, 31)).get() == made
    assert made.won_at == NOW


def test_taken_back_it_counts_no_more(cast):
    made = order(cast, "2026-11-03")
    made.move_to(Stage.MET, cast.sales, NOW)
    assert not Deal.objects.ordered().exists()
    assert (made.counted_store, made.counted_staff) == (None, None)


def test_an_order_stays_with_whom_and_where_it_was_made(cast):
    made = order(cast, "2026-11-03")
    Deal.objects.update(staff=cast.yokohama_sales, store=cast.yokohama)
    Deal.objects.update(note="später")
    made.refresh_from_db()
    assert (made.counted_store, made.counted_staff) == (cast.hiratsuka, cast.sales)
    assert Deal.objects.counted_visible_to(cast.manager).get() == made
    assert not Deal.objects.counted_visible_to(cast.yokohama_manager).exists()


def test_an_order_that_was_nobodys_is_counted_for_who_gets_it_first(cast):
    made = order(cast, "2026-11-03")
    Deal.objects.update(ordered_on=None)
    Deal.objects.update(staff=None)
    Deal.objects.update(ordered_on=TODAY)
    Deal.objects.update(staff=cast.sales2)
    Deal.objects.update(staff=cast.sales)
    made.refresh_from_db()
    assert made.counted_staff == cast.sales2


def test_a_manager_puts_right_for_whom_an_order_counts_and_nobody_else(client, cast):
    made = order(cast, "2026-11-03")
    client.force_login(cast.sales)
    assert "counted_staff" not in client.get(f"/deals/{made.pk}/facts/").context["form"].fields
    client.force_login(cast.manager)
    form = client.get(f"/deals/{made.pk}/facts/").context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"counted_staff": cast.sales2.pk}
    data |= {"goods": "アクア", "promised_on": "2026-12-20", "ordered_on": "2026-11-03"}
    assert client.post(f"/deals/{made.pk}/facts/", data).status_code == 302
    made.refresh_from_db()
    assert made.counted_staff == cast.sales2


@pytest.fixture
def orders(cast):
    own = [order(cast, day, yen=100) for day in ("2026-11-02", "2026-11-05", "2026-10-01")]
    others = [order(cast, day, staff=cast.sales2, yen=200) for day in ("2026-11-03", "2026-04-01")]
    elsewhere = order(cast, "2026-11-04", staff=cast.yokohama_sales, store=cast.yokohama)
    return [*own, *others, elsewhere]


def test_the_manager_sees_everybody_of_the_store_and_each_number_opens_its_deals(client, cast, orders):
    client.force_login(cast.manager)
    page = client.get("/targets/")
    lines = {line.name: line for line in page.context["people"]}
    assert {name: (line.done, line.year_done) for name, line in lines.items()} == {"佐藤 健太": (2, 3), "森 翔": (1, 2)}
    assert page.context["result"].month.done == 3
    for line in lines.values():
        assert len(client.get(line.url).context["page"]) == line.done
        assert len(client.get(line.year_url).context["page"]) == line.year_done
    assert len(client.get(page.context["orders_url"]).context["page"]) == 3
    assert len(client.get(page.context["year_url"]).context["page"]) == page.context["result"].year_done


def test_the_deals_behind_a_number_are_taken_out_as_they_are_shown(client, cast, orders):
    client.force_login(cast.manager)
    page = client.get(f"/targets/?who={cast.sales.pk}")
    shown = page.context["orders_url"]
    taken = client.get(shown.replace("/deals/", "/customers/export/deals/"))
    assert taken.context["count"] == len(client.get(shown).context["page"]) == 2
    assert "佐藤 健太" in " ".join(taken.context["asked"].words)


def test_a_salesperson_sees_the_stores_and_their_own_and_no_colleagues(client, cast, orders):
    client.force_login(cast.sales)
    page = client.get("/targets/")
    assert page.context["result"].month.done == 3
    assert [line.name for line in page.context["people"]] == ["佐藤 健太"]
    assert "森 翔" not in page.content.decode()
    assert client.get("/targets/?who=me").context["result"].month.done == 2
    assert client.get(f"/targets/?who={cast.sales2.pk}").context["person"] is None


def test_an_administrator_sees_all_stores_side_by_side(client, cast, orders):
    client.force_login(cast.admin)
    page = client.get("/targets/")
    assert {line.name: line.done for line in page.context["by_store"]} == {"平塚店": 3, "横浜店": 1}
    assert client.get(f"/targets/?store={cast.yokohama.pk}").context["result"].month.done == 1


def test_another_stores_figures_are_not_seen(client, cast, orders):
    client.force_login(cast.yokohama_manager)
    page = client.get(f"/targets/?store={cast.hiratsuka.pk}&who={cast.sales.pk}")
    assert page.context["result"].month.done == 1
    assert client.get(f"/deals/?tab=ordered&shop={cast.hiratsuka.pk}").status_code == 200
    found = client.get(f"/deals/?tab=ordered&seller={cast.sales.pk}").context["page"]
    assert {deal.counted_store_id for deal in found} <= {cast.yokohama.pk}


def test_a_year_is_the_sum_of_its_months_unless_it_has_a_target_of_its_own(client, cast):
    target(cast.hiratsuka, 10)
    target(cast.hiratsuka, 5, month=date(2026, 4, 1))
    target(cast.hiratsuka, 99, month=date(2026, 3, 1))
    client.force_login(cast.manager)
    found = client.get("/targets/").context["result"]
    assert (found.month.target, found.year_target) == (10, 15)
    target(cast.hiratsuka, 100, month=date(2026, 4, 1), span=Span.YEAR)
    assert client.get("/targets/").context["result"].year_target == 100


def test_a_store_without_a_target_is_to_reach_the_sum_of_its_peoples(client, cast):
    target(cast.hiratsuka, 4, staff=cast.sales)
    target(cast.hiratsuka, 3, staff=cast.sales2)
    client.force_login(cast.manager)
    assert client.get("/targets/").context["result"].month.target == 7
    assert client.get(f"/targets/?who={cast.sales.pk}").context["result"].month.target == 4


def test_targets_are_entered_by_the_stores_manager(client, cast):
    url = f"/targets/{cast.hiratsuka.pk}/2026-11/"
    client.force_login(cast.sales)
    assert client.post(url, {}).status_code == 403
    client.force_login(cast.yokohama_manager)
    assert client.post(url, {}).status_code == 404
    client.force_login(cast.manager)
    typed = {"orders_store": "12", "amount_store": "３０，０００，０００円", f"orders_{cast.sales.pk}": "5"}
    assert client.post(url, typed).status_code == 302
    kept = set(Target.objects.values_list("staff", "figure", "value"))
    assert kept == {(None, "orders", 12), (None, "amount", 30_000_000), (cast.sales.pk, "orders", 5)}
    client.post(url, {**typed, "orders_store": ""})
    assert not Target.objects.of_figure("orders").filter(staff=None).exists()
    assert Target.objects.count() == 2


def test_a_month_begins_with_the_targets_of_the_one_before_when_asked(client, cast):
    client.force_login(cast.manager)
    october, november = (f"/targets/{cast.hiratsuka.pk}/2026-{month}/" for month in (10, 11))
    client.post(october, {"orders_store": "12", f"amount_{cast.sales.pk}": "3,000,000"})
    assert client.get(november).context["form"]["orders_store"].value() is None
    begun = client.get(november, {"like": "before", "who": "me"})
    assert 'value="3,000,000"' in begun.content.decode()
    assert Target.objects.count() == 2
    client.post(f"{november}?like=before", filled(begun.context["form"], orders_store="13"))
    assert Target.objects.get(begins_on=date(2026, 11, 1), staff=None).value == 13


def test_a_target_that_is_no_number_is_said_beside_its_field(client, cast):
    client.force_login(cast.manager)
    response = client.post(f"/targets/{cast.hiratsuka.pk}/2026/", {"orders_store": "たくさん", "amount_store": "1"})
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"orders_store"}
    assert not Target.objects.exists()


def test_of_two_managers_the_second_sees_what_stands_and_keeps_their_own(client, cast):
    client.force_login(cast.manager)
    url = f"/targets/{cast.hiratsuka.pk}/2026-11/"
    seen = client.get(url).context["form"]["seen"].value()
    client.post(url, {"seen": seen, "orders_store": "12"})
    response = client.post(url, {"seen": seen, "orders_store": "15"})
    content = response.content.decode()
    assert response.status_code == 409
    assert 'value="15"' in content
    assert "12" in content
    assert Target.objects.get().value == 12
    again = response.context["form"]["seen"].value()
    assert client.post(url, {"seen": again, "orders_store": "15"}).status_code == 302
    assert Target.objects.get().value == 15


def test_the_period_is_set_by_administrators_and_may_not_count_a_day_twice(client, cast):
    data = {"begins_day": "16", "begins_before": "on", "ends_day": "15", "first_month": "1"}
    client.force_login(cast.manager)
    assert client.post("/targets/period/", data).status_code == 403
    client.force_login(cast.admin)
    for wrong in ({"ends_day": "20"}, {"begins_before": ""}, {"ends_day": "32"}, {"first_month": "0"}):
        assert client.post("/targets/period/", {**data, **wrong}).status_code == 422
    assert not EvaluationPeriod.objects.exists()
    assert client.post("/targets/period/", data).status_code == 302
    assert client.post("/targets/period/", {**data, "first_month": "4"}).status_code == 302
    assert EvaluationPeriod.objects.get().first_month == 4


def test_the_chart_carries_no_style_and_no_script(client, cast, orders):
    client.force_login(cast.manager)
    svg = client.get("/targets/?of=amount").context["chart"]["svg"]
    assert svg.startswith("<svg")
    for forbidden in ("style", "<script", "<defs", "onclick"):
        assert forbidden not in svg


@pytest.mark.parametrize("who", ["sales", "manager", "admin"])
@pytest.mark.parametrize("number", [1, 10])
def test_the_queries_of_the_targets_do_not_grow(client, cast, who, number, django_assert_max_num_queries):
    for n in range(number):
        order(cast, f"2026-{n % 8 + 4:02}-03")
        target(cast.hiratsuka, n, month=date(2026, n % 8 + 4, 1), staff=[None, cast.sales][n // 8])
    client.force_login(getattr(cast, who))
    with django_assert_max_num_queries(12):
        client.get("/targets/")


def test_the_list_behind_a_number_says_how_many_are_in_other_stores_now(client, cast, orders):
    move_to_store(orders[0].customer, cast.yokohama, cast.yokohama_sales, by=cast.admin, now=NOW)
    client.force_login(cast.manager)
    page = client.get("/targets/")
    listed = client.get(page.context["orders_url"])
    assert page.context["result"].month.done == 3
    assert (len(listed.context["page"]), listed.context["elsewhere"]) == (2, 1)
    taken = client.get(page.context["orders_url"].replace("/deals/", "/customers/export/deals/"))
    assert taken.context["count"] == 2
    client.force_login(cast.yokohama_manager)
    page = client.get("/targets/")
    listed = client.get(page.context["orders_url"])
    assert page.context["result"].month.done == len(listed.context["page"]) == 1
    assert listed.context["elsewhere"] == 0


def test_days_between_two_months_are_not_in_the_list_behind_the_year(client, cast):
    EvaluationPeriod.objects.create(begins_day=25, begins_before=True, ends_day=15)
    for day in ("2026-10-10", "2026-10-20", "2026-11-10"):
        order(cast, day)
    client.force_login(cast.manager)
    page = client.get("/targets/?month=2026-11")
    assert page.context["result"].year_done == 2
    assert len(client.get(page.context["year_url"]).context["page"]) == 2


def test_once_saved_one_is_back_where_one_was(client, cast):
    client.force_login(cast.manager)
    seen = f"/targets/?month=2026-10&who={cast.sales.pk}&of=amount"
    links = re.findall(r'href="(/targets/[^"]*/2026[^"]*)"', client.get(seen).content.decode())
    assert len(links) == 2
    for link in links:
        back = client.post(link.replace("&amp;", "&"), {"orders_store": "12"}).url
        page = client.get(back)
        assert page.context["period"].month == date(2026, 10, 1)
        assert (page.context["person"], page.context["figure"]) == (cast.sales, Figure.AMOUNT)
