"""What the rules of the ranks come to: for everybody in one statement (REQUIREMENTS C5).

Visits are recorded on a higher floor; whoever calls hands in the question for them.
"""

import re
from contextlib import contextmanager

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stores.locks import one_at_a_time

from .models import Customer, Rank, RankHold, RankRules

RANKS = "ranks"
"""Who computes or decides about ranks does so one after the other."""

COUNTED = """
orders AS MATERIALIZED (
    SELECT customer_id, vehicle_id, kind, delivered_on, COALESCE(amount_yen, 0)::bigint AS yen
    FROM customers_deal
    WHERE won_at IS NOT NULL AND COALESCE(ordered_on, (won_at AT TIME ZONE %(zone)s)::date) >= %(since)s
),
bought AS (
    SELECT customer_id, count(*) AS number, sum(yen) AS yen FROM (
        SELECT customer_id, yen FROM orders WHERE kind = 'sale'
        UNION ALL
        SELECT customer_id, COALESCE(price_yen, 0)::bigint FROM customers_vehicle AS car
        WHERE bought_here AND delivered_on BETWEEN %(since)s AND %(today)s
            AND NOT EXISTS (SELECT FROM orders WHERE kind = 'sale' AND orders.vehicle_id = car.id)
            AND NOT EXISTS (
                SELECT FROM orders
                WHERE kind = 'sale' AND orders.customer_id = car.customer_id AND orders.delivered_on = car.delivered_on
            )
    ) AS each GROUP BY customer_id
),
others AS (SELECT customer_id, count(*) AS number FROM orders WHERE kind <> 'sale' GROUP BY customer_id),
referrals AS (
    SELECT referrer_id AS customer_id, count(*) AS number FROM customers_customer
    WHERE referrer_id <> id
        AND (id IN (SELECT customer_id FROM orders) OR id IN (SELECT customer_id FROM bought))
    GROUP BY referrer_id
),
cars AS (
    SELECT customer_id, count(*) AS number FROM customers_vehicle WHERE disposed_on IS NULL GROUP BY customer_id
),
visits (customer_id, number) AS ({visits}),
counted AS (
    SELECT customer.id, customer.store_id, customer.rank_id, customer.payment,
        COALESCE(bought.number, 0) AS purchases, COALESCE(bought.yen, 0)::bigint AS yen,
        COALESCE(others.number, 0) AS others, COALESCE(referrals.number, 0) AS referrals,
        COALESCE(cars.number, 0) AS vehicles, COALESCE(visits.number, 0) AS visits
    FROM customers_customer AS customer
    LEFT JOIN bought ON bought.customer_id = customer.id
    LEFT JOIN others ON others.customer_id = customer.id
    LEFT JOIN referrals ON referrals.customer_id = customer.id
    LEFT JOIN cars ON cars.customer_id = customer.id
    LEFT JOIN visits ON visits.customer_id = customer.id
    WHERE customer.closed_at IS NULL
),
pointed AS (
    SELECT *, %(purchase)s * purchases + %(million_yen)s * (yen / 1000000) + %(other_deal)s * others
        + %(referral)s * referrals + %(vehicle)s * vehicles + %(visit)s * visits
        + CASE payment WHEN 'cash' THEN %(cash)s WHEN 'loan' THEN %(loan)s WHEN 'late' THEN %(late)s ELSE 0 END
        AS points
    FROM counted
),
ranked AS (SELECT *, {code} AS code FROM pointed)
"""
"""A car counts once: as a sale that was won, else (brought in with the book) as bought here."""

PROPOSE = """
WITH {counted},
gone AS (
    DELETE FROM customers_rankstanding USING customers_customer AS customer
    WHERE customer.id = customers_rankstanding.customer_id AND customer.closed_at IS NOT NULL
),
standings AS (
    SELECT ranked.id AS customer_id, ranked.store_id, ranked.points, rank.id AS rank_id,
        jsonb_build_object(
            'purchases', purchases, 'yen', yen, 'others', others, 'referrals', referrals,
            'payment', payment, 'vehicles', vehicles, 'visits', visits
        ) AS figures,
        rank.id IS DISTINCT FROM ranked.rank_id AND hold.id IS NULL AS is_proposed
    FROM ranked
    JOIN customers_rank AS rank ON rank.code = ranked.code
    LEFT JOIN customers_rankhold AS hold ON hold.customer_id = ranked.id
)
INSERT INTO customers_rankstanding AS standing
    (customer_id, store_id, points, figures, rank_id, computed_at, proposed_at)
SELECT customer_id, now.store_id, now.points, now.figures, now.rank_id, %(now)s,
    CASE WHEN now.is_proposed THEN %(now)s::timestamptz END
FROM standings AS now
LEFT JOIN customers_rankstanding AS was USING (customer_id)
WHERE was.id IS NULL OR (was.store_id, was.points, was.figures, was.rank_id, was.proposed_at IS NOT NULL)
    IS DISTINCT FROM (now.store_id, now.points, now.figures, now.rank_id, now.is_proposed)
ON CONFLICT (customer_id) DO UPDATE SET
    store_id = EXCLUDED.store_id, points = EXCLUDED.points, figures = EXCLUDED.figures, rank_id = EXCLUDED.rank_id,
    computed_at = EXCLUDED.computed_at,
    proposed_at = CASE
        WHEN EXCLUDED.proposed_at IS NOT NULL AND standing.rank_id = EXCLUDED.rank_id
        THEN COALESCE(standing.proposed_at, EXCLUDED.proposed_at) ELSE EXCLUDED.proposed_at
    END,
    decision_id = CASE
        WHEN EXCLUDED.proposed_at IS NOT NULL AND standing.rank_id = EXCLUDED.rank_id THEN standing.decision_id
    END
"""
"""What nobody decided about stays as old as it is; what was dismissed stays so while the same would be proposed."""

MOVES = """
WITH {counted}
SELECT rank.code, ranked.code, count(*) FROM ranked LEFT JOIN customers_rank AS rank ON rank.id = ranked.rank_id
GROUP BY 1, 2
"""

AS_IF = """
CREATE TEMPORARY TABLE rank_as_if ON COMMIT DROP AS
WITH {counted}
SELECT ranked.id AS customer_id, COALESCE(rank.id, %(new)s)::bigint AS rank_id
FROM ranked LEFT JOIN customers_rank AS rank ON rank.code = ranked.code
WHERE ranked.rank_id IS DISTINCT FROM COALESCE(rank.id, %(new)s)
"""
BOOK = """
CREATE TEMPORARY VIEW customers_customer AS
SELECT {columns}, CASE WHEN other.customer_id IS NULL THEN book.rank_id ELSE other.rank_id END AS rank_id
FROM {schema}.customers_customer AS book LEFT JOIN rank_as_if AS other ON other.customer_id = book.id
"""
NEW_RANK = -1
"""The id, as long as there is none, of a rank that is still to be made."""


def propose(now, *, visits_since) -> int:
    """Compute everybody's points and propose the ranks that follow; no rank is changed. How many rows changed.

    `visits_since`: takes a moment, gives a queryset of (customer, number of visits since then).
    """
    rules = RankRules.current()
    with transaction.atomic():
        one_at_a_time(RANKS)
        RankHold.objects.ended(timezone.localdate(now)).delete()
        scale = rules.scale()
        return _run(PROPOSE, rules, scale, now, visits_since).rowcount if scale else 0


def moves(rules: RankRules, scale, now, *, visits_since) -> list[tuple[str | None, str, int]]:
    """(rank now, rank by these rules, how many customers); nothing is changed. `scale` as RankRules.scale gives it."""
    return _run(MOVES, rules, scale, now, visits_since).fetchall()


@contextmanager
def book_as_if(rules: RankRules, scale, now, *, visits_since):
    """Within it every statement of this connection reads a book in which everybody has the rank of these rules.

    The database looks into what is temporary first, so that whoever asks need not know; nothing of it is left.
    """
    columns = [f'book."{field.column}"' for field in Customer._meta.concrete_fields if field.name != "rank"]
    with transaction.atomic():
        cursor = _run(AS_IF, rules, scale, now, visits_since)
        cursor.execute("ANALYZE rank_as_if")
        cursor.execute("SELECT quote_ident(current_schema())")
        [schema] = cursor.fetchone()
        cursor.execute(BOOK.format(columns=", ".join(columns), schema=schema))
        yield
        transaction.set_rollback(True)


def _run(statement: str, rules: RankRules, scale, now, visits_since):
    today = timezone.localdate(now)
    visits, visits_params = _named(visits_since(now - relativedelta(months=rules.visit_months)))
    code, code_params = _code_of(scale)
    params = {
        **{name: getattr(rules, name) for name in RankRules.WEIGHTS},
        **visits_params,
        **code_params,
        "zone": settings.TIME_ZONE,
        "since": today - relativedelta(years=rules.years),
        "today": today,
        "now": now,
        "new": NEW_RANK,
    }
    cursor = connection.cursor()
    cursor.execute(statement.format(counted=COUNTED.format(visits=visits, code=code)), params)
    return cursor


def _named(rows) -> tuple[str, dict]:
    """A queryset as SQL with names for its values."""
    sql, values = rows.query.sql_with_params()
    names = iter(range(len(values)))
    return re.sub("%s", lambda _match: f"%(visits_{next(names)})s", sql), {
        f"visits_{number}": value for number, value in enumerate(values)
    }


def _code_of(scale) -> tuple[str, dict]:
    """By points the code of a rank."""
    whens = "".join(f" WHEN points >= %(from_{number})s THEN %(code_{number})s" for number in range(len(scale) - 1))
    params = {f"code_{number}": code for number, (code, _from) in enumerate(scale)}
    params |= {f"from_{number}": points for number, (_code, points) in enumerate(scale[:-1])}
    last = f"%(code_{len(scale) - 1})s"
    return (f"CASE{whens} ELSE {last} END" if whens else f"{last}::text"), params


def explain(rules: RankRules, figures: dict) -> list[tuple]:
    """(what, how many, points) of all that counts for a customer, as a standing keeps it."""
    millions = figures["yen"] // 1_000_000
    found = [
        (_("Cars bought"), figures["purchases"], rules.purchase * figures["purchases"]),
        (_("Full million yen spent"), millions, rules.million_yen * millions),
        (_("Other deals won"), figures["others"], rules.other_deal * figures["others"]),
        (_("People sent who ordered"), figures["referrals"], rules.referral * figures["referrals"]),
        (_("Cars under management"), figures["vehicles"], rules.vehicle * figures["vehicles"]),
        (_("Visits"), figures["visits"], rules.visit * figures["visits"]),
    ]
    lines = [line for line in found if line[1]]
    if figures["payment"]:
        lines.append((_("Payment"), Customer.Payment(figures["payment"]).label, getattr(rules, figures["payment"])))
    return lines


def save_rules(rules: RankRules, scale, *, began_from: int | None, by, now) -> RankRules | None:
    """These rules from now on. Ranks that `scale` names and nobody had are made; those it leaves out are given no more.

    Nobody's rank changes by it: whoever has a rank that isn't given any more keeps it until another is confirmed.
    None, and nothing is changed, where those in force are no longer the ones (`began_from`) that were edited.
    """
    with transaction.atomic():
        one_at_a_time(RANKS)
        if RankRules.current().pk != began_from:
            return None
        codes = [code for code, _from in scale]
        known = {rank.code: rank for rank in Rank.objects.all()}
        highest = max((rank.position for rank in known.values()), default=0)
        Rank.objects.bulk_create(
            Rank(code=code, position=highest + number)
            for number, code in enumerate((code for code in codes if code not in known), start=1)
        )
        Rank.objects.filter(code__in=codes).update(retired_at=None)
        Rank.objects.exclude(code__in=codes).filter(retired_at__isnull=True).update(retired_at=now)
        _put_in_order(codes)
        rules.pk, rules.made_at, rules.made_by = None, now, by
        rules.thresholds = dict(scale[:-1])
        rules.save(force_insert=True)
    return rules


def _put_in_order(codes):
    """The highest first, those no longer given behind them; no two may have one place even for a moment."""
    ranks = sorted(Rank.objects.all(), key=lambda rank: (rank.code not in codes, rank.position))
    ranks.sort(key=lambda rank: codes.index(rank.code) if rank.code in codes else len(codes))
    free = max(rank.position for rank in ranks) + 1
    for shift in (free, 1):
        for place, rank in enumerate(ranks):
            Rank.objects.filter(pk=rank.pk).update(position=place + shift)
