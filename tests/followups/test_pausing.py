"""A follow-up rests and goes on; a pause that is taken back has never been (REQUIREMENTS B6)."""

from datetime import date, timedelta

import pytest

from followups.adjustment import adjust
from followups.expansion import expand
from followups.models import CancelReason, FollowUp, Task
from followups.pausing import pause, resume_due, take_back, unpause
from followups.starting import start
from tests.cast import at, customer, pattern

NOW = at("2026-11-21 12:00")
EVERYTHING = FollowUp.objects.all()


def later(days):
    return NOW + timedelta(days=days)


def settle(now):
    while any([expand(now), adjust(now)]):
        pass


@pytest.fixture
def follow_up(cast):
    steps = [{"offset_days": days} for days in (2, 5)]
    made = start(pattern("calls", steps), customer=customer(cast.hiratsuka), by=cast.sales, now=NOW)
    expand(NOW)
    return made


def days(follow_up):
    return [f"{task.due_on:%m-%d}" for task in follow_up.tasks.open().order_by("step__position")]


def test_paused_again_it_rests_until_the_new_day_and_still_since_the_first(cast, follow_up):
    pause(EVERYTHING, until=date(2026, 11, 30), by=cast.sales, now=NOW)
    assert pause(EVERYTHING, until=date(2026, 12, 15), by=cast.sales2, now=later(1)) == 1
    follow_up.refresh_from_db()
    assert (follow_up.paused_at, follow_up.paused_by) == (NOW, cast.sales)
    assert follow_up.paused_until_on == date(2026, 12, 15)


def test_going_on_twice_shifts_once(cast, follow_up):
    pause(EVERYTHING, by=cast.sales, now=NOW)
    assert [unpause(EVERYTHING, now=later(9)), unpause(EVERYTHING, now=later(9))] == [1, 0]
    settle(later(9))
    assert days(follow_up) == ["11-30", "12-03"]


def test_paused_again_before_the_worker_came_it_is_not_shifted_twice(cast, follow_up):
    pause(EVERYTHING, by=cast.sales, now=NOW)
    unpause(EVERYTHING, now=later(9))
    pause(EVERYTHING, by=cast.sales, now=later(9))
    unpause(EVERYTHING, now=later(19))
    settle(later(19))
    assert days(follow_up) == ["12-10", "12-13"]


def test_paused_twice_with_the_worker_between_it_goes_on_from_today(cast, follow_up):
    for rests, goes_on in ((0, 9), (9, 19)):
        pause(EVERYTHING, by=cast.sales, now=later(rests))
        unpause(EVERYTHING, now=later(goes_on))
        settle(later(goes_on))
    assert days(follow_up) == ["12-10", "12-13"]


def test_paused_before_its_tasks_were_made_it_gets_them_when_it_goes_on(cast):
    made = start(pattern("one", [{"offset_days": 1}]), customer=customer(cast.hiratsuka), by=cast.sales, now=NOW)
    pause(EVERYTHING, by=cast.sales, now=NOW)
    settle(NOW)
    made.refresh_from_db()
    assert (made.tasks.count(), made.is_being_prepared) == (0, False)
    unpause(EVERYTHING, now=later(9))
    settle(later(9))
    assert days(made) == ["12-01"]


def test_many_go_on_by_one_statement_each_as_far_as_it_rested(cast, follow_up, django_assert_max_num_queries):
    early = start(pattern("early", [{}]), customer=customer(cast.hiratsuka), by=cast.sales, now=NOW)
    late = start(pattern("late", [{"offset_days": 40}]), customer=customer(cast.hiratsuka), by=cast.sales, now=NOW)
    settle(NOW)
    pause(EVERYTHING, until=date(2026, 11, 30), by=cast.sales, now=NOW)
    with django_assert_max_num_queries(6):
        assert resume_due(later(9)) == 3
    shifts = dict(FollowUp.objects.values_list("pk", "shift_days"))
    assert shifts == {follow_up.pk: 7, early.pk: 9, late.pk: 0}


class TestTakenBack:
    def test_every_task_is_where_it_was(self, cast, follow_up):
        first = follow_up.tasks.order_by("pk").first()
        first.cancel(cast.sales, NOW, "不要")
        before = list(Task.objects.order_by("pk").values())
        pause(EVERYTHING, by=cast.sales, now=NOW)
        assert [take_back(EVERYTHING), take_back(EVERYTHING)] == [1, 0]
        settle(later(1))
        follow_up.refresh_from_db()
        assert list(Task.objects.order_by("pk").values()) == before
        assert (follow_up.paused_at, follow_up.shift_days) == (None, 0)

    def test_one_that_runs_is_left_alone(self, cast, follow_up):
        follow_up.tasks.update(cancelled_at=NOW, cancel_reason=CancelReason.PAUSED)
        assert take_back(EVERYTHING) == 0
        assert days(follow_up) == []
