"""Pattern results, and execution against outcome, on their pages: who sees what, what opens, files, cost (B10, E4)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import translation

from customers.models import Deal, DealKind, Source
from followups.input_rate import Rate
from followups.models import ContentKind, Direction, Outcome
from reports import summed
from reports.ages import AGE_GROUPS
from reports.figures import FIGURES
from reports.models import DaySum
from reports.outcome import FEWEST_PEOPLE, Measured, PersonLine, draw, findings
from reports.people import Cell
from reports.results import STEP_FIGURES
from reports.versions import Pair, Share
from stores.models import Role
from tests.cast import at, contact, customer, lead, pattern, staff
from tests.reports.test_results import BEGINS, NOW, fell_due, running, two_versions

LIST, OUTCOME = "/reports/patterns/", "/reports/outcome/"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def follow(store, owner, of, *, outcomes=(Outcome.SPOKE, None), number=1, day=2):
    """One customer with a follow-up; of its steps those with an outcome are done."""
    follow_up = running(customer(store, owner=owner, created_at=BEGINS), of, number)
    for step, outcome in zip(follow_up.version.steps.all(), outcomes, strict=True):
        late = at(f"2026-11-{day:02} 19:00") + timedelta(days=step.position)
        fell_due(follow_up, step, late, outcome=outcome)
    return follow_up


@pytest.fixture
def month(cast):
    """Of Sato two follow-ups, of Mori one with an answer, of Yokohama one, all by the group's pattern."""
    of = two_versions(None)
    for owner in (cast.sales, cast.sales):
        follow(cast.hiratsuka, owner, of)
    replied = follow(cast.hiratsuka, cast.sales2, of, outcomes=(Outcome.NO_ANSWER, Outcome.SENT), number=2)
    contact(replied.customer, at("2026-11-05 10:00"), direction=Direction.IN, outcome=Outcome.MESSAGE)
    follow(cast.yokohama, cast.yokohama_sales, of)
    return of


def test_a_salesperson_sees_their_own_and_the_whole_of_the_store(client, cast, month):
    client.force_login(cast.sales)
    (own,), (whole,) = client.get(LIST).context["lines"], client.get(LIST, {"who": "store"}).context["lines"]
    assert (own.due, whole.due) == (4, 6)
    (asked,) = client.get(LIST, {"who": cast.sales2.pk}).context["lines"]
    assert asked.due == 6


def test_another_store_is_counted_for_whoever_sees_it_alone(client, cast, month):
    for person, number, calls in ((cast.manager, 6, 3), (cast.yokohama_manager, 2, 1), (cast.admin, 8, 4)):
        client.force_login(person)
        (line,) = client.get(LIST).context["lines"]
        assert line.due == number
        assert client.get(f"{LIST}{month.pk}/").context["grid"].total.due == calls


def test_of_many_stores_one_at_a_time_is_shown_and_the_page_says_so(client, cast, month, monkeypatch):
    client.force_login(cast.admin)
    whole = client.get(LIST)
    assert (whole.context["form"].is_by_store, whole.context["lines"][0].due) == (False, 8)
    monkeypatch.setattr("reports.result_forms.MOST_STORES", 1)
    for asked, store, number in (({}, cast.hiratsuka, 6), ({"store": cast.yokohama.pk}, cast.yokohama, 2)):
        for path in (LIST, f"{LIST}{month.pk}/"):
            page = client.get(path, asked)
            assert (page.context["form"].is_by_store, page.context["form"].chosen_store) == (True, store)
        assert client.get(LIST, asked).context["lines"][0].due == number


def test_a_pattern_of_another_store_is_not_there(client, cast):
    theirs = two_versions(cast.yokohama)
    follow(cast.hiratsuka, cast.sales, theirs)
    client.force_login(cast.manager)
    assert client.get(f"{LIST}{theirs.pk}/").status_code == 404
    assert client.get(f"{LIST}{theirs.pk}/results.csv").status_code == 404
    page = client.get(LIST)
    assert page.context["lines"] == []
    assert theirs.name not in client.get("/reports/patterns.csv").content.decode("utf-8-sig").split("\r\n", 1)[1]
    client.force_login(cast.yokohama_manager)
    assert client.get(f"{LIST}{theirs.pk}/").status_code == 200


def counts(client, url):
    return [client.get(url + only).context["page"].paginator.count for only in ("&only=yes", "")]


def test_every_number_leads_to_just_its_rows(client, cast, month):
    client.force_login(cast.manager)
    page = client.get(f"{LIST}{month.pk}/", {"version": 2, "against": 1, "who": "store"})
    chosen = page.context["chosen"]
    shares = [share for line in [*chosen.lines, chosen.total] for share in line.shares.values()]
    shares += [share for pair in page.context["pairs"] for share in (pair.before, pair.after) if share]
    shares += [share for line in client.get(LIST).context["lines"] for share in line.shares.values()]
    opened = [share for share in shares if share.url]
    assert len(opened) > 20
    for share in {share.url: share for share in opened}.values():
        assert counts(client, share.url) == [share.rate.hits, share.rate.due], share
    cells = [cell for _hours, line in page.context["grid"].lines for cell in line if cell.url]
    assert cells
    grid = page.context["grid"]
    assert counts(client, grid.url) == [grid.total.hits, grid.total.due]
    for cell in cells:
        assert counts(client, cell.url) == [cell.rate.hits, cell.rate.due], cell


def test_two_versions_stand_side_by_side_and_few_tell_nothing(client, cast, month):
    client.force_login(cast.manager)
    url = f"{LIST}{month.pk}/"
    pairs = client.get(url, {"measure": "replied"}).context["pairs"]
    assert [(pair.old and pair.old.position, pair.new and pair.new.position) for pair in pairs][:2] == [
        (None, None),
        (1, 1),
    ]
    assert pairs[0].before.rate == Rate(0, 2)
    assert pairs[0].after.rate == Rate(1, 2)
    with translation.override("en"):
        assert pairs[0].verdict == "Too few to tell"
    for _each in range(20):
        follow(cast.hiratsuka, cast.sales, month, outcomes=(Outcome.SPOKE, Outcome.SPOKE), number=2, day=9)
        follow(cast.hiratsuka, cast.sales, month, outcomes=(Outcome.NO_ANSWER, Outcome.SENT), day=9)
    with translation.override("en"):
        assert client.get(url, {"measure": "spoke"}).context["pairs"][0].verdict == "Higher"
        swapped = client.get(url, {"measure": "spoke", "version": 1, "against": 2})
        assert swapped.context["pairs"][0].verdict == "Lower"
    assert client.get(url, {"version": "rubbish", "against": "9", "measure": "no"}).status_code == 200


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Rate(5, 10), Rate(8, 10), "Too few to tell"),
        (Rate(500, 1000), Rate(510, 1000), "No clear difference"),
        (Rate(500, 1000), Rate(800, 1000), "Higher"),
        (Rate(0, 0), Rate(8, 10), ""),
    ],
)
def test_intervals_that_overlap_tell_no_difference(before, after, said):
    figure = STEP_FIGURES["spoke"]
    with translation.override("en"):
        assert Pair(None, None, Share(figure, before, ""), Share(figure, after, "")).verdict == said


def test_source_and_age_narrow_the_page_and_its_rows(client, cast, month):
    of_deal = lead(customer(cast.hiratsuka, owner=cast.sales, born_on=date(1980, 11, 4)), NOW, source=Source.WEB)
    follow_up = running(of_deal.customer, month, 1, of_deal)
    first, _second = follow_up.version.steps.all()
    fell_due(follow_up, first, at("2026-11-03 19:00"), outcome=Outcome.SPOKE)
    client.force_login(cast.manager)
    for given, number in (
        ({"source": "web"}, 1),
        ({"source": "phone"}, 0),
        ({"ages": "40s"}, 1),
        ({"ages": "30s"}, 0),
    ):
        page = client.get(f"{LIST}{month.pk}/", given | {"version": 1})
        assert page.context["chosen"].total.due == number, given
        assert page.context["grid"].total.due == number, given
        if number:
            assert counts(client, page.context["chosen"].total.shares["done"].url)[1] == 1
    page = client.get(f"{LIST}{month.pk}/")
    called = [{group.label: group for group in groups} for _title, _label, groups in page.context["called"]]
    for groups, label in zip(called, (Source.WEB.label, dict(AGE_GROUPS)["40s"]), strict=True):
        total = page.context["grid"].total
        assert sum((group.rate for group in groups.values()), Rate()) == total
        assert counts(client, groups[str(label)].url) == [1, 1]
        assert [group.rate.due for group in groups.values() if not group.url] == [total.due - 1]


def test_the_results_as_a_file(client, cast, month):
    type(month).objects.filter(pk=month.pk).update(name="=1+1")
    client.force_login(cast.manager)
    for path in ("/reports/patterns.csv", f"{LIST}{month.pk}/results.csv"):
        lines = [line.split(",") for line in client.get(path).content.decode("utf-8-sig").splitlines()]
        assert {len(line) for line in lines} == {len(lines[0])}
        assert [line[0] for line in lines[1:]] == ["'=1+1"] * 4
        # Of the second version's first step one fell due and was done.
        assert lines[1][7:13] == ["1", "100", "21", "100", "1", "1"]
    assert client.get(f"{LIST}{month.pk}/results.xlsx").status_code == 200


def test_a_pattern_and_its_results_lead_to_each_other(client, cast, month):
    client.force_login(cast.sales)
    assert f'href="{LIST}{month.pk}/"' in client.get(f"/patterns/{month.pk}/").content.decode()
    assert f'href="/patterns/{month.pk}/"' in client.get(f"{LIST}{month.pk}/").content.decode()


def busy(cast, copies):
    of = pattern("many", [{}] * copies)
    for number in range(copies):
        follow_up = running(customer(cast.hiratsuka, name=f"客{number}", owner=cast.sales), of, 1)
        for step in follow_up.version.steps.all():
            fell_due(follow_up, step, at("2026-11-20 19:00"), outcome=Outcome.SPOKE)
        staff(f"s{number}", Role.SALESPERSON, cast.hiratsuka)
    of.add_version(base="chosen", steps=list(of.current_version.steps.all()), by=None, now=NOW)
    return of


QUERIES = {LIST: 12, "{pattern}": 15, OUTCOME: 16, "/reports/rows/step-replied/": 11}


@pytest.mark.parametrize("copies", [1, 10])
@pytest.mark.parametrize("path", QUERIES)
def test_a_page_needs_as_many_queries_for_many_rows_as_for_few(client, cast, path, copies, django_assert_num_queries):
    of = busy(cast, copies)
    client.force_login(cast.manager)
    with django_assert_num_queries(QUERIES[path]):
        assert client.get(path.format(pattern=f"{LIST}{of.pk}/")).status_code == 200


# ---- Execution against outcome ----


def refer(owner, store):
    sender = customer(store, owner=owner, created_at=BEGINS)
    deal = lead(customer(store, owner=owner, created_at=BEGINS, referrer=sender), NOW, kind=DealKind.SALE)
    Deal.objects.filter(pk=deal.pk).update(ordered_on=date(2026, 11, 10), counted_staff=owner)


def table(response):
    return {
        line.person and line.person.username: [(one.cell.rate.hits, one.cell.rate.due) for one in line.rates]
        for line in response.context["people"]
    }


def test_execution_stands_beside_referral_and_replacement(client, cast, month):
    refer(cast.sales, cast.hiratsuka)
    client.force_login(cast.manager)
    page = client.get(OUTCOME)
    assert table(page)["sales"] == [(2, 4), (1, 4), (0, 4)]
    assert table(page)["sales2"] == [(2, 2), (0, 1), (0, 1)]
    for line in page.context["people"]:
        for one in line.rates:
            if one.cell.url and one.cell.rate.due:
                assert counts(client, one.cell.url) == [one.cell.rate.hits, one.cell.rate.due], one
    assert page.context["chart"] == ""
    client.force_login(cast.sales)
    assert set(table(client.get(OUTCOME, {"who": "store"}))) == {"sales"}


@pytest.mark.parametrize("is_summed_up", [False, True])
def test_an_activity_is_a_kind_of_pattern_a_content_or_a_pattern(client, cast, month, is_summed_up):
    birthday = pattern("own-birthday", [{}], base="birthday")
    follow(cast.hiratsuka, cast.sales, birthday, outcomes=[None])
    if is_summed_up:
        summed.begin()
        while summed.make_next(NOW):
            pass
        assert DaySum.objects.exists()
    client.force_login(cast.manager)
    for activity, execution in (
        ("", (2, 5)),
        ("base:birthday", (0, 1)),
        (f"pattern:{month.pk}", (2, 4)),
        (f"content:{ContentKind.objects.first().pk}", (0, 0)),
        ("content:999", (2, 5)),
        ("base:nothing", (2, 5)),
    ):
        page = client.get(OUTCOME, {"activity": activity})
        assert table(page)["sales"][0] == execution, activity
        url = next(line.rates[0].cell.url for line in page.context["people"] if line.person == cast.sales)
        assert counts(client, url)[1] == execution[1], activity
        rows = client.get(url)
        is_known = activity not in {"", "content:999", "base:nothing"}
        assert (len(rows.context["words"]), "/reports/outcome/?" in rows.content.decode()) == (is_known, is_known)


def line(person, executed, referred):
    cells = [
        Measured(Cell(FIGURES[slug], Rate(hits, 20), ""), None)
        for slug, hits in (("execution", executed), ("referral", referred), ("replacement", 5))
    ]
    return PersonLine(person, cells)


def test_a_connection_is_told_from_so_many_people_on(cast):
    people = [line(cast.sales, 3 * number, 2 * number + number % 2) for number in range(1, 7)]
    few, many = findings(people[: FEWEST_PEOPLE - 1]), findings(people)
    with translation.override("en"):
        assert "too few to tell" in few[0].text
        assert "who does more of it has more" in many[0].text
        assert "all are alike" in many[1].text
        unclear = [line(cast.sales, number, [9, 2, 7, 4, 8][number]) for number in range(5)]
        assert "no connection can be told" in findings(unclear)[0].text
    assert draw(people, title="t").count("<circle") == 2 * len(people)
    assert str(cast.sales) in draw(people, title="t")


def test_the_outcome_as_a_file(client, cast, month):
    client.force_login(cast.manager)
    lines = client.get("/reports/outcome.csv").content.decode("utf-8-sig").splitlines()
    assert {len(one.split(",")) for one in lines} == {16}
    assert client.get("/reports/outcome.nothing").status_code == 404
