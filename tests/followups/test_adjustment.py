"""Open tasks move when what they were placed by has changed; the rest stays (REQUIREMENTS B6, DESIGN.md pass 3)."""

from datetime import date

import pytest

from customers.models import Deal, Rank
from followups.adjustment import adjust
from followups.expansion import expand
from followups.models import Base, FollowUp, Outcome, Step, Task
from followups.noticing import notice, notice_calendars
from followups.pausing import pause, resume_due, unpause
from followups.recording import Result, record
from followups.starting import start
from stores.models import Store
from tests.cast import at, customer, lead, pattern

NOW = at("2026-11-22 10:00")
pytestmark = pytest.mark.django_db


def settle(now=NOW):
    """What the worker does until there is nothing left to do."""
    while any([notice(now), notice_calendars(now), expand(now), adjust(now)]):
        pass


def running(cast, steps, *, base=Base.CHOSEN, now=NOW, deal=None, person=None, counted_from=None, **fields):
    made = pattern(f"own-{Step.objects.count()}", steps, base=base)
    person = person or (deal and deal.customer) or customer(cast.hiratsuka, owner=cast.sales)
    follow_up = start(made, customer=person, deal=deal, by=cast.sales, now=now, base=counted_from, **fields)
    settle(now)
    return follow_up


def days(follow_up):
    return [f"{task.due_on:%m-%d}" for task in open_tasks(follow_up)]


def open_tasks(follow_up):
    return Task.objects.open().filter(follow_up=follow_up).order_by("step__position")


def change(row, now=NOW, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)
    settle(now)


class TestBaseDate:
    def delivered(self, cast):
        deal = lead(customer(cast.hiratsuka, owner=cast.sales), NOW)
        Deal.objects.filter(pk=deal.pk).update(won_at=NOW, ordered_on="2026-11-20", promised_on="2026-12-04")
        deal.refresh_from_db()
        steps = [{"offset_days": 0}, {"offset_days": 2}, {"offset_days": 7}]
        return deal, running(cast, steps, base=Base.DELIVERED, deal=deal)

    def test_when_delivery_slips_the_open_tasks_move_with_their_history(self, cast):
        deal, follow_up = self.delivered(cast)
        assert days(follow_up) == ["12-04", "12-06", "12-11"]
        change(deal, promised_on=date(2026, 12, 14))
        assert days(follow_up) == ["12-14", "12-17", "12-21"]
        moved = open_tasks(follow_up)[0]
        (move,) = moved.times_moved.all()
        assert (move.reason, move.from_on, move.to_on) == ("base", date(2026, 12, 4), date(2026, 12, 14))
        assert moved.first_late_at == moved.late_at

    def test_another_day_that_somebody_chose_stays_when_the_known_one_is_put_right(self, cast):
        deal, follow_up = self.delivered(cast)
        chosen = running(cast, [{}], base=Base.DELIVERED, deal=deal, counted_from=date(2026, 12, 20))
        change(deal, promised_on=date(2026, 12, 14))
        assert (days(follow_up)[0], days(chosen)) == ("12-14", ["12-20"])

    def test_what_is_done_or_placed_by_hand_stays(self, cast):
        deal, follow_up = self.delivered(cast)
        first, second, _third = open_tasks(follow_up)
        record(first, Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        Task.objects.filter(pk=second.pk).update(placed_by_hand_at=NOW)
        change(deal, promised_on=date(2026, 12, 14))
        assert days(follow_up) == ["12-06", "12-21"]
        first.refresh_from_db()
        assert first.due_on == date(2026, 12, 4)

    def test_what_a_person_called_off_does_not_come_back(self, cast):
        deal, follow_up = self.delivered(cast)
        open_tasks(follow_up)[0].cancel(cast.sales, NOW, "")
        change(deal, promised_on=date(2026, 12, 14))
        assert days(follow_up) == ["12-17", "12-21"]

    def test_a_day_in_the_past_makes_nothing_red_at_once(self, cast):
        deal, follow_up = self.delivered(cast)
        change(deal, promised_on=date(2026, 11, 10))
        assert days(follow_up) == ["11-22", "11-22", "11-22"]

    def test_a_miss_stays_a_miss(self, cast):
        deal, follow_up = self.delivered(cast)
        later = at("2026-12-05 10:00")
        missed = open_tasks(follow_up)[0].first_late_at
        change(deal, later, promised_on=date(2026, 12, 14))
        assert days(follow_up)[0] == "12-14"
        assert open_tasks(follow_up)[0].first_late_at == missed


class TestCalendar:
    def test_tasks_leave_days_that_were_closed(self, cast):
        follow_up = running(cast, [{"offset_days": 1}, {"offset_days": 5}])
        assert days(follow_up) == ["11-23", "11-27"]
        cast.hiratsuka.set_dates([date(2026, 11, 23)], None)
        settle()
        assert days(follow_up) == ["11-24", "11-27"]
        cast.hiratsuka.clear_dates(date(2026, 11, 23), date(2026, 11, 23))
        settle()
        assert days(follow_up) == ["11-23", "11-27"]
        assert [move.reason for move in open_tasks(follow_up)[0].times_moved.all()] == ["calendar", "calendar"]

    def test_the_day_after_a_long_holiday_moves_with_the_stores_own_holidays(self, cast):
        follow_up = running(cast, [{"offset_days": 1, "day_rule": "after_holiday"}])
        assert days(follow_up) == ["01-04"]
        Store.objects.filter(pk=cast.hiratsuka.pk).update(long_holidays=[["年末年始", 12, 27, 1, 7]])
        settle()
        assert days(follow_up) == ["01-08"]
        assert [move.reason for move in open_tasks(follow_up)[0].times_moved.all()] == ["calendar"]

    def test_other_stores_are_left_alone(self, cast):
        follow_up = running(cast, [{"offset_days": 1}])
        cast.yokohama.set_dates([date(2026, 11, 23)], None)
        assert notice_calendars(NOW) == 1
        assert adjust(NOW) == 0
        assert days(follow_up) == ["11-23"]

    def test_planned_again_with_nothing_changed_nothing_moves(self, cast):
        follow_up = running(cast, [{"offset_days": day, "window": "rotating"} for day in (0, 1, 3, 5)])
        before = list(open_tasks(follow_up).values())
        FollowUp.objects.update(adjust_at=NOW, adjust_reason="calendar")
        settle()
        assert list(open_tasks(follow_up).values()) == before


class TestCustomer:
    def test_hours_that_were_learned_move_the_calls(self, cast):
        follow_up = running(cast, [{"offset_days": 1}, {"offset_days": 8}])
        change(follow_up.customer, convenient_weekdays=[5], convenient_from="17:00", convenient_until="18:00")
        assert days(follow_up) == ["11-28", "12-05"]
        assert {f"{task.due_from:%H}" for task in open_tasks(follow_up)} == {"08"}  # UTC

    def test_a_call_in_vain_turns_the_windows_of_the_calls_left(self, cast):
        follow_up = running(cast, [{"offset_days": day, "window": "rotating"} for day in (0, 1, 2)])
        first = open_tasks(follow_up)[0]
        now = at("2026-11-22 15:10")
        record(first, Result(Outcome.NO_ANSWER), by=cast.sales, now=now)
        settle(now)
        starts = [f"{task.due_from.astimezone(NOW.tzinfo):%H}" for task in open_tasks(follow_up)]
        assert starts == ["12", "17"]

    def test_who_refuses_a_channel_gets_the_second_one_or_somebody_decides(self, cast):
        steps = [{"channel": "sms", "second_channel": "email"}, {"channel": "sms", "offset_days": 1}]
        follow_up = running(cast, steps)
        change(follow_up.customer, refused_channels=["sms"])
        first, second = open_tasks(follow_up)
        assert (first.channel, first.reason[-1]) == ("email", ["second_channel", "sms"])
        assert (second.assignee, second.reason[-1]) == (cast.sales, ["no_consent", "sms"])


class TestRank:
    def test_each_rank_gets_the_step_its_own_way(self, cast):
        first, second = Rank.objects.create(code="Y", position=50), Rank.objects.create(code="Z", position=51)
        person = customer(cast.hiratsuka, rank=first)
        follow_up = running(cast, [{"channel": "letter", "title": "card"}, {"offset_days": 1}], person=person)
        card, call = Step.objects.order_by("-pk")[:2][::-1]
        Step.objects.filter(pk=card.pk).update(by_rank={str(second.pk): {"channel": "visit", "title": "cake"}})
        Step.objects.filter(pk=call.pk).update(by_rank={str(second.pk): {"left_out": True}})
        change(person, rank=second)
        (task,) = open_tasks(follow_up)
        assert (task.channel, task.title) == ("visit", "cake")
        change(person, rank=first)
        assert [task.title for task in open_tasks(follow_up)] == ["card", "step 2"]


class TestVersion:
    def test_moved_to_another_version_steps_go_come_and_change(self, cast):
        follow_up = running(cast, [{"title": "a"}, {"title": "b", "offset_days": 3}, {"title": "c", "offset_days": 9}])
        record(open_tasks(follow_up)[0], Result(Outcome.SPOKE), by=cast.sales, now=NOW)
        steps = [
            Step(title="a", channel="phone"),
            Step(title="b", offset_days=5, channel="phone"),
            Step(title="new", offset_days=6, channel="email"),
        ]
        version = follow_up.pattern.add_version(base=Base.CHOSEN, steps=steps, by=cast.admin, now=NOW)
        FollowUp.objects.update(version=version, adjust_at=NOW, adjust_reason="version")
        settle()
        assert [(task.title, f"{task.due_on:%d}") for task in open_tasks(follow_up)] == [("b", "27"), ("new", "28")]
        assert Task.objects.get(title="c").cancel_reason == "left_out"


class TestPause:
    def test_it_leaves_the_lists_and_comes_back_as_far_later_as_it_rested(self, cast):
        follow_up = running(cast, [{"offset_days": 1}, {"offset_days": 5}])
        assert pause(FollowUp.objects.all(), by=cast.sales, now=NOW) == 1
        settle()
        assert days(follow_up) == []
        later = at("2026-12-03 10:00")
        assert unpause(FollowUp.objects.all(), now=later) == 1
        settle(later)
        assert days(follow_up) == ["12-03", "12-07"]

    def test_until_a_day_it_goes_on_by_itself(self, cast):
        follow_up = running(cast, [{"offset_days": 20}])
        pause(FollowUp.objects.all(), until=date(2026, 11, 30), by=cast.sales, now=NOW)
        assert resume_due(at("2026-11-29 12:00")) == 0
        assert resume_due(at("2026-11-30 09:00")) == 1
        settle()
        assert days(follow_up) == ["12-12"]
