"""The way to the order of one person beside everybody else's (REQUIREMENTS D5).

Looked at are deals received in the last twelve months, counted for whoever the order was counted for, else for who is
in charge; where the store that counts is one of those asked for.

A deal reaches a stage with its first move into it or beyond. It stood there unless it went on in the same moment, so a
stage that was passed over counts for the share, but has neither days nor contacts. Times are known from moves only: a
deal that was entered further on has none for what came before. Contacts are those that stand, of either direction, by
the stage in which the deal was when they happened.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, F, FloatField, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

from customers.models import Deal, Stage
from followups.models import Contact

MONTHS = 12
FEWEST = 3
"""Of fewer nothing can be said."""
MOST_TOUCHES = 20


@dataclass(frozen=True)
class Scope:
    """Deals of these stores (ids), of one kind or of all, received in the year before `now`."""

    stores: tuple[int, ...]
    kind: str
    now: datetime

    @property
    def since(self) -> datetime:
        return self.now - relativedelta(months=MONTHS)


@dataclass
class Stood:
    """What is known of one stage: `reached` of all `deals`; `stood` there, and `left` it for a further one.

    `days`: half of those who left stood there no longer; None where nobody left.
    """

    deals: int = 0
    reached: int = 0
    stood: int = 0
    left: int = 0
    days: float | None = None
    by_channel: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> int | None:
        return round(100 * self.reached / self.deals) if self.deals else None

    @property
    def contacts(self) -> int:
        return sum(self.by_channel.values())

    @property
    def per_deal(self) -> float | None:
        return round(self.contacts / self.stood, 1) if self.stood else None


@dataclass(frozen=True)
class Touch:
    """The `number`th contact by a channel that at least half of the ordered deals had: `day` after reception.

    `deals`: how many had it, of all the `orders`.
    """

    channel: str
    number: int
    day: int
    deals: int
    orders: int


# What every question below begins with: when each deal reached each stage, and whether it stood there.
REACHED = """
    WITH stages AS (
        SELECT stage, place FROM unnest(%(stages)s::text[]) WITH ORDINALITY AS named (stage, place)
    ), deals AS MATERIALIZED (
        SELECT id, stage, received_at,
            COALESCE(COALESCE(counted_staff_id, staff_id) = %(person)s, FALSE) AS own
        FROM customers_deal
        WHERE COALESCE(counted_store_id, store_id) = ANY(%(stores)s)
            AND received_at >= %(since)s AND received_at < %(now)s
            AND (%(kind)s = '' OR kind = %(kind)s)
            AND (NOT %(only_own)s OR COALESCE(counted_staff_id, staff_id) = %(person)s)
    ), moves AS (
        SELECT change.deal_id, stages.place, MIN(change.at) AS at
        FROM customers_stagechange AS change
        JOIN deals ON deals.id = change.deal_id
        JOIN stages ON stages.stage = change.after
        WHERE NOT change.lost AND change.at < %(now)s
        GROUP BY 1, 2
    ), reached AS (
        SELECT deal_id, place, MIN(at) AS at
        FROM (
            SELECT id AS deal_id, 1 AS place, received_at AS at FROM deals
            UNION ALL
            SELECT moves.deal_id, passed.place, moves.at
            FROM moves JOIN stages AS passed ON passed.place BETWEEN 2 AND moves.place
            UNION ALL
            SELECT deals.id, passed.place, NULL
            FROM deals
            JOIN stages USING (stage)
            JOIN stages AS passed ON passed.place BETWEEN 2 AND stages.place
        ) AS every
        GROUP BY 1, 2
    ), spans AS (
        SELECT reached.*, deals.own, deals.received_at,
            LEAD(reached.at) OVER way AS next_at,
            LEAD(reached.place) OVER way AS next_place
        FROM reached JOIN deals ON deals.id = reached.deal_id
        WINDOW way AS (PARTITION BY reached.deal_id ORDER BY reached.place)
    ), judged AS (
        SELECT *, at IS NOT NULL AND (next_place IS NULL OR COALESCE(next_at > at, FALSE)) AS stood FROM spans
    )
"""
# Which rows are behind the numbers of one side, with `own`.
DEALS = "SELECT id FROM deals WHERE own = %(own)s"
THERE = "SELECT deal_id FROM judged WHERE own = %(own)s AND place = %(place)s"
STOOD = f"{THERE} AND stood"
LEFT = f"{STOOD} AND next_place IS NOT NULL"
THERE_CONTACTED = """
    FROM judged
    JOIN followups_contact AS contact ON contact.deal_id = judged.deal_id
        AND contact.happened_at >= judged.at
        AND (judged.next_at IS NULL OR contact.happened_at < judged.next_at)
    WHERE judged.stood AND contact.voided_at IS NULL AND contact.happened_at < %(now)s
"""
# Of each stage a row, and one for each channel by which there were contacts: when deals reached what is found out once.
STANDS = f"""
    SELECT own, place, NULL, COUNT(*), COUNT(*) FILTER (WHERE stood),
        COUNT(*) FILTER (WHERE stood AND next_place IS NOT NULL),
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM next_at - at))
            FILTER (WHERE stood AND next_place IS NOT NULL)
    FROM judged GROUP BY 1, 2
    UNION ALL
    SELECT judged.own, judged.place, contact.channel, COUNT(*), 0, 0, 0
    {THERE_CONTACTED} GROUP BY 1, 2, 3
"""  # noqa: S608
CONTACTED = f"""
    SELECT contact.id {THERE_CONTACTED} AND judged.own = %(own)s AND judged.place = %(place)s
        AND (%(channel)s = '' OR contact.channel = %(channel)s)
"""
TOUCHED = """
    , ordered AS (
        SELECT deal_id, received_at, at FROM spans
        WHERE own AND at IS NOT NULL AND place = (SELECT place FROM stages WHERE stage = %(order)s)
    ), touches AS (
        SELECT contact.id, contact.channel,
            ROW_NUMBER() OVER (PARTITION BY contact.deal_id, contact.channel ORDER BY contact.happened_at, contact.id)
                AS number,
            (contact.happened_at AT TIME ZONE %(zone)s)::date - (ordered.received_at AT TIME ZONE %(zone)s)::date AS day
        FROM ordered
        JOIN followups_contact AS contact ON contact.deal_id = ordered.deal_id
            AND contact.happened_at >= ordered.received_at AND contact.happened_at <= ordered.at
        WHERE contact.direction = 'out' AND contact.voided_at IS NULL
    )
"""
TOUCH = "SELECT id FROM touches WHERE channel = %(channel)s AND number = %(number)s"
TOUCHES = """
    SELECT channel, number, PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY day), COUNT(*),
        (SELECT COUNT(*) FROM ordered)
    FROM touches
    GROUP BY 1, 2
    HAVING COUNT(*) * 2 >= (SELECT COUNT(*) FROM ordered)
    ORDER BY 3, 2, 1
    LIMIT %(most)s
"""


def best_seller(scope: Scope, among: Iterable[int]) -> int | None:
    """Who of these people has most orders in the twelve months; of several alike whoever has been here longest."""
    first, last = timezone.localdate(scope.since), timezone.localdate(scope.now)
    orders = Deal.objects.ordered_between(first, last).filter(
        counted_store__in=scope.stores, counted_staff__in=list(among)
    )
    if scope.kind:
        orders = orders.filter(kind=scope.kind)
    best = orders.order_by().values("counted_staff").annotate(n=Count("pk")).order_by("-n", "counted_staff").first()
    return best and best["counted_staff"]


def stands(scope: Scope, person: int | None) -> tuple[dict[Stage, Stood], dict[Stage, Stood]]:
    """By stage: theirs, and everybody else's. One statement."""
    found = {own: {stage: Stood() for stage in Stage} for own in (True, False)}
    for own, place, channel, number, *more in _ask(STANDS, scope, person):
        one = found[own][_stage(place)]
        if channel:
            one.by_channel[channel] = number
            continue
        reached, (stood, left, seconds) = number, more
        one.reached, one.stood, one.left = reached, stood, left
        one.days = None if seconds is None else float(seconds) / 86_400
    for by_stage in found.values():
        for one in by_stage.values():
            one.deals = by_stage[Stage.ENQUIRY].reached
    return found[True], found[False]


def touches(scope: Scope, person: int) -> list[Touch]:
    """What is typical of their way from reception to the order, in order; empty of fewer than FEWEST orders."""
    rows = _ask(
        TOUCHED + TOUCHES,
        scope,
        person,
        only_own=True,
        order=Stage.ORDER.value,
        zone=settings.TIME_ZONE,
        most=MOST_TOUCHES,
    )
    return [Touch(*row) for row in rows if row[-1] >= FEWEST]


def _stage(place: int) -> Stage:
    return list(Stage)[place - 1]


def _ask(statement, scope: Scope, person, **more) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"{REACHED} {statement}", _values(scope, person) | more)
        return cursor.fetchall()


def _values(scope, person) -> dict:
    return {
        "stages": Stage.values,
        "stores": list(scope.stores),
        "since": scope.since,
        "now": scope.now,
        "kind": scope.kind,
        "person": person,
        "only_own": False,
    }


def ids(statement, scope: Scope, person, **more) -> RawSQL:
    """What a statement gives, as a part of a queryset: there values go by their order."""
    values, names = _values(scope, person) | more, []
    sql = re.sub(r"%\((\w+)\)s", lambda found: names.append(found[1]) or "%s", f"{REACHED} {statement}")
    return RawSQL(sql, [values[name] for name in names])  # noqa: S611 (statements of this file)


def place_of(stage: Stage) -> int:
    return list(Stage).index(stage) + 1


def lagging(me, scope: Scope, person: int, mine: dict[Stage, Stood]):
    """The others' open deals that had fewer contacts in their stage than the person's have there, the furthest first.

    Not one's own: it is the others whom one shows how.

    With `had`, `usual` and `fewer`; of stages before the order in which at least FEWEST of the person's stood. Those
    that came into their stage today have their contacts still to come.
    """
    midnight = timezone.localtime(scope.now).replace(hour=0, minute=0, second=0, microsecond=0)
    usual = {stage: one.per_deal for stage, one in mine.items() if one.stood >= FEWEST and stage not in Stage.won()}
    had = Contact.objects.standing().filter(deal=OuterRef("pk"), happened_at__gte=OuterRef("stage_changed_at"))
    counted = Subquery(had.order_by().values("deal").annotate(n=Count("pk")).values("n"))
    rows = Deal.objects.visible_to(me).open().in_stores(scope.stores).filter(won_at__isnull=True, stage__in=usual)
    rows = rows.filter(stage_changed_at__lt=midnight)
    if scope.kind:
        rows = rows.filter(kind=scope.kind)
    rows = rows.filter(Q(staff__isnull=False) & ~Q(staff__in=[person, me.pk]))
    rows = rows.annotate(
        had=Coalesce(counted, 0),
        usual=Case(
            *(When(stage=stage, then=Value(number)) for stage, number in usual.items()),
            default=Value(0.0),
            output_field=FloatField(),
        ),
    )
    rows = rows.annotate(fewer=F("usual") - F("had")).filter(fewer__gt=0)
    return rows.for_cards().order_by("-fewer", "stage_changed_at", "pk")
