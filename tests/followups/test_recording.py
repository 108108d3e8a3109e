"""What a record sets in motion (REQUIREMENTS A4, B6, B12, E1, E2; DESIGN.md "Rows")."""

from datetime import date, time, timedelta

import pytest

from customers.models import Deal, LostReason, Stage
from followups.correcting import TooLateToUndo, complete, correct
from followups.expansion import expand
from followups.models import Contact, ContentKind, Direction, EndReason, FollowUp, HouseRules, Outcome, Pattern, Task
from followups.recording import (
    AlreadyRecorded,
    NextAppointment,
    Result,
    need_no_answer,
    receive,
    record,
    record_contact,
)
from followups.starting import start
from tests.cast import at, customer, lead, pattern, task

NOW = at("2026-11-21 12:00")
LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)


@pytest.fixture
def call(deal):
    return task(deal.customer, date(2026, 11, 21), deal=deal)


@pytest.fixture
def message(cast, deal):
    """The customer has written, and waits."""
    return receive(deal.customer, deal, "email", Result(Outcome.MESSAGE, "いつ来店できますか"), by=cast.sales, now=NOW)


def waiting(reply):
    return Contact.objects.waiting().filter(pk=reply.pk).exists()


def running_follow_up(cast, deal, slug="calls"):
    steps = [{"offset_days": days} for days in (0, 1, 2)]
    made = start(pattern(slug, steps), customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
    expand(NOW)
    return made


class TestATask:
    def test_it_is_done_with_one_contact_that_says_who_and_when(self, cast, call):
        kept = record(call, Result(Outcome.SPOKE, "ご検討中。"), by=cast.sales2, now=LATER)
        call.refresh_from_db()
        assert (call.done_at, call.done_by, call.counted_staff) == (LATER, cast.sales2, cast.sales2)
        assert (kept.task, kept.deal, kept.done_by, kept.entered_at) == (call, call.deal, cast.sales2, LATER)

    def test_the_second_recorder_is_told_who_was_first(self, cast, call):
        record(call, Result(Outcome.NO_ANSWER), by=cast.sales, now=NOW)
        with pytest.raises(AlreadyRecorded) as told:
            record(call, Result(Outcome.SPOKE), by=cast.sales2, now=LATER)
        assert (told.value.task.done_by, told.value.task.done_at) == (cast.sales, NOW)
        assert Contact.objects.count() == 1

    def test_who_was_counted_when_it_fell_late_stays_counted(self, cast, call):
        Task.objects.filter(pk=call.pk).update(counted_staff=cast.sales, counted_store=cast.hiratsuka)
        record(call, Result(Outcome.NO_ANSWER), by=cast.sales2, now=LATER)
        call.refresh_from_db()
        assert call.counted_staff == cast.sales

    @pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.SENT, Outcome.VOICEMAIL])
    def test_no_answer_and_sent_are_complete_in_two_taps(self, cast, deal, outcome):
        follow_up = start(Pattern.objects.get(slug="new-arrival"), customer=deal.customer, deal=deal, by=None, now=NOW)
        expand(NOW)
        first = follow_up.tasks.order_by("step__position").first()
        kept = record(first, Result(outcome), by=cast.sales, now=LATER)
        assert kept.completed_at == LATER
        assert (kept.details, kept.content_kind) == (first.step.details_template, first.step.content_kind)

    def test_a_conversation_is_complete_with_a_line_of_ones_own(self, cast, call):
        kept = record(call, Result(Outcome.SPOKE), by=cast.sales, now=NOW)
        assert kept.completed_at is None
        kept = complete(kept, details="来週ご来店。", content_kind=None, by=cast.sales, now=LATER)
        assert (kept.completed_at, kept.details) == (LATER, "来週ご来店。")

    def test_what_happened_later_than_now_happened_now(self, cast, call):
        kept = record(call, Result(Outcome.SPOKE, happened_at=LATER), by=cast.sales, now=NOW)
        assert kept.happened_at == NOW

    def test_how_late_it_was_entered_is_kept(self, cast, call):
        kept = record(call, Result(Outcome.SPOKE, happened_at=NOW), by=cast.sales, now=LATER)
        assert kept.minutes_until_entered == 20


class TestTheDeal:
    def stage(self, deal):
        deal.refresh_from_db()
        return deal.stage

    @pytest.mark.parametrize("outcome", Outcome.for_channel("phone"))
    def test_any_first_contact_takes_it(self, cast, deal, call, outcome):
        record(call, Result(outcome), by=cast.sales2, now=LATER)
        deal.refresh_from_db()
        assert (deal.taken_at, deal.taken_by) == (LATER, cast.sales2)

    def test_a_message_from_the_customer_does_not_take_it_and_a_conversation_does(self, cast, deal, message):
        deal.refresh_from_db()
        assert deal.is_new
        receive(deal.customer, deal, "phone", Result(Outcome.SPOKE), by=cast.sales, now=LATER)
        deal.refresh_from_db()
        assert deal.taken_by == cast.sales

    def test_an_appointment_moves_an_enquiry_on(self, cast, deal, call):
        record(call, Result(Outcome.APPOINTMENT), by=cast.sales, now=NOW)
        assert self.stage(deal) == Stage.APPOINTMENT

    def test_a_negotiation_is_a_meeting(self, cast, deal, call):
        record(call, Result(Outcome.SPOKE, negotiated=True), by=cast.sales, now=NOW)
        assert self.stage(deal) == Stage.MET

    def test_but_nothing_moves_back(self, cast, deal, call):
        deal.move_to(Stage.ESTIMATE, cast.sales, NOW)
        record(call, Result(Outcome.APPOINTMENT), by=cast.sales, now=LATER)
        assert self.stage(deal) == Stage.ESTIMATE

    def test_a_conversation_nobody_calls_a_negotiation_moves_nothing(self, cast, deal, call):
        record(call, Result(Outcome.SPOKE), by=cast.sales, now=NOW)
        assert self.stage(deal) == Stage.ENQUIRY

    def test_no_answer_is_never_a_negotiation(self, cast, deal, call):
        kept = record(call, Result(Outcome.NO_ANSWER, negotiated=True), by=cast.sales, now=NOW)
        deal.refresh_from_db()
        assert (kept.negotiated, deal.last_negotiated_at, deal.last_contacted_at) == (False, None, None)

    def test_the_days_that_patterns_count_from_are_kept(self, cast, deal, call):
        record(call, Result(Outcome.SPOKE, negotiated=True), by=cast.sales, now=LATER)
        deal.refresh_from_db()
        deal.customer.refresh_from_db()
        assert deal.last_negotiated_at == deal.customer.last_negotiated_at == LATER
        assert deal.last_contacted_at == LATER

    def test_a_refusal_loses_it_and_ends_its_follow_ups(self, cast, deal):
        follow_up = running_follow_up(cast, deal)
        kept = record(follow_up.tasks.first(), Result(Outcome.REFUSED), by=cast.sales, now=LATER)
        deal.refresh_from_db()
        follow_up.refresh_from_db()
        assert (deal.lost_at, deal.lost_reason) == (LATER, LostReason.REFUSED)
        assert (follow_up.end_reason, follow_up.ended_with) == (EndReason.LOST, kept)
        assert follow_up.tasks.open().count() == 0

    def test_a_refusal_after_the_order_leaves_it_won_and_ends_only_what_asked(self, cast, deal):
        deal.move_to(Stage.DELIVERY, cast.sales, NOW)
        asks, other = running_follow_up(cast, deal), running_follow_up(cast, deal, "others")
        kept = record(asks.tasks.first(), Result(Outcome.REFUSED), by=cast.sales, now=LATER)
        deal.refresh_from_db()
        asks.refresh_from_db()
        other.refresh_from_db()
        assert (deal.lost_at, deal.won_at) == (None, NOW)
        assert (asks.end_reason, asks.ended_with, other.ended_at) == (EndReason.SPOKEN, kept, None)

    def test_a_contact_about_a_deal_that_was_lost_meanwhile_is_kept_and_moves_nothing(self, cast, deal, call):
        Deal.objects.get(pk=deal.pk).lose(LostReason.PRICE, cast.sales2, NOW)
        kept = record(call, Result(Outcome.APPOINTMENT, "…"), by=cast.sales, now=LATER)
        assert self.stage(deal) == Stage.ENQUIRY
        assert "moved" not in kept.effects

    def test_a_refusal_of_one_deal_leaves_the_other_alone(self, cast, deal, call):
        other = running_follow_up(cast, lead(deal.customer, NOW))
        record(call, Result(Outcome.REFUSED), by=cast.sales, now=LATER)
        other.refresh_from_db()
        assert other.ended_at is None


class TestClosingFollowUps:
    def test_the_chosen_ones_end_and_no_other(self, cast, deal, call):
        chosen, other = running_follow_up(cast, deal), running_follow_up(cast, deal, "others")
        kept = record(call, Result(Outcome.SPOKE, close=[chosen.pk]), by=cast.sales, now=LATER)
        chosen.refresh_from_db()
        other.refresh_from_db()
        assert (chosen.end_reason, chosen.ended_with) == (EndReason.SPOKEN, kept)
        assert other.ended_at is None

    def test_another_customers_cannot_be_chosen(self, cast, deal, call):
        foreign = running_follow_up(cast, lead(customer(cast.hiratsuka, name="高橋"), NOW))
        record(call, Result(Outcome.SPOKE, close=[foreign.pk]), by=cast.sales, now=LATER)
        foreign.refresh_from_db()
        assert foreign.ended_at is None

    def test_a_reply_ends_them_as_replied(self, cast, deal):
        chosen = running_follow_up(cast, deal)
        result = Result(Outcome.MESSAGE, "ありがとう", close=[chosen.pk])
        receive(deal.customer, deal, "email", result, by=cast.sales, now=LATER)
        chosen.refresh_from_db()
        assert chosen.end_reason == EndReason.REPLIED


class TestWhatComesNext:
    def test_an_appointment_at_a_time_is_late_when_its_hour_is_over(self, cast, call):
        wish = NextAppointment(date(2026, 11, 23), time(15), "visit", "ご来店")
        kept = record(call, Result(Outcome.APPOINTMENT, next=wish), by=cast.sales, now=NOW)
        made = kept.made_tasks.get()
        assert (made.due_from, made.late_at, made.promised_at) == (
            at("2026-11-23 15:00"),
            at("2026-11-23 16:00"),
            at("2026-11-23 15:00"),
        )
        assert (made.assignee, made.title, made.channel, made.deal) == (cast.sales, "ご来店", "visit", call.deal)

    def test_for_a_day_it_is_late_at_closing(self, cast, call):
        wish = NextAppointment(date(2026, 11, 23))
        made = record(call, Result(Outcome.SPOKE, next=wish), by=cast.sales, now=NOW).made_tasks.get()
        assert (made.due_from, made.late_at) == (at("2026-11-23 10:00"), at("2026-11-23 19:00"))

    def test_a_reason_to_wait_starts_its_pattern_from_this_conversation(self, cast, deal, call):
        deal.last_negotiated_at = NOW - timedelta(days=90)
        deal.save()
        month = Pattern.objects.get(slug="one-month-follow-up")
        kept = record(call, Result(Outcome.SPOKE, pattern=month), by=cast.sales, now=LATER)
        follow_up = FollowUp.objects.get(pk__in=kept.effects["started"])
        expand(LATER)
        assert (follow_up.base_at, follow_up.deal) == (LATER, deal)
        assert follow_up.tasks.order_by("due_on").first().due_on == date(2026, 12, 11)

    def test_one_that_is_at_work_already_goes_on_as_it_is(self, cast, deal, call):
        month = Pattern.objects.get(slug="one-month-follow-up")
        before = start(month, customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
        kept = record(call, Result(Outcome.SPOKE, pattern=month), by=cast.sales, now=LATER)
        assert list(FollowUp.objects.running()) == list(kept.left_running) == [before]

    def test_one_whose_last_task_this_was_begins_anew(self, cast, deal):
        month = pattern("month", [{"offset_days": 20}], base="negotiated")
        before = start(month, customer=deal.customer, deal=deal, by=cast.sales, now=NOW)
        expand(NOW)
        kept = record(before.tasks.get(), Result(Outcome.SPOKE, pattern=month), by=cast.sales, now=LATER)
        before.refresh_from_db()
        assert (before.end_reason, kept.effects["started"]) == (EndReason.DONE, [FollowUp.objects.running().get().pk])

    def test_who_refuses_and_asks_for_a_call_later_is_called_later(self, cast, deal, call):
        month = Pattern.objects.get(slug="one-month-follow-up")
        record(call, Result(Outcome.REFUSED, pattern=month), by=cast.sales, now=LATER)
        begun = FollowUp.objects.running().get()
        assert (begun.pattern, begun.customer, begun.deal) == (month, deal.customer, None)


def test_a_task_about_no_customer_is_only_done(cast, deal, call):
    Task.objects.update(customer=None, deal=None)
    call.refresh_from_db()
    assert record(call, Result(Outcome.SPOKE), by=cast.sales2, now=NOW) is None
    with pytest.raises(AlreadyRecorded):
        record(call, Result(Outcome.SPOKE), by=cast.sales, now=LATER)
    call.refresh_from_db()
    assert (call.done_by, call.counted_staff, Contact.objects.count()) == (cast.sales2, cast.sales2, 0)


class TestReplies:
    def test_a_message_waits_until_the_stores_limit(self, cast, deal, message):
        assert waiting(message)
        assert (message.for_staff, message.answer_late_at) == (cast.sales, at("2026-11-21 14:00"))

    def test_a_conversation_is_born_answered(self, cast, deal):
        reply = receive(deal.customer, deal, "phone", Result(Outcome.SPOKE), by=cast.sales, now=NOW)
        assert (reply.direction, reply.answered_at, reply.answered_by) == (Direction.IN, NOW, cast.sales)

    @pytest.mark.parametrize("outcome", [Outcome.SPOKE, Outcome.APPOINTMENT, Outcome.REFUSED, Outcome.SENT])
    def test_reaching_the_customer_answers(self, cast, message, call, outcome):
        kept = record(call, Result(outcome), by=cast.sales2, now=LATER)
        message.refresh_from_db()
        assert (message.answered_at, message.answered_by, message.answered_with) == (LATER, cast.sales2, kept)

    @pytest.mark.parametrize(
        "outcome", [Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.WRONG_NUMBER, Outcome.UNDELIVERED]
    )
    def test_a_call_back_that_finds_nobody_does_not(self, cast, message, call, outcome):
        record(call, Result(outcome), by=cast.sales, now=LATER)
        assert waiting(message)

    def test_a_customer_who_wrote_and_then_calls_is_answered_by_that_call(self, cast, deal, message):
        receive(deal.customer, deal, "phone", Result(Outcome.SPOKE), by=cast.sales, now=LATER)
        assert not waiting(message)

    def test_a_record_of_a_call_before_the_message_does_not_answer_it(self, cast, message, call):
        early = NOW - timedelta(hours=2)
        record(call, Result(Outcome.SPOKE, happened_at=early), by=cast.sales, now=LATER)
        assert waiting(message)

    def test_what_is_said_about_one_deal_does_not_answer_about_another(self, cast, deal, message):
        other = lead(deal.customer, NOW)
        record_contact(deal.customer, other, "phone", Result(Outcome.SPOKE), by=cast.sales, now=LATER)
        assert waiting(message)

    def test_no_answer_needed_takes_a_reason_and_is_said_once(self, cast, message):
        assert need_no_answer(message, "お礼のみ", by=cast.sales, now=LATER)
        assert not need_no_answer(message, "別の理由", by=cast.sales2, now=LATER)
        message.refresh_from_db()
        assert (message.answer_note, message.answered_by) == ("お礼のみ", cast.sales)


class TestCorrecting:
    def corrected(self, contact, cast, **fields):
        words = {"details": "訂正", "content_kind": ContentKind.objects.first(), "outcome": contact.outcome, **fields}
        return correct(contact, **words, by=cast.sales2, now=LATER)

    def test_the_corrected_record_supersedes_and_the_old_one_stays(self, cast, call):
        old = record(call, Result(Outcome.SPOKE, "誤記"), by=cast.sales, now=NOW)
        new = self.corrected(old, cast)
        old.refresh_from_db()
        assert (old.voided_at, old.voided_by, old.details) == (LATER, cast.sales2, "誤記")
        assert (new.supersedes, new.details, new.done_by, new.entered_by) == (old, "訂正", cast.sales, cast.sales2)
        assert (new.task, new.happened_at, new.entered_at) == (call, NOW, NOW)
        assert list(Contact.objects.standing()) == [new]

    def test_what_the_old_one_set_in_motion_belongs_to_the_new_one(self, cast, deal, message):
        follow_up = running_follow_up(cast, deal)
        result = Result(Outcome.SPOKE, close=[follow_up.pk], next=NextAppointment(date(2026, 11, 23)))
        old = record(follow_up.tasks.first(), result, by=cast.sales, now=NOW)
        new = self.corrected(old, cast)
        assert new.made_tasks.count() == new.ended_follow_ups.count() == new.answers.count() == 1
        assert old.made_tasks.count() == old.ended_follow_ups.count() == old.answers.count() == 0

    def test_a_conversation_corrected_to_no_answer_is_no_negotiation_any_more(self, cast, deal, call):
        old = record(call, Result(Outcome.SPOKE, negotiated=True), by=cast.sales, now=NOW)
        new = self.corrected(old, cast, outcome=Outcome.NO_ANSWER)
        deal.refresh_from_db()
        assert (new.negotiated, deal.last_negotiated_at, deal.last_contacted_at) == (False, None, None)

    def test_a_line_taken_out_makes_it_incomplete(self, cast, call):
        old = record(call, Result(Outcome.SPOKE, "ご検討中"), by=cast.sales, now=NOW)
        assert old.completed_at
        assert self.corrected(old, cast, details="").completed_at is None

    def test_a_conversation_corrected_to_a_message_waits_for_its_answer(self, cast, deal):
        old = receive(deal.customer, deal, "phone", Result(Outcome.SPOKE), by=cast.sales, now=NOW)
        assert waiting(self.corrected(old, cast, outcome=Outcome.MESSAGE))

    def test_a_record_that_does_not_stand_can_be_neither_corrected_nor_completed(self, cast, call):
        old = record(call, Result(Outcome.SPOKE), by=cast.sales, now=NOW)
        self.corrected(old, cast)
        with pytest.raises(TooLateToUndo):
            self.corrected(old, cast)
        with pytest.raises(TooLateToUndo):
            complete(old, details="遅れて", content_kind=None, by=cast.sales, now=LATER)
        assert Contact.objects.count() == 2


def test_what_a_record_needs_is_the_houses_own_rule(cast, call):
    HouseRules.objects.update(required_fields=[])
    assert record(call, Result(Outcome.SPOKE), by=cast.sales, now=NOW).completed_at == NOW
