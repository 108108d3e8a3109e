"""Who may be in the book twice: same number, same mail address, same kana and birthday (REQUIREMENTS C7)."""

from django.db import connection, transaction

from stores.locks import one_at_a_time
from stores.wake import wake

FIND_JOB = "customers.jobs.find_duplicates"
"""What the worker is woken for after a list."""
SEARCH = "duplicates"
"""Whoever looks through the whole book does so alone; those who save one customer go on beside each other."""
CROWD = 10
"""More than so many with one number are a switchboard or a slip: each is compared with the oldest only."""

FIND = """
WITH net AS (
    SELECT id, phones, emails, born_on, translate(kana, ' 　', '') AS kana
    FROM customers_customer WHERE closed_at IS NULL
), keys AS (
    SELECT id, 'phone' AS why, phone AS key FROM net, unnest(phones) AS phone
    UNION SELECT id, 'email', email FROM net, unnest(emails) AS email
    UNION SELECT id, 'birthday', kana || ' ' || born_on FROM net WHERE kana <> '' AND born_on IS NOT NULL
), alike AS (
    SELECT why, array_agg(id ORDER BY id) AS ids FROM keys WHERE key <> '' GROUP BY why, key HAVING count(*) > 1
), pairs AS (
    SELECT one, other, array_agg(DISTINCT why ORDER BY why) AS why
    FROM alike, unnest(ids) AS one, unnest(ids) AS other
    WHERE one < other AND (cardinality(ids) <= %(crowd)s OR one = ids[1])
    GROUP BY one, other
), gone AS (
    DELETE FROM customers_duplicate AS known USING customers_customer AS a, customers_customer AS b
    WHERE known.dismissed_at IS NULL AND a.id = known.one_id AND b.id = known.other_id
      AND a.closed_at IS NULL AND b.closed_at IS NULL
      AND NOT EXISTS (SELECT FROM pairs WHERE pairs.one = known.one_id AND pairs.other = known.other_id)
)
INSERT INTO customers_duplicate (one_id, other_id, why, found_at) SELECT one, other, why, %(now)s FROM pairs
ON CONFLICT (one_id, other_id) DO UPDATE SET why = excluded.why WHERE customers_duplicate.why <> excluded.why
"""
"""What somebody has settled stays settled; what two no longer have in common is forgotten. Of those who are closed or
merged the rows stay: taking a merge back brings them back."""


LOOK = """
WITH free AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock_shared(hashtextextended(%(search)s, 0)) AS is_free
), me AS MATERIALIZED (
    SELECT id, store_id, phones, emails, born_on, translate(kana, ' 　', '') AS kana
    FROM customers_customer, free WHERE id = %(id)s AND closed_at IS NULL AND is_free
), keys AS (
    SELECT twin.id, 'phone' AS why, phone AS key
    FROM me JOIN customers_customer AS twin ON twin.phones && me.phones, unnest(twin.phones) AS phone
    WHERE twin.store_id = me.store_id AND twin.closed_at IS NULL AND phone = ANY (me.phones)
    UNION SELECT twin.id, 'email', email
    FROM me JOIN customers_customer AS twin ON twin.emails && me.emails, unnest(twin.emails) AS email
    WHERE twin.store_id = me.store_id AND twin.closed_at IS NULL AND email = ANY (me.emails)
    UNION SELECT twin.id, 'birthday', me.kana
    FROM me JOIN customers_customer AS twin ON twin.store_id = me.store_id
        AND NULLIF(twin.kana, '') >= left(me.kana, 2) AND NULLIF(twin.kana, '') < left(me.kana, 2) || %(last)s
    WHERE twin.closed_at IS NULL AND me.kana <> '' AND twin.born_on = me.born_on
        AND translate(twin.kana, ' 　', '') = me.kana
), alike AS (
    SELECT why, array_agg(id ORDER BY id) AS ids FROM keys WHERE key <> '' GROUP BY why, key HAVING count(*) > 1
), pairs AS (
    SELECT one, other, array_agg(DISTINCT why ORDER BY why) AS why
    FROM alike, unnest(ids) AS one, unnest(ids) AS other
    WHERE one < other AND %(id)s IN (one, other) AND (cardinality(ids) <= %(crowd)s OR one = ids[1])
    GROUP BY one, other
), gone AS (
    DELETE FROM customers_duplicate AS known USING me, customers_customer AS twin
    WHERE known.dismissed_at IS NULL AND me.id IN (known.one_id, known.other_id)
      AND twin.id = known.one_id + known.other_id - me.id AND twin.store_id = me.store_id AND twin.closed_at IS NULL
      AND NOT EXISTS (SELECT FROM pairs WHERE pairs.one = known.one_id AND pairs.other = known.other_id)
), found AS (
    INSERT INTO customers_duplicate (one_id, other_id, why, found_at) SELECT one, other, why, %(now)s FROM pairs
    ON CONFLICT (one_id, other_id) DO UPDATE SET why = excluded.why WHERE customers_duplicate.why <> excluded.why
)
SELECT is_free FROM free
"""
"""The same for one customer among those of their store. By indexes alone: kana that begin alike, then compared."""
LAST_SIGN = "\U0010ffff"


def find(now) -> int:
    """Look through the whole book, in one statement; gives how many pairs are new or changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        one_at_a_time(SEARCH)  # two at once would look at the same book: the second then finds nothing new
        cursor.execute(FIND, {"now": now, "crowd": CROWD})
        return cursor.rowcount


def look(customer, now):
    """Who else of their store somebody may be who has just been saved; call it inside the same transaction.

    While somebody looks through the whole book, they are asked to do so once more.
    """
    with connection.cursor() as cursor:
        values = {"id": customer.pk, "now": now, "crowd": CROWD, "search": SEARCH, "last": LAST_SIGN}
        cursor.execute(LOOK, values)
        (is_free,) = cursor.fetchone()
    if not is_free:
        wake(FIND_JOB)
