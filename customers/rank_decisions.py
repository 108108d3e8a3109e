"""What people decide about ranks: confirm proposals, dismiss them, set a rank by hand, and the way back (C5)."""

from django.db import transaction
from django.db.models import OuterRef, Subquery

from stores.locks import one_at_a_time
from stores.wake import wake

from .models import Customer, Rank, RankChange, RankDecision, RankHold, RankStanding
from .ranking import RANKS

# Standings are locked by their number, then customers: as everybody does (pointing.hold_all).

SLICE = 500
"""Ranks changed in one transaction: each is a customer's row with all its indexes."""
JOB = "customers.jobs.work"


def confirm(standings, *, by, now) -> RankDecision | None:
    """Give these customers the ranks that are proposed to them; None where nothing is left to decide.

    The first slice at once, the rest by the worker. Of two people who confirm the same, one has done it.
    """
    decision = _decide(standings, RankDecision.Kind.CONFIRMED, by=by, now=now)
    if decision:
        work_on_decisions(now)
    return decision


def dismiss(standings, *, by, now) -> RankDecision | None:
    """These customers keep their ranks; they are proposed another only when the rules come to something else."""
    return _decide(standings, RankDecision.Kind.DISMISSED, by=by, now=now)


def _decide(standings, kind, *, by, now) -> RankDecision | None:
    with transaction.atomic():
        one_at_a_time(RANKS)
        done_at = now if kind == RankDecision.Kind.DISMISSED else None
        decision = RankDecision.objects.create(kind=kind, by=by, at=now, done_at=done_at)
        open_ones = standings.open().order_by("pk").select_for_update(of=("self",), no_key=True).values("pk")
        decision.number = RankStanding.objects.filter(pk__in=open_ones).update(decision=decision)
        if not decision.number:
            decision.delete()
            return None
        decision.save(update_fields=["number"])
        wake(JOB)
    return decision


def undo(decision: RankDecision, *, by, now) -> bool:
    """Take it back. Whoever's rank was changed again meanwhile keeps that. False when it is too late, or was done."""
    with transaction.atomic():
        one_at_a_time(RANKS)
        decision = RankDecision.objects.select_for_update(no_key=True).get(pk=decision.pk)
        if not decision.may_be_undone(now):
            return False
        decision.undone_by, decision.undone_at, decision.done_at = by, now, None
        decision.save(update_fields=["undone_by", "undone_at", "done_at"])
        decision.standings.update(decision=None)
        wake(JOB)
    work_on_decisions(now)
    return True


def work_on_decisions(now) -> int:
    """One slice of what was confirmed or taken back; how many ranks it looked at."""
    with transaction.atomic():
        decision = RankDecision.objects.take_one()
        if decision is None:
            return 0
        number = _take_back(decision, now) if decision.undone_at else _carry_out(decision, now)
        if number < SLICE:
            RankDecision.objects.filter(pk=decision.pk).update(done_at=now)
    return number


def _carry_out(decision: RankDecision, now) -> int:
    rows = decision.standings.filter(proposed_at__isnull=False).order_by("pk")
    rows = list(rows.select_for_update(no_key=True).values_list("customer_id", "rank__code", "points")[:SLICE])
    before = _locked([customer for customer, *_rest in rows])
    RankChange.objects.bulk_create(
        RankChange(
            customer_id=customer,
            before=before[customer],
            after=code,
            points=points,
            reason=RankChange.Reason.CONFIRMED,
            decision=decision,
            by=decision.by,
            at=now,
        )
        for customer, code, points in rows
        if before[customer] != code
    )
    proposed = RankStanding.objects.filter(customer=OuterRef("pk")).values("rank")[:1]
    Customer.objects.filter(pk__in=before).update(rank=Subquery(proposed))
    RankStanding.objects.filter(customer__in=before).update(proposed_at=None, decision=None)
    return len(rows)


def _take_back(decision: RankDecision, now) -> int:
    changes = list(decision.changes.filter(taken_back_at__isnull=True).order_by("customer_id")[:SLICE])
    customers = [change.customer_id for change in changes]
    list(RankStanding.objects.filter(customer__in=customers).order_by("pk").select_for_update(no_key=True))
    stands = _locked(customers)
    held = set(RankHold.objects.filter(customer__in=customers).values_list("customer_id", flat=True))
    back = [one for one in changes if stands[one.customer_id] == one.after and one.customer_id not in held]
    ranks = dict(Rank.objects.values_list("code", "pk"))
    for code in {change.before for change in back}:
        of_code = [change.customer_id for change in back if change.before == code]
        Customer.objects.filter(pk__in=of_code).update(rank=ranks.get(code))
    RankChange.objects.bulk_create(
        RankChange(
            customer_id=change.customer_id,
            before=change.after,
            after=change.before,
            reason=RankChange.Reason.TAKEN_BACK,
            points=change.points,
            by=decision.undone_by,
            at=now,
        )
        for change in back
    )
    RankStanding.objects.filter(customer__in=[change.customer_id for change in back]).update(proposed_at=now)
    RankChange.objects.filter(pk__in=[change.pk for change in changes]).update(taken_back_at=now)
    return len(changes)


def _locked(customers) -> dict[int, str]:
    """The code of each customer's rank, held until the transaction ends; their standings were locked before them."""
    rows = Customer.objects.filter(pk__in=customers).order_by("pk").select_for_update(of=("self",), no_key=True)
    codes = dict(Rank.objects.values_list("pk", "code"))
    return {pk: codes.get(rank, "") for pk, rank in rows.values_list("pk", "rank_id")}


def hold(customer: Customer, rank: Rank, *, reason: str, until_on, by, now) -> RankHold:
    """Set a rank by hand; until that day (or until it is released) the rules propose nothing."""
    with transaction.atomic():
        _lock_standing(customer)
        before = _locked([customer.pk])[customer.pk]
        RankChange.objects.create(
            customer=customer,
            before=before,
            after=rank.code,
            reason=RankChange.Reason.BY_HAND,
            note=reason,
            by=by,
            at=now,
        )
        Customer.objects.filter(pk=customer.pk).update(rank=rank)
        RankStanding.objects.filter(customer=customer).update(proposed_at=None, decision=None)
        fields = {"reason": reason, "until_on": until_on, "by": by, "at": now}
        held, _made = RankHold.objects.update_or_create(customer=customer, defaults=fields)
    return held


def release(customer: Customer, *, now) -> bool:
    """The rules may propose again, at once where they come to something else; the rank stays until then."""
    with transaction.atomic():
        _lock_standing(customer)
        if not RankHold.objects.filter(customer=customer).delete()[0]:
            return False
        RankStanding.objects.filter(customer=customer).update(proposed_at=now, decision=None)
    return True


def _lock_standing(customer):
    list(RankStanding.objects.filter(customer=customer).select_for_update(no_key=True).values_list("pk"))
