"""What a manager sees to first: whoever waits beyond their limit, in the order in which it costs customers (A6)."""

from stores.wide import is_wide

from .kinds import LEADS, OVERDUE, REPLIES_WAITING

EACH = 3
"""Rows of a kind: what else there is stands in the tables below."""


def first_of_all(me, places, now) -> list[dict]:
    """New leads past their limit, then replies past theirs, then tasks, promised ones before others.

    Each row with its kind, so that something is done about it on the spot. Of many stores tasks stand by urgency alone:
    what was promised has no index.
    """
    tasks = OVERDUE.rows(me, now).in_stores(places)
    parts = (
        (LEADS, LEADS.in_order(LEADS.rows(me, now).in_stores(places).new_late(now))),
        (REPLIES_WAITING, REPLIES_WAITING.in_order(REPLIES_WAITING.rows(me, now).in_stores(places).waiting_late(now))),
        (OVERDUE, tasks.by_urgency() if is_wide(places) else tasks.promised_first()),
    )
    found = []
    for kind, rows in parts:
        holders = dict(rows.values_list("pk", kind.work.holder)[:EACH])
        for row in kind.to_rows(list(holders), me, now) if holders else ():
            found.append({**row, "kind": kind, "may_remind": holders[row["pk"]] not in {None, me.pk}})
    return found
