"""The morning's report: its figures against a count by hand, made once, who sees what of it (REQUIREMENTS E5)."""

import random
from collections import Counter
from datetime import date, timedelta
from statistics import median

import pytest
import time_machine

from customers.models import Deal, Stage
from followups.models import Act, Contact, Outcome, RolePlay, Task
from reports.models import HeardMark, MorningRead, MorningReport
from reports.morning import make_due, make_last
from reports.sharing import share
from reports.showing import minutes_in_words, shown
from stores.channels import Channel
from stores.models import DayOff, Notification, Role, Store
from tests.cast import at, contact, customer, lead, staff, task

PAGE = "/reports/morning/"
SUNDAY = at("2026-11-22 08:31")
DAY = date(2026, 11, 21)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(SUNDAY, tick=False):
        yield


def made(cast, now=SUNDAY) -> MorningReport:
    while make_due(now):
        pass
    return MorningReport.objects.in_store(cast.hiratsuka).latest_first().first()


def row_of(report, person) -> dict:
    return next(row for row in report.figures["people"] if row["who"] == (person and person.pk))


class ByHand:
    """The same in plain Python, from what is put into the history and nothing else."""

    def __init__(self, cast, seed):
        self.cast, self.dice = cast, random.Random(seed)
        self.people = [cast.sales, cast.sales2, None]
        self.numbers = {person: Counter() for person in self.people}
        self.heard, self.waited, self.leads = Counter(), [], Counter()
        for _number in range(30):
            self.dice.choice([self.add_task, self.add_contact, self.add_order, self.add_lead])()

    def moment(self):
        """From the day before to now: some of it is not of the day."""
        return at("2026-11-20 10:00") + MINUTE * self.dice.randrange(46 * 60)

    @staticmethod
    def is_of_the_day(moment):
        return at("2026-11-21 00:00") <= moment < at("2026-11-22 00:00")

    def person(self):
        return customer(self.cast.hiratsuka, owner=self.cast.sales)

    def add_task(self):
        late, whose = self.moment(), self.dice.choice(self.people)
        ends = self.dice.choice(["in time", "late", "never"])
        done = {"in time": late - HOUR, "late": late + MINUTE, "never": None}[ends]
        fields = {"late_at": late, "first_late_at": late, "due_from": late - 2 * HOUR, "due_until": late}
        fields |= {"counted_store": self.cast.hiratsuka, "counted_staff": whose, "assignee": whose}
        one = task(self.person(), late.date(), done_at=done, done_by=done and self.cast.sales, **fields)
        numbers = self.numbers[whose]
        if self.is_of_the_day(late):
            numbers.update({"due": 1, "done": done is not None, "on_time": ends == "in time"})
            numbers["missing"] += done is None
        if done is None:
            numbers.update({"overdue": late <= SUNDAY, "today": 1})
            return
        entered, completed = done + self.dice.choice([0, 31]) * MINUTE, self.dice.choice([True, False])
        moments = {"entered_at": entered, "completed_at": entered if completed else None}
        self.add_contact(at=done, task=one, channel=Channel.PHONE, counted_staff=self.cast.sales, **moments)
        if self.is_of_the_day(late):
            numbers["incomplete"] += not completed
            numbers["late"] += completed and entered > done + 30 * MINUTE

    def add_contact(self, at=None, **fields):
        at = at or self.moment()
        outcome = self.dice.choice([Outcome.SPOKE, Outcome.NO_ANSWER, Outcome.APPOINTMENT, Outcome.REFUSED])
        fields = {"channel": self.dice.choice([Channel.VISIT, Channel.PHONE]), "completed_at": at} | fields
        fields = {"counted_staff": self.dice.choice(self.people)} | fields
        voided = "task" not in fields and self.dice.random() < 0.1
        one = contact(
            self.person(),
            at,
            outcome=outcome,
            counted_store=self.cast.hiratsuka,
            voided_at=SUNDAY if voided else None,
            **fields,
        )
        kind = self.dice.choice(["need", "complaint", "referral", "", "", ""])
        if kind:
            HeardMark.objects.create(contact=one, kind=kind, at=at)
        if voided or not self.is_of_the_day(at):
            return
        numbers = self.numbers[fields["counted_staff"]]
        numbers["spoke"] += outcome != Outcome.NO_ANSWER
        numbers["visits"] += outcome != Outcome.NO_ANSWER and fields["channel"] == Channel.VISIT
        numbers["appointments"] += outcome == Outcome.APPOINTMENT
        self.heard[kind] += 1

    def add_order(self):
        day, by = DAY + timedelta(days=self.dice.randrange(-1, 2)), self.dice.choice(self.people)
        deal = lead(self.person(), at("2026-10-01 10:00"), staff=by)
        deal.take(self.cast.sales, at("2026-10-01 10:00"))
        deal.move_to(Stage.ORDER, self.cast.sales, SUNDAY, ordered_on=day)
        self.numbers[by]["orders"] += day == DAY

    def add_lead(self):
        came, wait = self.moment(), self.dice.choice([None, 5, 50, 5000])
        deal = lead(self.person(), came)
        if wait and came + wait * MINUTE < SUNDAY:
            Deal.objects.filter(pk=deal.pk).update(taken_at=SUNDAY)
            moments = {"completed_at": came + wait * MINUTE, "counted_staff": None, "deal": deal}
            contact(
                deal.customer,
                came + wait * MINUTE,
                outcome=Outcome.NO_ANSWER,
                counted_store=self.cast.hiratsuka,
                **moments,
            )
        else:
            self.leads["untouched"] += 1
            wait = None
        if self.is_of_the_day(came):
            in_time = wait is not None and came + wait * MINUTE <= deal.new_late_at
            self.leads.update({"came": 1, "answered": wait is not None, "in_time": in_time})
            self.waited += [wait] if wait else []


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_equals_the_count_by_hand(cast, seed):
    by_hand = ByHand(cast, seed)
    report = made(cast)
    for person, numbers in by_hand.numbers.items():
        found = {name: n for name, n in row_of(report, person).items() if name not in {"who", "can", "member"}}
        assert found == {name: n for name, n in numbers.items() if n}, person
    found = report.figures["leads"]
    assert {name: found.get(name, 0) for name in by_hand.leads} == by_hand.leads
    assert found.get("minutes") == (round(median(by_hand.waited)) if by_hand.waited else None)
    assert report.figures["heard"] == {kind: n for kind, n in by_hand.heard.items() if n and kind}


def test_it_is_made_once_at_its_time_and_never_changes(cast):
    missed = task(customer(cast.hiratsuka, owner=cast.sales), DAY)
    assert made(cast, at("2026-11-22 08:29")) is None
    report = made(cast, at("2026-11-22 08:30"))
    assert row_of(report, cast.sales)["overdue"] == 1
    Task.objects.filter(pk=missed.pk).update(done_at=SUNDAY, done_by=cast.sales)
    assert make_due(at("2026-11-22 18:00")) == 0
    report.refresh_from_db()
    assert row_of(report, cast.sales)["overdue"] == 1
    Store.objects.filter(pk=cast.hiratsuka.pk).update(morning_report_time="09:15")
    assert made(cast, at("2026-11-23 09:14")) == report
    assert made(cast, at("2026-11-23 09:15")) != report


def test_a_closed_days_figures_come_with_the_next_open_one(cast):
    """Hiratsuka is closed on Wednesdays."""
    assert made(cast, at("2026-11-24 08:30")).last_on == date(2026, 11, 23)
    assert made(cast, at("2026-11-25 20:00")).on == date(2026, 11, 24)
    thursday = made(cast, at("2026-11-26 08:30"))
    assert (thursday.first_on, thursday.last_on) == (date(2026, 11, 24), date(2026, 11, 25))


def test_days_on_which_no_worker_ran_come_with_the_next_report(cast):
    made(cast, at("2026-11-20 08:30"))
    report = made(cast, at("2026-11-23 08:30"))
    assert (report.first_on, report.last_on) == (date(2026, 11, 20), date(2026, 11, 22))
    long_after = made(cast, at("2027-03-01 08:30"))
    assert (long_after.last_on - long_after.first_on).days == 13


def test_who_is_off_and_who_has_too_much(cast):
    for _number in range(3):
        task(customer(cast.hiratsuka, owner=cast.sales), SUNDAY.date())
    task(customer(cast.hiratsuka, owner=cast.sales2), SUNDAY.date())
    type(cast.sales).objects.filter(pk=cast.sales.pk).update(daily_tasks=2)
    DayOff.objects.create(staff=cast.sales2, on=SUNDAY.date())
    page = shown(made(cast), cast.manager)
    lines = {line.person: line for line in page.lines}
    assert (lines[cast.sales].load, lines[cast.sales].can, lines[cast.sales].is_too_much) == (3, 2, True)
    assert (lines[cast.sales2].is_off, lines[cast.sales2].can) == (True, 0)
    assert page.off == [cast.sales2]
    assert "open=today" in lines[cast.sales2].hand_over


def busy(cast, copies):
    for number in range(copies):
        seller = staff(f"s{number}", Role.SALESPERSON, cast.hiratsuka)
        person = customer(cast.hiratsuka, owner=seller)
        task(person, DAY)
        counted = {"counted_store": cast.hiratsuka, "counted_staff": seller}
        contact(person, at("2026-11-21 12:00"), channel=Channel.VISIT, outcome=Outcome.APPOINTMENT, **counted)
        lead(person, at("2026-11-21 11:00"), staff=seller)
        done = task(person, DAY, done_at=at("2026-11-21 13:00"), done_by=seller)
        contact(person, at("2026-11-21 13:00"), task=done, **counted)


def test_every_number_leads_to_just_its_rows(client, cast):
    busy(cast, 2)
    report = made(cast)
    client.force_login(cast.manager)
    page = client.get(PAGE).context["page"]
    cells = [cell for line in [page.total, *page.lines] for cell in [*line.results, *line.entries]]
    cells += [page.leads[0], page.leads[2], *page.heard]
    assert sum(cell.value for cell in cells) > 20
    assert {cell.value for line in page.lines for cell in line.entries} == {0, 1, 2}, (
        "of tasks and of contacts together"
    )
    assert client.get(page.total.faults_url).context["page"].paginator.count == page.total.faults == 6
    for cell in cells:
        if cell.url:
            assert client.get(cell.url).context["page"].paginator.count == cell.value, cell
    for line in page.lines:
        rows = client.get(line.overdue.url).context["page"].paginator
        assert rows.count == line.overdue.value
    assert client.get(page.leads[3].url).context["page"].paginator.count == page.leads[3].value == 2
    assert report.figures["leads"]["came"] == 2


def test_from_the_mail_to_the_task_in_other_hands_in_three_clicks(client, cast):
    overdue = task(customer(cast.hiratsuka, owner=cast.sales), DAY)
    report = made(cast)
    client.force_login(cast.manager)
    page = client.get(f"{PAGE}?store={report.store_id}&on=2026-11-22")
    (line,) = [line for line in page.context["page"].lines if line.hand_over]
    assert f'action="{line.hand_over.replace("&", "&amp;")}"' in page.content.decode()
    asked = client.post(line.hand_over, {"all": "yes"})
    assert [str(overdue.pk)] == asked.context["ids"].split(",")
    client.post(line.hand_over, {"ids": asked.context["ids"], "to": cast.sales2.pk, "confirmed": "yes"})
    overdue.refresh_from_db()
    assert overdue.assignee == cast.sales2
    assert Act.objects.count() == 1


def test_others_see_what_was_shared_and_of_it_the_store_and_themselves(client, cast):
    for seller in (cast.sales, cast.sales2):
        task(customer(cast.hiratsuka, owner=seller), DAY)
    report = made(cast)
    client.force_login(cast.sales)
    assert client.get(PAGE).context["report"] is None
    assert client.post(f"{PAGE}{report.pk}/read/").status_code == 404
    client.force_login(cast.manager)
    client.post(f"{PAGE}{report.pk}/sharing/", {"note": "今週もよろしく"})
    client.force_login(cast.sales)
    page = client.get(PAGE)
    text = page.content.decode()
    assert "今週もよろしく" in text
    assert page.context["page"].total.overdue.value == 2
    assert [line.person for line in page.context["page"].lines] == [cast.sales]
    assert cast.sales2.name not in text
    assert not page.context["page"].lines[0].hand_over
    for cell in [*page.context["page"].total.results, page.context["page"].total.overdue]:
        assert not cell.url or client.get(cell.url).status_code == 200
    client.force_login(cast.yokohama_manager)
    assert client.get(PAGE, {"store": report.store_id}).context["report"].store == cast.yokohama
    assert client.post(f"{PAGE}{report.pk}/sharing/").status_code == 404


def test_sharing_tells_everybody_once_and_can_be_taken_back(client, cast):
    report = made(cast)
    client.force_login(cast.manager)
    for _twice in range(2):
        client.post(f"{PAGE}{report.pk}/sharing/", {"note": "お願いします"})
    told = Notification.objects.unread()
    assert {row.staff for row in told} == {cast.sales, cast.sales2, cast.assistant}
    assert len(told) == 3
    assert told[0].note == "お願いします"
    assert "平塚店" in told[0].text
    client.force_login(cast.sales)
    assert client.post(f"{PAGE}{report.pk}/sharing/undo/").status_code == 403
    for _twice in range(2):
        assert client.post(f"{PAGE}{report.pk}/read/").status_code == 302
    assert MorningRead.objects.get().staff == cast.sales
    client.force_login(cast.manager)
    readers = dict(client.get(PAGE).context["readers"])
    assert (readers[cast.sales], readers[cast.sales2]) == (SUNDAY, None)
    client.post(f"{PAGE}{report.pk}/sharing/undo/")
    assert not Notification.objects.unread().exists()
    assert client.post(f"{PAGE}{report.pk}/sharing/", {"note": "x" * 1001}).status_code == 422
    assert MorningReport.objects.unshared().with_ids([report.pk]).exists()
    client.post(f"{PAGE}{report.pk}/sharing/")
    with time_machine.travel(SUNDAY + timedelta(days=2), tick=False):
        client.post(f"{PAGE}{report.pk}/sharing/undo/")
    assert not MorningReport.objects.unshared().with_ids([report.pk]).exists()


def test_earlier_ones_by_day_and_a_store_to_choose(client, cast):
    first, second = made(cast, at("2026-11-21 09:00")), made(cast)
    client.force_login(cast.admin)
    page = client.get(PAGE, {"store": cast.hiratsuka.pk})
    assert (page.context["report"], page.context["earlier"], page.context["later"]) == (second, first, None)
    assert client.get(PAGE, {"store": cast.hiratsuka.pk, "on": "2026-11-21"}).context["report"] == first
    assert client.get(PAGE, {"on": "2026-11-19"}).context["report"] is None
    assert client.get(PAGE, {"store": cast.yokohama.pk}).context["report"].store == cast.yokohama
    asks = '/reports/morning/mail/"'
    assert asks not in page.content.decode(), "mails go to who manages a store, not to administrators"
    client.force_login(cast.manager)
    assert asks in client.get(PAGE).content.decode()


def test_a_contact_of_another_deal_answers_no_lead(cast):
    person = customer(cast.hiratsuka, owner=cast.sales)
    lead(person, at("2026-11-21 11:00"))
    contact(person, at("2026-11-21 12:00"), deal=lead(person, at("2026-11-01 11:00")))
    assert made(cast).figures["leads"] == {"came": 1, "answered": 0, "in_time": 0, "minutes": None, "untouched": 2}


def test_the_last_mornings_are_made_for_a_house_with_a_past(cast):
    """Hiratsuka is closed on Wednesdays, Yokohama on Tuesdays."""
    before = at("2026-11-26 08:00")
    make_last(before)
    assert [report.on for report in MorningReport.objects.order_by("store")] == [date(2026, 11, 24), date(2026, 11, 25)]
    make_last(before)
    assert MorningReport.objects.count() == 2
    report = made(cast, at("2026-11-26 08:30"))
    assert (report.first_on, report.last_on) == (date(2026, 11, 24), date(2026, 11, 25))


def test_minutes_are_said_in_words():
    assert minutes_in_words(None) == ""
    assert len({minutes_in_words(minutes) for minutes in (45, 105, 60 * 24 + 45)}) == 3


def test_role_plays_of_the_day_stand_in_it_for_managers_and_those_who_take_part(client, cast):
    two = {"staff": cast.sales, "partner": cast.sales2, "script": None}
    for day in (21, 22):
        RolePlay.plan(store=cast.hiratsuka, **two, planned_on=date(2026, 11, day), by=cast.manager, now=SUNDAY)
    share(made(cast), "", by=cast.manager, now=SUNDAY)
    for person, number in ((cast.manager, 1), (cast.sales, 1), (cast.assistant, 0)):
        client.force_login(person)
        plays = client.get(PAGE).context["role_plays"]
        assert [play.planned_on.day for play in plays] == [22] * number


QUERIES = {PAGE: 12}


@pytest.mark.parametrize("copies", [1, 10])
def test_the_page_needs_as_many_queries_for_many_people_as_for_few(client, cast, copies, django_assert_num_queries):
    busy(cast, copies)
    made(cast)
    client.force_login(cast.manager)
    with django_assert_num_queries(QUERIES[PAGE]):
        client.get(PAGE)


@pytest.mark.parametrize("copies", [1, 10])
def test_many_stores_are_counted_by_as_many_statements_as_few(cast, copies, django_assert_max_num_queries):
    for number in range(copies):
        shop = Store.objects.create(slug=f"shop{number}", name=f"店{number}")
        task(customer(shop, owner=staff(f"of{number}", Role.SALESPERSON, shop)), DAY)
    with django_assert_max_num_queries(36):
        assert make_due(SUNDAY, limit=50) == copies + 2
    assert Contact.objects.count() == 0
