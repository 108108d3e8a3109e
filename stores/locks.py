"""One at a time, where there is no row yet that could be locked."""

from django.db import connection


def one_at_a_time(*key):
    """Whoever names the same key waits until this transaction ends. Call it inside one."""
    words = "\n".join(str(part) for part in key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [words])
