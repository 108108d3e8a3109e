"""What is summed up beforehand and what is counted live together are what the rows alone come to (REQUIREMENTS E3)."""

import random
from datetime import date, time, timedelta

import pytest
import time_machine
from django.core.management import call_command

import stores.wide
from customers.merging import merge
from customers.models import Customer, Rank, Source, Stage
from customers.store_moves import move_to_store
from followups.assignment import assign_customer
from followups.models import Contact, Direction, Outcome, Task
from followups.models.task import CancelReason
from reports import groups, jobs, stories, summed
from reports.asked import NOBODY, Asked
from reports.figures import FIGURES, Rate, count_all, from_rows, over_time
from reports.models import DaySum, Story, SummedUp, TouchedCustomer, TouchedDay
from stores.channels import Channel
from stores.models import CalendarDate, DayOff, Store
from tests.cast import at, customer, lead, vehicle
from tests.reports.test_figures import entry, make_task

NOW = at("2026-11-22 15:00")
TODAY = date(2026, 11, 22)
LONG_AGO = at("2020-01-01 10:00")
WEEK, CLOSED, YEAR = (date(2026, 11, 16), TODAY), (date(2026, 10, 20), date(2026, 11, 19)), (date(2025, 11, 23), TODAY)
SUMMED = [*summed.COLUMNS, *sorted(stories.FIGURES)]
MINUTES = [0, 20, 31, 120, 2000]


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def hours(number):
    return timedelta(hours=number)


class History:
    """Random, and the same for the same seed."""

    def __init__(self, cast, seed):
        self.cast, self.rng = cast, random.Random(seed)
        self.people = [cast.sales, cast.sales2, None]
        self.book = [self.somebody(number) for number in range(8)]
        for _number in range(30):
            self.task()
            self.contact()
        for _number in range(6):
            self.order()

    def somebody(self, number):
        rng = self.rng
        place = self.cast.yokohama if number % 4 == 3 else self.cast.hiratsuka
        owner = self.cast.yokohama_sales if number % 4 == 3 else rng.choice(self.people)
        rank = rng.choice([*Rank.objects.all(), None])
        born = rng.choice([None, date(2000, 1, 1), date(1986, 11, 22), date(1950, 5, 5)])
        made = customer(
            place, name=f"客{number}", phones=[], owner=owner, rank=rank, born_on=born, created_at=LONG_AGO
        )  # fmt: skip
        vehicle(made, created_at=LONG_AGO, bought_here=rng.random() < 0.5, delivered_on=self.day(2500))
        return made

    def day(self, most):
        return TODAY - timedelta(days=self.rng.randint(0, most))

    def row(self):
        rng = self.rng
        return {
            "late": rng.randint(-100, 800),
            "done": rng.choice([None, rng.randint(-30, 60)]),
            "cancelled": rng.choice([None, rng.randint(-30, 60)]),
            "reason": rng.choice([CancelReason.NOT_NEEDED, CancelReason.PAUSED]),
            "assignee": rng.randint(0, 2),
            "entered": rng.choice(MINUTES),
            "completed": rng.choice([None, *MINUTES]),
            "channel": rng.choice([Channel.PHONE, Channel.VISIT]),
            "flagged": rng.random() < 0.5,
        }

    def one(self):
        return Customer.objects.net().get(pk=self.rng.choice(list(Customer.objects.net().values_list("pk", flat=True))))

    def task(self):
        make_task(self.cast, self.one(), self.row())

    def contact(self):
        rng = self.rng
        outcome = rng.choice([Outcome.SPOKE, Outcome.NO_ANSWER, Outcome.SENT, Outcome.MESSAGE])
        said = {"direction": rng.choice(list(Direction)), "outcome": outcome}
        happened = NOW - hours(rng.choice([rng.randint(1, 90), rng.randint(1, 800), rng.randint(1, 9500)]))
        entry(self.one(), self.row(), rng.choice(self.people), happened, **said)

    def order(self):
        one = self.one()
        deal = lead(
            one, LONG_AGO, staff=self.cast.sales, kind="sale", source=self.rng.choice([Source.WEB, Source.REPEAT])
        )
        deal.move_to(Stage.ORDER, self.cast.sales, NOW, ordered_on=self.day(900))

    def some(self, rows):
        return rows.filter(pk=self.rng.choice(list(rows.values_list("pk", flat=True))))

    def change(self) -> str:
        """Something written afterwards, also about days that are over; what."""
        changes = self.changes(self.one(), NOW - hours(self.rng.randint(20, 700)))
        kind = self.rng.choice(list(changes))
        changes[kind]()
        return kind

    def changes(self, one, before):
        tasks, contacts, net = Task.objects.all(), Contact.objects.all(), Customer.objects.net()
        away = self.cast.yokohama if one.store_id == self.cast.hiratsuka.pk else self.cast.hiratsuka
        owner = self.cast.yokohama_sales if away == self.cast.yokohama else self.cast.sales
        other = net.filter(store=one.store_id).exclude(pk=one.pk).first()
        return {
            "task": self.task,
            "late entry": self.contact,
            "order": self.order,
            "correction": lambda: self.some(contacts).update(voided_at=NOW),
            "completed": lambda: self.some(contacts).update(completed_at=before),
            "done late": lambda: self.some(tasks.filter(cancelled_at=None, done_at=None)).update(done_at=before),
            "another assignee": lambda: self.some(tasks).update(assignee=self.rng.choice(self.people)),
            "removed": lambda: self.some(tasks).delete(),
            "moved": lambda: move_to_store(one, away, owner, by=self.cast.admin, now=NOW),
            "merged": lambda: other and merge(one, other, by=self.cast.admin, now=NOW),
            "handed over": lambda: assign_customer(one, self.rng.choice(self.people)),
            "closed": lambda: net.filter(pk=one.pk).update(closed_at=before),
            "sent by": lambda: net.filter(pk=one.pk).update(referrer=self.rng.choice(self.book).pk),
            "ranked": lambda: net.filter(pk=one.pk).update(rank=None, born_on=date(1990, 1, 1)),
            "disposed": lambda: one.vehicles.update(disposed_on=before.date()),
            "new car": lambda: vehicle(one),
            "off": lambda: DayOff.objects.get_or_create(staff=self.cast.sales, on=before.date()),
            "special": lambda: CalendarDate.objects.get_or_create(
                store=self.cast.hiratsuka, on=before.date(), opens=time(9), closes=time(12)
            ),
            "hours": lambda: Store.objects.filter(pk=self.cast.hiratsuka.pk).update(closes=time(13)),
        }  # fmt: skip


def plain(rates):
    return {who: rate for who, rate in rates.items() if rate.due}


def asked(cast, first, last, staff=None, places=None):
    places = places or [cast.hiratsuka, cast.yokohama]
    return Asked(tuple(place.pk for place in places), staff, first, last, NOW)


def differences(cast, *, quick=False) -> list:
    """What is read and what the rows say, where that isn't the same."""
    found = []
    questions = [asked(cast, *WEEK), asked(cast, *YEAR, cast.sales.pk, [cast.hiratsuka])]
    if not quick:
        questions += [asked(cast, *CLOSED), asked(cast, *CLOSED, NOBODY)]
    for one in questions:
        read = count_all([FIGURES[slug] for slug in SUMMED], one)
        rows = {slug: plain(from_rows(FIGURES[slug], one)) for slug in SUMMED}
        found += [
            (slug, one.first, one.staff, read[slug], rows[slug]) for slug in SUMMED if plain(read[slug]) != rows[slug]
        ]
        if quick:
            continue
        cuts = {cut: {group: counts for group, counts in of.items() if counts} for cut, of in groups.count(one).items()}
        found += [("groups", one.first, one.staff)] * (cuts != groups._from_rows(one))
    weeks = [asked(cast, TODAY - timedelta(days=7 * n + 6), TODAY - timedelta(days=7 * n)) for n in (3, 1, 0)]
    for slug in () if quick else ("execution", "input", "reach", "vehicles"):
        rows = [sum(from_rows(FIGURES[slug], week).values(), Rate()) for week in weeks]
        found += [("over time", slug)] * (over_time(FIGURES[slug], weeks) != rows)
    return found


def settle():
    for one_pass in (summed.make_marked, stories.tell_marked, stories.tell_next, summed.make_next):
        while one_pass(NOW):
            pass


@pytest.mark.parametrize("wide", [1, 99], ids=["many stores", "few stores"])
def test_sums_and_what_is_counted_live_are_what_the_rows_come_to(cast, monkeypatch, wide):
    monkeypatch.setattr(stores.wide, "WIDE", wide)
    history = History(cast, seed=wide)
    call_command("summaries")
    assert DaySum.objects.exists()
    assert Story.objects.count() == Customer.objects.count()
    assert not differences(cast)
    kinds = [history.change() for _number in range(8)]
    assert not differences(cast), kinds
    settle()
    assert not TouchedDay.objects.filter(on__lt=TODAY).exists()
    assert not TouchedCustomer.objects.exists()
    assert not differences(cast), kinds


EVERY = [
    "late entry", "order", "correction", "completed", "done late", "another assignee", "removed", "moved", "merged",
    "handed over", "closed", "sent by", "ranked", "disposed", "new car", "off", "special", "hours",
]  # fmt: skip


def test_every_kind_of_change_is_noticed(cast):
    history = History(cast, 7)
    call_command("summaries")
    for kind in EVERY:
        history.changes(history.one(), NOW - hours(50))[kind]()
        assert not differences(cast, quick=True), kind
    settle()
    assert not differences(cast)


def test_a_change_without_its_mark_would_show(cast):
    """The negative control: the marks are what makes it right."""
    History(cast, 3)
    call_command("summaries")
    Customer.objects.net().filter(owner=cast.sales).update(owner=cast.sales2)
    Task.objects.filter(done_at=None, cancelled_at=None, first_late_at__lt=at("2026-11-21 00:00")).update(done_at=NOW)
    assert TouchedDay.objects.exists()
    assert TouchedCustomer.objects.exists()
    TouchedDay.objects.all().delete()
    TouchedCustomer.objects.all().delete()
    wrong = {found[0] for found in differences(cast)}
    assert {"execution", "reach", "customers"} <= wrong
    summed.make_lately_anew(NOW)
    assert "execution" not in {found[0] for found in differences(cast) if found[1] == WEEK[0]}


def test_stories_that_no_mark_told_of_are_put_right_in_a_month_of_nights(cast):
    History(cast, 3)
    call_command("summaries")
    Customer.objects.net().filter(owner=cast.sales).update(owner=cast.sales2)
    TouchedCustomer.objects.all().delete()
    assert differences(cast, quick=True)
    for night in range(stories.TURNS):
        stories.mark_some(NOW + timedelta(days=night))
    settle()
    assert not differences(cast, quick=True)


def test_made_twice_is_made_once(cast):
    History(cast, 1)
    call_command("summaries")
    before = set(DaySum.objects.values_list("store_id", "on", "staff_id", *summed.NUMBERS))
    call_command("summaries")
    summed.make_lately_anew(NOW)
    assert set(DaySum.objects.values_list("store_id", "on", "staff_id", *summed.NUMBERS)) == before


def test_what_breaks_off_leaves_all_as_it_was(cast, monkeypatch):
    history = History(cast, 2)
    call_command("summaries")
    history.task()
    Task.objects.update(done_at=NOW, cancelled_at=None)
    marks = TouchedDay.objects.count()

    def broken(*_args):
        raise RuntimeError

    monkeypatch.setattr(summed, "_sums", broken)
    with pytest.raises(RuntimeError):
        summed.make_marked(NOW)
    assert TouchedDay.objects.count() == marks > 0
    assert not differences(cast)


def test_a_day_is_summed_up_from_an_hour_after_its_end_on(cast):
    call_command("summaries")
    assert SummedUp.objects.get().last_on == date(2026, 11, 21)
    assert summed.make_next(at("2026-11-23 00:59")) == 0
    assert summed.make_next(at("2026-11-23 01:00")) == 1
    assert SummedUp.objects.get().last_on == TODAY


def test_with_too_much_to_tell_anew_everybody_is_counted_from_their_rows(cast, monkeypatch):
    History(cast, 5)
    call_command("summaries")
    Customer.objects.update(owner=cast.sales)
    monkeypatch.setattr(stories, "MOST_TOUCHED", 1)
    assert stories.touched() is None
    assert not differences(cast)


def test_the_job_goes_on_until_nothing_is_left(cast, django_assert_max_num_queries):
    History(cast, 6)
    while jobs.sum_up() == "more":
        pass
    assert SummedUp.objects.get().told_at == NOW
    assert not differences(cast)
    with django_assert_max_num_queries(30):
        assert jobs.sum_up() == "done"


def test_before_anything_is_summed_up_nothing_is_marked(cast):
    """So filling an empty house costs nothing more."""
    History(cast, 6)
    assert not TouchedDay.objects.exists()
    assert not TouchedCustomer.objects.exists()


def test_forgotten_sums_are_counted_from_their_rows(cast):
    History(cast, 6)
    call_command("summaries")
    call_command("summaries", empty=True)
    assert not DaySum.objects.exists()
    assert not differences(cast)
