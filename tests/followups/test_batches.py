"""A pattern for many as a batch: slices, turns, pausing, breaking off, taking back (REQUIREMENTS B8)."""

import uuid
from datetime import date

import pytest

from customers.models import Customer, LostReason
from followups import batches, jobs
from followups.adjustment import adjust
from followups.batches import begin_for, cancel, go_on, pause, take_back, work_on_batches
from followups.expansion import expand
from followups.models import Batch, BatchRow, FollowUp, Task
from followups.progress import Skipped, Standing, State, standing_of
from followups.starting import WhyNot, start
from followups.stopping import lose_deal
from stores.models import WakeUp
from tests.cast import at, customer, lead, pattern, vehicle

NOW = at("2026-11-21 12:00")


@pytest.fixture
def care(cast):
    return pattern("care", [{"title": "お電話"}, {"title": "はがき", "channel": "letter", "offset_days": 7}])


@pytest.fixture
def for_the_worker(monkeypatch):
    """However few there are, nothing is done while the person waits."""
    monkeypatch.setattr(batches, "AT_ONCE", -1)


def people(store, number, **fields):
    rows = [Customer(store=store, name=f"顧客{n}", **fields) for n in range(number)]
    return Customer.objects.with_ids([one.pk for one in Customer.objects.bulk_create(rows)])


def begin(pattern, customers, by, **given):
    given = {"now": NOW, "key": uuid.uuid4().hex, **given}
    return begin_for(pattern, customers.order_by("pk"), by=by, **given)


def standing(batch) -> Standing:
    return standing_of([Batch.objects.get(pk=batch.pk)])[0]


def work(now=NOW, **given):
    while work_on_batches(now, **given):
        pass


class TestBegin:
    def test_few_are_begun_at_once_and_many_by_the_worker(self, cast, care, monkeypatch):
        monkeypatch.setattr(batches, "AT_ONCE", 3)
        few = begin(care, people(cast.hiratsuka, 3), cast.manager)
        many = begin(care, people(cast.hiratsuka, 4), cast.manager)
        assert (standing(few).state, standing(few).got) == (State.FINISHED, 3)
        assert (standing(many).state, standing(many).got, standing(many).to_do) == (State.WORKING, 0, 4)
        assert FollowUp.objects.count() == 3
        work()
        assert (standing(many).state, standing(many).got) == (State.FINISHED, 4)
        assert expand(NOW) == 7
        assert Task.objects.open().count() == 14

    def test_its_rows_are_written_by_one_statement_however_many(
        self, cast, care, for_the_worker, django_assert_num_queries
    ):
        assert cast.manager.managed_store_ids
        for number in (1, 300):
            chosen = people(cast.hiratsuka, number)
            with django_assert_num_queries(8):
                begin(care, chosen, cast.manager)
            assert Batch.objects.first().rows.count() == number

    def test_each_row_says_who_got_it_and_who_not_and_why(self, cast, care):
        mine, busy, closed, his = (customer(cast.hiratsuka, owner=cast.sales) for _n in range(4))
        start(care, customer=busy, by=cast.sales, now=NOW)
        Customer.objects.filter(pk=closed.pk).update(closed_at=NOW)
        Customer.objects.filter(pk=his.pk).update(owner=cast.sales2)
        batch = begin(care, Customer.objects.all(), cast.sales)
        rows = {row.customer: (row.why, row.follow_up and row.follow_up.customer) for row in batch.rows.all()}
        assert rows == {
            mine: ("", mine),
            busy: (WhyNot.RUNNING, None),
            closed: (WhyNot.CLOSED, None),
            his: (Skipped.COLLEAGUE, None),
        }
        assert {row.done_at for row in batch.rows.all()} == {NOW}
        assert {why: words for why, words, _n in standing(batch).reasons} == {
            why: why.label for why in (WhyNot.RUNNING, WhyNot.CLOSED, Skipped.COLLEAGUE)
        }

    def test_what_it_begins_is_as_start_would_begin_it(self, cast):
        for_cars = pattern("cars", [{"offset_days": -30}], base="inspection")
        car = vehicle(customer(cast.hiratsuka, owner=cast.sales), inspection_expires_on=date(2027, 3, 1))
        batch = begin(for_cars, Customer.objects.all(), cast.manager)
        begun = batch.rows.get().follow_up
        assert (begun.vehicle, begun.base_on, begun.started_by) == (car, date(2027, 3, 1), cast.manager)
        elsewhere = begin(pattern("p", [{}]), Customer.objects.all(), cast.manager, base=date(2026, 12, 1))
        assert elsewhere.rows.get().follow_up.base_on == date(2026, 12, 1)

    def test_a_rows_spread_goes_to_its_follow_up(self, cast, care, for_the_worker):
        chosen = people(cast.hiratsuka, 2)
        batch = begin(care, chosen, cast.manager)
        step = care.current_version.step_list[1]
        batch.rows.filter(customer=chosen[0]).update(spread={str(step.pk): 2})
        work()
        assert dict(FollowUp.objects.values_list("customer", "spread")) == {
            chosen[0].pk: {str(step.pk): 2},
            chosen[1].pk: {},
        }

    def test_said_twice_with_one_key_it_is_one_batch(self, cast, care):
        chosen, key = people(cast.hiratsuka, 3), uuid.uuid4().hex
        first, second = (begin(care, chosen, cast.manager, key=key) for _n in range(2))
        assert first == second
        assert (Batch.objects.count(), BatchRow.objects.count(), FollowUp.objects.count()) == (1, 3, 3)

    def test_a_second_choice_of_the_same_leaves_everybody_out(self, cast, care):
        chosen = people(cast.hiratsuka, 3)
        begin(care, chosen, cast.manager)
        again = standing(begin(care, chosen, cast.manager))
        assert (again.got, again.left, FollowUp.objects.count()) == (0, {WhyNot.RUNNING: 3}, 3)

    def test_a_deal_stands_in_a_row_too(self, cast, care, for_the_worker):
        deal, lost = lead(customer(cast.hiratsuka), NOW), lead(customer(cast.hiratsuka), NOW)
        lose_deal(lost, LostReason.PRICE, cast.sales, NOW)
        batch = begin(care, Customer.objects.all(), cast.manager)
        for one in (deal, lost):
            batch.rows.filter(customer=one.customer).update(deal=one)
        work()
        assert [(row.deal, row.why) for row in batch.rows.all()] == [(deal, ""), (lost, WhyNot.LOST)]

    def test_its_store_is_that_of_all_of_them_else_none(self, cast, care):
        assert begin(care, people(cast.hiratsuka, 2), cast.admin).store == cast.hiratsuka
        customer(cast.yokohama)
        assert begin(care, Customer.objects.all(), cast.admin).store is None


class TestPasses:
    def test_the_worker_does_it_slice_by_slice(self, cast, care, for_the_worker):
        batch = begin(care, people(cast.hiratsuka, 50), cast.manager)
        assert [work_on_batches(NOW, limit=20) for _n in range(5)] == [20, 20, 10, 0, 0]
        assert (standing(batch).state, Batch.objects.get().finished_at) == (State.FINISHED, NOW)

    def test_a_small_one_does_not_wait_behind_a_big_one(self, cast, care, for_the_worker, monkeypatch):
        monkeypatch.setattr(batches, "LEAST", 5)
        big = begin(care, people(cast.hiratsuka, 100), cast.manager)
        small = begin(care, people(cast.hiratsuka, 8), cast.sales)
        for _n in range(2):
            work_on_batches(NOW, limit=10)
        work_on_batches(NOW, limit=10)
        assert standing(small).state == State.FINISHED
        assert 10 <= standing(big).got < 30

    def test_woken_once_the_worker_begins_and_prepares_all_of_it(self, cast, care, for_the_worker):
        begin(care, people(cast.hiratsuka, 30), cast.manager)
        assert jobs.work() == "done"
        assert Task.objects.count() == 60

    def test_whatever_it_has_begun_is_prepared_before_it_begins_more(self, cast, care, for_the_worker, monkeypatch):
        """So that nobody's own choice waits behind somebody's hundred thousand."""
        begin(care, people(cast.hiratsuka, 60), cast.manager)
        most = []

        def round_of_20(now):
            most.append(FollowUp.objects.waiting().count())
            return work_on_batches(now, limit=20)

        monkeypatch.setattr(jobs, "work_on_batches", round_of_20)
        jobs.work()
        assert len(most) > 3
        assert (max(most), Task.objects.count()) == (0, 120)

    def test_the_sweep_goes_on_with_it_when_the_bell_was_lost(self, cast, care, for_the_worker):
        begin(care, people(cast.hiratsuka, 3), cast.manager)
        WakeUp.objects.all().delete()
        jobs.sweep()
        assert FollowUp.objects.count() == 3

    def test_one_that_cannot_be_done_is_named_and_the_others_are_done(self, cast, care, for_the_worker, monkeypatch):
        batch = begin(care, people(cast.hiratsuka, 4), cast.manager)
        bad = batch.rows.all()[2]
        real = batches.start_many

        def start_all_but_one(pattern, targets, **given):
            if bad.customer in targets:
                raise ValueError("no")
            return real(pattern, targets, **given)

        monkeypatch.setattr(batches, "start_many", start_all_but_one)
        work()
        bad.refresh_from_db()
        assert (bad.why, bad.done_at) == (Skipped.FAILED, NOW)
        assert (standing(batch).got, FollowUp.objects.count()) == (3, 3)


class TestSteering:
    def test_a_paused_batch_makes_nothing_until_it_goes_on(self, cast, care, for_the_worker):
        batch = begin(care, people(cast.hiratsuka, 30), cast.manager)
        work_on_batches(NOW, limit=20)
        assert pause(batch, NOW)
        jobs.work()
        jobs.sweep()
        assert (standing(batch).state, FollowUp.objects.count()) == (State.PAUSED, 20)
        assert not pause(batch, NOW)
        assert go_on(batch)
        work()
        assert (standing(batch).state, FollowUp.objects.count()) == (State.FINISHED, 30)

    def test_broken_off_the_rest_is_left_as_it_was_for_good(self, cast, care, for_the_worker):
        batch = begin(care, people(cast.hiratsuka, 30), cast.manager)
        work_on_batches(NOW, limit=20)
        assert cancel(batch, NOW)
        work()
        assert not any([cancel(batch, NOW), pause(batch, NOW), go_on(batch)])
        work()
        found = standing(batch)
        assert (found.state, found.got, found.to_do, FollowUp.objects.count()) == (State.CANCELLED, 20, 10, 20)

    def test_a_finished_batch_can_neither_be_paused_nor_broken_off(self, cast, care):
        batch = begin(care, people(cast.hiratsuka, 1), cast.manager)
        assert not any([cancel(batch, NOW), pause(batch, NOW), go_on(batch)])
        assert standing(batch).state == State.FINISHED


class TestTakingBack:
    def test_all_that_it_began_ends_and_what_was_recorded_stays(self, cast, care):
        batch = begin(care, people(cast.hiratsuka, 3), cast.manager)
        expand(NOW)
        done = Task.objects.first()
        Task.objects.filter(pk=done.pk).update(done_at=NOW)
        other = start(care, customer=customer(cast.hiratsuka), by=cast.sales, now=NOW)
        take_back(standing(batch), by=cast.manager, now=NOW)
        assert FollowUp.objects.running().get() == other
        assert (Task.objects.open().count(), Task.objects.get(done_at__isnull=False)) == (0, done)
        assert (standing(batch).state, standing(batch).taken_back) == (State.TAKEN_BACK, 3)

    def test_many_are_taken_back_by_the_worker_slice_by_slice(self, cast, care, for_the_worker):
        batch = begin(care, people(cast.hiratsuka, 50), cast.manager)
        work()
        take_back(standing(batch), by=cast.manager, now=NOW)
        assert (standing(batch).state, FollowUp.objects.running().count()) == (State.TAKING_BACK, 50)
        assert work_on_batches(NOW, limit=20) == 20
        assert (standing(batch).settled, standing(batch).whole) == (20, 50)
        work()
        assert (standing(batch).state, FollowUp.objects.running().count()) == (State.TAKEN_BACK, 0)

    def test_what_was_broken_off_can_be_taken_back_as_far_as_it_came(self, cast, care, for_the_worker):
        batch = begin(care, people(cast.hiratsuka, 30), cast.manager)
        work_on_batches(NOW, limit=20)
        cancel(batch, NOW)
        take_back(standing(batch), by=cast.manager, now=NOW)
        work()
        found = standing(batch)
        assert (found.state, found.taken_back, found.to_do) == (State.TAKEN_BACK, 20, 10)

    def test_only_whoever_chose_it_can_and_only_for_a_day(self, cast, care):
        batch = begin(care, people(cast.hiratsuka, 1), cast.manager)
        assert standing(batch).may_be_taken_back(cast.manager, at("2026-11-22 11:59"))
        for who, now in ((cast.admin, NOW), (cast.manager, at("2026-11-22 12:00"))):
            with pytest.raises(batches.TooLateToTakeBack):
                take_back(standing(batch), by=who, now=now)
        assert FollowUp.objects.running().count() == 1


def test_nothing_that_is_in_work_by_a_batch_is_adjusted_in_vain(cast, care):
    begin(care, people(cast.hiratsuka, 2), cast.manager)
    expand(NOW)
    assert adjust(NOW) == 0
