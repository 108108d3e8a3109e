"""What becomes of patterns' steps, and when calls are answered, against counts in plain Python on random histories."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
import time_machine
from django.utils import timezone

from customers.models import Deal, Source
from followups.input_rate import Rate
from followups.models import CancelReason, Contact, Direction, FollowUp, Outcome, Step, Task
from followups.models.contact import CONVERSATIONS, UNANSWERED
from reports.asked import Asked, Narrow
from reports.heat import grid
from reports.results import ORDER_DAYS, REPLY_DAYS, calls, count_by_step
from reports.work import tasks_due
from stores.channels import Channel
from tests.cast import at, contact, customer, lead, pattern, task
from tests.plans import leave_only, uses

NOW = at("2026-11-22 15:00")
FIRST, LAST = date(2026, 9, 1), date(2026, 11, 22)
BEGINS = at("2026-09-01 00:00")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def asked(*stores, **more):
    return Asked(tuple(one.pk for one in stores), None, FIRST, LAST, NOW, narrow=Narrow(**more))


def running(person, of, number, deal=None):
    version = of.versions.get(number=number)
    return FollowUp.objects.create(
        store=person.store,
        customer=person,
        deal=deal,
        pattern=of,
        version=version,
        occurrence_key=f"{number}-{person.pk}-{deal and deal.pk}",
        base_on=FIRST,
        started_at=BEGINS,
    )


def fell_due(follow_up, step, late, *, outcome=None, acted=None, entered=None, **fields):
    """A task of that step; with `outcome` it is done, as its record says."""
    moments = {"late_at": late, "first_late_at": late, "due_from": late - timedelta(hours=1), "due_until": late}
    made = task(
        follow_up.customer, timezone.localdate(late), follow_up=follow_up, step=step, deal=follow_up.deal,
        channel=step.channel, **moments, **fields,
    )  # fmt: skip
    if outcome:
        acted = acted or late - timedelta(hours=2)
        entered = entered or acted
        by = follow_up.customer.owner
        counted = {"counted_store": follow_up.store, "counted_staff": by}
        Task.objects.filter(pk=made.pk).update(done_at=entered, done_by=by, **counted)
        contact(
            follow_up.customer, acted, task=made, deal=follow_up.deal, channel=step.channel, outcome=outcome,
            entered_at=entered, done_by=by, **counted,
        )  # fmt: skip
    return made


def two_versions(store):
    made = pattern("after", [{"channel": "phone"}, {"channel": "email", "offset_days": 20}], store=store)
    steps = [Step(title="step 1", channel="phone"), Step(title="another", channel="visit", offset_days=3)]
    made.add_version(base="chosen", steps=steps, by=None, now=NOW)
    return made


def at_random(cast, rng):
    """People with follow-ups, answers, calls besides, and orders; some of it outside what is counted."""
    of = two_versions(None)
    day = timedelta(days=1)
    outcomes = [Outcome.SPOKE, Outcome.APPOINTMENT, Outcome.NO_ANSWER, Outcome.SENT, Outcome.REFUSED]
    for number in range(7):
        born = date(1950 + 7 * number, 2, 28) if number else None
        person = customer(cast.hiratsuka, name=str(number), owner=cast.sales, born_on=born)
        deal = lead(person, BEGINS, staff=cast.sales, source=rng.choice([Source.WEB, Source.PHONE]))
        other = lead(person, BEGINS, staff=cast.sales)
        for one in (deal, other):
            if rng.random() < 0.6:
                ordered = FIRST + day * rng.randrange(-20, 80)
                lost = {"lost_at": NOW, "closed_at": NOW, "lost_reason": "price"} if rng.random() < 0.2 else {}
                Deal.objects.filter(pk=one.pk).update(ordered_on=ordered, **lost)
        for version in (1, 2):
            follow_up = running(person, of, version, rng.choice([deal, None]))
            for step in follow_up.version.steps.all():
                late = BEGINS + day * rng.randrange(-6, 90) + timedelta(hours=rng.choice([2, 10, 18]))
                acted = late - timedelta(hours=rng.choice([-30, 2, 5, 40]))
                is_done = rng.random() < 0.75 and acted < NOW
                made = fell_due(
                    follow_up, step, late, outcome=is_done and rng.choice(outcomes), acted=acted,
                    entered=acted + timedelta(hours=rng.choice([0, 0, 30])),
                )  # fmt: skip
                if not is_done and rng.random() < 0.4:
                    reason = rng.choice([CancelReason.NOT_NEEDED, CancelReason.PAUSED])
                    Task.objects.filter(pk=made.pk).update(cancelled_at=late - day, cancel_reason=reason)
        for _each in range(6):
            happened = BEGINS + day * rng.randrange(-2, 80) + timedelta(minutes=rng.randrange(1440))
            said = rng.choice([Outcome.MESSAGE, Outcome.APPOINTMENT, Outcome.SPOKE])
            voided = NOW if rng.random() < 0.2 else None
            contact(person, happened, direction=Direction.IN, outcome=said, voided_at=voided)
            outcome = rng.choice([*outcomes, Outcome.VOICEMAIL, Outcome.WRONG_NUMBER])
            contact(person, happened, outcome=outcome, voided_at=voided, deal=deal, counted_staff=cast.sales2)
    return of


def age(born, day):
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_among(narrow, customer, deal, day):
    if narrow.source and (deal is None or deal.source != narrow.source):
        return False
    if narrow.ages is None:
        return True
    first, below = narrow.ages
    return customer.born_on is not None and first <= age(customer.born_on, day) < below


def by_hand(narrow):
    """{step: {measure: Rate}} in plain words: see reports.results."""
    day = timezone.localdate
    standing = list(Contact.objects.filter(voided_at=None).select_related("task"))
    entries = {one.task_id: one for one in standing if one.task_id}
    deals = list(Deal.objects.filter(ordered_on__isnull=False, lost_at=None))
    due, hits = Counter(), Counter()
    for one in Task.objects.select_related("customer", "deal"):
        withdrawn = one.cancelled_at and one.cancelled_at < one.first_late_at and one.cancel_reason != "not_needed"
        within = BEGINS <= one.first_late_at < NOW
        if not within or withdrawn or not is_among(narrow, one.customer, one.deal, day(one.first_late_at)):
            continue
        entry, step = entries.get(one.pk), one.step_id
        due[step] += 1
        if entry is None:
            continue
        hits[step, "done"] += 1
        hits[step, "on_time"] += one.done_at < one.first_late_at
        hits[step, "spoke"] += entry.outcome in CONVERSATIONS
        later = [
            other
            for other in entries.values()
            if other.task.follow_up_id == one.follow_up_id
            and (other.happened_at, other.pk) > (entry.happened_at, entry.pk)
        ]
        replies = [
            row
            for row in standing
            if row.direction == Direction.IN
            and row.customer_id == one.customer_id
            and entry.happened_at < row.happened_at <= entry.happened_at + timedelta(days=REPLY_DAYS)
            and not any(other.happened_at <= row.happened_at for other in later)
        ]
        orders = [
            row
            for row in deals
            if (row.pk == one.deal_id if one.deal_id else row.customer_id == one.customer_id)
            and timedelta() <= row.ordered_on - day(entry.happened_at) <= timedelta(days=ORDER_DAYS)
            and not any(day(other.happened_at) <= row.ordered_on for other in later)
        ]
        appointed = [row for row in [entry, *replies] if row.outcome == Outcome.APPOINTMENT]
        for name, found in (("replied", replies), ("appointment", appointed), ("order", orders)):
            hits[step, name] += bool(found)
    return {
        step: {
            name: Rate(hits[step, name], due[step] if name in {"done", "on_time"} else hits[step, "done"])
            for name in ("done", "on_time", "spoke", "replied", "appointment", "order")
        }
        for step in due
    }


NARROWED = [{}, {"source": Source.WEB}, {"ages": (30, 60)}]


@pytest.mark.parametrize("seed", range(4))
def test_what_became_of_steps_equals_the_count_by_hand(cast, seed):
    of = at_random(cast, Random(seed))
    for more in NARROWED:
        expected = by_hand(Narrow(**more))
        assert count_by_step(asked(cast.hiratsuka, **more)) == expected
    assert sum(rates["replied"].hits + rates["order"].hits for rates in by_hand(Narrow()).values())
    steps = tuple(Step.objects.filter(version__pattern=of, version__number=2).values_list("pk", flat=True))
    assert set(count_by_step(asked(cast.hiratsuka, steps=steps))) <= set(steps)
    assert count_by_step(asked(cast.hiratsuka, steps=())) == {}
    assert count_by_step(asked(cast.yokohama)) == {}


@pytest.mark.parametrize("seed", range(2))
def test_when_calls_are_answered_equals_the_count_by_hand(cast, seed):
    at_random(cast, Random(seed))
    for more in NARROWED:
        due, hits = Counter(), Counter()
        for one in Contact.objects.filter(voided_at=None, channel=Channel.PHONE, direction=Direction.OUT):
            when = timezone.localtime(one.happened_at)
            among = is_among(Narrow(**more), one.customer, one.deal, when.date())
            if BEGINS <= one.happened_at < NOW and among and one.outcome in CONVERSATIONS | UNANSWERED:
                due[when.isoweekday(), when.hour] += 1
                hits[when.isoweekday(), when.hour] += one.outcome in CONVERSATIONS
        cells = [cell for _hours, line in grid(asked(cast.hiratsuka, **more), {}).lines for cell in line]
        found = {(cell.weekday, cell.hour): cell.rate for cell in cells if cell.rate.due}
        assert found == {key: Rate(hits[key], due[key]) for key in due}
        if not more:
            busiest, number = due.most_common(1)[0]
            weekday, hour = busiest
            assert calls(asked(cast.hiratsuka, weekday=weekday, hour=hour)).count() == number


def test_an_answer_after_the_next_step_is_the_next_steps(cast):
    of = two_versions(cast.hiratsuka)
    person = customer(cast.hiratsuka, owner=cast.sales)
    follow_up = running(person, of, 1)
    first, second = follow_up.version.steps.all()
    fell_due(follow_up, first, at("2026-11-02 19:00"), outcome=Outcome.NO_ANSWER)
    # Recorded a day late: what counts is when it happened.
    fell_due(
        follow_up, second, at("2026-11-05 19:00"), outcome=Outcome.SENT,
        acted=at("2026-11-05 12:00"), entered=at("2026-11-06 12:00"),
    )  # fmt: skip
    contact(person, at("2026-11-05 15:00"), direction=Direction.IN, outcome=Outcome.MESSAGE)
    found = count_by_step(asked(cast.hiratsuka))
    assert (found[first.pk]["replied"].hits, found[second.pk]["replied"].hits) == (0, 1)


def test_an_order_is_put_down_to_one_step_of_a_follow_up_and_to_its_deal(cast):
    of = two_versions(cast.hiratsuka)
    person = customer(cast.hiratsuka, owner=cast.sales)
    deal, other = lead(person, BEGINS), lead(person, BEGINS)
    follow_up = running(person, of, 1, deal)
    first, second = follow_up.version.steps.all()
    for step, day in ((first, "02"), (second, "05")):
        fell_due(follow_up, step, at(f"2026-11-{day} 19:00"), outcome=Outcome.SENT)
    Deal.objects.filter(pk=other.pk).update(ordered_on=date(2026, 11, 6))
    assert [rates["order"].hits for rates in count_by_step(asked(cast.hiratsuka)).values()] == [0, 0]
    Deal.objects.filter(pk=deal.pk).update(ordered_on=date(2026, 11, 4))
    found = count_by_step(asked(cast.hiratsuka))
    assert (found[first.pk]["order"].hits, found[second.pk]["order"].hits) == (1, 0)


def test_steps_of_a_pattern_are_found_by_the_store_that_counts_the_days_and_the_step(cast):
    leave_only("task_fell_due")
    assert uses(tasks_due(asked(cast.hiratsuka, steps=(1, 2))).order_by().values("pk"), "task_fell_due")


def test_calls_are_found_by_the_store_that_counts_and_the_days(cast):
    leave_only("contact_call")
    assert uses(calls(asked(cast.hiratsuka)).order_by().values("pk"), "contact_call")


def test_answers_are_told_by_an_index_alone(cast):
    leave_only("contact_from_customer")
    rows = Contact.objects.standing().inbound().filter(customer=1, happened_at__gt=BEGINS, happened_at__lte=NOW)
    assert uses(rows.values("outcome"), "contact_from_customer")
