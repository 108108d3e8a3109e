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


def is_due(request, part: str, stores: Collection) -> bool:
    """Whether a part of a page is in this answer: asked for by itself, by htmx; or, of many stores, only when all is
    wanted: there it takes longer than a page should, and follows it."""
    if request.htmx.target:
        return request.htmx.target == part
    return not is_wide(stores) or "whole" in request.GET


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
