"""Who may be in the book twice: same number, same mail address, same kana and birthday (REQUIREMENTS C7)."""

from django.db import connection, transaction

FIND_JOB = "customers.jobs.find_duplicates"
"""What the worker is woken for after a list."""
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


def find(now) -> int:
    """Look through the whole book, in one statement; gives how many pairs are new or changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Two at once would look at the same book: the second waits, and then finds nothing new.
        cursor.execute("LOCK TABLE customers_duplicate IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(FIND, {"now": now, "crowd": CROWD})
        return cursor.rowcount
