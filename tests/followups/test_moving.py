"""Running follow-ups move to a version on purpose: what it would change, the batch, the way back (REQUIREMENTS B7)."""

import uuid
from datetime import date

import pytest

from followups import batches, moving
from followups.adjustment import adjust
from followups.batches import move_to, work_on_batches
from followups.expansion import expand
from followups.models import Base, Batch, BatchKind, FollowUp, Outcome, Step, Task
from followups.moving import Outlook, begin_looking, examples_of, look_on
from followups.pausing import pause, unpause
from followups.progress import Skipped, State, standing_of
from followups.recording import Result, record
from followups.starting import start
from followups.stopping import stop
from tests.cast import at, customer, pattern

NOW = at("2026-11-22 10:00")
THANKS, ASKING = {"title": "お礼"}, {"title": "ご様子伺い", "offset_days": 7}
OLD = [THANKS, ASKING, {"title": "はがき", "channel": "letter", "offset_days": 14}]
NEW = [THANKS, {**ASKING, "offset_days": 9}, {"title": "点検のご案内", "channel": "email", "offset_days": 30}]


@pytest.fixture
def care(cast):
    return pattern("care", OLD, name="見守り")


@pytest.fixture
def for_the_worker(monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", -1)


def running(cast, care, number=1):
    made = [
        start(care, customer=customer(cast.hiratsuka, owner=cast.sales, name=f"顧客{n}"), by=cast.sales, now=NOW)
        for n in range(number)
    ]
    expand(NOW)
    return made


def revise(care, steps=NEW, **given):
    return care.add_version(base=given.pop("base", "chosen"), steps=[Step(**step) for step in steps], by=None, now=NOW)


def settle(now=NOW):
    while any([work_on_batches(now), expand(now), adjust(now)]):
        pass


def move(version, by, **given):
    given = {"now": NOW, "key": uuid.uuid4().hex, **given}
    return move_to(version, FollowUp.objects.all(), by=by, **given)


def look(version, now=NOW) -> Outlook:
    outlook = begin_looking(version)
    while not outlook.is_whole:
        look_on(outlook, version, FollowUp.objects.all(), now, seconds=0)
    return outlook


def figures(outlook):
    return outlook.move, outlook.appear, outlook.vanish, outlook.stay


def open_tasks():
    rows = Task.objects.open().order_by("follow_up", "step__position")
    return [(task.title, f"{task.due_on:%m-%d}") for task in rows]


class TestOutlook:
    def test_it_counts_what_moves_appears_vanishes_and_stays(self, cast, care):
        running(cast, care, 3)
        assert figures(look(revise(care))) == (3, 3, 3, 3)

    def test_what_it_counts_is_what_then_happens(self, cast, care):
        first, second, _third = running(cast, care, 3)
        record(first.tasks.get(step__position=1), Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        second.tasks.filter(step__position=2).update(placed_by_hand_at=NOW)
        adjust(NOW)
        version = revise(care)
        outlook, before = look(version), set(Task.objects.open().values_list("pk", "due_on"))
        move(version, cast.manager)
        settle()
        after = set(Task.objects.open().values_list("pk", "due_on"))
        known = {pk for pk, _day in before}
        still = {pk for pk, _day in after}
        assert figures(outlook) == (
            len({pk for pk, _day in after - before} & known),
            len(still - known),
            len(known - still),
            len(before & after),
        )

    def test_nothing_is_written(self, cast, care):
        running(cast, care, 2)
        before = list(Task.objects.order_by("pk").values()), list(FollowUp.objects.order_by("pk").values())
        look(revise(care))
        assert before == (
            list(Task.objects.order_by("pk").values()),
            list(FollowUp.objects.order_by("pk").values()),
        )

    def test_slice_by_slice_it_counts_each_once(self, cast, care, monkeypatch):
        running(cast, care, 7)
        version = revise(care)
        whole = figures(look(version))
        monkeypatch.setattr(moving, "SLICE", 3)
        outlook = begin_looking(version)
        look_on(outlook, version, FollowUp.objects.all(), NOW, seconds=0)
        assert (outlook.looked_at, outlook.is_whole) == (3, False)
        handed_on = begin_looking(version, outlook.signed())
        while not handed_on.is_whole:
            look_on(handed_on, version, FollowUp.objects.all(), NOW, seconds=0)
        assert (handed_on.looked_at, figures(handed_on)) == (7, whole)

    def test_what_was_seen_of_another_version_or_is_forged_counts_from_the_start(self, cast, care):
        running(cast, care, 1)
        seen = look(revise(care)).signed()
        again = revise(care, OLD[:1])
        assert {begin_looking(again, text).looked_at for text in (seen, "forged", "")} == {0}

    @pytest.mark.parametrize("number", [1, 10])
    def test_a_slice_takes_as_many_statements_for_many_as_for_one(self, cast, care, number, django_assert_num_queries):
        running(cast, care, number)
        version = revise(care)
        with django_assert_num_queries(13):
            look(version)

    def test_examples_show_before_and_after_to_whom_may_see_them(self, cast, care):
        running(cast, care, 1)
        outlook = look(revise(care))
        shown = [(one.title, one.before and one.before[0], one.after and one.after[0]) for one in examples_of(
            outlook, cast.manager)]  # fmt: skip
        assert shown == [
            ("ご様子伺い", date(2026, 11, 29), date(2026, 12, 1)),
            ("点検のご案内", None, date(2026, 12, 22)),
            ("はがき", date(2026, 12, 6), None),
        ]
        assert examples_of(outlook, cast.yokohama_manager) == []


class TestBatch:
    def test_they_run_by_the_new_version_and_their_open_tasks_follow_with_the_reason(self, cast, care, for_the_worker):
        running(cast, care, 3)
        version = revise(care)
        batch = move(version, cast.manager)
        assert (batch.kind, batch.version, FollowUp.objects.filter(version=version).count()) == (
            BatchKind.MOVE, version, 0,
        )  # fmt: skip
        settle()
        assert FollowUp.objects.filter(version=version).count() == 3
        assert open_tasks()[:3] == [("お礼", "11-22"), ("ご様子伺い", "12-01"), ("点検のご案内", "12-22")]
        moved = Task.objects.open().filter(title="ご様子伺い").first()
        assert moved.times_moved.get().reason == "version"
        assert standing_of([Batch.objects.get()])[0].got == 3

    def test_moved_back_to_the_old_version_everything_is_as_it_was(self, cast, care):
        running(cast, care, 2)
        old, before = care.current_version, open_tasks()
        move(revise(care), cast.manager)
        settle()
        assert open_tasks() != before
        move(old, cast.manager)
        settle()
        assert open_tasks() == before

    def test_what_rests_goes_by_the_new_version_when_it_goes_on(self, cast, care):
        running(cast, care)
        pause(FollowUp.objects.all(), by=cast.sales, now=NOW)
        move(revise(care), cast.manager)
        settle()
        assert open_tasks() == []
        unpause(FollowUp.objects.all(), now=NOW)
        settle()
        assert open_tasks() == [("お礼", "11-22"), ("ご様子伺い", "12-01"), ("点検のご案内", "12-22")]

    def test_what_ended_meanwhile_and_what_was_moved_already_say_so(self, cast, care, for_the_worker):
        ended, moved, _left = running(cast, care, 3)
        version = revise(care)
        batch = move(version, cast.manager)
        stop(FollowUp.objects.filter(pk=ended.pk), "stopped", by=None, now=NOW)
        FollowUp.objects.filter(pk=moved.pk).update(version=version)
        settle()
        assert list(batch.rows.order_by("pk").values_list("why", flat=True)) == [Skipped.ENDED, Skipped.SAME, ""]

    def test_what_counts_from_something_else_stays(self, cast, care):
        running(cast, care, 2)
        version = revise(care, base=Base.BIRTHDAY)
        batch = move(version, cast.manager)
        assert (standing_of([batch])[0].left, figures(look(version))) == ({Skipped.OTHER_BASE: 2}, (0, 0, 0, 0))
        assert not FollowUp.objects.filter(version=version).exists()

    def test_while_one_is_on_its_way_there_is_no_second(self, cast, care, for_the_worker):
        running(cast, care, 2)
        old, version = care.current_version, revise(care)
        batch = move(version, cast.manager)
        assert move(version, cast.admin) == batch == move(old, cast.admin)
        settle()
        assert move(version, cast.manager) is None
        assert move(old, cast.manager) != batch

    def test_one_that_could_not_be_planned_gets_another_chance(self, cast, care):
        (row,) = running(cast, care)
        FollowUp.objects.update(failed_at=NOW)
        move(revise(care), cast.manager)
        settle()
        row.refresh_from_db()
        assert (row.failed_at, len(open_tasks())) == (None, 3)

    def test_another_reason_to_look_at_it_that_came_first_stays(self, cast, care):
        (row,) = running(cast, care)
        FollowUp.objects.all().ask_to_adjust("calendar", NOW)
        move(revise(care), cast.manager)
        row.refresh_from_db()
        assert row.adjust_reason == "calendar"

    def test_what_was_spread_stays_so_as_far_as_the_new_step_may_be_moved(self, cast):
        flexible = [THANKS, {**ASKING, "flex_days": 5}, {"title": "はがき", "channel": "letter", "flex_days": 3}]
        care = pattern("flexible", [{**step, "offset_days": 7 * n} for n, step in enumerate(flexible)])
        row = start(care, customer=customer(cast.hiratsuka, owner=cast.sales), by=cast.sales, now=NOW)
        _thanks, asking, card = care.current_version.step_list
        FollowUp.objects.update(spread={str(asking.pk): 4, str(card.pk): -2})
        settle()
        assert open_tasks() == [("お礼", "11-22"), ("ご様子伺い", "12-03"), ("はがき", "12-04")]
        version = revise(care, [THANKS, {**ASKING, "flex_days": 1}, {**flexible[2], "offset_days": 14}])
        outlook = look(version)
        move(version, cast.manager)
        settle()
        row.refresh_from_db()
        asking, card = version.step_list[1:]
        assert row.spread == {str(asking.pk): 1, str(card.pk): -2}
        assert open_tasks() == [("お礼", "11-22"), ("ご様子伺い", "11-30"), ("はがき", "12-04")]
        assert figures(outlook) == (1, 0, 0, 2)

    def test_it_is_finished_when_all_is_done(self, cast, care):
        running(cast, care, 2)
        assert standing_of([move(revise(care), cast.manager)])[0].state == State.FINISHED
