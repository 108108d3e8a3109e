"""What figures say of customers, read off their stories: who stood where at any moment, without asking every contact.

A story is written by the worker from the customer's rows and written anew when a trigger has marked it; whoever is
marked is counted from their rows meanwhile. What a figure means stands in reports.reach; here the same is read from
the moments of a story, and tests hold both against each other.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from customers.models import Customer
from customers.models.deal import Source
from customers.models.stage import DealKind
from followups.input_rate import Rate
from followups.models import Direction
from followups.models.contact import HEARD
from stores.locks import one_at_a_time
from stores.wide import in_parallel, is_wide

from .asked import NOBODY, Asked
from .models import Story, SummedUp, TouchedCustomer
from .reach import REACH_MONTHS, YEAR, Met

LOCK = "telling stories"
AT_ONCE = 1000
MOST_TOUCHED = 2000
"""With more of them everybody is counted from their rows, until the worker has caught up."""
KEYS = {"person": ["owner_id"], "place and person": ["store_id", "owner_id"], None: []}
TURNS = 30
TICK = timedelta(microseconds=1)

TELL = """
INSERT INTO reports_story (
    customer_id, store_id, owner_id, rank_id, born_on, created_at, closed_at,
    contacts, begun_by_them, heard, cars, cars_gone, bought, replaced, sent
)
SELECT customer.id, store_id, owner_id, rank_id, born_on, created_at, closed_at,
    COALESCE(contacts, '{}'), COALESCE(begun_by_them, '{}'), COALESCE(heard, '{}'),
    COALESCE(cars, '{}'), COALESCE(cars_gone, '{}'),
    COALESCE(bought, '{}'), COALESCE(replaced, '{}'), COALESCE(sent, '{}')
FROM customers_customer AS customer
LEFT JOIN (
    SELECT customer_id, array_agg(happened_at ORDER BY happened_at) AS contacts,
        array_agg(happened_at ORDER BY happened_at) FILTER (WHERE outcome = ANY(%(heard)s)) AS heard,
        array_agg(happened_at ORDER BY happened_at) FILTER (
            WHERE direction <> %(out)s OR (
                task_id IS NULL
                AND EXISTS (SELECT FROM followups_contact AS asked WHERE asked.answered_with_id = contact.id)
            )
        ) AS begun_by_them
    FROM followups_contact AS contact WHERE customer_id = ANY(%(ids)s) AND voided_at IS NULL GROUP BY customer_id
) AS talks ON talks.customer_id = customer.id
LEFT JOIN (
    SELECT customer_id, array_agg(created_at ORDER BY created_at) AS cars,
        array_agg(gone_at ORDER BY gone_at) FILTER (WHERE gone_at IS NOT NULL) AS cars_gone
    FROM (
        SELECT customer_id, created_at, CASE WHEN disposed_on IS NOT NULL
            THEN GREATEST(created_at, disposed_on::timestamp AT TIME ZONE %(zone)s) END AS gone_at
        FROM customers_vehicle WHERE customer_id = ANY(%(ids)s)
    ) AS car GROUP BY customer_id
) AS fleet ON fleet.customer_id = customer.id
LEFT JOIN (
    SELECT customer_id, array_agg(bought_on ORDER BY bought_on) AS bought FROM (
        SELECT customer_id, ordered_on AS bought_on FROM customers_deal
        WHERE customer_id = ANY(%(ids)s) AND ordered_on IS NOT NULL AND lost_at IS NULL AND kind = %(sale)s
        UNION ALL
        SELECT customer_id, delivered_on FROM customers_vehicle
        WHERE customer_id = ANY(%(ids)s) AND bought_here AND delivered_on IS NOT NULL
    ) AS purchase GROUP BY customer_id
) AS purchases ON purchases.customer_id = customer.id
LEFT JOIN (
    SELECT customer_id, array_agg(ordered_on ORDER BY ordered_on) AS replaced FROM (
        SELECT customer_id, ordered_on, source, min(ordered_on) OVER (PARTITION BY customer_id) AS first_on
        FROM customers_deal
        WHERE customer_id = ANY(%(ids)s) AND ordered_on IS NOT NULL AND lost_at IS NULL AND kind = %(sale)s
    ) AS sale WHERE source = %(repeat)s OR ordered_on > first_on GROUP BY customer_id
) AS replacements ON replacements.customer_id = customer.id
LEFT JOIN (
    SELECT buyer.referrer_id, array_agg(deal.ordered_on ORDER BY deal.ordered_on) AS sent
    FROM customers_customer AS buyer JOIN customers_deal AS deal ON deal.customer_id = buyer.id
    WHERE buyer.referrer_id = ANY(%(ids)s) AND deal.ordered_on IS NOT NULL AND deal.lost_at IS NULL
    GROUP BY buyer.referrer_id
) AS referrals ON referrals.referrer_id = customer.id
WHERE customer.id = ANY(%(ids)s)
"""

NET = "created_at < %(until_{at})s AND (closed_at IS NULL OR closed_at >= %(until_{at})s)"


def _contacts(before, moments):
    return f"({before('contacts', moments.end)} - {before('contacts', moments.year)})"


def _theirs(before, moments):
    return f"({before('begun_by_them', moments.end)} - {before('begun_by_them', moments.year)})"


HITS = {
    "customers": lambda before, at: "TRUE",
    "reach": lambda before, at: f"{before('heard', at.end)} > {before('heard', at.quarter)}",
    "silent": lambda before, at: f"{before('heard', at.end)} = {before('heard', at.silence)}",
    "only-inbound": lambda before, at: (
        f"{_contacts(before, at)} > 0 AND {_contacts(before, at)} = {_theirs(before, at)}"
    ),
    "met": lambda before, at: f"{_contacts(before, at)} > {_theirs(before, at)}",
    "replacement": lambda before, at: f"{before('replaced', at.day)} > {before('replaced', at.day_before)}",
    "referral": lambda before, at: f"{before('sent', at.day)} > {before('sent', at.day_before)}",
}
"""Of every net customer, whether they count for the good. `before`: how many of a list's moments lie before one."""
SUMS = {
    "vehicles": lambda before, at: f"{before('cars', at.end)} - {before('cars_gone', at.end)}",
    "contacts": _contacts,
}
"""Of every net customer, how many."""
FIGURES = frozenset(HITS) | frozenset(SUMS)


def tell_marked(now) -> int:
    """Write the stories that are marked anew, some in one transaction; gives how many."""
    if not SummedUp.objects.filter(told_at__isnull=False).exists():
        return 0
    with transaction.atomic():
        one_at_a_time(LOCK)
        marks = dict(TouchedCustomer.objects.order_by("pk").values_list("pk", "customer_id")[:AT_ONCE])
        TouchedCustomer.objects.filter(pk__in=marks).delete()
        _tell(sorted(set(marks.values())))
    return len(marks)


def tell_next(now) -> int:
    """The first stories of all, some in one transaction in the order of the customers; gives how many."""
    with transaction.atomic():
        one_at_a_time(LOCK)
        known = SummedUp.objects.first()
        if known is None or known.told_at:
            return 0
        told = Story.objects.aggregate(last=Max("customer_id"))["last"] or 0
        ids = list(Customer.objects.filter(pk__gt=told).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if not ids:
            SummedUp.objects.filter(pk=known.pk).update(told_at=now)
        _tell(ids)
    return len(ids)


def mark_some(now):
    """Some of the book every night, all of it in TURNS nights: whatever no mark told of."""
    turn = timezone.localdate(now).toordinal() % TURNS
    ids = Customer.objects.annotate(turn=F("pk") % TURNS).filter(turn=turn).values_list("pk", flat=True)
    TouchedCustomer.objects.bulk_create(TouchedCustomer(customer_id=pk) for pk in ids.iterator())


def _tell(ids: list[int]):
    if not ids:
        return
    Story.objects.filter(pk__in=ids).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            TELL,
            {
                "ids": ids,
                "heard": sorted(outcome.value for outcome in HEARD),
                "out": Direction.OUT.value,
                "sale": DealKind.SALE.value,
                "repeat": Source.REPEAT.value,
                "zone": settings.TIME_ZONE,
            },
        )


def touched() -> list[int] | None:
    """Whose stories are not up to date; None where that is true of too many, or there are none yet."""
    marks = TouchedCustomer.objects.order_by().values_list("customer_id", flat=True).distinct()
    found = list(marks[: MOST_TOUCHED + 1])
    if len(found) > MOST_TOUCHED or not SummedUp.objects.filter(told_at__isnull=False).exists():
        return None
    return found


class _Looked:
    """Columns of an inner SELECT: how many of a list's moments lie before one (width_bucket looks it up by halves)."""

    def __init__(self):
        self.columns, self.values = {}, {}

    def before(self, moments: str, moment) -> str:
        name = self.columns.setdefault((moments, moment), f"before_{len(self.columns)}")
        self.values[name] = moment
        return name

    @property
    def select(self) -> list[str]:
        return [f"width_bucket(%({name})s, {of}) AS {name}" for (of, _moment), name in self.columns.items()]


def read(slugs, askeds: list[Asked], besides: list[int], *, by="person") -> list[dict[str, dict]]:
    """{figure: {key: Rate}} for each of these, which differ in their days alone: one statement.

    `besides`: customers who are not counted here. `by`: one of KEYS; by nothing the key is None.
    """
    looked, numbers, one = _Looked(), [], askeds[0]
    for at, asked in enumerate(askeds):
        for slug in slugs:
            numbers += _numbers(slug, f"net_{at}" if len(askeds) > 1 else "", looked, Moments(asked))
    values = {f"until_{at}": asked.until for at, asked in enumerate(askeds)} | looked.values | _whose(one, besides)
    is_net = [NET.format(at=at) for at in range(len(askeds))]
    columns = [f"{said} AS net_{at}" for at, said in enumerate(is_net)] if len(askeds) > 1 else []
    columns = ", ".join(["store_id", "owner_id", *columns, *looked.select])
    among = f"{_of(one, besides)} AND ({' OR '.join(is_net)})"
    with connection.cursor() as cursor, in_parallel(one.stores):
        cursor.execute(
            f"""
            SELECT {", ".join([*KEYS[by], *numbers])} FROM (SELECT {columns} {among}) AS looked
            {f"GROUP BY {', '.join(KEYS[by])}" if by else ""}
            """,
            values,
        )
        rows = cursor.fetchall()
    found, keys = [{slug: {} for slug in slugs} for _asked in askeds], len(KEYS[by])
    for row in rows:
        key = row[:keys] if keys > 1 else row[0] if keys else None
        pairs = iter(zip(row[keys::2], row[keys + 1 :: 2], strict=True))
        for rates in found:
            for slug in slugs:
                hits, due = next(pairs)
                if due:
                    rates[slug][key] = Rate(int(hits), int(due))
    return found


def grouped(asked: Asked, groups: dict[str, str], values: dict, besides: list[int]):
    """(how they were met, number, how many of them nobody has reached, group, group, …) of net customers.

    `groups`: expressions, with their `values`.
    """
    looked, moments = _Looked(), Moments(asked)
    contacts, theirs = _contacts(looked.before, moments), _theirs(looked.before, moments)
    met = (
        f"CASE WHEN {contacts} > {theirs} THEN '{Met.US}' WHEN {contacts} > 0 THEN '{Met.THEY}' ELSE '{Met.NOBODY}' END"
    )
    silent = HITS["silent"](looked.before, moments)
    columns = ", ".join(f"{expression} AS by_{name}" for name, expression in groups.items())
    names = ", ".join(f"by_{name}" for name in groups)
    with connection.cursor() as cursor, in_parallel(asked.stores):
        cursor.execute(
            f"""
            SELECT {met}, count(*), count(*) FILTER (WHERE {silent}), {names} FROM (
                SELECT {columns}, {", ".join(looked.select)} {_of(asked, besides)} AND {NET.format(at=0)}
            ) AS looked GROUP BY 1, {names}
            """,
            {**values, **looked.values, "until_0": asked.until, **_whose(asked, besides)},
        )
        return cursor.fetchall()


def _whose(asked: Asked, besides) -> dict:
    return {"stores": list(asked.stores), "besides": besides, "staff": asked.staff}


def _of(asked: Asked, besides) -> str:
    whose = {None: "", NOBODY: " AND owner_id IS NULL"}.get(asked.staff, " AND owner_id = %(staff)s")
    left_out = " AND customer_id <> ALL(%(besides)s)" if besides else ""
    # Of many stores the table is read as it lies: row by row through the index takes twice as long.
    place = "store_id + 0" if is_wide(asked.stores) else "store_id"
    return f"FROM {Story._meta.db_table} WHERE {place} = ANY(%(stores)s){whose}{left_out}"


def _numbers(slug, is_net: str, looked, moments) -> list[str]:
    """Hits, and all of it; `is_net`: the column that says who counts, where not all do."""
    if slug in SUMS:
        number = f"sum({SUMS[slug](looked.before, moments)}){f' FILTER (WHERE {is_net})' if is_net else ''}"
        return [f"COALESCE({number}, 0)"] * 2
    hit = " AND ".join(filter(None, [is_net, HITS[slug](looked.before, moments)]))
    return [f"count(*) FILTER (WHERE {hit})", f"count(*) FILTER (WHERE {is_net or 'TRUE'})"]


class Moments:
    """Ends of the stretches of time that figures look back over; a tick earlier, where what lies on it is left out."""

    def __init__(self, asked: Asked):
        self.end = asked.until - TICK
        self.year = asked.back(months=YEAR) - TICK
        self.quarter = asked.back(months=REACH_MONTHS) - TICK
        self.silence = asked.back(months=asked.silent_months) - TICK
        self.day = asked.as_of
        self.day_before = asked.as_of - relativedelta(months=YEAR)
