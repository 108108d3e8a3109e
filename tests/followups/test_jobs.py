"""What the worker is woken for: slices, heartbeat, and ringing again (DESIGN.md "The engine")."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from customers.models import LostReason
from followups import jobs
from followups.models import EscalationRule, FollowUp, StartRule, Task
from followups.noticing import notice, notice_calendars
from followups.starting import start
from stores.models import Cover, Heartbeat, Store, WakeUp
from stores.wake import ENGINE
from tests.cast import at, customer, lead, pattern, task


@pytest.fixture
def waiting(cast):
    calls = pattern("calls", [{}])
    for number in range(3):
        start(calls, customer=customer(cast.hiratsuka, name=f"顧客{number}"), by=None, now=timezone.now())
    notice(timezone.now())
    notice_calendars(timezone.now())
    return FollowUp.objects.waiting()


@pytest.fixture
def no_time(monkeypatch):
    """Every pass takes one follow-up, and then the slice is over."""
    monkeypatch.setattr(jobs, "SLICE_SECONDS", -1)
    expand = jobs.expand
    monkeypatch.setattr(jobs, "expand", lambda now: expand(now, limit=1))


def test_work_expands_what_waits_and_stamps_the_heartbeat(waiting):
    before = timezone.now()
    assert jobs.work() == "done"
    assert not waiting.exists()
    assert Heartbeat.objects.get(name=Heartbeat.WORKER).beat_at >= before


def test_with_nothing_to_do_it_is_done_and_stamps_as_well(cast):
    assert jobs.work() == "done"
    assert Heartbeat.objects.exists()


def test_a_job_that_has_more_to_do_rings_for_itself_and_the_last_one_does_not(
    waiting, no_time, django_capture_on_commit_callbacks
):
    rung = []
    for _ in range(5):
        with django_capture_on_commit_callbacks() as callbacks:
            jobs.work()
        rung.append(len(callbacks))
    assert rung == [1, 1, 1, 0, 0]
    assert not waiting.exists()


def test_whatever_one_pass_has_to_do_the_others_have_their_turn_in_every_job(waiting, no_time, monkeypatch):
    for endless in ("notice", "start_due", "adjust"):
        monkeypatch.setattr(jobs, endless, lambda now: 1)
    left = []
    for one_job in (jobs.work, jobs.sweep, jobs.work):
        assert one_job() == "more"
        left.append(waiting.count())
    assert left == [2, 1, 0]


def test_what_a_person_chose_is_prepared_before_what_rules_began(waiting, no_time):
    first, *others = waiting.order_by("pk")
    rule = StartRule.objects.create(pattern=first.pattern, from_on=date(2026, 1, 1), made_at=timezone.now())
    FollowUp.objects.filter(pk=first.pk).update(rule=rule)
    for _ in others:
        jobs.work()
    assert list(waiting) == [first]


def test_a_sweep_that_has_more_to_do_goes_on_under_its_own_name(waiting, no_time, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.sweep() == "more"
    assert WakeUp.objects.get().name == "followups.jobs.sweep_on"
    jobs.sweep_on()
    assert WakeUp.objects.get().queued_at is None


def test_whoever_rings_while_a_job_runs_is_heard_by_the_next(cast, django_capture_on_commit_callbacks):
    WakeUp.objects.create(name=ENGINE, queued_at=timezone.now())
    jobs.work()
    with django_capture_on_commit_callbacks(execute=True):
        start(pattern("calls", [{}]), customer=customer(cast.hiratsuka), by=None, now=timezone.now())
    assert OrmQ.objects.count() == 1


def test_the_sweep_does_all_passes(cast, waiting):
    late = task(customer(cast.hiratsuka), timezone.localdate() - timedelta(days=30))
    deal = lead(customer(cast.hiratsuka), timezone.now())
    ended = start(pattern("deal", [{}]), customer=deal.customer, deal=deal, by=None, now=timezone.now())
    deal.lose(LostReason.PRICE, None, timezone.now())
    rule = EscalationRule.objects.create(store=cast.hiratsuka, after_hours=1, to="manager", made_at=timezone.now())
    Store.objects.filter(pk=cast.hiratsuka.pk).update(cover=Cover.ROTATE)
    cast.sales.take_days_off([timezone.localdate()])
    covered = task(customer(cast.hiratsuka, owner=cast.sales), timezone.localdate() - timedelta(days=30))
    assert jobs.sweep() == "done"
    late.refresh_from_db()
    ended.refresh_from_db()
    assert [row.before for row in rule.moved.order_by("task")] == [None, cast.sales2]
    assert Task.objects.get(pk=covered.pk).counted_staff == cast.sales2
    assert late.overdue_at
    assert ended.end_reason == "lost"
    assert not waiting.exists()


def test_a_follow_up_that_cannot_be_planned_does_not_keep_the_worker_turning(cast):
    far_off = at("9999-12-31 12:00")
    start(pattern("calls", [{}]), customer=customer(cast.hiratsuka), by=None, now=timezone.now(), base=far_off)
    assert jobs.work() == "done"
    assert jobs.sweep() == "done"


def test_a_night_with_much_to_end_goes_on_under_its_own_name(waiting, monkeypatch, django_capture_on_commit_callbacks):
    jobs.work()
    Task.objects.update(done_at=timezone.now())
    monkeypatch.setattr(jobs, "SLICE_SECONDS", -1)
    end_finished = jobs.end_finished
    monkeypatch.setattr(jobs, "end_finished", lambda now: end_finished(now, limit=2))
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.nightly() == "more"
    assert WakeUp.objects.get(queued_at__isnull=False).name == "followups.jobs.nightly_on"
    jobs.nightly_on()
    assert not FollowUp.objects.running().exists()


def test_what_cannot_be_planned_is_tried_anew_each_night_and_not_each_minute(cast, caplog):
    next_day = pattern("calls", [{"offset_days": 1}])
    start(next_day, customer=customer(cast.hiratsuka), by=None, now=timezone.now(), base=date.max)
    jobs.sweep()
    jobs.sweep()
    assert caplog.text.count("cannot be planned") == 1
    jobs.nightly()
    jobs.sweep()
    assert caplog.text.count("cannot be planned") == 2


def test_at_night_finished_follow_ups_are_closed(waiting):
    jobs.work()
    Task.objects.update(done_at=timezone.now())
    assert jobs.nightly() == "done"
    assert set(FollowUp.objects.values_list("end_reason", flat=True)) == {"done"}
