"""The flag pass: once, with when, and who is counted (DESIGN.md "The engine", pass 4)."""

from datetime import date, timedelta

from followups import jobs
from followups.correcting import undo
from followups.models import CancelReason, Outcome, Task
from followups.overdue import excuse, flag
from followups.recording import Result, record
from stores.wake import DAYS_OFF
from tests.cast import at, customer, task

CLOSING = at("2026-11-21 19:00")


def test_a_task_is_flagged_when_its_time_is_over_and_not_a_moment_before(cast):
    late = task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 21))
    assert flag(CLOSING - timedelta(seconds=1)) == 0
    assert flag(CLOSING) == 1
    late.refresh_from_db()
    assert late.overdue_at == CLOSING


def test_a_second_pass_leaves_the_first_time_as_it_was(cast):
    late = task(customer(cast.hiratsuka), date(2026, 11, 21))
    flag(CLOSING)
    assert flag(CLOSING + timedelta(days=1)) == 0
    late.refresh_from_db()
    assert late.overdue_at == CLOSING


def test_who_and_which_store_are_counted_is_settled_there(cast):
    late = task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 21))
    flag(CLOSING)
    Task.objects.filter(pk=late.pk).update(assignee=cast.sales2)
    flag(CLOSING)
    late.refresh_from_db()
    assert (late.counted_staff, late.counted_store) == (cast.sales, cast.hiratsuka)


def test_who_is_off_that_day_is_not_counted_and_who_covers_is(cast):
    mine = customer(cast.hiratsuka, owner=cast.sales)
    covered, yesterdays = task(mine, date(2026, 11, 21)), task(mine, date(2026, 11, 20))
    cast.sales.take_days_off([date(2026, 11, 21)])
    flag(CLOSING)
    counted = dict(Task.objects.values_list("pk", "counted_staff"))
    assert counted == {covered.pk: None, yesterdays.pk: cast.sales.pk}
    kept = record(covered, Result(Outcome.NO_ANSWER), by=cast.sales2, now=CLOSING + timedelta(hours=1))
    assert Task.objects.get(pk=covered.pk).counted_staff == cast.sales2
    undo(kept, by=cast.sales2, now=CLOSING + timedelta(hours=2))
    covered.refresh_from_db()
    assert (covered.counted_staff, covered.counted_store) == (None, cast.hiratsuka)


def test_who_turns_out_to_have_been_off_is_not_counted_afterwards(cast):
    mine, day = customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 21)
    missed, covered, done, another_day = (task(mine, due) for due in (day, day, day, date(2026, 11, 20)))
    others = task(customer(cast.hiratsuka, owner=cast.sales2), day)
    flag(CLOSING)
    record(covered, Result(Outcome.NO_ANSWER), by=cast.sales2, now=CLOSING + timedelta(hours=1))
    record(done, Result(Outcome.NO_ANSWER), by=cast.sales, now=CLOSING + timedelta(hours=1))
    cast.sales.take_days_off([day])
    for _again in range(2):
        excuse(CLOSING + timedelta(hours=15))
    assert dict(Task.objects.values_list("pk", "counted_staff")) == {
        missed.pk: None, covered.pk: cast.sales2.pk, done.pk: cast.sales.pk, another_day.pk: cast.sales.pk,
        others.pk: cast.sales2.pk,
    }  # fmt: skip


def test_days_off_that_are_over_are_entered_by_a_manager_and_count_at_once(client, cast, time_machine, monkeypatch):
    time_machine.move_to(CLOSING + timedelta(hours=15))
    rung = []
    monkeypatch.setattr("stores.views.staff.wake", rung.append)
    url, posted = f"/stores/staff/{cast.sales.pk}/days-off/", {"first": "2026-11-21"}
    client.force_login(cast.sales)
    assert client.post(url, posted).status_code == 422
    assert not cast.sales.days_off.exists()
    client.force_login(cast.manager)
    client.post(url, posted)
    assert (cast.sales.days_off.get().on, rung) == (date(2026, 11, 21), [DAYS_OFF])
    client.force_login(cast.sales)
    client.post(url, {"first": "2026-11-30"})
    assert (cast.sales.days_off.count(), rung) == (2, [DAYS_OFF])
    assert jobs.excuse_days_off() == "0 excused"


def test_what_is_done_or_cancelled_is_left_alone(cast):
    mine = customer(cast.hiratsuka)
    task(mine, date(2026, 11, 21), done_at=CLOSING)
    task(mine, date(2026, 11, 21), cancelled_at=CLOSING, cancel_reason=CancelReason.NOT_NEEDED)
    assert flag(CLOSING + timedelta(days=1)) == 0


def test_a_slice_takes_the_longest_late_first_and_leaves_the_rest(cast):
    mine = customer(cast.hiratsuka)
    tasks = [task(mine, date(2026, 11, day)) for day in (21, 20, 19)]
    assert [flag(CLOSING, limit=2) for _ in range(3)] == [2, 1, 0]
    assert Task.objects.filter(pk__in=[one.pk for one in tasks], overdue_at__isnull=False).count() == 3
