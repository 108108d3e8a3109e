"""What happened while nobody planned: brought back, taken back, moved to and fro, the schedule is right again."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Deal
from followups.correcting import correct, undo
from followups.models import Base, EndReason, FollowUp, Outcome, Step, Task
from followups.pausing import pause, unpause
from followups.pausing import take_back as take_pause_back
from followups.placing import Wanted, place
from followups.recording import Result, record
from followups.stopping import resume, stop
from tests.cast import at, customer, lead
from tests.followups.test_adjustment import NOW, change, days, open_tasks, running, settle

pytestmark = pytest.mark.django_db
ALL = FollowUp.objects.all()
ROTATING = [{"offset_days": day, "window": "rotating"} for day in (0, 2, 4)]


def test_many_are_asked_for_in_the_order_in_which_everybody_locks_them(cast):
    """Else a person who stops two of them and a calendar that moves them all could wait for each other."""
    running(cast, [{"offset_days": 1}])
    with CaptureQueriesContext(connection) as captured:
        assert ALL.with_open_work().ask_to_adjust("calendar", NOW) == 1
    (asked,) = (query["sql"] for query in captured)
    assert re.search(r"ORDER BY \S+ ASC FOR NO KEY UPDATE", asked)


def hours(follow_up):
    return [f"{task.due_from.astimezone(NOW.tzinfo):%H}" for task in open_tasks(follow_up)]


class TestBroughtBack:
    def test_a_day_closed_meanwhile_is_left(self, cast):
        follow_up = running(cast, [{"offset_days": 1}, {"offset_days": 5}])
        stop(ALL, EndReason.STOPPED, by=cast.sales, now=NOW)
        cast.hiratsuka.set_dates([date(2026, 11, 23)], None)
        settle()
        resume(ALL)
        settle()
        assert days(follow_up) == ["11-24", "11-27"]

    def test_a_delivery_that_slipped_meanwhile_counts(self, cast):
        deal = lead(customer(cast.hiratsuka, owner=cast.sales), NOW)
        Deal.objects.filter(pk=deal.pk).update(won_at=NOW, ordered_on="2026-11-20", promised_on="2026-12-04")
        deal.refresh_from_db()
        follow_up = running(cast, [{"offset_days": 0}], base=Base.DELIVERED, deal=deal)
        stop(ALL, EndReason.STOPPED, by=cast.sales, now=NOW)
        change(deal, promised_on=date(2026, 12, 14))
        resume(ALL)
        settle()
        assert days(follow_up) == ["12-14"]


class TestTakenBack:
    def test_a_pause_during_which_a_day_was_closed_leaves_that_day(self, cast):
        follow_up = running(cast, [{"offset_days": 1}, {"offset_days": 5}])
        pause(ALL, by=cast.sales, now=NOW)
        cast.hiratsuka.set_dates([date(2026, 11, 23)], None)
        settle()
        assert take_pause_back(ALL) == 1
        settle()
        assert days(follow_up) == ["11-24", "11-27"]

    def in_vain(self, cast, follow_up):
        return record(open_tasks(follow_up)[0], Result(Outcome.NO_ANSWER), by=cast.sales, now=at("2026-11-22 15:10"))

    def test_the_calls_left_turn_back(self, cast):
        follow_up = running(cast, ROTATING)
        before = hours(follow_up)
        contact = self.in_vain(cast, follow_up)
        settle()
        assert hours(follow_up) != before[1:]
        undo(contact, by=cast.sales, now=NOW)
        settle()
        assert hours(follow_up) == before

    def test_corrected_to_a_conversation_they_turn_as_well(self, cast):
        follow_up = running(cast, ROTATING)
        contact = self.in_vain(cast, follow_up)
        settle()
        assert hours(follow_up)[0] == "12"
        same = {"details": contact.details, "content_kind": contact.content_kind, "by": cast.sales, "now": NOW}
        spoke = correct(contact, outcome=Outcome.SPOKE, **same)
        settle()
        assert hours(follow_up)[0] == "12"
        correct(spoke, outcome=Outcome.NO_ANSWER, **same)
        settle()
        assert hours(follow_up) == ["12", "17"]

    def test_of_a_follow_up_that_rests_the_task_rests_too(self, cast):
        follow_up = running(cast, [{}, {"offset_days": 5}])
        contact = self.in_vain(cast, follow_up)
        pause(ALL, by=cast.sales, now=NOW)
        undo(contact, by=cast.sales, now=NOW)
        settle()
        assert days(follow_up) == []
        unpause(ALL, now=NOW)
        settle()
        assert days(follow_up) == ["11-22", "11-27"]


class TestVersions:
    def version(self, follow_up, *titles):
        steps = [Step(title=title, channel="email", offset_days=day) for day, title in enumerate(titles, start=1)]
        return follow_up.pattern.add_version(base=Base.CHOSEN, steps=steps, by=None, now=NOW)

    def switch(self, version):
        FollowUp.objects.switch_to(version, NOW)
        settle()

    def test_to_and_fro_each_step_is_there_once(self, cast):
        steps = [{"title": "ご挨拶", "channel": "email", "offset_days": 1}]
        follow_up = running(cast, steps)
        first = follow_up.version
        without = self.version(follow_up, "近況のお伺い")
        alike = self.version(follow_up, "ご挨拶のメール")
        for version in (without, alike, first, alike, without, first):
            self.switch(version)
            titles = [task.title for task in open_tasks(follow_up)]
            assert titles == [step.title for step in version.steps.all()]
        assert not FollowUp.objects.failed().exists()

    def test_what_is_done_is_not_asked_for_again(self, cast):
        follow_up = running(cast, [{"title": "ご挨拶", "channel": "email", "offset_days": 1}])
        first = follow_up.version
        record(open_tasks(follow_up)[0], Result(Outcome.SENT), by=cast.sales, now=NOW)
        FollowUp.objects.update(ended_at=None, end_reason="")
        alike, without = self.version(follow_up, "ご挨拶のメール"), self.version(follow_up, "近況のお伺い")
        for version in (alike, without, first, alike):
            self.switch(version)
            assert "ご挨拶" not in "".join(task.title for task in open_tasks(follow_up))

    def test_a_step_that_rested_and_is_gone_measures_no_later_pause(self, cast):
        follow_up = running(cast, [{"title": "ご挨拶", "channel": "email"}, {"title": "近況", "offset_days": 30}])
        pause(ALL, by=cast.sales, now=NOW)
        FollowUp.objects.switch_to(self.version(follow_up, "近況"), NOW)
        unpause(ALL, now=NOW)
        settle()
        later = NOW + timedelta(days=20)
        before = FollowUp.objects.get().shift_days
        pause(ALL, by=cast.sales, now=later)
        unpause(ALL, now=later)
        settle(later)
        assert FollowUp.objects.get().shift_days - before == 19
        assert not Task.objects.filter(cancel_reason="paused").exists()


class TestByHand:
    def test_where_somebody_put_it_it_comes_back_after_a_pause(self, cast):
        follow_up = running(cast, [{"offset_days": 1}, {"offset_days": 5}])
        place(open_tasks(follow_up)[1], Wanted(date(2026, 12, 10)), by=cast.sales, now=NOW)
        pause(ALL, by=cast.sales, now=NOW)
        unpause(ALL, now=at("2026-11-26 10:00"))
        settle(at("2026-11-26 10:00"))
        assert days(follow_up) == ["11-26", "12-10"]

    def test_unless_that_day_is_over(self, cast):
        follow_up = running(cast, [{"offset_days": 5}])
        place(open_tasks(follow_up)[0], Wanted(date(2026, 11, 30)), by=cast.sales, now=NOW)
        pause(ALL, by=cast.sales, now=NOW)
        later = at("2026-12-10 10:00")
        unpause(ALL, now=later)
        settle(later)
        (task,) = open_tasks(follow_up)
        assert task.late_at > later
        assert task.placed_by_hand_at is None

    def test_calling_a_call_off_turns_no_other(self, cast):
        follow_up = running(cast, ROTATING)
        before = hours(follow_up)
        open_tasks(follow_up)[0].cancel(cast.sales, NOW, "")
        FollowUp.objects.ask_to_adjust("calendar", NOW)
        settle()
        assert hours(follow_up) == before[1:]


class TestPastSteps:
    def test_made_after_all_they_are_no_longer_counted(self, cast):
        deal = lead(customer(cast.hiratsuka, owner=cast.sales), NOW)
        Deal.objects.filter(pk=deal.pk).update(won_at=NOW, ordered_on="2026-09-01", promised_on="2026-09-04")
        deal.refresh_from_db()
        steps = [{"offset_days": day, "channel": "email"} for day in (0, 7, 14)]
        follow_up = running(cast, steps, base=Base.DELIVERED, deal=deal)
        assert FollowUp.objects.get().past_steps == 3
        change(deal, promised_on=date(2026, 11, 19))
        assert FollowUp.objects.get().past_steps == 1
        assert days(follow_up) == ["11-26", "12-03"]
