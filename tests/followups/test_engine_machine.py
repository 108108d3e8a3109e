"""Whatever happens, in whatever order: the engine against a simple model of it (DESIGN.md "The engine").

Two customers and three patterns: *calls*, chosen by hand; *delivery*, begun by a rule on a deal; *birthday*, begun by a
rule every year. Only *calls* has phone steps, five days apart, so that no two plans depend on each other. The model
keeps what the engine can't have made up itself: base dates, what was done, what was passed, what has begun.
"""

from contextlib import suppress
from datetime import date, time, timedelta
from functools import cache

import pytest
from dateutil.relativedelta import relativedelta
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from customers.models import Customer, Deal
from followups.adjustment import adjust
from followups.correcting import undo
from followups.expansion import expand
from followups.models import (
    Base,
    CancelReason,
    Contact,
    EndReason,
    FollowUp,
    Outcome,
    StartRule,
    Step,
    Task,
)
from followups.noticing import notice, notice_calendars
from followups.occurrences import start_due
from followups.overdue import flag
from followups.pausing import pause, resume_due, unpause
from followups.pausing import take_back as take_pause_back
from followups.placing import Wanted, place
from followups.recording import Result, record
from followups.schedule import DayRule, Preference, StepSpec, Window, plan
from followups.starting import AlreadyRunning, start
from followups.stopping import end_finished, resume, stop
from stores.calendar import Hours
from tests.cast import at, customer, lead, pattern

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
QUIET = settings(
    derandomize=True,
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
START = at("2026-11-20 09:00")
TODAY = START.date()
CALLS = [
    {"title": "first call", "offset_days": 1, "window": "rotating"},
    {"title": "estimate", "offset_days": 2, "channel": "email", "script": "what it costs"},
    {"title": "second call", "offset_days": 6, "window": "rotating"},
    {"title": "postcard", "offset_days": 9, "channel": "letter", "script": "a picture"},
    {"title": "third call", "offset_days": 12, "window": "rotating"},
]
OTHER_CALLS = [
    {"title": "first call", "offset_days": 1, "window": "rotating"},
    {"title": "estimate", "offset_days": 4, "channel": "email", "script": "what it costs"},
    {"title": "second call", "offset_days": 7, "window": "rotating"},
    {"title": "third call", "offset_days": 12, "window": "rotating"},
    {"title": "goodbye", "offset_days": 15, "channel": "sms", "script": "until next year"},
]
DELIVERY = [
    {"title": "handing over", "offset_days": 0, "channel": "visit"},
    {"title": "thanks", "offset_days": 1, "channel": "letter", "day_rule": "previous"},
    {"title": "how is it", "offset_days": 7, "channel": "email"},
]
BIRTHDAY = [
    {"title": "card", "offset_days": -3, "channel": "letter", "day_rule": "previous"},
    {"title": "wishes", "offset_days": 0, "channel": "email", "day_rule": "exact"},
]
WHICH = some.integers(0, 6)
"""Counted from the newest."""
COMING_DAYS = some.integers(-6, 14)


class Engine(RuleBasedStateMachine):
    world = None

    def __init__(self):
        super().__init__()
        self.taken_back = transaction.atomic()
        self.taken_back.__enter__()
        self.now = START
        self.by = self.world.by
        self.people = [customer(self.world.store, name=name, owner=self.by) for name in ("林", "森田")]
        self.chosen_base, self.done, self.passed, self.begun = {}, {}, {}, set()
        self.by_hand, self.closed, self.worker_is_away = {}, [], False

    def teardown(self):
        transaction.set_rollback(True)
        self.taken_back.__exit__(None, None, None)

    # ---- What happens ----

    @initialize()
    def something_runs(self):
        self.choose(0, 0)
        self.delivery_is_promised(1, 3)

    @rule(who=some.integers(0, 1), offset=some.integers(-8, 8))
    def choose(self, who, offset):
        day = self.today + timedelta(days=offset)
        with suppress(AlreadyRunning):
            row = start(self.world.calls, customer=self.people[who], by=self.by, now=self.now, base=day)
            self.chosen_base[row.pk] = day

    @rule(who=some.integers(0, 1), offset=COMING_DAYS)
    def delivery_is_promised(self, who, offset):
        """For a deal that has just been won, or anew for one that is there."""
        day = self.today + timedelta(days=offset)
        found = Deal.objects.filter(customer=self.people[who]).first()
        deal = found or lead(self.people[who], self.now, staff=self.by)
        self.change(deal, won_at=deal.won_at or self.now, ordered_on=self.today, promised_on=day)

    @rule(who=some.integers(0, 1), offset=COMING_DAYS)
    def birthday_is_learned(self, who, offset):
        day = self.today + timedelta(days=offset)
        self.change(self.people[who], born_on=date(1984, day.month, day.day))

    @rule(who=some.integers(0, 1), weekdays=some.sampled_from([[], [5], [0, 6]]), early=some.booleans())
    def hours_are_learned(self, who, weekdays, early):
        hours = (time(10), time(12)) if early else (time(18), time(20))
        self.change(self.people[who], convenient_weekdays=weekdays, convenient_from=hours[0], convenient_until=hours[1])

    @rule(offset=some.none() | some.integers(0, 12))
    def calendar_changes(self, offset):
        """One more day is closed, two at most; or all are open again."""
        self.closed = [] if offset is None else [*self.closed, self.today + timedelta(days=offset)][-2:]
        self.world.store.clear_dates(date.min, date.max)
        self.world.store.set_dates(sorted(set(self.closed)), None)

    @precondition(lambda self: self.open_tasks.by_channel("phone").exists())
    @rule(which=WHICH)
    def calls_in_vain(self, which):
        self.record(self.one_of(self.open_tasks.by_channel("phone"), which), Result(Outcome.NO_ANSWER))

    @precondition(lambda self: self.open_tasks.by_channel("phone").exists())
    @rule(which=WHICH)
    def speaks(self, which):
        """A conversation ends the calls, as the form proposes."""
        task = self.one_of(self.open_tasks.by_channel("phone"), which)
        self.record(task, Result(Outcome.SPOKE, close=[task.follow_up_id]))

    @precondition(lambda self: self.open_tasks.exclude(channel="phone").exists())
    @rule(which=WHICH)
    def sends(self, which):
        self.record(self.one_of(self.open_tasks.exclude(channel="phone"), which), Result(Outcome.SENT))

    @precondition(lambda self: self.undoable.exists())
    @rule(which=WHICH)
    def take_back(self, which):
        contact = self.one_of(self.undoable, which)
        undo(contact, by=self.by, now=self.now)
        self.done.pop(contact.task_id)

    @precondition(lambda self: self.open_tasks.exists())
    @rule(which=WHICH, days=some.none() | some.integers(1, 10))
    def person_decides(self, which, days):
        """Not needed, or on another day."""
        task = self.one_of(self.open_tasks, which)
        if days is None:
            assert task.cancel(self.by, self.now, "")
        else:
            place(task, Wanted(self.today + timedelta(days=days)), by=self.by, now=self.now)
            self.by_hand[task.pk] = self.place(Task.objects.get(pk=task.pk))

    @precondition(lambda self: FollowUp.objects.running().exists())
    @rule(which=WHICH, days=some.none() | some.integers(1, 10))
    def rests_or_goes_on(self, which, days):
        row = self.one_of(FollowUp.objects.running(), which)
        if row.paused_at and days:
            assert take_pause_back(self.only(row)) == 1
        elif row.paused_at:
            assert unpause(self.only(row), now=self.now) == 1
        else:
            until = days and self.today + timedelta(days=days)
            pause(self.only(row), until=until, by=self.by, now=self.now)

    @rule(which=WHICH)
    def ends_or_is_brought_back(self, which):
        """Brought back where one was stopped."""
        stopped = FollowUp.objects.ended_by_hand()
        if stopped.exists():
            resume(self.only(self.one_of(stopped, which)))
        else:
            stop(self.only(self.one_of(FollowUp.objects.all(), which)), EndReason.STOPPED, by=self.by, now=self.now)

    @precondition(lambda self: FollowUp.objects.running().of_pattern(self.world.calls).exists())
    @rule(which=WHICH, version=some.integers(0, 1))
    def switch_version(self, which, version):
        rows = self.only(self.one_of(FollowUp.objects.running().of_pattern(self.world.calls), which))
        assert rows.switch_to(self.world.versions[version], self.now) == 1

    @rule(hours=some.sampled_from([1, 5, 24, 24, 50, 24 * 9]))
    def time_goes_by(self, hours):
        for task in self.open_tasks:
            self.passed.setdefault(task.pk, task.first_late_at)
        self.now += timedelta(hours=hours)
        self.passed = {pk: first for pk, first in self.passed.items() if first <= self.now}
        flag(self.now)
        end_finished(self.now)

    @rule()
    def worker_leaves_or_comes(self):
        self.worker_is_away = not self.worker_is_away

    # ---- What must hold ----

    @invariant()
    def all_of_it_holds(self):
        if not self.worker_is_away:
            self.work()
        self.nothing_done_changes()
        self.nothing_happens_twice()
        self.what_is_over_or_rests_has_no_open_task()
        self.a_miss_stays_a_miss()
        if not self.worker_is_away:
            self.what_the_worker_leaves_is_whole()

    def what_the_worker_leaves_is_whole(self):
        assert FollowUp.objects.filter(deal__isnull=False).count() == Deal.objects.count()
        self.every_step_is_where_the_schedule_says()

    def nothing_done_changes(self):
        now = {task.pk: self.values(task) for task in Task.objects.filter(done_at__isnull=False)}
        assert now == self.done

    def nothing_happens_twice(self):
        found = list(FollowUp.objects.values_list("pattern", "customer", "deal", "occurrence_key"))
        assert len(found) == len(set(found))
        assert self.begun <= set(found), "What has begun does not disappear."
        self.begun = set(found)
        steps = list(Task.objects.values_list("follow_up", "step__title"))
        assert len(steps) == len(set(steps)), "A step is one task, in whichever version."

    def what_is_over_or_rests_has_no_open_task(self):
        assert not self.open_tasks.exclude(follow_up__ended_at=None, follow_up__paused_at=None).exists()

    def every_step_is_where_the_schedule_says(self):
        self.calendar = self.world.store.calendar()
        for row in FollowUp.objects.running().filter(paused_at__isnull=True).select_related("customer", "version"):
            tasks = {task.step.title: task for task in row.tasks.select_related("step")}
            assert row.failed_at is None
            placed = self.placed(row, tasks)
            for title, one in placed.items():
                task = tasks.get(title)
                if one.late_at <= self.now:
                    continue
                assert task, f"{title} is to come, and is missing"
                if not task.is_open:
                    assert task.done_at or task.cancel_reason == CancelReason.NOT_NEEDED
                elif task.placed_by_hand_at:
                    assert self.place(task) == self.by_hand[task.pk]
                elif not task.is_late(self.now):
                    assert self.place(task) == self.place(one), (title, task.reason, one.reason)
            still_open = {title for title, task in tasks.items() if task.is_open and not task.placed_by_hand_at}
            assert still_open <= set(placed), "A step that is not wanted is open"

    def a_miss_stays_a_miss(self):
        now = dict(Task.objects.filter(pk__in=self.passed).values_list("pk", "first_late_at"))
        assert now == self.passed

    # ---- The model ----

    def placed(self, row, tasks) -> dict:
        """{title: place}: the schedule, given what is known of the customer today."""
        steps = self.world.steps(row.version_id)
        specs = [self.spec(step, tasks.get(step.title)) for step in steps]
        calls = Contact.objects.standing().filter(customer=row.customer, channel="phone").order_by("happened_at")
        tried, called = [], set()
        for call in calls:
            moment = call.happened_at.astimezone(START.tzinfo)
            tried = [*tried, moment.time()] if call.outcome == Outcome.NO_ANSWER else []
            called |= {moment.date()} & {self.today}
        theirs = row.customer
        hours = Hours(theirs.convenient_from, theirs.convenient_until) if theirs.convenient_from else None
        known = (Preference(frozenset(theirs.convenient_weekdays), hours), frozenset(called), tuple(tried))
        rules = {"fixed_base": row.version.base == Base.BIRTHDAY, "shift_days": row.shift_days}
        found = plan(self.base(row), specs, self.calendar, *known, **rules)
        return {step.title: one for step, one in zip(steps, found, strict=True)}

    def base(self, row) -> date:
        if row.pattern_id == self.world.calls.pk:
            return self.chosen_base[row.pk]
        if row.deal_id:
            return Deal.objects.get(pk=row.deal_id).promised_on
        return row.customer.born_on + relativedelta(year=int(row.occurrence_key.removeprefix("year:")))

    def spec(self, step, task) -> StepSpec:
        """A step that is done only keeps its place in the order."""
        spec = step.spec()
        if not (task and task.done_at):
            return spec
        return StepSpec("letter", spec.offset_days, day_rule=DayRule.NEXT, window=Window.ANY)

    # ---- The hands ----

    @property
    def today(self):
        return self.now.date()

    @property
    def open_tasks(self):
        return Task.objects.open().order_by("pk")

    @property
    def undoable(self):
        day = timedelta(days=1)
        return Contact.objects.standing().filter(entered_at__gt=self.now - day, task__isnull=False).order_by("pk")

    def one_of(self, rows, which):
        found = list(rows.order_by("-pk"))
        return found[which % len(found)]

    def only(self, row):
        return FollowUp.objects.filter(pk=row.pk)

    def record(self, task, result):
        record(task, result, by=self.by, now=self.now)
        self.done[task.pk] = self.values(task)

    def change(self, row, **fields):
        type(row).objects.filter(pk=row.pk).update(**fields)

    def work(self):
        """What the worker does until there is nothing left to do; then every pass has changed nothing any more."""
        passes = (resume_due, notice, notice_calendars, start_due, expand, adjust)
        for _turn in range(30):
            before = self.everything()
            if not sum(one(self.now) for one in passes):
                assert self.everything() == before
                return
        raise AssertionError("The worker never comes to rest.")

    def values(self, task):
        return Task.objects.filter(pk=task.pk).values().get()

    def place(self, one):
        return one.due_on, one.due_from, one.due_until, one.late_at

    def everything(self):
        return list(FollowUp.objects.order_by("pk").values()), list(Task.objects.order_by("pk").values())


class World:
    """What there is before anything happens."""

    def __init__(self, cast):
        self.store, self.by = cast.hiratsuka, cast.sales
        self.calls = pattern("calls", CALLS)
        self.versions = [self.calls.current_version]
        steps = [Step(**step) for step in OTHER_CALLS]
        self.versions.append(self.calls.add_version(base=Base.CHOSEN, steps=steps, by=None, now=START))
        self.calls.__dict__.pop("current_version", None)
        self.steps = cache(lambda version: list(Step.objects.filter(version=version)))
        by_rule = [("delivery", DELIVERY, Base.DELIVERED), ("birthdays", BIRTHDAY, Base.BIRTHDAY)]
        for made in [pattern(slug, steps, base=base) for slug, steps, base in by_rule]:
            StartRule.objects.create(pattern=made, from_on=date(2026, 1, 1), made_at=START)


def test_whatever_happens_nothing_is_lost_doubled_or_out_of_place(cast):
    Engine.world = World(cast)
    assert not Customer.objects.exists()
    run_state_machine_as_test(Engine, settings=QUIET)
