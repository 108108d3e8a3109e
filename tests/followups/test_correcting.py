"""What is missing is filled in, what is wrong corrected; what a customer wrote follows (REQUIREMENTS E1)."""

from datetime import date, timedelta

import pytest

from followups.correcting import TooLateToUndo, complete, correct
from followups.models import Contact, ContentKind, HouseRules, Outcome
from followups.recording import Result, receive, record
from tests.cast import at, customer, lead, task

NOW = at("2026-11-21 12:00")
LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka, owner=cast.sales), NOW, staff=cast.sales)


@pytest.fixture
def call(deal):
    return task(deal.customer, date(2026, 11, 21), deal=deal)


class TestCompleting:
    def test_a_colleague_adds_the_line_and_it_is_kept_who_did(self, cast, call):
        kept = record(call, Result(Outcome.SPOKE), by=cast.sales, now=NOW)
        kept = complete(kept, details="来週ご来店。", by=cast.sales2, now=LATER)
        assert (kept.details, kept.completed_at, kept.completed_by) == ("来週ご来店。", LATER, cast.sales2)
        assert (kept.done_by, kept.entered_by) == (cast.sales, cast.sales)

    def test_a_complete_record_is_not_rewritten(self, cast, call):
        kept = record(call, Result(Outcome.SPOKE, "ご検討中。"), by=cast.sales, now=NOW)
        with pytest.raises(TooLateToUndo):
            complete(kept, details="書き換え", by=cast.sales2, now=LATER)
        kept.refresh_from_db()
        assert (kept.details, kept.completed_by) == ("ご検討中。", cast.sales)

    def test_what_is_there_already_stays(self, cast, call):
        HouseRules.objects.update(required_fields=["details", "content_kind", "wait_reason"])
        kind, other = ContentKind.objects.all()[:2]
        kept = record(call, Result(Outcome.SPOKE, "ご検討中。", content_kind=kind), by=cast.sales, now=NOW)
        kept = complete(kept, details="書き換え", content_kind=other, by=cast.sales2, now=LATER)
        assert (kept.details, kept.content_kind, kept.completed_at) == ("ご検討中。", kind, None)


class TestWhatTheCustomerWrote:
    @pytest.fixture
    def message(self, cast, deal):
        return receive(deal.customer, deal, "email", Result(Outcome.MESSAGE, "質問"), by=cast.sales, now=NOW)

    def corrected(self, cast, call, before, after):
        old = record(call, Result(before, "…"), by=cast.sales, now=LATER)
        kind = old.content_kind
        return correct(old, details="訂正", content_kind=kind, outcome=after, by=cast.sales2, now=LATER)

    def waits(self, message):
        return Contact.objects.waiting().filter(pk=message.pk).exists()

    def test_it_waits_again_when_nobody_was_reached_after_all(self, cast, call, message):
        self.corrected(cast, call, Outcome.SPOKE, Outcome.NO_ANSWER)
        assert self.waits(message)

    def test_it_is_answered_when_somebody_was(self, cast, call, message):
        new = self.corrected(cast, call, Outcome.NO_ANSWER, Outcome.SPOKE)
        message.refresh_from_db()
        assert (message.answered_with, message.answered_by) == (new, cast.sales2)

    def test_it_stays_answered_when_only_the_words_change(self, cast, call, message):
        new = self.corrected(cast, call, Outcome.SPOKE, Outcome.SPOKE)
        message.refresh_from_db()
        assert (message.answered_with, message.answered_by) == (new, cast.sales)
