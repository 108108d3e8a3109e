"""What ends follow-ups by itself: a reply, an appointment, a loss, a customer who is closed (REQUIREMENTS B6)."""

from datetime import date, timedelta

import pytest

from customers.models import Customer, LostReason, Stage
from followups.correcting import undo
from followups.expansion import expand
from followups.models import CancelReason, EndReason, FollowUp, Outcome, StopWhen, Task
from followups.noticing import notice
from followups.recording import NextAppointment, Result, receive, record, record_contact
from followups.starting import start
from followups.stopping import lose_deal, move_deal, reopen_deal
from tests.cast import at, customer, lead, pattern, task

NOW = at("2026-11-21 12:00")
LATER = NOW + timedelta(hours=1)
REPLIED, SPOKEN, APPOINTMENT = ([one] for one in (StopWhen.REPLIED, StopWhen.SPOKEN, StopWhen.APPOINTMENT))


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)


def running(cast, deal, stop_when, *, of_deal=True):
    made = pattern(f"p{FollowUp.objects.count()}", [{}, {"offset_days": 3}])
    made.versions.update(stop_when=stop_when)
    follow_up = start(made, customer=deal.customer, deal=deal if of_deal else None, by=cast.sales, now=NOW)
    expand(NOW)
    return follow_up


def reason(follow_up):
    follow_up.refresh_from_db()
    return follow_up.end_reason


class TestReply:
    def test_it_ends_what_a_reply_ends_and_nothing_else(self, cast, deal):
        ends, goes_on = running(cast, deal, REPLIED), running(cast, deal, SPOKEN)
        kept = receive(deal.customer, deal, "email", Result(Outcome.MESSAGE, "質問"), by=cast.sales, now=LATER)
        assert (reason(ends), ends.ended_with, reason(goes_on)) == (EndReason.REPLIED, kept, "")
        assert not ends.tasks.open().exists()

    def test_what_somebody_keeps_goes_on(self, cast, deal):
        kept = running(cast, deal, REPLIED)
        said = Result(Outcome.MESSAGE, "質問", keep=[kept.pk])
        receive(deal.customer, deal, "email", said, by=cast.sales, now=LATER)
        assert reason(kept) == ""

    def test_one_about_a_deal_leaves_the_other_deals_alone_but_not_the_customers_own(self, cast, deal):
        own, other = running(cast, deal, REPLIED, of_deal=False), running(cast, lead(deal.customer, NOW), REPLIED)
        receive(deal.customer, deal, "email", Result(Outcome.MESSAGE, "質問"), by=cast.sales, now=LATER)
        assert (reason(own), reason(other)) == (EndReason.REPLIED, "")

    def test_taken_back_it_runs_again(self, cast, deal):
        follow_up = running(cast, deal, REPLIED)
        kept = receive(deal.customer, deal, "email", Result(Outcome.MESSAGE, "質問"), by=cast.sales, now=LATER)
        undo(kept, by=cast.sales, now=LATER)
        assert (reason(follow_up), follow_up.tasks.open().count()) == ("", 2)

    def test_what_we_send_is_no_reply(self, cast, deal):
        follow_up = running(cast, deal, REPLIED)
        record_contact(deal.customer, deal, "email", Result(Outcome.SENT), by=cast.sales, now=LATER)
        assert reason(follow_up) == ""


class TestAppointment:
    WHEN = NextAppointment(date(2026, 11, 28), channel="visit", title="ご来店")

    def test_recorded_it_ends_what_it_ends_and_taken_back_that_runs_again(self, cast, deal):
        ends, goes_on = running(cast, deal, APPOINTMENT), running(cast, deal, REPLIED)
        said = Result(Outcome.APPOINTMENT, next=self.WHEN)
        kept = record_contact(deal.customer, deal, "phone", said, by=cast.sales, now=LATER)
        deal.refresh_from_db()
        assert (reason(ends), reason(goes_on), deal.stage) == (EndReason.APPOINTED, "", Stage.APPOINTMENT)
        undo(kept, by=cast.sales, now=LATER)
        deal.refresh_from_db()
        assert (reason(ends), deal.stage, ends.tasks.open().count()) == ("", Stage.ENQUIRY, 2)

    def test_what_somebody_keeps_goes_on_although_the_deal_moves(self, cast, deal):
        follow_up = running(cast, deal, APPOINTMENT)
        said = Result(Outcome.APPOINTMENT, next=self.WHEN, keep=[follow_up.pk])
        record_contact(deal.customer, deal, "phone", said, by=cast.sales, now=LATER)
        deal.refresh_from_db()
        assert (reason(follow_up), deal.stage) == ("", Stage.APPOINTMENT)

    def test_a_talk_without_one_ends_nothing(self, cast, deal):
        follow_up = running(cast, deal, APPOINTMENT)
        record_contact(deal.customer, deal, "phone", Result(Outcome.SPOKE), by=cast.sales, now=LATER)
        assert reason(follow_up) == ""

    @pytest.mark.parametrize("stage", [Stage.APPOINTMENT, Stage.ESTIMATE])
    def test_the_stage_reached_by_hand_ends_it_and_going_back_brings_it_back(self, cast, deal, stage):
        ends, goes_on = running(cast, deal, APPOINTMENT), running(cast, deal, SPOKEN)
        move_deal(deal, stage, cast.sales, LATER)
        assert (reason(ends), reason(goes_on)) == (EndReason.APPOINTED, "")
        move_deal(deal, Stage.ENQUIRY, cast.sales, LATER + timedelta(minutes=1))
        assert (reason(ends), ends.tasks.open().count()) == ("", 2)

    def test_going_back_leaves_alone_what_a_conversation_ended(self, cast, deal):
        follow_up = running(cast, deal, APPOINTMENT)
        said = Result(Outcome.SPOKE, close=[follow_up.pk])
        record_contact(deal.customer, deal, "phone", said, by=cast.sales, now=LATER)
        move_deal(deal, Stage.APPOINTMENT, cast.sales, LATER)
        move_deal(deal, Stage.ENQUIRY, cast.sales, LATER)
        assert reason(follow_up) == EndReason.SPOKEN

    def test_moved_further_nothing_more_ends(self, cast, deal):
        move_deal(deal, Stage.APPOINTMENT, cast.sales, NOW)
        follow_up = running(cast, deal, APPOINTMENT)
        move_deal(deal, Stage.ESTIMATE, cast.sales, LATER)
        assert reason(follow_up) == ""


class TestNothingIsLeftOpen:
    def test_a_lost_deals_appointments_are_called_off_and_reopened_with_it(self, cast, deal):
        follow_up = running(cast, deal, SPOKEN)
        single = task(deal.customer, date(2026, 11, 28), deal=deal)
        given_up = task(deal.customer, date(2026, 11, 29), deal=deal)
        given_up.cancel(cast.sales, NOW, "不要")
        lose_deal(deal, LostReason.PRICE, cast.sales, LATER)
        single.refresh_from_db()
        assert not Task.objects.open().filter(deal=deal).exists()
        assert (single.cancel_reason, single.cancelled_by) == (CancelReason.NOT_NEEDED, cast.sales)
        reopen_deal(deal, cast.sales, LATER)
        assert set(Task.objects.open()) == {single, *follow_up.tasks.all()}

    def test_what_is_promised_by_the_refusal_itself_stays(self, cast, deal):
        call = task(deal.customer, date(2026, 11, 21), deal=deal)
        said = Result(Outcome.REFUSED, next=NextAppointment(date(2027, 3, 1)))
        kept = record(call, said, by=cast.sales, now=LATER)
        assert Task.objects.open().get() == kept.made_tasks.get()

    def test_a_lost_deal_leaves_the_customers_own_appointments(self, cast, deal):
        own = task(deal.customer, date(2026, 11, 28))
        lose_deal(deal, LostReason.PRICE, cast.sales, LATER)
        assert Task.objects.open().get() == own

    def test_with_a_closed_customer_everything_ends(self, cast, deal):
        running(cast, deal, SPOKEN)
        task(deal.customer, date(2026, 11, 28))
        stays = task(customer(cast.hiratsuka, name="高橋"), date(2026, 11, 28))
        Customer.objects.filter(pk=deal.customer_id).update(closed_at=LATER)
        while notice(LATER):
            pass
        assert Task.objects.open().get() == stays
