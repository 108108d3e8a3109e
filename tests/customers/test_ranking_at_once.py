"""Two at once over the same proposals, on connections of their own (STYLE.md 22)."""

import itertools

import pytest

from customers.models import Customer, Rank, RankChange, RankDecision, RankHold, RankStanding
from customers.rank_decisions import confirm, dismiss, hold, undo, work_on_decisions
from customers.ranking import propose
from followups.models import Contact
from tests.cast import at, customer, vehicle
from tests.followups.test_concurrency import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-22 14:00")


def night():
    return propose(NOW, visits_since=Contact.objects.visits_since)


@pytest.fixture
def people(cast, monkeypatch):
    """Thirty of rank C who should have B; each slice takes seven of them."""
    monkeypatch.setattr("customers.rank_decisions.SLICE", 7)
    for position, code in enumerate("ABC", start=1):
        Rank.objects.get_or_create(code=code, defaults={"position": position})
    lowest = Rank.objects.get(code="C")
    found = [customer(cast.hiratsuka, name=f"顧客{n}", rank=lowest) for n in range(30)]
    for person in found * 3:
        vehicle(person)
    night()
    return found


def finish():
    while work_on_decisions(NOW):
        pass


def codes():
    return set(Customer.objects.values_list("rank__code", flat=True))


def test_of_two_who_confirm_the_same_each_rank_is_changed_by_one(cast, people):
    found = at_once(
        lambda: confirm(RankStanding.objects.all(), by=cast.manager, now=NOW),
        lambda: confirm(RankStanding.objects.all(), by=cast.admin, now=NOW),
    )
    finish()
    [done] = [one for one in found if one is not None]
    assert isinstance(done, RankDecision)
    assert done.number == len(people)
    assert codes() == {"B"}
    assert RankChange.objects.filter(by=done.by).count() == RankChange.objects.count() == len(people)


def test_confirmed_by_one_and_dismissed_by_another_one_of_them_counts(cast, people):
    found = at_once(
        lambda: confirm(RankStanding.objects.all(), by=cast.manager, now=NOW),
        lambda: dismiss(RankStanding.objects.all(), by=cast.admin, now=NOW),
    )
    finish()
    [done] = [one for one in found if one is not None]
    assert codes() == ({"B"} if done.kind == "confirmed" else {"C"})


def test_several_workers_a_night_a_hand_and_an_undo_never_wait_for_each_other_for_good(cast, people):
    decision = confirm(RankStanding.objects.all(), by=cast.manager, now=NOW)
    highest = Rank.objects.get(code="A")
    found = at_once(
        finish,
        finish,
        night,
        lambda: [hold(one, highest, reason="社長", until_on=None, by=cast.manager, now=NOW) for one in people[::-3]],
        lambda: undo(decision, by=cast.manager, now=NOW),
    )
    assert not [one for one in found if isinstance(one, Exception)]
    finish()
    held = set(RankHold.objects.values_list("customer", flat=True))
    assert len(held) == 10
    for person in Customer.objects.select_related("rank"):
        assert person.rank.code == ("A" if person.pk in held else "C")
        changes = list(person.rank_changes.order_by("pk"))
        assert all(one.after == two.before for one, two in itertools.pairwise(changes))
        assert not changes or changes[-1].after == person.rank.code
