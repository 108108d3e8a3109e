"""New rows by COPY: Django's INSERT names every value of every row, which took half the time of saving a list."""

from django.db import connection, models


def insert(rows: list[models.Model]):
    """Writes rows of one model that have no key yet, and gives them one."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = meta.concrete_fields
    columns = ", ".join(field.column for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [meta.db_table, meta.pk.column, len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
        with cursor.copy(f"COPY {meta.db_table} ({columns}) FROM STDIN") as written:
            for row in rows:
                written.write_row([_plain(getattr(row, field.attname)) for field in fields])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _plain(value):
    """A choice is its value; psycopg would write its name."""
    return str(value) if isinstance(value, models.Choices) else value
