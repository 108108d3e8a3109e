"""The cover pass: tasks of who is off today go round among those on duty, where the store wants it (A2, E9).

What came to somebody because of it remembers for whom (`Task.covering_for`), and goes back once that person is at work
again, unless it is done by then. Given by hand, a task stays where it is. Safe to run at any time of the day: a day off
that is entered or removed later comes right with the next sweep.
"""

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils import timezone

from stores.models import Cover, DayOff, Membership, Staff, Store

from .duty import on_duty
from .handing_over import spread
from .models import Task
from .work import Held

SLICE = 500


def cover(now, *, limit: int = SLICE) -> int:
    """Give up to `limit` tasks back, and up to as many into other hands; gives how many there were.

    On a day with neither to do, one statement says so.
    """
    back = to_give_back(now).order_by().values_list(Value("back"), flat=True)
    waiting = set(back.union(_off(now).order_by().values_list(Value("on"), flat=True)))
    return sum(give(now, limit) for name, give in (("back", _give_back), ("on", _give_on)) if name in waiting)


def _give_back(now, limit) -> int:
    with transaction.atomic():
        rows = to_give_back(now).select_for_update(of=("self",), skip_locked=True, no_key=True)
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
        if not ids:
            return 0
        return Task.objects.filter(pk__in=ids).update(assignee=F("covering_for"), covering_for=None)


def to_give_back(now):
    """Of who is at work again; also what came to somebody who is off now, which then goes on to another one."""
    today = timezone.localdate(now)
    works_here = Membership.objects.filter(staff=OuterRef("covering_for"), store=OuterRef("store"))
    covered = Task.objects.covered().filter(Exists(works_here), covering_for__is_active=True)
    return covered.filter(~_is_off("covering_for", today) | _is_off("assignee", today) | Q(assignee__is_active=False))


def _give_on(now, limit) -> int:
    off = list(_off(now).values_list("pk", flat=True))
    stores = list(Store.objects.filter(cover=Cover.ROTATE).values_list("pk", flat=True)) if off else []
    if not stores:
        return 0
    duty = on_duty(stores, now)
    people = {store_id: duty.sellers(store_id) for store_id in stores if duty.sellers(store_id)}
    with transaction.atomic():
        tasks = Task.objects.reached(now).of_people(off).in_stores(people)
        rows = tasks.filter(assigned_by_hand_at__isnull=True, covering_for__isnull=True)
        rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True).order_by("late_at", "pk")
        held = [Held(*row) for row in rows.values_list("pk", "assignee", "customer", "store")[:limit]]
        if not held:
            return 0
        _place(_shares(held, people, now))
    return len(held)


def _off(now):
    """Nobody unless there is a store where their work goes round."""
    rotating = Store.objects.filter(cover=Cover.ROTATE)
    return Staff.objects.active().off_on(timezone.localdate(now)).filter(Exists(rotating))


def _shares(held: list[Held], people, now) -> dict[int, int]:
    """Whoever has something of a customer in cover already gets what comes later too; the rest goes round."""
    customers = {row.customer_id for row in held}
    known = Task.objects.covered().filter(customer__in=customers)
    known = {(store, who): person for store, who, person in known.values_list("store", "customer", "assignee")}
    shares = {
        row.pk: known[row.store_id, row.customer_id]
        for row in held
        if known.get((row.store_id, row.customer_id)) in people[row.store_id]
    }
    load = Task.objects.reached(now).of_people({pk for some in people.values() for pk in some}).count_by_person()
    return shares | spread([row for row in held if row.pk not in shares], people, load)


def _place(shares):
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {Task._meta.db_table} AS task SET covering_for_id = task.assignee_id, assignee_id = share.to_id
            FROM unnest(%s::bigint[], %s::bigint[]) AS share (task_id, to_id) WHERE task.id = share.task_id
            """,
            [list(shares), list(shares.values())],
        )


def _is_off(person: str, today) -> Exists:
    return Exists(DayOff.objects.filter(staff=OuterRef(person), on=today))
