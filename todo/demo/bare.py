"""Tables without what slows writing down: their indexes and foreign keys are taken off, and made again all at once."""

from dataclasses import dataclass

from django.db import connection

MEMORY = "256MB"
"""For an index or a foreign key while it is made."""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
      FROM pg_index
     WHERE indrelid = ANY(%s::regclass[])
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
     ORDER BY 1
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
      FROM pg_constraint
     WHERE conrelid = ANY(%s::regclass[]) AND contype = 'f'
     ORDER BY 1, 2
"""


@dataclass
class Removed:
    """What was taken off: statements that make it again."""

    indexes: list[str]
    foreign_keys: list[str]


def strip(tables: list[str]) -> Removed:
    """Empty these tables and take off what is checked or kept row by row. Nobody else reads them until we commit.

    Emptied in this transaction, rows can be written as if they had always been there (COPY … FREEZE), and what an
    interrupted run leaves on the disk goes with it.
    """
    connection.check_constraints()
    names = ", ".join(f'"{name}"' for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        cursor.execute(FOREIGN_KEYS, [tables])
        keys = cursor.fetchall()
        for table, name, _definition in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(INDEXES, [tables])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    return Removed(
        [definition for _name, definition in indexes],
        [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in keys],
    )


def restore(removed: Removed):
    """Make all of it again; raises IntegrityError when a row breaks a foreign key or is there twice."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('maintenance_work_mem')")
        before = cursor.fetchone()[0]
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
        for statement in (*removed.indexes, *removed.foreign_keys):
            cursor.execute(statement)
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{before}'")
