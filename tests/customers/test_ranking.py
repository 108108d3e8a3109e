"""What the rules of the ranks come to, against a count by hand; what people decide about it (REQUIREMENTS C5)."""

import random
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from customers.models import (
    Customer,
    Deal,
    DealKind,
    LostReason,
    Rank,
    RankChange,
    RankDecision,
    RankRules,
    RankStanding,
    Vehicle,
)
from customers.rank_decisions import confirm, dismiss, hold, release, undo, work_on_decisions
from customers.ranking import explain, moves, propose, save_rules
from followups.models import Contact, Outcome
from tests.cast import at, contact, customer, lead, vehicle

pytestmark = pytest.mark.django_db
NOW = at("2026-11-22 03:00")
TODAY = date(2026, 11, 22)


def night(now=NOW):
    return propose(now, visits_since=Contact.objects.visits_since)


def rank(code):
    return Rank.objects.get(code=code)


def standing(person) -> RankStanding:
    return RankStanding.objects.get(customer=person)


def sold(person, on: date, **fields) -> Deal:
    made = lead(person, at("2026-11-01 10:00"), kind=fields.pop("kind", DealKind.SALE))
    won_at = timezone.make_aware(timezone.datetime(on.year, on.month, on.day, 12))
    Deal.objects.filter(pk=made.pk).update(**{"won_at": won_at, "ordered_on": on, **fields})
    return made


def worthy(store, **fields) -> Customer:
    """Two cars bought and one looked after: 20 × 2 + 4 × 2 + 10 points and nothing else, which makes B."""
    person = customer(store, **fields)
    for _each in range(2):
        sold(person, date(2025, 5, 1), amount_yen=1_200_000)
    vehicle(person)
    return person


def by_hand(rules: RankRules) -> dict:
    """As somebody with the book in front of them would count: customer → (figures, points, code)."""
    since, visits_since = TODAY - relativedelta(years=rules.years), NOW - relativedelta(months=rules.visit_months)
    orders, others = {}, {}
    for deal in Deal.objects.filter(won_at__isnull=False):
        if (deal.ordered_on or timezone.localdate(deal.won_at)) >= since:
            (orders if deal.kind == DealKind.SALE else others).setdefault(deal.customer_id, []).append(deal)
    sales = [deal for deals in orders.values() for deal in deals]
    bought = {person: [deal.amount_yen or 0 for deal in deals] for person, deals in orders.items()}
    for car in Vehicle.objects.filter(bought_here=True, delivered_on__isnull=False):
        is_sale = any(
            deal.vehicle_id == car.pk or (deal.customer_id, deal.delivered_on) == (car.customer_id, car.delivered_on)
            for deal in sales
        )
        if since <= car.delivered_on <= TODAY and not is_sale:
            bought.setdefault(car.customer_id, []).append(car.price_yen or 0)
    found = {}
    for person in Customer.objects.filter(closed_at__isnull=True):
        sent = [one.pk for one in Customer.objects.filter(referrer=person) if one != person]
        met = Contact.objects.filter(
            customer=person, channel="visit", outcome__in=["spoke", "appointment", "refused"], voided_at=None
        )
        figures = {
            "purchases": len(bought.get(person.pk, [])),
            "yen": sum(bought.get(person.pk, [])),
            "others": len(others.get(person.pk, [])),
            "referrals": sum(bool({**bought, **others}.get(pk) is not None) for pk in sent),
            "payment": person.payment,
            "vehicles": person.vehicles.filter(disposed_on=None).count(),
            "visits": sum(one.happened_at >= visits_since for one in met),
        }
        points = sum(points for _what, _number, points in explain(rules, figures))
        code = next(code for code, least in rules.scale() if least is None or points >= least)
        found[person.pk] = (figures, points, code)
    return found


def random_book(store, rng):
    people = [customer(store, name=f"顧客{n}") for n in range(40)]
    for person in people:
        Customer.objects.filter(pk=person.pk).update(
            payment=rng.choice(["", "cash", "loan", "late"]),
            rank=rng.choice([None, *Rank.objects.all()]),
            referrer=rng.choice([None, None, person, rng.choice(people)]),
            closed_at=NOW if rng.random() < 0.1 else None,
        )
        day = TODAY - timedelta(days=rng.choice([0, 30, 1825, 1826, 1827, 2500]))
        for _each in range(rng.randrange(3)):
            car = vehicle(
                person,
                bought_here=rng.random() < 0.6,
                delivered_on=rng.choice([None, day, TODAY + timedelta(days=9)]),
                price_yen=rng.choice([None, 990_000, 2_500_000]),
                disposed_on=rng.choice([None, None, TODAY]),
            )
            if rng.random() < 0.5:
                sold(
                    person,
                    day,
                    kind=rng.choice(list(DealKind)),
                    vehicle=rng.choice([None, car]),
                    delivered_on=rng.choice([None, day]),
                    amount_yen=rng.choice([None, 1_999_999, 3_000_000]),
                    **rng.choice([{}, {"ordered_on": None}]),
                )
        if rng.random() < 0.3:
            lead(person, NOW).lose(LostReason.PRICE, None, NOW)
        for _each in range(rng.randrange(4)):
            contact(
                person,
                NOW - timedelta(days=rng.choice([1, 364, 366, 400])),
                channel=rng.choice(["visit", "visit", "phone"]),
                outcome=rng.choice([Outcome.SPOKE, Outcome.APPOINTMENT, Outcome.NO_ANSWER]),
                voided_at=rng.choice([None, None, NOW]),
            )


@pytest.mark.parametrize("seed", range(4))
def test_proposals_are_what_a_count_by_hand_comes_to(cast, seed):
    rng = random.Random(seed)
    random_book(cast.hiratsuka, rng)
    weights = {name: rng.randint(-20, 40) for name in RankRules.WEIGHTS}
    scale = [("A", 70), ("B", 30), ("C", 5), ("D", None)]
    rules = RankRules(**weights, years=5, visit_months=12)
    expected_rules = save_rules(rules, scale, began_from=None, by=cast.admin, now=NOW)
    night()
    expected = by_hand(expected_rules)
    found = {one.customer_id: (one.figures, one.points, one.rank.code) for one in RankStanding.objects.all()}
    assert found == expected
    assert len({code for _figures, _points, code in found.values()}) > 1
    others = {one.pk for one in Customer.objects.net() if not one.rank or one.rank.code != expected[one.pk][2]}
    assert set(RankStanding.objects.open().values_list("customer", flat=True)) == others
    tally = {}
    for one in Customer.objects.net().select_related("rank"):
        key = (one.rank and one.rank.code, expected[one.pk][2])
        tally[key] = tally.get(key, 0) + 1
    assert {(a, b): n for a, b, n in moves(rules, scale, NOW, visits_since=Contact.objects.visits_since)} == tally


def test_a_night_without_news_changes_nothing_and_no_night_changes_a_rank(cast):
    person = worthy(cast.hiratsuka, rank=rank("C"))
    assert night() == 1
    person.refresh_from_db()
    assert person.rank == rank("C")
    assert (standing(person).rank, standing(person).points) == (rank("B"), 58)
    before = list(RankStanding.objects.values())
    assert night(NOW + timedelta(days=1)) == 0
    assert list(RankStanding.objects.values()) == before


def test_who_was_closed_is_proposed_nothing(cast):
    person = worthy(cast.hiratsuka)
    night()
    Customer.objects.filter(pk=person.pk).update(closed_at=NOW)
    assert not RankStanding.objects.open().exists()
    night()
    assert not RankStanding.objects.exists()


class TestDeciding:
    @pytest.fixture
    def people(self, cast):
        found = [worthy(cast.hiratsuka, name=f"顧客{n}", rank=rank("C")) for n in range(3)]
        night()
        return found

    def ranks(self):
        return list(Customer.objects.order_by("pk").values_list("rank__code", flat=True))

    def test_confirmed_they_have_the_rank_and_the_history_says_so(self, cast, people):
        decision = confirm(RankStanding.objects.all(), by=cast.manager, now=NOW)
        assert self.ranks() == ["B"] * 3
        assert decision.number == 3
        change = people[0].rank_changes.get()
        assert (change.before, change.after, change.by, change.points) == ("C", "B", cast.manager, 58)
        assert not RankStanding.objects.open().exists()
        assert night() == 0

    def test_only_one_of_two_confirms(self, cast, people):
        assert confirm(RankStanding.objects.of_customers([people[0].pk]), by=cast.manager, now=NOW).number == 1
        assert confirm(RankStanding.objects.all(), by=cast.admin, now=NOW).number == 2
        assert confirm(RankStanding.objects.all(), by=cast.manager, now=NOW) is None
        assert RankChange.objects.count() == 3

    def test_more_than_one_slice_is_done_by_the_worker(self, cast, people, monkeypatch):
        monkeypatch.setattr("customers.rank_decisions.SLICE", 2)
        confirm(RankStanding.objects.all(), by=cast.manager, now=NOW)
        assert sorted(self.ranks()) == ["B", "B", "C"]
        assert not RankStanding.objects.open().exists()
        assert work_on_decisions(NOW) == 1
        assert self.ranks() == ["B"] * 3
        assert work_on_decisions(NOW) == 0

    def test_taken_back_they_have_what_they_had_unless_it_was_changed_again(self, cast, people):
        decision = confirm(RankStanding.objects.all(), by=cast.manager, now=NOW)
        hold(people[1], rank("A"), reason="社長の紹介", until_on=None, by=cast.manager, now=NOW)
        assert undo(decision, by=cast.manager, now=NOW + timedelta(hours=23))
        assert self.ranks() == ["C", "A", "C"]
        assert RankStanding.objects.open().count() == 2
        assert not undo(decision, by=cast.manager, now=NOW + timedelta(hours=23))
        assert people[0].rank_changes.count() == 2

    def test_what_the_worker_had_not_done_yet_is_not_done_once_taken_back(self, cast, people, monkeypatch):
        monkeypatch.setattr("customers.rank_decisions.SLICE", 1)
        decision = confirm(RankStanding.objects.all(), by=cast.manager, now=NOW)
        undo(decision, by=cast.manager, now=NOW)
        assert list(RankDecision.objects.lately(NOW)) == [decision]
        while work_on_decisions(NOW):
            pass
        assert self.ranks() == ["C"] * 3
        assert RankStanding.objects.open().count() == 3
        assert not RankDecision.objects.lately(NOW).exists()

    def test_after_a_day_it_stays(self, cast, people):
        decision = confirm(RankStanding.objects.all(), by=cast.manager, now=NOW)
        assert not undo(decision, by=cast.manager, now=NOW + timedelta(days=1))
        assert self.ranks() == ["B"] * 3

    def test_dismissed_it_comes_back_only_when_the_rules_come_to_something_else(self, cast, people):
        decision = dismiss(RankStanding.objects.all(), by=cast.manager, now=NOW)
        night(NOW + timedelta(days=1))
        assert not RankStanding.objects.open().exists()
        vehicle(people[0])
        night(NOW + timedelta(days=1))
        assert RankStanding.objects.open().get().customer == people[0]
        assert undo(decision, by=cast.manager, now=NOW)
        assert RankStanding.objects.open().count() == 3


class TestHolding:
    def test_until_it_ends_nothing_is_proposed(self, cast):
        person = worthy(cast.hiratsuka, rank=rank("C"))
        night()
        hold(person, rank("A"), reason="法人契約", until_on=date(2026, 11, 25), by=cast.manager, now=NOW)
        person.refresh_from_db()
        assert person.rank == rank("A")
        assert not RankStanding.objects.open().exists()
        night(at("2026-11-25 03:00"))
        assert confirm(RankStanding.objects.all(), by=cast.manager, now=NOW) is None
        night(at("2026-11-26 03:00"))
        assert standing(person).proposed_at
        assert RankStanding.objects.open().get().rank == rank("B")
        person.refresh_from_db()
        assert person.rank == rank("A")

    def test_released_the_rules_propose_at_once(self, cast):
        person = worthy(cast.hiratsuka, rank=rank("C"))
        night()
        hold(person, rank("A"), reason="法人契約", until_on=None, by=cast.manager, now=NOW)
        night(at("2030-01-01 03:00"))
        assert not RankStanding.objects.open().exists()
        assert release(person, now=NOW)
        assert not release(person, now=NOW)
        assert RankStanding.objects.open().exists()

    def test_what_was_confirmed_but_not_done_yet_gives_way_to_it(self, cast, monkeypatch):
        monkeypatch.setattr("customers.rank_decisions.SLICE", 0)
        person = worthy(cast.hiratsuka, rank=rank("C"))
        night()
        confirm(RankStanding.objects.all(), by=cast.manager, now=NOW)
        hold(person, rank("A"), reason="法人契約", until_on=None, by=cast.manager, now=NOW)
        monkeypatch.setattr("customers.rank_decisions.SLICE", 10)
        work_on_decisions(NOW)
        person.refresh_from_db()
        assert person.rank == rank("A")


class TestRules:
    def test_a_rank_is_added_between_others_and_one_given_no_more_is_kept_by_who_has_it(self, cast):
        person = customer(cast.hiratsuka, rank=rank("B"))
        scale = [("A", 90), ("S", 60), ("D", 10), ("C", None)]
        save_rules(RankRules(), scale, began_from=None, by=cast.admin, now=NOW)
        assert [one.code for one in Rank.objects.current()] == ["A", "S", "D", "C"]
        assert rank("B").retired_at
        person.refresh_from_db()
        assert person.rank == rank("B")
        assert RankRules.current().scale() == scale
        night()
        assert RankStanding.objects.open().get().rank == rank("C")

    def test_of_two_who_change_them_the_second_changes_nothing(self, cast):
        scale = [("A", 90), ("B", 60), ("C", None)]
        first = save_rules(RankRules(), scale, began_from=None, by=cast.admin, now=NOW)
        assert save_rules(RankRules(visit=9), scale, began_from=None, by=cast.admin, now=NOW) is None
        assert RankRules.current() == first
        assert save_rules(RankRules(visit=9), scale, began_from=first.pk, by=cast.admin, now=NOW).visit == 9

    def test_as_shipped_every_rank_has_its_points(self, cast):
        assert RankRules.current().scale() == [("A", 60), ("B", 30), ("C", None)]
