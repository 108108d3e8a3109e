"""Whether an index can answer a question; whether it is the cheapest way, `make bench` says, on real amounts."""

import json

from django.db import connection

UNKNOWN = """
    UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relnamespace = 'public'::regnamespace AND reltuples <> -1;
    DELETE FROM pg_statistic
"""
"""As on the day they were made: a table that is known to be empty is not worth looking up in."""
OTHERS = """
    SELECT other.indexrelid::regclass::text
      FROM pg_index AS this JOIN pg_index AS other ON other.indrelid = this.indrelid
     WHERE this.indexrelid = %s::regclass AND other.indexrelid <> this.indexrelid
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = other.indexrelid)
"""


def leave_only(index: str):
    """Until the test ends its table has no other index (those of constraints apart), and it is used where it can be:
    not the whole table, not sorted where it has the order, no bitmap but for a GIN index, which knows no other way.

    So the answer depends neither on amounts nor on statistics: either the index fits the question, or it doesn't.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(UNKNOWN)
        cursor.execute("SELECT amname FROM pg_am JOIN pg_class ON relam = pg_am.oid WHERE relname = %s", [index])
        off = ["seqscan", "sort"] if cursor.fetchone() == ("gin",) else ["seqscan", "sort", "bitmapscan"]
        cursor.execute("; ".join(f"SET LOCAL enable_{way} = off" for way in off))
        cursor.execute(OTHERS, [index])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")


def steps(rows) -> list[dict]:
    """The steps of the plan by which a queryset would be answered."""
    found, left = [], [json.loads(rows.explain(format="json"))[0]["Plan"]]
    while left:
        found.append(left.pop())
        left += found[-1].get("Plans", [])
    return found


def kinds(rows) -> set[str]:
    return {step["Node Type"] for step in steps(rows)}


def uses(rows, index: str) -> bool:
    """Whether its plan reads that index, and no table as a whole."""
    found = steps(rows)
    return index in {step.get("Index Name") for step in found} and "Seq Scan" not in {
        step["Node Type"] for step in found
    }
