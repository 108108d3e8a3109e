"""The manager's desk: every number leads to just its rows; only the manager's stores (REQUIREMENTS A2, A6)."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse

from customers.models import Deal, Stage
from followups.models import CheckCall, FollowUp, Outcome, Pattern
from followups.recording import Result, record
from followups.starting import start
from stores.models import DayOff, Membership, Role
from tests.cast import at, contact, customer, lead, reply, staff, task
from todo.desk.kinds import AGES, KINDS

NOW = at("2026-11-22 14:00")
DESK = "/desk/"
QUERIES = {"reviews": 18, "checks": 11}
"""Of the kinds that tell more than a row: stories, and what the person noted."""


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


def standing_deal(person, since, **fields):
    """A deal that somebody has begun and nobody has planned anything for."""
    deal = lead(person, since, **fields)
    deal.take(fields.get("staff"), since)
    return deal


def busy_store(store, people, copies=1):
    """Some of every kind and age, of each of these people and of nobody."""
    for person in [*people, None] * copies:
        own = {"owner": person}
        for day in (22, 21, 20, 18, 15, 10, 1):
            late_at = at(f"2026-11-{day:02} 13:00")
            task(
                customer(store, **own), late_at.date(), assignee=person, due_from=late_at, due_until=late_at,
                late_at=late_at,
            )  # fmt: skip
        for text in ("22 13:30", "22 09:00", "21 23:00", "20 09:00", "10 09:00"):
            moment = at(f"2026-11-{text}")
            lead(customer(store, **own), moment, staff=person)
            reply(customer(store, **own), moment, moment + timedelta(hours=2), for_staff=person)
        for text in ("2026-11-21 10:00", "2026-11-16 10:00", "2026-11-01 10:00", "2026-09-01 10:00"):
            standing_deal(customer(store, **own), at(text), staff=person)
        for text in ("22 10:00", "21 10:00", "16 10:00", "01 10:00"):
            heard_of(customer(store, **own), at(f"2026-11-{text}"), person)


def heard_of(person, moment, staff):
    """Somebody spoke to them: their deal is to be reviewed, and the call to be checked. Its task lies ahead."""
    deal = standing_deal(person, moment, staff=staff)
    task(person, date(2026, 12, 1), deal=deal, assignee=staff)
    Deal.objects.filter(pk=deal.pk).update(last_contacted_at=moment)
    call = task(person, moment.date(), deal=deal, done_at=moment, done_by=staff)
    contact(person, moment, deal=deal, task=call, done_by=staff)
    CheckCall.objects.create(store=person.store, customer=person, task=call, told_by=staff, made_at=moment)


def links(page) -> list[tuple[int, str]]:
    """Every number of the desk that is a link, with its address."""
    anchors = re.findall(r'<a[^>]* href="(/desk/[a-z]+/[^"]*)">(.*?)</a>', page.content.decode(), re.DOTALL)
    numbers = [(re.findall(r"\d+", re.sub(r"<[^>]*>", " ", words)), unescape(url)) for url, words in anchors]
    return [(int(number[-1]), url) for number, url in numbers if number]


def rows_behind(client, url) -> int:
    return client.get(url).context["page"].paginator.count


def test_every_number_leads_to_just_as_many_rows(client, cast):
    busy_store(cast.hiratsuka, [cast.sales, cast.sales2])
    DayOff.objects.create(staff=cast.sales, on=NOW.date())
    client.force_login(cast.manager)
    found = links(client.get(DESK))
    assert len(found) == 1 + 6 + 6 * 4 * 5, (
        "one of who is off, six on top, three people and all by four ages and in total"
    )
    wrong = [(number, url) for number, url in found if rows_behind(client, url) != number]
    assert not wrong


def test_the_ages_of_a_person_add_up_and_cover_everything(client, cast):
    busy_store(cast.hiratsuka, [cast.sales])
    client.force_login(cast.manager)
    for section in client.get(DESK).context["desk"].sections:
        for line in section.lines:
            assert sum(age.value for age in line.ages) == line.total.value
            assert [bool(age.value) for age in line.ages] == [True] * 4
        assert section.total.value == sum(line.total.value for line in section.lines)


@pytest.mark.parametrize(
    ("late", "age"),
    [
        ("2026-11-22 00:00", "fresh"),
        ("2026-11-21 23:59", "some"),
        ("2026-11-20 00:00", "some"),
        ("2026-11-19 23:59", "old"),
        ("2026-11-15 00:00", "old"),
        ("2026-11-14 23:59", "oldest"),
    ],
)
def test_days_overdue_are_calendar_days_since_it_fell_late(client, cast, late, age):
    moment = at(late)
    task(
        customer(cast.hiratsuka, owner=cast.sales), moment.date(), due_from=moment, due_until=moment, late_at=moment
    )  # fmt: skip
    client.force_login(cast.manager)
    shown = {key: client.get("/desk/tasks/", {"age": key}).context["page"].paginator.count for key in AGES}
    assert shown == {key: int(key == age) for key in AGES}


def test_a_deal_has_a_next_step_while_a_task_is_open_or_being_prepared(client, cast):
    person = customer(cast.hiratsuka, owner=cast.sales)
    with_task, preparing, done, closed, standing = (standing_deal(person, at("2026-11-10 10:00")) for _n in range(5))
    task(person, date(2026, 11, 30), deal=with_task)
    start(Pattern.objects.get(slug="new-arrival"), customer=person, deal=preparing, by=cast.sales, now=NOW)
    record(task(person, date(2026, 11, 22), deal=done), Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
    closed.lose("price", cast.sales, NOW)
    client.force_login(cast.manager)
    shown = {row["pk"] for row in client.get("/desk/deals/").context["rows"]}
    assert shown == {done.pk, standing.pk}
    FollowUp.objects.update(failed_at=NOW)
    assert preparing.pk in {row["pk"] for row in client.get("/desk/deals/").context["rows"]}


def test_a_deal_stands_still_since_its_stage_changed_or_the_customer_was_reached(client, cast):
    moved, reached = (standing_deal(customer(cast.hiratsuka), at("2026-09-01 10:00")) for _n in range(2))
    moved.move_to(Stage.MET, cast.sales, at("2026-11-18 10:00"))
    Deal.objects.filter(pk=reached.pk).update(last_contacted_at=at("2026-11-21 10:00"))
    client.force_login(cast.manager)
    assert [row["pk"] for row in client.get("/desk/deals/", {"age": "old"}).context["rows"]] == []
    assert [row["pk"] for row in client.get("/desk/deals/", {"age": "some"}).context["rows"]] == [moved.pk]
    assert [row["pk"] for row in client.get("/desk/deals/", {"age": "fresh"}).context["rows"]] == [reached.pk]


def test_who_is_off_today_is_marked_with_todays_tasks(client, cast):
    for day in (20, 22, 26):
        task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, day))
    DayOff.objects.create(staff=cast.sales, on=NOW.date())
    DayOff.objects.create(staff=cast.yokohama_sales, on=NOW.date())
    client.force_login(cast.manager)
    page = client.get(DESK)
    [absent] = page.context["desk"].absent
    assert (absent.person, absent.today.value, absent.overdue) == (cast.sales, 2, 1)
    assert client.get(absent.today.url).context["page"].paginator.count == 2
    assert "休み" in page.content.decode()


def test_who_has_left_still_stands_there_with_their_tasks(client, cast):
    task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 20))
    cast.sales.memberships.all().delete()
    client.force_login(cast.manager)
    page = client.get(DESK)
    [line] = page.context["desk"].sections[0].lines
    assert (line.person, line.person.works_here) == (cast.sales, False)
    assert client.get(line.total.url).context["page"].paginator.count == 1


class TestOnlyTheManagersStores:
    @pytest.fixture(autouse=True)
    def both_busy(self, cast):
        busy_store(cast.hiratsuka, [cast.sales])
        busy_store(cast.yokohama, [cast.yokohama_sales, cast.yokohama_manager])

    def totals(self, client, **query):
        return [section.total.value for section in client.get(DESK, query).context["desk"].sections]

    def test_of_one_store_without_a_choice(self, client, cast):
        client.force_login(cast.manager)
        assert self.totals(client) == [14, 10, 10, 8, 8, 8]
        assert 'name="store"' not in client.get(DESK).content.decode()

    def test_of_two_with_a_choice_that_the_numbers_carry_along(self, client, cast):
        Membership.objects.create(staff=cast.manager, store=cast.yokohama, role=Role.MANAGER)
        client.force_login(cast.manager)
        assert self.totals(client) == [35, 25, 25, 20, 20, 20]
        assert self.totals(client, store=cast.yokohama.pk) == [21, 15, 15, 12, 12, 12]
        for number, url in links(client.get(DESK, {"store": cast.yokohama.pk})):
            assert rows_behind(client, url) == number

    def test_where_one_only_sells_nothing_is_ones_business(self, client, cast):
        Membership.objects.create(staff=cast.manager, store=cast.yokohama, role=Role.SALESPERSON)
        client.force_login(cast.manager)
        assert self.totals(client) == [14, 10, 10, 8, 8, 8]
        assert client.get(DESK, {"store": cast.yokohama.pk}).status_code == 404
        for kind in KINDS:
            assert client.get(f"/desk/{kind}/", {"store": cast.yokohama.pk}).status_code == 404
            held = {"who": cast.yokohama_sales.pk}
            assert client.get(f"/desk/{kind}/", held).context["page"].paginator.count == 0

    def test_an_administrator_sees_all(self, client, cast):
        client.force_login(cast.admin)
        assert self.totals(client) == [35, 25, 25, 20, 20, 20]

    @pytest.mark.parametrize("who", ["sales", "assistant"])
    def test_others_have_no_desk_and_no_link_to_it(self, client, cast, who):
        client.force_login(getattr(cast, who))
        assert client.get(DESK).status_code == 403
        assert DESK not in client.get("/todo/").content.decode()
        client.force_login(cast.manager)
        assert f'href="{DESK}"' in client.get("/todo/").content.decode()


def test_when_nothing_is_left_it_says_so_and_what_to_look_at_next(client, cast):
    client.force_login(cast.manager)
    page = client.get(DESK).content.decode()
    assert "いま対応が必要なものはありません" in page
    assert f'href="{reverse("todo:deals")}"' in page
    assert "ありません" in client.get("/desk/tasks/").content.decode()


@pytest.mark.parametrize("odd", ["²", "9" * 5000, "-1", "x", ""])
def test_odd_words_in_the_address_narrow_nothing(client, cast, odd):
    task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 20))
    client.force_login(cast.manager)
    query = {"who": odd, "age": odd, "store": odd, "page": odd, "open": odd}
    assert client.get("/desk/tasks/", query).context["page"].paginator.count == 1
    assert client.get(DESK, {"store": odd}).status_code == 200
    assert client.get("/desk/nothing/").status_code == 404


def test_each_row_leads_to_its_customer_its_deal_and_itself(client, cast):
    person = customer(cast.hiratsuka, owner=cast.sales)
    deal = standing_deal(person, at("2026-11-10 10:00"))
    call = task(person, date(2026, 11, 20), deal=deal)
    wrote = reply(person, at("2026-11-22 10:00"), at("2026-11-22 12:00"), deal=deal)
    new = lead(person, at("2026-11-22 11:00"))
    client.force_login(cast.manager)
    for kind, own in (("tasks", call), ("replies", wrote)):
        page = client.get(f"/desk/{kind}/").content.decode()
        for name, row in (("customer", person), ("deal", deal), (kind.replace("ies", "y").rstrip("s"), own)):
            assert f'href="{reverse(f"todo:{name}", args=[row.pk])}"' in page
    assert f'href="{reverse("todo:deal", args=[new.pk])}"' in client.get("/desk/leads/").content.decode()


def test_first_of_all_stands_what_is_past_its_limit_and_is_acted_on_in_its_row(client, cast, monkeypatch):
    who = {"owner": cast.sales}
    lead(customer(cast.hiratsuka, name="待つ人", **who), at("2026-11-22 13:50"), staff=cast.sales)
    late = lead(customer(cast.hiratsuka, name="遅れた新着", **who), at("2026-11-21 09:00"), staff=cast.sales)
    asked = reply(customer(cast.hiratsuka, **who), at("2026-11-22 09:00"), at("2026-11-22 11:00"))
    moment = at("2026-11-20 12:00")
    old = {"due_from": moment, "due_until": moment, "late_at": moment}
    plain = task(customer(cast.hiratsuka, **who), moment.date(), **old)
    promised = task(
        customer(cast.hiratsuka, **who),
        NOW.date(),
        **dict.fromkeys(old, at("2026-11-22 12:00")),
        promised_at=at("2026-11-22 12:00"),
    )
    lead(customer(cast.yokohama), at("2026-11-20 09:00"))
    client.force_login(cast.manager)
    page = client.get(DESK)
    assert [row["id"] for row in page.context["first"]] == [
        f"lead-{late.pk}", f"reply-{asked.pk}", f"task-{promised.pk}", f"task-{plain.pk}",
    ]  # fmt: skip
    addresses = re.findall(rf'value="{promised.pk}" formaction="(/desk/tasks/[^"]*)"', page.content.decode())
    assert len(addresses) == 3
    for address in addresses:
        assert client.post(unescape(address), {"row": promised.pk}).context["ids"] == str(promised.pk)
    monkeypatch.setattr("stores.wide.WIDE", 1)
    assert [row["id"] for row in client.get(DESK).context["first"]][2:] == [f"task-{plain.pk}", f"task-{promised.pk}"]
    client.force_login(cast.yokohama_manager)
    assert [row["customer"] for row in client.get(DESK).context["first"]] == ["中村 美咲"]


def test_a_word_on_the_deal_is_said_from_the_list(client, cast):
    deal = standing_deal(customer(cast.hiratsuka, owner=cast.sales), at("2026-11-10 10:00"), staff=cast.sales)
    client.force_login(cast.manager)
    (row,) = client.get("/desk/deals/").context["rows"]
    url = row["comment_url"].replace("/review/", "/review/comment/")
    htmx = {"HX-Request": "true", "HX-Target": "panel"}
    assert client.get(row["comment_url"], headers=htmx).status_code == 200
    assert client.post(url, {"text": ""}, headers=htmx).status_code == 422
    assert client.post(url, {"text": "来週までに一度お電話を"}, headers=htmx).status_code == 200
    assert deal.reviews.get().text == "来週までに一度お電話を"


@pytest.mark.parametrize("copies", [1, 10])
def test_the_desk_needs_as_many_queries_for_many_rows_as_for_few(client, cast, copies, django_assert_num_queries):
    people = [cast.sales, cast.sales2]
    people += [staff(f"s{number}", Role.SALESPERSON, cast.hiratsuka) for number in range(3 * copies - 3)]
    busy_store(cast.hiratsuka, people)
    client.force_login(cast.manager)
    with django_assert_num_queries(14):
        client.get(DESK)


@pytest.mark.parametrize("copies", [1, 10])
def test_the_rows_need_as_many_queries_for_many_as_for_few(client, cast, copies, django_assert_num_queries):
    busy_store(cast.hiratsuka, [cast.sales], copies)
    client.force_login(cast.manager)
    for kind in KINDS:
        with django_assert_num_queries(QUERIES.get(kind, 9)):
            page = client.get(f"/desk/{kind}/")
        assert len(page.context["rows"]) >= min(50, 4 * copies), kind


def test_what_has_waited_longest_comes_first_on_every_page_and_of_reviews_what_is_newest(client, cast):
    busy_store(cast.hiratsuka, [cast.sales], 8)
    client.force_login(cast.manager)
    for kind in KINDS:
        first, second = (client.get(f"/desk/{kind}/", {"page": page}).context["rows"] for page in (1, 2))
        since = [row["since"] for row in [*first, *second]]
        assert len(first) == 50, kind
        assert len({row["pk"] for row in [*first, *second]}) == len(since) > 50, kind
        assert since == sorted(since, reverse=KINDS[kind].newest_first), kind
