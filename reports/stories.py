"""What figures say of customers, read off their stories: who stood where at any moment, without asking every contact.

A story is written by the worker from the customer's rows and written anew when a trigger has marked it; whoever is
marked is counted from their rows meanwhile. What a figure means stands in reports.reach; here the same is read from
the moments of a story, and tests hold both against each other.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from customers.models import Customer
from customers.models.deal import Source
from customers.models.stage import DealKind
from followups.input_rate import Rate
from followups.models import Direction
from followups.models.contact import HEARD
from stores.locks import one_at_a_time

from .asked import NOBODY, Asked
from .models import Story, SummedUp, TouchedCustomer
from .reach import REACH_MONTHS, YEAR, Met

LOCK = "telling stories"
AT_ONCE = 1000
MOST_TOUCHED = 2000
"""With more of them everybody is counted from their rows, until the worker has caught up."""
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

NET = "created_at < {until} AND (closed_at IS NULL OR closed_at >= {until})"
_IN_YEAR = "width_bucket({end}, {of}) - width_bucket({year}, {of})"
CONTACTS, THEIRS = _IN_YEAR.replace("{of}", "contacts"), _IN_YEAR.replace("{of}", "begun_by_them")
HITS = {
    "customers": "TRUE",
    "reach": "width_bucket({end}, heard) > width_bucket({quarter}, heard)",
    "silent": "width_bucket({end}, heard) = width_bucket({silence}, heard)",
    "only-inbound": f"{CONTACTS} > 0 AND {CONTACTS} = {THEIRS}",
    "replacement": "width_bucket({day}, replaced) > width_bucket({day_before}, replaced)",
    "met": f"{CONTACTS} > {THEIRS}",
    "referral": "width_bucket({day}, sent) > width_bucket({day_before}, sent)",
}
"""Of every net customer, whether they count for the good. How many moments of a list lie before one is looked up in it
by halves (width_bucket)."""
SUMS = {"vehicles": "width_bucket({end}, cars) - width_bucket({end}, cars_gone)", "contacts": CONTACTS}
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


def read(slugs, askeds: list[Asked], besides: list[int], *, by_person=True) -> list[dict[str, dict]]:
    """{figure: {person: Rate}} for each of these, which differ in their days alone: one statement.

    `besides`: customers who are not counted here. Without `by_person` the person is always None.
    """
    numbers, values = [], {}
    for at, asked in enumerate(askeds):
        names = {name: f"%({name}_{at})s" for name in _moments(asked)}
        values |= {f"{name}_{at}": value for name, value in _moments(asked).items()}
        is_net = NET.format(**names)
        for slug in slugs:
            numbers += _numbers(slug, is_net, names)
    one = askeds[0]
    values |= {"stores": list(one.stores), "besides": besides, "staff": one.staff}
    person = "owner_id" if by_person else "NULL::bigint"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {person}, {', '.join(numbers)} {_of(one, besides)} GROUP BY 1", values)
        rows = cursor.fetchall()
    found = [{slug: {} for slug in slugs} for _asked in askeds]
    for owner, *counts in rows:
        pairs = iter(zip(counts[::2], counts[1::2], strict=True))
        for rates in found:
            for slug in slugs:
                hits, due = next(pairs)
                if due:
                    rates[slug][owner] = Rate(int(hits), int(due))
    return found


def grouped(asked: Asked, groups: dict[str, str], values: dict, besides: list[int]):
    """(how they were met, number, group, group, …) of net customers: by each of `groups` alone, the others None.

    `groups`: expressions on a story, whose values are `values`; none of them may be NULL.
    """
    moments = _moments(asked)
    names = {name: f"%({name})s" for name in moments}
    contacts, theirs = CONTACTS.format(**names), THEIRS.format(**names)
    met = (
        f"CASE WHEN {contacts} > {theirs} THEN '{Met.US}' WHEN {contacts} > 0 THEN '{Met.THEY}' ELSE '{Met.NOBODY}' END"
    )
    columns = ", ".join(f"{expression} AS by_{name}" for name, expression in groups.items())
    sets = ", ".join(f"(met, by_{name})" for name in groups)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT met, count(*), {", ".join(f"by_{name}" for name in groups)} FROM (
                SELECT {met} AS met, {columns} {_of(asked, besides)} AND {NET.format(**names)}
            ) AS each GROUP BY GROUPING SETS ({sets})
            """,
            {**values, **moments, "stores": list(asked.stores), "besides": besides, "staff": asked.staff},
        )
        return cursor.fetchall()


def _of(asked: Asked, besides) -> str:
    whose = {None: "", NOBODY: " AND owner_id IS NULL"}.get(asked.staff, " AND owner_id = %(staff)s")
    left_out = " AND customer_id <> ALL(%(besides)s)" if besides else ""
    return f"FROM {Story._meta.db_table} WHERE store_id = ANY(%(stores)s){whose}{left_out}"


def _numbers(slug, is_net, names) -> list[str]:
    """Hits, and all of it."""
    if slug in SUMS:
        total = f"COALESCE(sum({SUMS[slug]}) FILTER (WHERE {is_net}), 0)".format(**names)
        return [total, total]
    hit = f"{is_net} AND {HITS[slug].format(**names)}"
    return [f"count(*) FILTER (WHERE {hit})", f"count(*) FILTER (WHERE {is_net})"]


def _moments(asked: Asked) -> dict:
    """Ends of the stretches of time that figures look back over; a tick earlier, where what lies on it is left out."""
    return {
        "until": asked.until,
        "end": asked.until - TICK,
        "year": asked.back(months=YEAR) - TICK,
        "quarter": asked.back(months=REACH_MONTHS) - TICK,
        "silence": asked.back(months=asked.silent_months) - TICK,
        "day": asked.as_of,
        "day_before": asked.as_of - relativedelta(months=YEAR),
    }
