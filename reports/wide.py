"""Questions about many stores at once."""

from contextlib import contextmanager

from django.db import connection, transaction

from .asked import Asked

WIDE = 10
"""From so many stores on."""
MOST_STORES = 5
"""Whoever sees more looks at one at a time where what became of each row is looked up row by row."""


def is_wide(asked: Asked) -> bool:
    return len(asked.stores) >= WIDE


@contextmanager
def in_parallel(asked: Asked):
    """Of many stores every row is read: what short statements are better without is wanted here."""
    if not is_wide(asked):
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 1")
        yield
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
