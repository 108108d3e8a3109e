"""Questions about many stores at once."""

from collections.abc import Collection
from contextlib import contextmanager

from django.db import connection, transaction

WIDE = 10
"""From so many stores on."""
MOST_STORES = 5
"""Whoever sees more looks at one at a time where what became of each row is looked up row by row."""


def is_wide(stores: Collection) -> bool:
    return len(stores) >= WIDE


@contextmanager
def in_parallel(stores: Collection):
    """Of many stores every row is read: what short statements are better without is wanted here."""
    if not is_wide(stores):
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 1")
        yield
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
