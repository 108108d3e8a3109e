"""The escalate pass: what has been overdue for too long moves on, as the store's rules say (REQUIREMENTS A7).

Open hours count, so that nothing moves on because of a night or a closed day. A task moves on once by each rule; of
several rules the one with the longest patience goes first, and shorter ones leave alone what it has moved. Where nobody
fits, nothing is written: the next sweep looks again. What is recorded is never touched.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, Min, OuterRef, Q, Subquery
from django.urls import reverse

from stores.models import Notification, NotificationKind, Role, Store

from .duty import Duty, on_duty
from .handing_over import spread
from .models import EscalateTo, Escalation, EscalationRule, Task
from .work import Held

SLICE = 500
ROLE_OF = {EscalateTo.BACK_OFFICE: Role.ASSISTANT, EscalateTo.MANAGER: Role.MANAGER}


def escalate(now, *, limit: int = SLICE) -> int:
    """Move up to `limit` tasks of each rule on, each rule in a transaction of its own; gives how many.

    Without anything overdue for long enough, one statement says so for all stores.
    """
    rules = _rules_with_work(now)
    if not rules:
        return 0
    ids = {rule.store_id for rule in rules}
    stores = {store.pk: store for store in Store.objects.filter(pk__in=ids).with_calendar()}
    duty = on_duty(ids, now)
    return sum(
        _escalate_by(rule, stores[rule.store_id], duty, now, limit)
        for rule in rules
        if rule.oldest <= _since(rule, stores[rule.store_id], now)
    )


def _rules_with_work(now) -> list[EscalationRule]:
    """Those of stores that have something overdue for so many hours, open or not, that they have not moved yet."""
    rules = rules_with_oldest(now).order_by("store", "-after_hours", "pk")
    return [rule for rule in rules if rule.oldest and rule.oldest <= now - timedelta(hours=rule.after_hours)]


def rules_with_oldest(now):
    """With `oldest`: since when what is overdue for longest is, of what they have not moved yet."""
    left = _not_moved(Task.objects.overdue(now), OuterRef(OuterRef("pk")), OuterRef(OuterRef("after_hours")))
    oldest = left.filter(store=OuterRef("store")).order_by().values("store").annotate(oldest=Min("late_at"))
    return EscalationRule.objects.active().annotate(oldest=Subquery(oldest.values("oldest")))


def would_move(rule: EscalationRule, now) -> int:
    """How many tasks a rule would move at this moment, also one that is not saved yet."""
    return due(rule, rule.store, on_duty([rule.store_id], now), now).count()


def _escalate_by(rule, store, duty: Duty, now, limit) -> int:
    with transaction.atomic():
        rows = due(rule, store, duty, now).order_by("late_at", "pk")
        rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
        held = [Held(*row) for row in rows.values_list("pk", "assignee", "customer", "store")[:limit]]
        if not held:
            return 0
        got = _move(rule, _shares(rule, held, _fitting(rule, duty), now), now)
        people = {staff_id: n for staff_id, n in got.items() if staff_id}
        path = reverse("todo:board") + "?view=overdue"
        Notification.tell_by_rule(NotificationKind.HANDED_OVER, people, path=path, now=now)
    return got.total()


def due(rule, store, duty: Duty, now):
    """Open tasks that the rule moves on now, each of which somebody can take."""
    tasks = _not_moved(Task.objects.in_store(store).reached(now), rule.pk, rule.after_hours)
    tasks = tasks.filter(late_at__lte=_since(rule, store, now))
    if rule.channels:
        tasks = tasks.filter(channel__in=rule.channels)
    if rule.to == EscalateTo.TEAM:
        return tasks.exclude(assignee=None)
    fitting = _fitting(rule, duty)
    if not fitting:
        return tasks.none()
    with_them_already = rule.to in ROLE_OF or len(fitting) == 1
    return tasks.filter(Q(assignee=None) | ~Q(assignee__in=fitting)) if with_them_already else tasks


def _not_moved(tasks, rule, after_hours):
    """Neither by that rule nor by one with as long a patience or longer."""
    by_longer = Q(rule__after_hours__gte=after_hours, rule__retired_at__isnull=True)
    return tasks.filter(~Exists(Escalation.objects.filter(Q(rule=rule) | by_longer, task=OuterRef("pk"))))


def _since(rule, store, now):
    return store.calendar().before_open_minutes(now, rule.after_hours * 60)


def _fitting(rule, duty: Duty) -> list[int]:
    """Who is on duty and could take it; nobody in particular for the whole store."""
    if rule.to == EscalateTo.TEAM:
        return []
    role = ROLE_OF.get(rule.to)
    return duty.of(rule.store_id, role) if role else duty.sellers_or_anybody(rule.store_id)


def _shares(rule, held: list[Held], fitting: list[int], now) -> dict[int, int | None]:
    """Whose each becomes: whoever has least to do today. One customer's go to one person, where one is left for it."""
    if rule.to == EscalateTo.TEAM:
        return {row.pk: None for row in held}
    people, load = {rule.store_id: fitting}, Task.objects.reached(now).of_people(fitting).count_by_person()
    shares = spread(held, people, load)
    one_by_one = [replace(row, customer_id=None) for row in held if row.pk not in shares]
    return shares | spread(one_by_one, people, load)


def _move(rule, shares, now) -> Counter:
    """How many each person got. The row of the escalation decides: whoever writes it moves the task."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH moved AS (
                INSERT INTO {Escalation._meta.db_table} (task_id, rule_id, at, before_id, after_id)
                SELECT task.id, %s, %s, task.assignee_id, share.after_id
                FROM unnest(%s::bigint[], %s::bigint[]) AS share (task_id, after_id)
                JOIN {Task._meta.db_table} AS task ON task.id = share.task_id
                ON CONFLICT (task_id, rule_id) DO NOTHING
                RETURNING task_id, after_id
            )
            UPDATE {Task._meta.db_table} AS task
            SET assignee_id = moved.after_id, assigned_by_hand_at = NULL, covering_for_id = NULL
            FROM moved WHERE task.id = moved.task_id RETURNING moved.after_id
            """,
            [rule.pk, now, list(shares), list(shares.values())],
        )
        return Counter(staff_id for (staff_id,) in cursor.fetchall())
