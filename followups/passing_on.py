"""Everything somebody has in hand goes to others: customers, deals, open tasks, waiting replies (REQUIREMENTS E7).

However many rows: the same number of statements. The way back is that of what is handed over (followups.taking_back).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from stores.models import Membership

from .handing_over import Shares, hold_customers, keep, place
from .models import Act, ActKind
from .work import CUSTOMERS, DEALS, IN_ORDER, REPLIES, TASKS, Held, Work

KINDS = (CUSTOMERS, DEALS, TASKS, REPLIES)
"""As people name them; what an act is about is the first that it moved."""


@dataclass(frozen=True)
class Handover:
    """What goes from whom to whom. `stores`, `ranks`, `receivers`: ids; without ranks those of every rank.

    `percent`: of the customers, by receiver; `numbers`: how many customers at most, None for one who takes the rest.
    Without either, evenly.
    """

    person_id: int
    stores: tuple[int, ...]
    works: tuple[Work, ...]
    receivers: tuple[int, ...]
    ranks: tuple[int, ...] = ()
    percent: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, int | None] = field(default_factory=dict)

    def weights(self, customers: int) -> dict[int, int]:
        """Of how many customers each receiver gets how many, roughly: they are given out in this proportion."""
        if self.percent:
            return self.percent
        if not self.numbers:
            return dict.fromkeys(self.receivers, 1)
        rest = customers - sum(filter(None, self.numbers.values()))
        each = max(1, rest // (list(self.numbers.values()).count(None) or 1))
        return {pk: each if number is None else number for pk, number in self.numbers.items()}

    def rows(self, work: Work):
        """What of this kind the person has in hand there."""
        rows = work.open().filter(**{work.holder: self.person_id}, store__in=self.stores)
        if work is CUSTOMERS:
            rows = rows.net()
        path = "rank__in" if work is CUSTOMERS else "customer__rank__in"
        return rows.filter(**{path: self.ranks}) if self.ranks else rows


@dataclass(frozen=True)
class Plan:
    """Who would get which rows. By kind, how many rows stay: `left`, where nobody of those chosen works there; `over`,
    beyond the numbers that were given.
    """

    shares: dict[Work, Shares]
    left: dict[Work, int]
    over: dict[Work, int]

    @property
    def number(self) -> int:
        return sum(len(shares) for shares in self.shares.values())

    def counts(self) -> dict[int, dict[Work, int]]:
        """How many of each kind, by receiver."""
        counted = defaultdict(Counter)
        for work, shares in self.shares.items():
            for to in shares.values():
                counted[to][work] += 1
        return counted


def foresee(handover: Handover) -> Plan:
    return _plan(handover, {work: _held(handover, work) for work in handover.works})


def pass_on(handover: Handover, *, by, now) -> Act | None:
    """Hand it all over in one transaction; None where there is nothing, or nobody who can take it."""
    with transaction.atomic():
        ids = {work: list(handover.rows(work).values_list("pk", flat=True)) for work in handover.works}
        hold_customers(ids)
        held = {
            work: [row for row in work.locked(ids[work]) if row.holder_id == handover.person_id]
            for work in IN_ORDER
            if work in handover.works
        }
        plan = _plan(handover, held)
        moved = [work for work in KINDS if plan.shares.get(work)]
        if not moved:
            return None
        act = Act.objects.create(kind=ActKind.HANDED_OVER, work=moved[0].name, by=by, at=now)
        keep(act, held, plan.shares)
        for work in IN_ORDER:
            if plan.shares.get(work):
                place(work, act, list(plan.shares[work]), **_besides(work, handover, now))
    return act


def _besides(work, handover, now) -> dict:
    """A task that goes without its customer and its deal stays where it was put when those are given to somebody."""
    if work is not TASKS:
        return {}
    alone = not {CUSTOMERS, DEALS} & set(handover.works)
    return {"covering_for": None, **({"assigned_by_hand_at": now} if alone else {})}


def _held(handover, work) -> list[Held]:
    customer = "pk" if work is CUSTOMERS else "customer"
    rows = handover.rows(work).order_by("pk").values_list("pk", work.holder, customer, "store")
    return [Held(*row) for row in rows]


def _plan(handover, held: dict[Work, list[Held]]) -> Plan:
    """Customers of each rank in the same shares, everything of one customer to one person, where that one works."""
    about = defaultdict(list)
    for work, rows in held.items():
        for row in rows:
            about[row.store_id, row.customer_id or f"{work.name} {row.pk}"].append((work, row.pk))
    people = _receivers(handover)
    ranks = _ranks(customer for _store, customer in about if isinstance(customer, int))
    got, shares, left, over = Counter(), {work: {} for work in held}, Counter(), Counter()
    weights = handover.weights(len(about))

    def takes(person) -> bool:
        most = handover.numbers.get(person)
        return weights[person] > 0 and (most is None or got[person] < most)

    for store_id, customer in sorted(about, key=lambda key: (ranks.get(key[1], LOWEST), -len(about[key]), str(key))):
        rows = about[store_id, customer]
        here = people.get(store_id, ())
        free = [person for person in here if takes(person)]
        if not free:
            (over if here else left).update(work for work, _pk in rows)
            continue
        to = min(free, key=lambda person: (2 * got[person] + 1) / weights[person])
        got[to] += 1
        for work, pk in rows:
            shares[work][pk] = to
    return Plan(shares, left, over)


LOWEST = 32767


def _receivers(handover) -> dict[int, list[int]]:
    """By store those of the chosen who work there, in the order in which they were chosen."""
    members = Membership.objects.filter(
        store__in=handover.stores, staff__in=handover.receivers, staff__is_active=True
    ).exclude(staff=handover.person_id)
    found = defaultdict(set)
    for store_id, staff_id in members.values_list("store", "staff"):
        found[store_id].add(staff_id)
    return {store: [pk for pk in handover.receivers if pk in here] for store, here in found.items()}


def _ranks(customers: Iterable[int]) -> dict[int, int]:
    rows = CUSTOMERS.model.objects.filter(pk__in=list(customers), rank__isnull=False)
    return dict(rows.values_list("pk", "rank__position"))
