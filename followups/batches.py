"""A pattern for many, or running follow-ups to a version: the rows of a batch, done by the worker in slices (B7, B8).

The rows are the work: a slice is one transaction that does what they say and writes down what became of each. Killed in
the middle it is gone and done again, asked twice it finds nothing left. A batch is in one worker's hands at a time, and
every batch in work has its share of a round, so that a small one doesn't wait behind a big one.
"""

import json
import logging
import re
import uuid
from collections import defaultdict
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from customers.models import Customer
from stores.models import Store
from stores.wake import wake

from .counting import counted_from
from .models import Base, Batch, BatchKind, BatchRow, EndReason, FollowUp, Pattern
from .moving import Spreads
from .occurrences import reach_of
from .progress import Skipped, Standing
from .starting import WhyNot, key_of, start_many
from .stopping import hold, stop
from .workload import Workload, foresee_choice

log = logging.getLogger(__name__)

SLICE = 500
"""Rows in one round: a fraction of a second, so that nobody waits long behind it, nor for the batch to be paused."""
LEAST = 20
"""Rows of one batch in a round, however many batches there are."""
AT_ONCE = 200
"""So few are done while the person waits."""
DAY_BY_DAY = timedelta(days=55)
"""What is over in so many days is foreseen day by day, else over two years."""


class TooLateToTakeBack(Exception):
    """It is not done yet, or was done more than UNDO_WITHIN ago."""


# Making one


def new_key(sent: str | None = None) -> str:
    """What a form is sent with, so that pressed twice it is one batch; a fresh one where nothing of ours was sent."""
    return sent if sent and re.fullmatch(r"[0-9a-f]{32}", sent) else uuid.uuid4().hex


def may_be_chosen_by(staff) -> Q:
    """Customers: one's own, nobody's, and as a manager everybody's of the store."""
    if staff.is_admin:
        return Q(pk__isnull=False)
    return Q(owner__isnull=True) | Q(owner=staff) | Q(store__in=staff.managed_store_ids)


def why_not(pattern, staff) -> Case:
    """For a queryset of customers: empty for those for whom the pattern would begin now, else why not (`sort_out`)."""
    stores = set(Pattern.objects.current().filter(slug=pattern.slug).values_list("store", flat=True))
    running = FollowUp.objects.at_work().filter(
        customer=OuterRef("pk"), pattern__slug=pattern.slug, deal__isnull=True, vehicle__isnull=True
    )
    reasons = [
        When(~may_be_chosen_by(staff), then=Value(Skipped.COLLEAGUE)),
        When(closed_at__isnull=False, then=Value(WhyNot.CLOSED)),
        When(Exists(running), then=Value(WhyNot.RUNNING)),
    ]
    if None not in stores:
        reasons.insert(2, When(~Q(store__in=stores), then=Value(WhyNot.ELSEWHERE)))
    return Case(*reasons, default=Value(""), output_field=models.CharField())


def begin_for(pattern, customers, *, by, now, key, base=None, spreads=False) -> Batch:
    """The pattern for all of a queryset of customers. Asked twice with one `key`, it is one batch.

    Whoever `by` may not choose for stands in it with why. Few of them are done at once, the others by the worker.
    """
    why = Case(When(may_be_chosen_by(by), then=Value("")), default=Value(Skipped.COLLEAGUE))
    rows = customers.values(who=F("pk"), running=Cast(Value(None), BigIntegerField()), why=why)
    stores = list(customers.order_by().values_list("store", flat=True).distinct()[:2])
    head = {"kind": BatchKind.BEGIN, "base_on": base, "spreads": spreads}
    return _make(pattern, rows, stores, key=key, by=by, now=now, **head)


def move_to(version, follow_ups, *, by, now, key) -> Batch | None:
    """Those of these follow-ups that run by another version to that one. None where there are none.

    One at a time per pattern: what is on its way already is what somebody gets who asks at the same moment.
    """
    pattern = version.pattern
    with transaction.atomic():
        Pattern.objects.select_for_update(no_key=True, of=("self",)).get(pk=pattern.pk)
        known = Batch.objects.filter(key=key).first() or Batch.objects.moving(pattern).first()
        others = follow_ups.not_of_version(version)
        if known or not others.exists():
            return known
        why = Case(When(version__base=version.base, then=Value("")), default=Value(Skipped.OTHER_BASE))
        rows = others.order_by("pk").values(who=F("customer"), running=F("pk"), why=why)
        head = {"kind": BatchKind.MOVE, "version": version}
        return _make(pattern, rows, [pattern.store_id], key=key, by=by, now=now, **head)


def _make(pattern, rows, stores, *, key, by, now, **head) -> Batch:
    store_id = stores[0] if len(stores) == 1 else None
    head |= {"pattern": pattern, "store_id": store_id, "made_by": by, "made_at": now}
    with transaction.atomic():
        batch, made = Batch.objects.get_or_create(key=key, defaults=head)
        number = _fill(batch, rows, now) if made else None
        if made and batch.spreads:
            _spread(batch, now)
        if made and number <= AT_ONCE:
            while _slice(batch, now, AT_ONCE):
                pass
        wake()
    return batch


def _fill(batch, rows, now) -> int:
    """Its rows by one statement; those that need nothing done are done. Gives how many there are."""
    chosen, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {BatchRow._meta.db_table} (batch_id, customer_id, follow_up_id, spread, done_at, why)
            SELECT %s, who, running, '{{}}'::jsonb, CASE WHEN why <> '' THEN %s::timestamptz END, why
            FROM ({chosen}) AS chosen
            """,
            [batch.pk, now, *values],
        )
        return cursor.rowcount


def foresee_begin(pattern, customers, *, by, now, base=None, spreads=False) -> Workload:
    """What the pattern would come to for these, day by day or week by week; those `by` may not choose for left out.

    `spreads`: also how it would be spread, which is planned from days alone: the worker begins it at another hour.
    """
    version = pattern.current_version
    is_short = not version.is_fixed and reach_of(version.step_list).latest < DAY_BY_DAY
    if spreads and base is None and version.base == Base.CHOSEN:
        base = _day_to_begin(customers, now)
    base = base and counted_from(base, now)
    targets = customers.filter(may_be_chosen_by(by))
    return foresee_choice(pattern, targets, me=by, now=now, base=base, months=2 if is_short else 24, spread=spreads)


def _day_to_begin(customers, now):
    """Today; tomorrow once a store of theirs has closed, where it would all be late at once."""
    today = timezone.localdate(now)
    stores = Store.objects.filter(pk__in=customers.order_by().values("store")).with_calendar()
    is_over = any(store.calendar().closing(today) <= now for store in stores)
    return today + timedelta(days=1) if is_over else today


def _spread(batch, now):
    """Its rows say by how many days steps leave their day, so that no day overflows."""
    customers = Customer.objects.filter(pk__in=batch.rows.to_do().values("customer"))
    if batch.base_on is None and batch.pattern.current_version.base == Base.CHOSEN:
        batch.base_on = _day_to_begin(customers, now)
        batch.save(update_fields=["base_on"])
    found = foresee_begin(batch.pattern, customers, by=batch.made_by, now=now, base=batch.base_on, spreads=True)
    by_target = found.spreading.by_target if found.spreading else {}
    lines = dict(batch.rows.to_do().values_list("customer", "pk"))
    moved = {lines[customer_id]: json.dumps(days) for (customer_id, _deal_id), days in by_target.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {BatchRow._meta.db_table} AS line SET spread = moved.spread::jsonb
            FROM unnest(%s::bigint[], %s::text[]) AS moved (id, spread) WHERE line.id = moved.id
            """,
            [list(moved), list(moved.values())],
        )


def unplaced(batch) -> int:
    """How many of those that it began or moved still wait for the worker to place their tasks.

    Found by what they have in common, not by its rows: so many of them have just been written that the database, which
    has not counted them yet, would look for each in all of the others.
    """
    if batch.begins:
        return FollowUp.objects.waiting().begun_together(f"hand:{batch.key}").count()
    return FollowUp.objects.to_adjust().filter(version=batch.version_id).count()


# Steering one


def pause(batch, now) -> bool:
    """It rests; nothing more is done once this has returned. False when there is nothing to pause."""
    with transaction.atomic():
        Batch.objects.hold(batch.pk)
        return bool(Batch.objects.unfinished().filter(pk=batch.pk, paused_at__isnull=True).update(paused_at=now))


def go_on(batch) -> bool:
    with transaction.atomic():
        wake()
        return bool(Batch.objects.unfinished().filter(pk=batch.pk).update(paused_at=None))


def cancel(batch, now) -> bool:
    """What is not done stays undone, what is done stays. False when it is over already."""
    with transaction.atomic():
        Batch.objects.hold(batch.pk)
        over = {"cancelled_at": now, "finished_at": now, "paused_at": None}
        return bool(Batch.objects.unfinished().filter(pk=batch.pk).update(**over))


def take_back(standing: Standing, *, by, now):
    """End all that it began; what was recorded meanwhile stays. Raises TooLateToTakeBack."""
    batch = standing.batch
    if not standing.may_be_taken_back(by, now):
        raise TooLateToTakeBack(batch)
    with transaction.atomic():
        batch = Batch.objects.hold(batch.pk)
        batch.cancelled_at, batch.finished_at, batch.paused_at = now, None, None
        batch.save(update_fields=["cancelled_at", "finished_at", "paused_at"])
        if standing.got <= AT_ONCE:
            while _slice(batch, now, AT_ONCE):
                pass
        wake()


# Doing it


def work_on_batches(now, *, limit: int = SLICE) -> int:
    """One round: a slice of every batch in work, about `limit` rows in all; gives how many were done."""
    waiting = list(Batch.objects.in_work().in_their_turn().values_list("pk", flat=True))
    share = max(LEAST, limit // max(1, len(waiting)))
    return sum(_turn(pk, now, share) for pk in waiting)


def _turn(pk, now, limit) -> int:
    with transaction.atomic():
        batch = Batch.objects.in_work().take(pk)
        return _slice(batch, now, limit) if batch else 0


def _slice(batch, now, limit) -> int:
    """The next rows of a batch that is held; it is finished when there are none."""
    rows, do = (batch.rows.done(), _end) if batch.cancelled_at else (batch.rows.to_do(), WORK[batch.kind])
    some = list(rows.with_targets()[:limit])
    if some:
        _write(_outcomes(do, batch, some, now), now)
    else:
        batch.finished_at = now
        batch.save(update_fields=["finished_at"])
    return len(some)


def _outcomes(do, batch, rows, now) -> dict:
    """{row's id: (follow-up's id, why)}; where one of them stops the slice, each by itself."""
    try:
        with transaction.atomic():
            return do(batch, rows, now)
    except (OperationalError, InterfaceError):
        raise  # a deadlock, or no connection: the next minute's sweep tries again
    except Exception:
        log.exception("A slice of batch %s has failed", batch.pk)
        if len(rows) == 1:
            return {rows[0].pk: (rows[0].follow_up_id, Skipped.FAILED)}
    return {pk: outcome for row in rows for pk, outcome in _outcomes(do, batch, [row], now).items()}


def _begin(batch, rows, now) -> dict:
    targets = {row.pk: row.deal or row.customer for row in rows}
    many = start_many(
        batch.pattern,
        list(targets.values()),
        by=batch.made_by,
        now=now,
        base=batch.base_on and counted_from(batch.base_on, batch.made_at),
        key=f"hand:{batch.key}",
        spread={key_of(targets[row.pk]): row.spread for row in rows},
    )
    begun = {(row.customer_id, row.deal_id): row.pk for row in many.started}
    reasons = {key_of(target): why for target, why in many.left_out}
    keys = {pk: key_of(target) for pk, target in targets.items()}
    return {pk: (begun.get(key), reasons.get(key, "")) for pk, key in keys.items()}


def _move(batch, rows, now) -> dict:
    follow_ups = FollowUp.objects.filter(pk__in=[row.follow_up_id for row in rows])
    hold(follow_ups)
    running = dict(follow_ups.running().values_list("pk", "version"))
    others = [pk for pk, version in running.items() if version != batch.version_id]
    spreads, spread = Spreads(batch.version), list(follow_ups.filter(pk__in=others).exclude(spread={}))
    for row in spread:
        row.spread = spreads.taken_along(row)
    FollowUp.objects.bulk_update(spread, ["spread"])
    FollowUp.objects.filter(pk__in=others).switch_to(batch.version, now)
    why = defaultdict(lambda: Skipped.ENDED, dict.fromkeys(running, Skipped.SAME) | dict.fromkeys(others, ""))
    return {row.pk: (row.follow_up_id, why[row.follow_up_id]) for row in rows}


def _end(batch, rows, now) -> dict:
    """Taking back."""
    follow_ups = FollowUp.objects.filter(pk__in=[row.follow_up_id for row in rows])
    stop(follow_ups, EndReason.STOPPED, by=batch.made_by, now=now)
    return {row.pk: (row.follow_up_id, Skipped.TAKEN_BACK) for row in rows}


WORK = {BatchKind.BEGIN: _begin, BatchKind.MOVE: _move}


def _write(outcomes, now):
    columns = [(pk, follow_up_id, str(why)) for pk, (follow_up_id, why) in outcomes.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {BatchRow._meta.db_table} AS line SET done_at = %s, follow_up_id = done.follow_up_id, why = done.why
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS done (id, follow_up_id, why)
            WHERE line.id = done.id
            """,
            [now, *(list(column) for column in zip(*columns, strict=True))],
        )
