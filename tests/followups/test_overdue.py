"""The flag pass: once, with when, and who is counted (DESIGN.md "The engine", pass 4)."""

from datetime import date, timedelta

from followups.correcting import undo
from followups.models import CancelReason, Outcome, Task
from followups.overdue import flag
from followups.recording import Result, record
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
