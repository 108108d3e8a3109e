"""How rows were before many of them were changed, and the way back, whatever their tables are.

The database itself writes a row as JSON and reads it again, so that every column of every table comes back as it was.
"""

from django.apps import apps
from django.db import connection

from .models import Customer, MergedRow, Vehicle
from .pointing import Fate, foreign_keys_of, has_store, in_turn

KEPT = MergedRow._meta.db_table
UNKEPT = "search"
"""Computed anew from the others."""


def keep_before(merge, customers):
    """What of these customers, and of what points at them, may change from now on in this transaction."""
    tables = {field.model: field for field, relation in in_turn() if _may_change(field, relation)}
    with connection.cursor() as cursor:
        for field, _relation in in_turn():
            if field.model in tables:
                _keep(cursor, merge, field.model, field.column, customers)
        _keep(cursor, merge, Customer, Customer._meta.pk.column, customers)
        cars = list(Vehicle.objects.of_customers(customers).values_list("pk", flat=True))
        for relation in Vehicle._meta.related_objects:
            _keep(cursor, merge, relation.related_model, relation.field.column, cars)


def _may_change(field, relation) -> bool:
    return relation.fate is not Fate.STAYS or (has_store(field.model) and field.model is not Customer)


def _keep(cursor, merge, model, column, customers):
    cursor.execute(
        f"""
        INSERT INTO {KEPT} (merge_id, model, row_id, before)
        SELECT %s, %s, id, to_jsonb(t) - %s FROM {model._meta.db_table} AS t WHERE {column} = ANY (%s)
        ON CONFLICT DO NOTHING
        """,
        [merge.pk, model._meta.label, UNKEPT, list(customers)],
    )


def keep_after(merge):
    """Leaves of what was kept the columns that have changed since, as they were and as they are.

    What is there no more stays whole, and without an `after`.
    """
    with connection.cursor() as cursor:
        for model in _models(merge):
            cursor.execute(
                f"""
                UPDATE {KEPT} AS m SET before = coalesce(d.was, '{{}}'), after = coalesce(d.became, '{{}}')
                FROM {KEPT} AS k JOIN {model._meta.db_table} AS t ON t.id = k.row_id,
                    LATERAL (
                        SELECT jsonb_object_agg(b.key, b.value) AS was,
                            jsonb_object_agg(b.key, to_jsonb(t) -> b.key) AS became
                        FROM jsonb_each(k.before) AS b WHERE b.value IS DISTINCT FROM to_jsonb(t) -> b.key
                    ) AS d
                WHERE k.merge_id = %s AND k.model = %s AND m.id = k.id
                """,
                [merge.pk, model._meta.label],
            )
    merge.rows.filter(before={}).delete()


def restore(merge):
    """Every row as it was before, unless somebody has gone on with it since; what was there no more is there again.

    What points elsewhere by now stays there. Of a row that still points where the merge put it the rest comes back when
    nobody has changed any of it; of a customer each field for itself.
    """
    with connection.cursor() as cursor:
        for model in _models(merge):
            _bring_back(cursor, merge, model)
        for model in _models(merge):
            if model is not Customer:
                _restore(cursor, merge, model)
        for pk in (merge.winner_id, merge.loser_id):
            # The winner first: a code that was taken over is free again then.
            _restore(cursor, merge, Customer, f"AND m.row_id = {int(pk)}")
        others = f"AND m.row_id NOT IN ({int(merge.winner_id)}, {int(merge.loser_id)})"
        _restore(cursor, merge, Customer, others)


def _models(merge) -> list:
    labels = merge.rows.order_by("model").values_list("model", flat=True).distinct()
    return [apps.get_model(label) for label in labels]


def _bring_back(cursor, merge, model):
    """Rows that the merge took away, with the numbers they had."""
    table = model._meta.db_table
    columns = [f'"{field.column}"' for field in model._meta.concrete_fields]
    cursor.execute(
        f"""
        INSERT INTO {table} ({", ".join(columns)})
        SELECT {", ".join(f"r.{column}" for column in columns)}
        FROM {KEPT} AS m, jsonb_populate_record(NULL::{table}, m.before) AS r
        WHERE m.merge_id = %s AND m.model = %s AND m.after IS NULL
            AND NOT EXISTS (SELECT FROM {table} WHERE id = m.row_id)
        """,
        [merge.pk, model._meta.label],
    )


def _restore(cursor, merge, model, only=""):
    known = {field.column for field in model._meta.concrete_fields}
    rows = merge.rows.filter(model=model._meta.label, after__isnull=False).values_list("before", flat=True)
    columns = sorted({column for before in rows for column in before} & known)
    if not columns:
        return
    pointing = {field.column for field in foreign_keys_of(model)}
    still = " AND ".join(_unchanged(column) for column in sorted(pointing))
    untouched = " AND ".join(_unchanged(column) for column in columns if column not in pointing) or "TRUE"
    settings = []
    for column in columns:
        if model is Customer:
            condition = " AND ".join(map(_unchanged, _together(column)))
        else:
            condition = still if column in pointing else f"{still} AND {untouched}"
        condition = f"m.before ? '{column}' AND {condition}"
        settings.append(f'"{column}" = CASE WHEN {condition} THEN r."{column}" ELSE t."{column}" END')
    table = model._meta.db_table
    cursor.execute(
        f"""
        UPDATE {table} AS t SET {", ".join(settings)}
        FROM {KEPT} AS m, jsonb_populate_record(NULL::{table}, m.before) AS r
        WHERE m.merge_id = %s AND m.model = %s AND m.after IS NOT NULL AND t.id = m.row_id {only}
        """,
        [merge.pk, model._meta.label],
    )


def _together(column) -> tuple[str, ...]:
    hours = ("convenient_from", "convenient_until")
    return hours if column in hours else (column,)


def _unchanged(column: str) -> str:
    """Where the merge changed it, it is still as the merge left it."""
    return f"(NOT m.after ? '{column}' OR to_jsonb(t) -> '{column}' IS NOT DISTINCT FROM m.after -> '{column}')"
