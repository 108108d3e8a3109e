"""Whom each contacts and whom they skip, a pattern for all of them, files on the record (REQUIREMENTS C3, C4, C7)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command

from customers.models import Export, Rank
from followups.models import Direction, Outcome
from stores.models import Role
from tests.cast import at, contact, customer, task, vehicle

NOW = at("2026-11-22 15:00")
REACH = "/reports/reach/"
LONG_AGO = at("2020-01-01 10:00")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def book(cast):
    """Of Sato: one of rank A whom he called, one who called; of Mori: one nobody met; of Yokohama: one."""
    first = Rank.objects.first()
    named = {"created_at": LONG_AGO, "phones": []}
    called = customer(cast.hiratsuka, name="呼出 一郎", owner=cast.sales, rank=first, born_on=date(1990, 1, 1), **named)
    caller = customer(cast.hiratsuka, name="来電 二郎", owner=cast.sales, **named)
    skipped = customer(cast.hiratsuka, name="放置 三郎", owner=cast.sales2, **named)
    theirs = customer(cast.yokohama, name="横浜 四郎", owner=cast.yokohama_sales, **named)
    contact(called, NOW - timedelta(days=10))
    contact(caller, NOW - timedelta(days=20), direction=Direction.IN, outcome=Outcome.MESSAGE)
    vehicle(skipped, bought_here=True, delivered_on=date(2024, 6, 1), created_at=LONG_AGO)
    return {"called": called, "caller": caller, "skipped": skipped, "theirs": theirs}


def shares(response):
    return {
        (cut["table"].cut.slug, line.label): [share.number for share in line.shares]
        for cut in response.context["cuts"]
        for line in cut["table"].lines
    }


@pytest.mark.parametrize("is_summed_up", [True, False])
def test_customers_are_divided_by_rank_age_and_last_purchase(client, cast, book, is_summed_up):
    if is_summed_up:
        call_command("summaries")
    client.force_login(cast.manager)
    found = shares(client.get(REACH))
    assert found["rank", book["called"].rank.code] == [1, 0, 0]
    assert found["rank", "ランクなし"] == [0, 1, 1]
    assert found["age", "30代"] == [1, 0, 0]
    assert found["bought", "3年以内"] == [0, 0, 1]


@pytest.mark.parametrize("is_summed_up", [True, False])
def test_each_share_opens_its_customers(client, cast, book, is_summed_up):
    if is_summed_up:
        call_command("summaries")
    client.force_login(cast.manager)
    page = client.get(REACH)
    assert "<svg" in page.context["cuts"][0]["chart"]
    cells = [share for cut in page.context["cuts"] for line in cut["table"].lines for share in line.shares]
    silent = [line.silent for cut in page.context["cuts"] for line in cut["table"].lines]
    for share in cells + silent:
        assert client.get(share.url).context["page"].paginator.count == share.number
    assert sum(share.number for share in cells) == 9
    assert sum(share.number for share in silent) == 3


def test_a_salesperson_sees_their_own_and_the_store_as_a_whole(client, cast, book):
    client.force_login(cast.sales)
    own, whole = client.get(REACH), client.get(REACH, {"who": "store"})
    assert sum(map(sum, shares(own).values())) == 6
    assert sum(map(sum, shares(whole).values())) == 9
    assert cast.sales2.name not in whole.content.decode()
    assert cast.sales2.name not in client.get("/reports/reach/people.csv", {"who": "store"}).content.decode("utf-8-sig")


def test_the_shares_as_a_file(client, cast, book):
    client.force_login(cast.manager)
    text = client.get("/reports/reach/groups.csv").content.decode("utf-8-sig")
    lines = [line.split(",") for line in text.splitlines()]
    assert ["年代別", "30代", "1", "1", "100", "0", "0", "0", "0", "0", "0"] in lines
    assert ["最終購入別", "3年以内", "1", "0", "0", "0", "0", "1", "100", "1", "100"] in lines
    assert len({len(line) for line in lines}) == 1


def test_each_of_the_questions_has_its_trend(client, cast, book):
    client.force_login(cast.manager)
    page = client.get(REACH, {"figure": "customers", "span": "month"})
    assert [(point.value, point.label) for point in page.context["trend"]][-1] == (3, "2026年11月")
    assert page.context["figure"].slug == "customers"
    assert client.get(REACH, {"figure": "input"}).context["figure"].slug == "reach", "which is none of them"


def test_the_trend_as_a_file(client, cast, book):
    client.force_login(cast.manager)
    text = client.get("/reports/trend.csv", {"figure": "reach", "span": "month"}).content.decode("utf-8-sig")
    lines = [line.split(",") for line in text.splitlines()]
    assert len(lines) == 9
    assert lines[-1] == ["2026年11月", "67", "2", "3"]


def many(cast, number, **fields):
    for at_ in range(number):
        customer(cast.hiratsuka, name=f"多数{at_:03}", owner=cast.sales, created_at=LONG_AGO, phones=[], **fields)


def pattern_link(page):
    return f"/customers/follow-ups/?{page.context['all_of_them']}"


def test_a_pattern_is_chosen_for_all_of_them_and_not_for_one_page(client, cast, book):
    many(cast, 60)
    client.force_login(cast.manager)
    rows = client.get("/reports/rows/silent/", {"only": "yes", "who": "store"})
    assert len(rows.context["rows"]) == 50
    chosen = client.get(pattern_link(rows)).context["chosen"]
    assert chosen.number == 61
    assert book["skipped"] in chosen.customers
    assert book["called"] not in chosen.customers


def test_who_is_not_reached_is_listed_by_how_long_and_narrowed_by_rank(client, cast, book):
    first, named = Rank.objects.first(), {"created_at": LONG_AGO, "phones": []}
    never = customer(cast.hiratsuka, name="未接触", kana="ワ", rank=first, **named)
    long_ago = customer(cast.hiratsuka, kana="ヲ", rank=first, last_contacted_at=NOW - timedelta(days=900), **named)
    lately = customer(cast.hiratsuka, kana="ア", rank=first, last_contacted_at=NOW - timedelta(days=200), **named)
    client.force_login(cast.manager)
    page = client.get("/reports/rows/silent/", {"only": "yes", "who": "store", "cut": "rank", "group": first.pk})
    assert [row.pk for row in page.context["rows"]] == [never.pk, long_ago.pk, lately.pk]
    assert {row.rank for row in page.context["rows"]} == {first.code}
    assert "/reports/reach/?" in page.content.decode(), "the way back"
    everybody = client.get("/reports/rows/silent/", {"only": "yes", "who": "store"})
    assert book["skipped"].pk in [row.pk for row in everybody.context["rows"]]


def test_a_pattern_is_chosen_for_those_of_one_group(client, cast, book):
    client.force_login(cast.manager)
    rows = client.get("/reports/rows/met/", {"only": "nobody", "cut": "bought", "group": "3", "who": "store"})
    assert [row.pk for row in rows.context["rows"]] == [book["skipped"].pk]
    assert list(client.get(pattern_link(rows)).context["chosen"].customers) == [book["skipped"]]


def test_the_list_of_customers_shows_just_those_behind_a_figure(client, cast, book):
    client.force_login(cast.manager)
    key = "reports:met?only=they&who=store"
    page = client.get("/customers/", {"among": key})
    assert [one.pk for one in page.context["page"]] == [book["caller"].pk]
    assert "自社から連絡 · 平塚店" in page.content.decode()
    assert "お客様からのみ" in page.content.decode()


def test_nobody_reaches_others_by_naming_a_figure(client, cast, book):
    client.force_login(cast.sales)
    for key in (
        f"reports:customers?who=store&store={cast.yokohama.pk}",
        f"reports:customers?who={cast.yokohama_sales.pk}",
    ):
        found = client.get("/customers/follow-ups/", {"all": "yes", "among": key}).context["chosen"]
        assert book["theirs"] not in found.customers
        assert book["theirs"].name not in client.get("/customers/", {"among": key}).content.decode()


@pytest.mark.parametrize("key", ["reports:execution?who=store", "reports:nothing", "nothing:reach", "rubbish"])
def test_a_figure_that_lists_no_customers_chooses_nobody(client, cast, book, key):
    client.force_login(cast.manager)
    assert client.get("/customers/follow-ups/", {"all": "yes", "among": key}).status_code == 302


def test_rows_are_taken_out_by_those_who_may_on_the_record(client, cast, book):
    late = at("2026-11-20 19:00")
    task(book["called"], date(2026, 11, 20), late_at=late, first_late_at=late, title="=1+1")
    task(book["theirs"], date(2026, 11, 20), assignee=cast.yokohama_sales, late_at=late, first_late_at=late)
    url = "/reports/rows/execution/file.csv?who=store"
    client.force_login(cast.sales)
    assert client.post(url).status_code == 403
    assert not Export.objects.exists()
    cast.manager.memberships.create(store=cast.yokohama, role=Role.SALESPERSON)
    client.force_login(cast.manager)
    assert client.get(url).status_code == 405
    text = client.post(url).content.decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert "呼出 一郎" in text
    assert "横浜 四郎" not in text
    record = Export.objects.get()
    assert (record.by, record.rows, record.store_ids) == (cast.manager, 1, [cast.hiratsuka.pk])
    assert record.asked[0] == "実施率"


def test_customers_behind_a_figure_are_taken_out_as_any_list_is(client, cast, book):
    client.force_login(cast.manager)
    rows = client.get("/reports/rows/met/", {"only": "nobody", "who": "store"})
    text = client.post(f"/customers/export/customers/?{rows.context['among']}", {"form": "utf8"}).getvalue().decode()
    assert "放置 三郎" in text
    assert "呼出 一郎" not in text
    assert "自社から連絡" in " ".join(Export.objects.get().asked)


GROUP = "/reports/rows/met/?cut=bought&group=3&only=nobody"
QUERIES = {REACH: 38, "/reports/": 28, GROUP: 9, "/reports/reach/groups.csv": 14}


@pytest.mark.parametrize("copies", [1, 10])
@pytest.mark.parametrize("path", QUERIES)
def test_a_page_needs_as_many_queries_for_many_as_for_few(client, cast, path, copies, django_assert_num_queries):
    many(cast, copies, born_on=date(1990, 1, 1))
    call_command("summaries")
    many(cast, copies)
    client.force_login(cast.manager)
    client.get(path)
    with django_assert_num_queries(QUERIES[path]):
        client.get(path)
