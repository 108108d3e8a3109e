"""Figures on their pages: who sees whose, the rows behind each number, files, the cost (REQUIREMENTS C3, C4, E3)."""

import io
from datetime import date, timedelta
from urllib.parse import urlencode

import openpyxl
import pytest
import time_machine

from followups.correcting import correct
from followups.models import Contact, Outcome, Task
from followups.overdue import flag
from followups.recording import Result, record
from reports.models import EntryReason
from stores.models import Role
from tests.cast import at, contact, customer, lead, staff, task, vehicle

NOW = at("2026-11-22 15:00")
PAGE = "/reports/"
REACH = "/reports/reach/"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def late(person, **fields):
    moment = at("2026-11-20 19:00")
    return task(person, date(2026, 11, 20), assignee=person.owner, late_at=moment, first_late_at=moment, **fields)


def done(person, **fields):
    made = late(person, **fields)
    record(made, Result(outcome=Outcome.SPOKE), by=person.owner, now=at("2026-11-20 15:00"))
    return made


@pytest.fixture
def week(cast):
    """Of Sato: one done without details, one missed; of Mori: one missed; of Yokohama: one missed."""
    first = customer(cast.hiratsuka, name="一番 太郎", owner=cast.sales)
    second = customer(cast.hiratsuka, name="二番 花子", owner=cast.sales2)
    third = customer(cast.yokohama, name="三番 次郎", owner=cast.yokohama_sales)
    made = {"done": done(first), "late": late(first), "other": late(second), "theirs": late(third)}
    flag(NOW)
    return made


def rates(response):
    return {cell.figure.slug: (cell.rate.hits, cell.rate.due) for cell in response.context["cards"]}


def all_lines(response):
    tables = response.context["tables"] if "tables" in response.context else [response.context["table"]]
    return [line for table in tables for line in table["lines"]]


def names(response):
    return [line.person and line.person.username for line in all_lines(response)]


def test_a_salesperson_sees_their_own_and_the_whole_of_the_store(client, cast, week):
    client.force_login(cast.sales)
    own, whole = client.get(PAGE), client.get(PAGE, {"who": "store"})
    assert rates(own)["execution"] == (1, 2)
    assert rates(whole)["execution"] == (1, 3)
    assert names(own) == names(whole) == ["sales", "sales"]


def test_nobody_sees_a_colleagues_figures_who_does_not_manage_them(client, cast, week):
    client.force_login(cast.sales)
    asked = client.get(PAGE, {"who": cast.sales2.pk})
    assert rates(asked)["execution"] == (1, 3)
    assert cast.sales2.name not in asked.content.decode()


def test_a_manager_sees_everybody_of_their_stores(client, cast, week):
    client.force_login(cast.manager)
    page = client.get(PAGE)
    assert rates(page)["execution"] == (1, 3)
    assert set(names(page)) >= {"sales", "sales2"}
    assert rates(client.get(PAGE, {"who": cast.sales2.pk}))["execution"] == (0, 1)
    assert rates(client.get(PAGE, {"who": cast.yokohama_sales.pk, "store": cast.yokohama.pk}))["execution"] == (1, 3)


def test_an_administrator_sees_all_stores_and_each(client, cast, week):
    client.force_login(cast.admin)
    assert rates(client.get(PAGE))["execution"] == (1, 4)
    assert rates(client.get(PAGE, {"store": cast.yokohama.pk}))["execution"] == (0, 1)


def test_a_manager_of_one_store_does_not_see_by_name_what_a_colleague_does_in_another(client, cast, week):
    cast.manager.memberships.create(store=cast.yokohama, role=Role.SALESPERSON)
    client.force_login(cast.manager)
    assert rates(client.get(PAGE))["execution"] == (1, 4)
    page = client.get(PAGE, {"store": cast.yokohama.pk})
    assert "sales-yokohama" not in names(page)
    assert cast.yokohama_sales.name not in client.get("/reports/rows/execution/").content.decode()


def test_every_number_leads_to_just_its_rows(client, cast, week):
    client.force_login(cast.manager)
    for path in (PAGE, REACH):
        page = client.get(path)
        for cell in [*page.context["cards"], *(cell for line in all_lines(page) for cell in line.cells)]:
            urls = [f"{cell.url}&part={part.slug}" for part in cell.figure.parts]
            parts = [client.get(url) for url in urls]
            assert sum(part.context["page"].paginator.count for part in parts) == cell.rate.due, cell
            assert len(client.get(cell.url).context["rows"]) == cell.rate.due, cell
            hits = [client.get(f"{url}&only=yes").context["page"].paginator.count for url in urls]
            assert sum(hits) == cell.rate.hits, cell


def test_what_is_missing_or_incomplete_leads_to_where_it_is_put_right(client, cast, week):
    client.force_login(cast.sales)
    rows = {row.pk: row for row in client.get("/reports/rows/input/").context["rows"]}
    entry = Contact.objects.get(task=week["done"])
    assert rows[week["done"].pk].mend == f"/contacts/{entry.pk}/complete/"
    assert rows[week["late"].pk].mend == f"/todo/tasks/{week['late'].pk}/"
    assert [row.pk for row in client.get("/reports/rows/input/?only=missing").context["rows"]] == [week["late"].pk]
    assert [row.pk for row in client.get("/reports/rows/input/?only=incomplete").context["rows"]] == [week["done"].pk]
    for row in rows.values():
        assert client.get(row.mend).status_code == 200
        assert client.get(row.url).status_code == 200


def test_tasks_and_contacts_of_the_input_rate_stand_in_one_list_by_when_they_were(client, cast, week):
    early, late_on = at("2026-11-19 11:00"), at("2026-11-21 11:00")
    for moment in (late_on, early):
        contact(week["late"].customer, moment, counted_staff=cast.sales, completed_at=moment)
    client.force_login(cast.sales)
    rows = client.get("/reports/rows/input/").context["rows"]
    assert [row.what for row in rows] == ["contact", "task", "task", "contact"]
    assert [row.when for row in rows] == sorted(row.when for row in rows)
    assert len(client.get("/reports/rows/input/?part=tasks").context["rows"]) == 2


def test_why_it_was_not_entered_is_said_and_read_in_the_list(client, cast, week):
    url, listed = f"/reports/reasons/tasks/{week['late'].pk}/?who=me&only=missing", "/reports/rows/input/?only=missing"
    client.force_login(cast.sales)
    (row,) = client.get(listed).context["rows"]
    assert row.reason_url in url
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": "x" * 201}).status_code == 422
    assert client.post(url, {"text": "終日研修のため"}).headers["Location"].endswith("/input/?who=me&only=missing")
    client.force_login(cast.manager)
    page = client.get(listed)
    assert [one.reason for one in page.context["rows"]] == ["終日研修のため", ""]
    assert "終日研修のため" in client.post("/reports/rows/input/file.csv").content.decode("utf-8-sig")
    assert rates(client.get(PAGE))["input"] == (0, 3)
    client.force_login(cast.sales2)
    assert client.get(url).status_code == client.post(url, {"text": "違う"}).status_code == 403
    client.force_login(cast.yokohama_sales)
    assert client.post(url, {"text": "違う"}).status_code == 404
    client.force_login(cast.manager)
    client.post(url, {"text": ""})
    assert not EntryReason.objects.exists()


def test_what_is_not_due_yet_needs_no_reason(client, cast):
    ahead = task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 25))
    client.force_login(cast.sales)
    assert client.get(f"/reports/reasons/tasks/{ahead.pk}/").status_code == 404
    assert client.get(f"/reports/reasons/deals/{ahead.pk}/").status_code == 404


def test_a_reason_goes_along_when_the_record_is_corrected(cast, week):
    entry = Contact.objects.get(task=week["done"])
    EntryReason.objects.create(contact=entry, text="外出中", by=cast.sales, at=NOW)
    new = correct(entry, details="ご検討中", content_kind=None, outcome=entry.outcome, by=cast.sales, now=NOW)
    assert new.entry_reasons.get().text == "外出中"


def test_missing_entries_are_counted_by_person_and_each_number_opens_its_rows(client, cast, week):
    contact(week["other"].customer, at("2026-11-20 12:00"), counted_staff=cast.sales2)
    client.force_login(cast.manager)
    lines = client.get("/reports/rows/input/").context["fault_lines"]
    found = {line.person: [number.value for number in line.numbers] for line in lines}
    assert found == {cast.sales: [1, 0, 1], cast.sales2: [1, 0, 1]}
    for line in lines:
        for number in line.numbers:
            assert not number.url or len(client.get(number.url).context["rows"]) == number.value
    client.force_login(cast.sales)
    assert [line.person for line in client.get("/reports/rows/input/").context["fault_lines"]] == [cast.sales]
    assert client.get("/reports/rows/input/?who=store").context["fault_lines"] == []


def test_of_a_lead_one_sees_how_fast_somebody_got_in_touch(client, cast):
    person = customer(cast.hiratsuka, owner=cast.sales)
    lead(person, at("2026-11-20 10:00"))
    contact(person, at("2026-11-20 10:40"))
    lead(customer(cast.hiratsuka, owner=cast.sales), at("2026-11-20 11:00"))
    client.force_login(cast.manager)
    answered = [row.answered for row in client.get("/reports/rows/leads/").context["rows"]]
    assert "40" in answered[0]
    assert answered[1] != answered[0]


def test_rows_of_a_customer_who_moved_away_count_without_a_name(client, cast, week):
    Task.objects.filter(pk=week["late"].pk).update(store=cast.yokohama)
    type(week["late"].customer).objects.filter(pk=week["late"].customer_id).update(store=cast.yokohama)
    client.force_login(cast.manager)
    page = client.get("/reports/rows/execution/")
    assert len(page.context["rows"]) == 3
    assert "一番 太郎" not in page.content.decode()


def test_the_days_are_a_day_a_week_a_month_or_any(client, cast, week):
    client.force_login(cast.manager)
    for given, found in (
        ({"span": "day"}, (0, 0)),
        ({"span": "day", "on": "2026-11-20"}, (1, 3)),
        ({"span": "month"}, (1, 3)),
        ({"span": "week", "on": "2026-11-15"}, (0, 0)),
        ({"span": "days", "on": "2026-11-19", "until": "2026-11-20"}, (1, 3)),
        ({"span": "days", "on": "2026-11-20", "until": "2026-11-19"}, (1, 3)),
        ({"span": "nothing", "on": "rubbish"}, (1, 3)),
    ):
        assert rates(client.get(PAGE, given))["execution"] == found, given


def test_from_any_days_one_gets_to_those_before_and_after(client, cast, week):
    client.force_login(cast.manager)
    for given, before, after in (
        ({"span": "day", "on": "2026-11-20"}, "2026-11-19", "2026-11-21"),
        ({"span": "week", "on": "2026-11-11"}, "2026-11-02", "2026-11-16"),
        ({"span": "month", "on": "2026-10-15"}, "2026-09-01", "2026-11-01"),
        ({"span": "days", "on": "2026-11-10", "until": "2026-11-12"}, "2026-11-07", "2026-11-13"),
    ):
        form = client.get(PAGE, given).context["form"]
        assert [one.stretch.first.isoformat() for one in (form.before, form.after)] == [before, after], given
        assert client.get(f"{PAGE}?{form.after.query}").context["form"].before.query == urlencode(form.query)
    assert client.get(PAGE).context["form"].after is None


def test_on_a_monday_the_week_before_is_shown(client, cast, time_machine):
    time_machine.move_to(at("2026-11-23 09:00"))
    client.force_login(cast.manager)
    assert client.get(PAGE).context["form"].stretch.first == date(2026, 11, 16)


def test_the_trend_ends_with_the_days_asked_for(client, cast, week):
    client.force_login(cast.manager)
    page = client.get(PAGE, {"figure": "on-time"})
    assert [point.value for point in page.context["trend"]] == [None] * 7 + [33]
    last = page.context["trend"][-1]
    assert len(client.get(last.url).context["rows"]) == last.rate.due == 3
    assert "<svg" in page.context["chart"]


def test_the_table_of_people_as_a_file(client, cast, week):
    type(cast.sales).objects.filter(pk=cast.sales.pk).update(name="=1+1")
    client.force_login(cast.manager)
    text = client.get("/reports/people.csv").content.decode("utf-8-sig")
    lines = [line.split(",") for line in text.splitlines()]
    (own,) = [line for line in lines if line[0] == "'=1+1"]
    assert own[1:4] == ["50", "1", "2"]
    assert {len(line) for line in lines} == {len(lines[0])}
    book = openpyxl.load_workbook(io.BytesIO(client.get("/reports/people.xlsx").content))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert len(cells) == len(lines)
    assert all(cell.data_type == "s" or cell.value is None for row in book.active.iter_rows() for cell in row)


def test_what_counts_for_nobody_opens_as_well(client, cast, week):
    late(customer(cast.hiratsuka, owner=None))
    flag(NOW)
    client.force_login(cast.manager)
    (line,) = [line for line in client.get(PAGE).context["tables"][0]["lines"] if line.person is None]
    assert (line.cells[0].rate.hits, line.cells[0].rate.due) == (0, 1)
    assert client.get(line.cells[0].url).context["page"].paginator.count == 1
    client.force_login(cast.sales)
    assert rates(client.get(PAGE, {"who": "nobody"}))["execution"] == (1, 4)


def test_the_file_of_a_salesperson_names_nobody_else(client, cast, week):
    client.force_login(cast.sales)
    text = client.get("/reports/people.csv", {"who": "store"}).content.decode("utf-8-sig")
    assert cast.sales.name in text
    assert cast.sales2.name not in text


def test_who_has_not_been_reached_for_so_long_can_be_given_a_pattern(client, cast):
    forgotten = customer(cast.hiratsuka, owner=cast.sales, created_at=at("2025-01-01 10:00"))
    for months, person in ((4, "四か月"), (7, "七か月")):
        one = customer(cast.hiratsuka, name=person, owner=cast.sales, created_at=at("2025-01-01 10:00"))
        contact(one, NOW - timedelta(days=31 * months))
    client.force_login(cast.manager)
    page = client.get(REACH, {"months": 6})
    (line,) = [line for line in all_lines(page) if line.person == cast.sales]
    assert line.cells[0].rate.hits == 2
    rows = client.get(line.cells[0].url + "&only=yes")
    assert {row.pk for row in rows.context["rows"]} == {
        forgotten.pk,
        *type(forgotten).objects.filter(name="七か月").values_list("pk", flat=True),
    }
    assert client.get("/customers/follow-ups/", {"id": forgotten.pk}).status_code == 200
    assert 'action="/customers/follow-ups/"' in rows.content.decode()


def busy(cast, copies):
    for number in range(copies):
        person = customer(cast.hiratsuka, name=f"客{number}", owner=cast.sales)
        vehicle(person)
        done(person)
        late(person)
        contact(person, at("2026-11-20 12:00"), counted_staff=cast.sales)
    for number in range(copies):
        staff(f"s{number}", Role.SALESPERSON, cast.hiratsuka)
    flag(NOW)


QUERIES = {PAGE: 23, REACH: 35, "/reports/rows/input/": 18, "/reports/rows/reach/": 10, "/reports/rows/contacts/": 9}


@pytest.mark.parametrize("copies", [1, 10])
@pytest.mark.parametrize("path", QUERIES)
def test_a_page_needs_as_many_queries_for_many_rows_as_for_few(client, cast, path, copies, django_assert_num_queries):
    busy(cast, copies)
    client.force_login(cast.manager)
    with django_assert_num_queries(QUERIES[path]):
        client.get(path)


def test_a_long_list_is_leafed_through(client, cast):
    busy(cast, 30)
    client.force_login(cast.manager)
    first, second = (client.get("/reports/rows/execution/", {"page": page}).context["rows"] for page in (1, 2))
    assert (len(first), len(second)) == (50, 10)
    assert len({row.pk for row in [*first, *second]}) == 60
