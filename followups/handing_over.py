"""Handing work over by hand, in sets, and the way back (REQUIREMENTS A6, A7).

However many rows: the same number of statements. What was recorded meanwhile by somebody is left alone and counted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from customers.models import Customer
from stores.models import Membership

from .assignment import follows_owner
from .models import Act, ActedOn, ActKind, Contact, FollowUp, Left, Task
from .stopping import hold
from .work import CUSTOMERS, DEALS, IN_ORDER, REPLIES, TASKS, Held, Work

Shares = dict[int, int]
"""Whose a row becomes, by its id; what isn't in it nobody can take."""


def give_all_to(staff_id: int) -> Callable[[Iterable[Held]], Shares]:
    return lambda rows: {row.pk: staff_id for row in rows}


def spread(rows: Iterable[Held], on_duty: dict[int, list[int]], load: dict[int, int] | None = None) -> Shares:
    """Evenly over who is on duty in each row's store (ids, by store), never to whoever has the row now.

    What is about one customer goes to one person. Of two who got equally many the first in the list gets the next.
    `load`: what each has to do already, where that counts.
    """
    groups = defaultdict(list)
    for row in rows:
        groups[(row.store_id, row.customer_id or f"row {row.pk}")].append(row)
    got, shares = Counter(load), {}
    for (store_id, _about), group in sorted(groups.items(), key=lambda entry: -len(entry[1])):
        holders = {row.holder_id for row in group}
        free = [person for person in on_duty.get(store_id, ()) if person not in holders]
        if free:
            to = min(free, key=lambda person: got[person])
            got[to] += len(group)
            shares.update({row.pk: to for row in group})
    return shares


def hand_over(work: Work, ids, share: Callable[[Iterable[Held]], Shares], *, by, now) -> Act:
    """Give these rows to others, as `share` says of those that are still open. A deal takes its work along.

    Tasks stay with whoever got them by hand, also when the customer's owner changes.
    """
    with transaction.atomic():
        hold_customers({work: ids})
        along = _tasks_along(ids) if work is DEALS else []
        rows = work.locked(ids)
        shares = share(rows)
        act = Act.objects.create(kind=ActKind.HANDED_OVER, work=work.name, by=by, at=now)
        changed = {row.pk: shares[row.pk] for row in rows if shares.get(row.pk, row.holder_id) != row.holder_id}
        kept = [_kept(act, work, row, changed[row.pk]) for row in rows if row.pk in changed]
        kept += [_left(act, work, row.pk, _why(row, shares)) for row in rows if row.pk not in changed]
        kept += [_left(act, work, pk, Left.DONE) for pk in sorted(set(ids) - {row.pk for row in rows})]
        if work is TASKS:
            _note_what_was_by_hand(kept)
        if work is DEALS:
            kept += _along(act, {row.pk: row for row in rows}, changed, along)
        ActedOn.objects.bulk_create(kept)
        for moved in IN_ORDER:
            if any(getattr(row, f"{moved.name}_id") for row in kept if not row.why):
                by_hand = {"assigned_by_hand_at": now} if moved is work is TASKS else {}
                gone_on = {"covering_for": None} if moved is TASKS else {}
                place(moved, act, _ids(moved, kept), "after", **by_hand, **gone_on)
    return act


def hand_back(act: Act) -> tuple[int, int]:
    """Give back what is still open and still where the act put it; how many rows, and how many were left alone.

    Call it in a transaction. Who has left the store since then gets nothing back.
    """
    rows = list(act.rows.done().managed_by(act.by))
    hold_customers({work: _ids(work, rows) for work in IN_ORDER})
    places = set(
        Membership.objects.filter(staff__is_active=True, staff__in={row.before_id for row in rows if row.before_id})
        .values_list("store_id", "staff_id")
    )  # fmt: skip
    moved = 0
    for work in IN_ORDER:
        of_work = {getattr(row, f"{work.name}_id"): row for row in rows if getattr(row, f"{work.name}_id")}
        if not of_work:
            continue
        back = [
            now.pk
            for now in work.locked(of_work)
            if now.holder_id == of_work[now.pk].after_id
            and (of_work[now.pk].before_id is None or (now.store_id, of_work[now.pk].before_id) in places)
        ]
        rows_of_act = ActedOn.objects.filter(act=act, **{work.name: OuterRef("pk")})
        by_hand = {"assigned_by_hand_at": Subquery(rows_of_act.values("before_by_hand_at")[:1])}
        place(work, act, back, "before", **(by_hand if work is TASKS else {}))
        moved += len(back) if work.name == act.work else 0
    return moved, sum(bool(getattr(row, f"{act.work}_id")) for row in rows) - moved


def hold_customers(rows: dict[Work, list[int]]):
    """All their follow-ups in one statement: whoever locks them bit by bit waits for one who waits for them."""
    about = [
        work.model.objects.filter(pk__in=ids).order_by().values_list("pk" if work is CUSTOMERS else "customer")
        for work, ids in rows.items()
        if ids
    ]
    if about:
        hold(FollowUp.objects.filter(customer__in=about[0].union(*about[1:])))


def _why(row: Held, shares: Shares) -> Left:
    return Left.SAME if row.pk in shares else Left.NOBODY_ELSE


def _kept(act, work: Work, row: Held, to: int) -> ActedOn:
    return ActedOn(act=act, before_id=row.holder_id, after_id=to, **{f"{work.name}_id": row.pk})


def _left(act, work: Work, pk: int, why: Left) -> ActedOn:
    return ActedOn(act=act, why=why, **{f"{work.name}_id": pk})


def _ids(work: Work, rows) -> list[int]:
    ids = [getattr(row, f"{work.name}_id") for row in rows if not row.why]
    return [pk for pk in ids if pk]


def _note_what_was_by_hand(kept):
    """When somebody gave these tasks to whoever has them now, for the way back."""
    tasks = Task.objects.filter(pk__in=[row.task_id for row in kept], assigned_by_hand_at__isnull=False)
    by_hand = dict(tasks.values_list("pk", "assigned_by_hand_at"))
    for row in kept:
        row.before_by_hand_at = by_hand.get(row.task_id)


def _tasks_along(deals) -> list[tuple]:
    """Open tasks that follow whoever has these deals, locked: (id, assignee, deal, customer)."""
    customers = DEALS.model.objects.filter(pk__in=deals, customer__owner__isnull=True).values("customer")
    nobodys = Q(customer__in=customers) & (Q(deal__isnull=True) | Q(deal__staff__isnull=True))
    rows = Task.objects.open().filter(follows_owner(), Q(deal__in=deals) | nobodys).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", "assignee", "deal", "customer"))


def _along(act, deals: dict[int, Held], changed: Shares, tasks) -> list[ActedOn]:
    """What goes along with the deals: their tasks and waiting replies, and customers who were nobody's with theirs."""
    to_of_customer = {deals[pk].customer_id: to for pk, to in changed.items()}
    nobodys = Q(customer__owner__isnull=True) & (Q(deal__isnull=True) | Q(deal__staff__isnull=True))
    replies = Contact.objects.waiting().filter(Q(deal__in=changed) | nobodys & Q(customer__in=to_of_customer))
    replies = replies.order_by("pk").select_for_update(of=("self",), no_key=True)
    owned_by_nobody = Customer.objects.filter(pk__in=to_of_customer, owner__isnull=True).order_by("pk")
    found = [
        (work, Held(pk, holder, customer, 0), changed.get(deal) if deal in deals else to_of_customer.get(customer))
        for work, rows in (
            (TASKS, tasks),
            (REPLIES, replies.values_list("pk", "for_staff", "deal", "customer")),
        )
        for pk, holder, deal, customer in rows
    ]
    for pk in owned_by_nobody.select_for_update(no_key=True).values_list("pk", flat=True):
        found.append((CUSTOMERS, Held(pk, None, pk, 0), to_of_customer[pk]))
    return [_kept(act, work, row, to) for work, row, to in found if to and to != row.holder_id]


def keep(act: Act, held: dict[Work, list[Held]], shares: dict[Work, Shares]):
    """Write down whose these rows were and whose they become, in the order in which they are given back."""
    for work in IN_ORDER:
        kept = [_kept(act, work, row, shares[work][row.pk]) for row in held.get(work, ()) if row.pk in shares[work]]
        if work is TASKS:
            _note_what_was_by_hand(kept)
        ActedOn.objects.bulk_create(kept, batch_size=2000)


def place(work: Work, act: Act, ids, side: str = "after", **fields):
    """Give each of these rows to whoever stands on that `side` of what the act kept."""
    kept = ActedOn.objects.filter(act=act, **{work.name: OuterRef("pk")})
    work.model.objects.filter(pk__in=ids).update(**{work.holder: Subquery(kept.values(side)[:1]), **fields})
