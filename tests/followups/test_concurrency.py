"""Two at once, on connections of their own (STYLE.md 22)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from customers.models import Customer, Deal
from followups import recording
from followups.expansion import expand
from followups.models import Contact, EndReason, FollowUp, Outcome, Pattern, Task
from followups.pausing import pause, unpause
from followups.recording import AlreadyAnswered, AlreadyRecorded, Result, answer, receive, record
from followups.restarting import restart, undo_start
from followups.starting import AlreadyRunning, DealLost, start
from followups.stopping import lose_deal, stop
from tests.cast import at, customer, lead

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-21 12:00")


def at_once(*functions):
    """What each gives, or the exception it raises; all begin at the same moment."""
    barrier = threading.Barrier(len(functions))

    def run(function):
        try:
            with connection.cursor():
                barrier.wait(10)
            return function()
        except Exception as raised:
            return raised
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))


@pytest.fixture
def follow_up(cast):
    deal = lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)
    made = start(Pattern.objects.get(slug="new-arrival"), customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
    expand(NOW)
    return made


def test_two_expanders_make_each_task_once(cast):
    customers = Customer.objects.bulk_create(
        [Customer(store=cast.hiratsuka, name=f"顧客{number}") for number in range(300)]
    )
    for one in customers:
        start(Pattern.objects.get(slug="new-arrival"), customer=one, by=None, now=NOW)

    def expander():
        return sum(iter(lambda: expand(NOW, limit=20), 0))

    taken = at_once(expander, expander, expander)
    assert sum(taken) == 300
    assert Task.objects.count() == 1500
    assert Task.objects.values("follow_up", "step").distinct().count() == 1500


def test_an_expander_passes_over_what_another_one_holds(follow_up):
    FollowUp.objects.update(expanded_at=None)
    with transaction.atomic():
        list(FollowUp.objects.select_for_update())
        assert at_once(lambda: expand(NOW)) == [0]
    assert expand(NOW) == 1


def test_a_task_recorded_by_two_is_recorded_once_and_the_second_is_told(cast, follow_up):
    task = follow_up.tasks.first()
    found = at_once(
        lambda: record(Task.objects.get(pk=task.pk), Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW),
        lambda: record(Task.objects.get(pk=task.pk), Result(Outcome.SPOKE), by=cast.sales2, now=NOW),
    )
    kept = next(one for one in found if isinstance(one, Contact))
    told = next(one for one in found if isinstance(one, AlreadyRecorded))
    assert told.task.done_by == kept.done_by
    assert list(Contact.objects.all()) == [kept]


def test_a_pattern_started_by_two_runs_once_and_the_second_is_shown_which(cast):
    mine = customer(cast.hiratsuka)
    pattern = Pattern.objects.get(slug="new-arrival")
    found = at_once(*[lambda: start(pattern, customer=mine, by=None, now=NOW)] * 2)
    begun = next(one for one in found if isinstance(one, FollowUp))
    told = next(one for one in found if isinstance(one, AlreadyRunning))
    assert told.follow_up == begun
    assert list(FollowUp.objects.all()) == [begun]


def meet_in(name, monkeypatch):
    """Whoever comes there gives the other one time to come as well, if it can."""
    barrier, real = threading.Barrier(2), getattr(recording, name)

    def slowly(*arguments, **named):
        try:
            barrier.wait(0.5)
        except threading.BrokenBarrierError:
            pass
        return real(*arguments, **named)

    monkeypatch.setattr(recording, name, slowly)


def test_a_result_and_an_answer_that_close_the_same_follow_up_do_not_block_each_other(cast, follow_up, monkeypatch):
    deal = follow_up.deal
    asked = Result(Outcome.MESSAGE, "質問", keep=[follow_up.pk])
    message = receive(deal.customer, deal, "email", asked, by=cast.sales, now=NOW)
    meet_in("_touch_deal", monkeypatch)
    spoke = Result(Outcome.SPOKE, close=[follow_up.pk])
    found = at_once(
        lambda: record(follow_up.tasks.first(), spoke, by=cast.sales, now=NOW),
        lambda: answer(message, "phone", spoke, by=cast.sales2, now=NOW),
    )
    assert {type(one) for one in found} <= {Contact, AlreadyAnswered, AlreadyRecorded}
    message.refresh_from_db()
    assert message.answered_with in found
    follow_up.refresh_from_db()
    assert follow_up.ended_with in found


def test_a_pattern_and_the_loss_of_its_deal_at_once_leave_nothing_running(cast):
    pattern = Pattern.objects.get(slug="new-arrival")
    for number in range(10):
        deal = lead(customer(cast.hiratsuka, name=f"顧客{number}"), NOW, staff=cast.sales)
        begun, lost = at_once(
            lambda deal=deal: start(pattern, customer=deal.customer, deal=deal, by=None, now=NOW),
            lambda deal=deal: lose_deal(Deal.objects.get(pk=deal.pk), "price", None, NOW),
        )
        assert isinstance(begun, FollowUp | DealLost)
        assert lost is True
    assert not FollowUp.objects.running().exists()


def test_two_who_restart_the_same_follow_up_begin_one(cast, follow_up):
    this, now = FollowUp.objects.filter(pk=follow_up.pk), NOW + timedelta(hours=1)
    found = at_once(*[lambda: restart(this, by=cast.sales, now=now)] * 2)
    assert sorted(map(len, found)) == [0, 1]
    new = FollowUp.objects.running().get()
    at_once(*[lambda: undo_start(new, by=cast.sales, now=now)] * 2)
    assert FollowUp.objects.running().get() == follow_up
    assert follow_up.tasks.open().count() == 5


def test_a_restart_and_a_record_that_ends_the_same_follow_up_do_not_block_each_other(cast, follow_up):
    spoke = Result(Outcome.SPOKE, close=[follow_up.pk])
    begun, kept = at_once(
        lambda: restart(FollowUp.objects.filter(pk=follow_up.pk), by=cast.sales, now=NOW),
        lambda: record(follow_up.tasks.first(), spoke, by=cast.sales2, now=NOW),
    )
    follow_up.refresh_from_db()
    assert isinstance(kept, Contact | AlreadyRecorded)
    assert follow_up.end_reason == (EndReason.RESTARTED if begun else EndReason.SPOKEN)
    assert FollowUp.objects.running().count() == len(begun)


def test_two_who_pause_and_two_who_go_on_shift_it_once(cast, follow_up):
    this, later = FollowUp.objects.filter(pk=follow_up.pk), NOW + timedelta(days=10)
    at_once(*[lambda: pause(this, by=cast.sales, now=NOW)] * 2)
    assert sorted(at_once(*[lambda: unpause(this, now=later)] * 2)) == [0, 1]
    follow_up.refresh_from_db()
    assert (follow_up.shift_days, follow_up.paused_at) == (10, None)


def test_two_who_close_the_same_follow_up_with_two_tasks_of_it_do_not_block_each_other(cast, follow_up, monkeypatch):
    meet_in("_settle", monkeypatch)
    first, second = follow_up.tasks.order_by("step__position")[:2]
    found = at_once(
        *[
            lambda task=task: record(
                Task.objects.get(pk=task.pk), Result(Outcome.SPOKE, close=[follow_up.pk]), by=cast.sales, now=NOW
            )
            for task in (first, second)
        ]
    )
    assert [type(one) for one in found if isinstance(one, Contact)] == [Contact]
    assert [type(one) for one in found if not isinstance(one, Contact)] == [AlreadyRecorded]


def test_a_worker_that_expands_and_a_person_who_stops_leave_nothing_open(cast):
    for number in range(20):
        mine = customer(cast.hiratsuka, name=f"顧客{number}")
        begun = start(Pattern.objects.get(slug="new-arrival"), customer=mine, by=None, now=NOW)
        row = FollowUp.objects.filter(pk=begun.pk)
        at_once(
            lambda: expand(NOW),
            lambda row=row: stop(row, EndReason.STOPPED, by=None, now=NOW + timedelta(seconds=1)),
        )
        assert not Task.objects.open().filter(follow_up=begun).exists()
