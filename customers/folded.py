"""Rows that belong to a row, read by its own statement: folded into JSON there, and made objects of again here."""

from collections import defaultdict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONObject


def folded(rows, *paths) -> ArraySubquery:
    """An annotation. `rows`: those of one outer row, by OuterRef; `paths`: also read, such as "by__name"."""
    names = [field.attname for field in rows.model._meta.concrete_fields]
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in (*names, *paths)})))


def unfolded(model, rows: list[dict]) -> list:
    """The objects of what `folded` has read; of whoever they point at what the paths name."""
    return [_made(model, row) for row in rows]


def _made(model, row):
    made = model(**{field.attname: field.to_python(row[field.attname]) for field in model._meta.concrete_fields})
    others = defaultdict(dict)
    for path, value in row.items():
        relation, _sep, name = path.partition("__")
        if name:
            others[relation][name] = value
    for relation, values in others.items():
        field = model._meta.get_field(relation)
        pk = getattr(made, field.attname)
        setattr(made, relation, None if pk is None else field.related_model(pk=pk, **values))
    return made
