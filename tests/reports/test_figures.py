"""Every figure against a count in plain Python, on random histories (REQUIREMENTS E3, E9, C3, C4)."""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from customers.models import Customer, DealKind, Source, Stage
from followups.models import Contact, Direction, Outcome, Task
from followups.models.task import CancelReason
from followups.overdue import flag
from followups.recording import Result, record
from reports.asked import Asked, Span, stretch_of, stretches_up_to
from reports.figures import FIGURES, Rate, count, count_by_person
from stores.channels import Channel
from stores.days import Stretch
from stores.models import DayOff
from tests.cast import at, contact, customer, lead, reply, task, vehicle

NOW = at("2026-11-22 15:00")
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)
QUIET = settings(
    derandomize=True, max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW - timedelta(minutes=1), tick=False):
        yield


class RolledBack(Exception):
    pass


def asked(*stores, staff=None, first=FIRST, last=LAST, **more):
    return Asked(tuple(one.pk for one in stores), staff and staff.pk, first, last, NOW, **more)


def rate(slug, *stores, **more):
    return count(FIGURES[slug], asked(*stores, **more))


TASKS = some.fixed_dictionaries({
    "late": some.integers(-100, 400),
    "done": some.none() | some.integers(-30, 60),
    "cancelled": some.none() | some.integers(-30, 60),
    "reason": some.sampled_from([CancelReason.NOT_NEEDED, CancelReason.FOLLOW_UP_ENDED, CancelReason.PAUSED]),
    "assignee": some.integers(0, 2),
    "entered": some.sampled_from([0, 20, 30, 31, 120, 2000]),
    "completed": some.none() | some.sampled_from([0, 30, 120, 2000]),
    "channel": some.sampled_from([Channel.PHONE, Channel.VISIT, Channel.EMAIL]),
    "flagged": some.booleans(),
})  # fmt: skip
CONTACTS = some.fixed_dictionaries({
    "hours": some.integers(-100, 9500),
    "direction": some.sampled_from(list(Direction)),
    "outcome": some.sampled_from([Outcome.SPOKE, Outcome.NO_ANSWER, Outcome.SENT, Outcome.MESSAGE, Outcome.VOICEMAIL]),
    "voided": some.booleans(),
    "entered": some.sampled_from([0, 20, 30, 31, 120, 2000]),
    "completed": some.none() | some.sampled_from([0, 30, 120, 2000]),
    "channel": some.sampled_from([Channel.PHONE, Channel.VISIT]),
    "by": some.integers(0, 2),
    "of": some.integers(0, 3),
})  # fmt: skip


def run(make, given_rows):
    """One history, which is gone again when it has been looked at."""
    with suppress(RolledBack), transaction.atomic():
        make(given_rows)
        raise RolledBack


def closing(moment):
    """Of Hiratsuka, in the time of Japan."""
    return at(f"{(moment + 9 * HOUR).date() if moment.utcoffset() == timedelta(0) else moment.date()} 19:00")


def is_good(entry, visits):
    """DESIGN.md in plain words: entered in time, and complete by closing."""
    grace = entry.happened_at + timedelta(minutes=30)
    by_closing = max(grace, closing(entry.happened_at))
    if entry.completed_at is None or entry.completed_at > by_closing:
        return False
    if entry.channel != Channel.VISIT:
        return entry.entered_at <= grace
    following = [one for one in visits if one.done_by_id == entry.done_by_id and one.happened_at > entry.happened_at]
    return entry.entered_at <= by_closing and not any(one.happened_at < entry.entered_at for one in following)


def make_task(cast, person, row):
    people = [cast.sales, cast.sales2, None]
    late = NOW - timedelta(hours=row["late"])
    fields = {"late_at": late, "first_late_at": late, "due_from": late - HOUR, "due_until": late}
    made = task(person, late.date(), assignee=people[row["assignee"]], channel=row["channel"], **fields)
    by = people[row["assignee"]] or cast.sales
    done = row["done"] is not None and late + timedelta(hours=row["done"])
    cancelled = row["cancelled"] is not None and late + timedelta(hours=row["cancelled"])
    changes = {}
    if row["flagged"] and late <= NOW:
        changes = {"overdue_at": late, "counted_store": person.store, "counted_staff": people[row["assignee"]]}
    if done and done <= NOW:
        changes |= {"done_at": done, "done_by": by, "counted_store": person.store}
        changes.setdefault("counted_staff", by)
        changes["counted_staff"] = changes["counted_staff"] or by
        entry(person, row, by, done, task=made)
    elif cancelled and cancelled <= NOW:
        changes |= {"cancelled_at": cancelled, "cancel_reason": row["reason"]}
    Task.objects.filter(pk=made.pk).update(**changes)


def entry(person, row, by, happened, **fields):
    completed = row["completed"]
    return contact(
        person,
        happened,
        entered_at=happened + timedelta(minutes=row["entered"]),
        completed_at=None if completed is None else happened + timedelta(minutes=max(completed, row["entered"])),
        done_by=by,
        counted_staff=by,
        counted_store=person.store,
        **{"channel": row["channel"], **fields},
    )


def fell_due(one):
    begins, until = at("2026-11-16 00:00"), NOW
    if not begins <= one.first_late_at < until:
        return False
    taken_away = one.cancelled_at and one.cancelled_at < one.first_late_at
    return not (taken_away and one.cancel_reason != CancelReason.NOT_NEEDED)


def whose(one):
    if one.counted_store_id:
        return one.counted_staff_id
    return one.assignee_id


@QUIET
@given(rows=some.lists(TASKS, min_size=6, max_size=14), loose=some.lists(CONTACTS, max_size=8))
def check_work(cast, rows, loose):
    def look(_rows):
        person = customer(cast.hiratsuka, owner=cast.sales)
        for row in rows:
            make_task(cast, person, row)
        for row in loose:
            happened = NOW - timedelta(hours=row["hours"] % 200)
            voided = NOW if row["voided"] else None
            by = [cast.sales, cast.sales2, None][row["by"]]
            entry(person, row, by, happened, direction=row["direction"], outcome=row["outcome"], voided_at=voided)
        due = [one for one in Task.objects.all() if fell_due(one)]
        standing = list(Contact.objects.filter(voided_at=None))
        visits = [one for one in standing if one.channel == Channel.VISIT]
        by_task = {one.task_id: one for one in standing if one.task_id}
        done, on_time, entered, all_due, all_entries = Counter(), Counter(), Counter(), Counter(), Counter()
        for one in due:
            all_due[whose(one)] += 1
            all_entries[whose(one)] += 1
            done[whose(one)] += one.done_at is not None
            on_time[whose(one)] += bool(one.done_at and one.done_at < one.first_late_at)
            entered[whose(one)] += one.done_at is not None and is_good(by_task[one.pk], visits)
        for one in standing:
            if one.task_id is None and at("2026-11-16 00:00") <= one.happened_at < NOW:
                all_entries[one.counted_staff_id] += 1
                entered[one.counted_staff_id] += is_good(one, visits)
        for slug, hits, total in (
            ("execution", done, all_due),
            ("on-time", on_time, all_due),
            ("input", entered, all_entries),
        ):
            expected = {who: Rate(hits[who], total[who]) for who in total}
            assert count_by_person(FIGURES[slug], asked(cast.hiratsuka)) == expected
            assert rate(slug, cast.hiratsuka) == sum(expected.values(), Rate())
            assert rate(slug, cast.hiratsuka, staff=cast.sales) == expected.get(cast.sales.pk, Rate())
            assert rate(slug, cast.yokohama) == Rate()

    run(look, rows)


def test_what_was_done_and_entered_equals_the_count_by_hand(cast):
    check_work(cast)


PEOPLE = some.lists(
    some.fixed_dictionaries({
        "closed": some.none() | some.integers(-20, 60),
        "owner": some.integers(0, 2),
        "cars": some.lists(some.none() | some.integers(-30, 30), max_size=3),
        "orders": some.lists(some.tuples(some.integers(-40, 800), some.sampled_from(["sale", "service"])), max_size=3),
        "referrer": some.none() | some.integers(0, 3),
    }),
    min_size=4,
    max_size=4,
)  # fmt: skip


@QUIET
@given(people=PEOPLE, contacts=some.lists(CONTACTS, max_size=14))
def check_reach(cast, people, contacts):
    def look(_rows):
        book = make_book(cast, people, contacts)
        year, quarter = NOW - relativedelta(months=12), NOW - relativedelta(months=3)
        net = [one for one in book if one.closed_at is None or one.closed_at >= NOW]
        standing = [one for one in Contact.objects.filter(voided_at=None) if one.happened_at < NOW]
        of = {one.pk: [row for row in standing if row.customer_id == one.pk] for one in book}
        heard = {Outcome.SPOKE, Outcome.SENT, Outcome.MESSAGE}
        ordered = [(one, day, kind) for one in book for day, kind in one.ordered]
        lately = [row for row in ordered if date(2025, 11, 23) <= row[1] <= LAST]
        expected = {
            "reach": [any(row.happened_at >= quarter and row.outcome in heard for row in of[one.pk]) for one in net],
            "only-inbound": [only_they([row for row in of[one.pk] if row.happened_at >= year]) for one in net],
            "customers": [True for _one in net],
            "referral": [any(row[0].referrer_id == one.pk for row in lately) for one in net],
            "replacement": [replaced(one, lately, ordered) for one in net],
        }
        expected["silent"] = [not hit for hit in expected["reach"]]
        for slug, hits in expected.items():
            assert rate(slug, cast.hiratsuka) == Rate(sum(hits), len(net)), slug
            own = [hit for one, hit in zip(net, hits, strict=True) if one.owner_id == cast.sales.pk]
            assert rate(slug, cast.hiratsuka, staff=cast.sales) == Rate(sum(own), len(own)), slug
        cars = sum(one.kept for one in net)
        assert rate("vehicles", cast.hiratsuka) == Rate(cars, cars)
        sold = sum(kind == DealKind.SALE for _one, _day, kind in lately)
        assert rate("sold", cast.hiratsuka) == Rate(sold, sold)
        number = sum(row.happened_at >= year for one in net for row in of[one.pk])
        assert rate("contacts", cast.hiratsuka) == Rate(number, number)

    run(look, people)


def only_they(rows):
    return bool(rows) and all(row.direction == Direction.IN for row in rows)


def replaced(one, lately, ordered):
    sales = [day for who, day, kind in lately if who == one and kind == DealKind.SALE]
    return any(who == one and kind == DealKind.SALE and day < new for new in sales for who, day, kind in ordered)


def make_book(cast, people, contacts):
    owners, long_ago = [cast.sales, cast.sales2, None], at("2020-01-01 10:00")
    book = [
        customer(cast.hiratsuka, owner=owners[row["owner"]], created_at=long_ago, name=str(number))
        for number, row in enumerate(people)
    ]
    for one, row in zip(book, people, strict=True):
        one.closed_at = None if row["closed"] is None else NOW - timedelta(days=row["closed"])
        one.referrer = None if row["referrer"] is None else book[row["referrer"]]
        one.save(update_fields=["closed_at", "referrer"])
        gone = [None if days is None else LAST - timedelta(days=days) for days in row["cars"]]
        for day in gone:
            vehicle(one, disposed_on=day, created_at=long_ago)
        one.kept = sum(day is None or day > LAST for day in gone)
        one.ordered = [(LAST - timedelta(days=days), DealKind(kind)) for days, kind in row["orders"]]
        for day, kind in one.ordered:
            deal = lead(one, long_ago, staff=cast.sales, kind=kind, source=Source.WEB)
            deal.move_to(Stage.ORDER, cast.sales, NOW, ordered_on=day)
    for row in contacts:
        contact(
            book[row["of"]],
            NOW - timedelta(hours=row["hours"]),
            direction=row["direction"],
            outcome=row["outcome"],
            voided_at=NOW if row["voided"] else None,
        )
    return book


def test_whom_one_reaches_equals_the_count_by_hand(cast):
    check_reach(cast)


def late_task(cast, **fields):
    late = at("2026-11-20 19:00")
    return task(
        customer(cast.hiratsuka, owner=cast.sales),
        date(2026, 11, 20),
        **{"assignee": cast.sales, "late_at": late, "first_late_at": late, **fields},
    )


@pytest.mark.parametrize("is_flagged", [True, False], ids=["flagged", "before the flag"])
def test_who_was_off_is_not_counted(cast, is_flagged):
    late_task(cast)
    DayOff.objects.create(staff=cast.sales, on=date(2026, 11, 20))
    if is_flagged:
        flag(NOW)
    assert count_by_person(FIGURES["execution"], asked(cast.hiratsuka)) == {None: Rate(0, 1)}


def test_who_covers_is_counted(cast):
    late = late_task(cast)
    DayOff.objects.create(staff=cast.sales, on=date(2026, 11, 20))
    record(late, Result(outcome=Outcome.SPOKE, details="ご検討中。"), by=cast.sales2, now=at("2026-11-20 18:00"))
    assert count_by_person(FIGURES["execution"], asked(cast.hiratsuka)) == {cast.sales2.pk: Rate(1, 1)}
    assert rate("on-time", cast.hiratsuka, staff=cast.sales2) == Rate(1, 1)
    assert rate("on-time", cast.hiratsuka, staff=cast.sales) == Rate()


def test_figures_stay_with_the_store_that_counted_when_the_customer_moves(cast):
    late = late_task(cast)
    flag(NOW)
    Task.objects.filter(pk=late.pk).update(store=cast.yokohama)
    Customer.objects.filter(pk=late.customer_id).update(store=cast.yokohama)
    assert rate("execution", cast.hiratsuka) == Rate(0, 1)
    assert rate("execution", cast.yokohama) == Rate()


def test_an_answer_to_what_the_customer_wrote_is_begun_by_the_customer(cast):
    person = customer(cast.hiratsuka, owner=cast.sales)
    wrote = reply(person, at("2026-11-20 10:00"), at("2026-11-20 12:00"))
    answer = contact(person, at("2026-11-20 11:00"))
    assert rate("only-inbound", cast.hiratsuka) == Rate(0, 1)
    Contact.objects.filter(pk=wrote.pk).update(answered_with=answer, answered_at=at("2026-11-20 11:00"))
    assert rate("only-inbound", cast.hiratsuka) == Rate(1, 1)


def test_without_anything_due_there_is_no_rate(cast):
    assert rate("execution", cast.hiratsuka).percent is None
    assert Rate(2, 3).percent == 67


def test_stretches_follow_the_calendar():
    sunday = date(2026, 11, 22)
    assert stretch_of(Span.WEEK, sunday) == Stretch(date(2026, 11, 16), sunday)
    assert stretch_of(Span.MONTH, sunday) == Stretch(date(2026, 11, 1), date(2026, 11, 30))
    assert stretch_of(Span.DAYS, sunday, date(2026, 11, 1)) == Stretch(sunday, sunday)
    months = stretches_up_to(Span.MONTH, stretch_of(Span.MONTH, date(2026, 3, 31)), 3)
    assert [one.last for one in months] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    five = stretches_up_to(Span.DAYS, Stretch(date(2026, 11, 6), date(2026, 11, 10)), 2)
    assert five[0] == Stretch(date(2026, 11, 1), date(2026, 11, 5))
