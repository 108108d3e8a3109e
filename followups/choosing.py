"""One pattern for what stands behind many rows of work: their deals, else their customers (REQUIREMENTS A6)."""

from collections.abc import Iterable

from django.db import transaction

from customers.models import Customer, Deal

from .models import Act, ActedOn, ActKind, Left
from .starting import key_of, sort_out, start_many
from .work import DEALS, Work


def targets_of(work: Work, ids) -> dict[int, Deal | Customer | None]:
    """By the row's id the deal it is about, else its customer; None where it is about neither. A lost deal is none."""
    if work is DEALS:
        return {deal.pk: deal for deal in Deal.objects.filter(pk__in=ids).select_related("customer").order_by("pk")}
    rows = work.model.objects.filter(pk__in=ids).select_related("customer", "deal__customer").order_by("pk")
    return {row.pk: row.deal if row.deal and not row.deal.lost_at else row.customer for row in rows}


def foresee_choice(work: Work, ids, pattern) -> tuple[int, dict[str, int]]:
    """For how many deals and customers the pattern would begin, and how many it would not, by the reason."""
    found = sort_out(pattern, _distinct(targets_of(work, ids).values()))
    reasons = {}
    for _target, why in found.left_out:
        reasons[why] = reasons.get(why, 0) + 1
    return len(found.ready), reasons


def choose(work: Work, ids, pattern, *, by, now) -> Act:
    """Put the pattern to work for them, and keep by row what it began or why it didn't. New leads are begun by it."""
    with transaction.atomic():
        targets = targets_of(work, ids)
        many = start_many(pattern, _distinct(targets.values()), by=by, now=now)
        begun = {(row.customer_id, row.deal_id): row for row in many.started}
        reasons = {key_of(target): why for target, why in many.left_out}
        deals = [deal_id for _customer, deal_id in begun if deal_id]
        Deal.objects.new().filter(pk__in=deals).update(taken_at=now, taken_by=by)
        act = Act.objects.create(kind=ActKind.STARTED, work=work.name, by=by, at=now, pattern=pattern)
        ActedOn.objects.bulk_create(
            ActedOn(
                act=act,
                follow_up=begun.get(target and key_of(target)),
                why=reasons.get(key_of(target), "") if target else Left.NO_CUSTOMER,
                **{f"{work.name}_id": pk},
            )
            for pk, target in targets.items()
        )
    return act


def _distinct(targets: Iterable) -> list:
    return list({key_of(target): target for target in targets if target}.values())
