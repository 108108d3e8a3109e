"""Many rows as a few values of one statement: a column is one text, which the database takes apart.

Quicker than arrays, whose every element would be looked through for what must be quoted.
"""

SEPARATOR = "\x1f"
"""The sign made for it (unit separator); nobody types it, and in a text it becomes a blank."""


def unnested(columns: dict[str, str]) -> str:
    """`unnest(…)` of so many placeholders, with the columns' types; `columns`: name → type."""
    arrays = ", ".join(f"string_to_array(%s, E'\\x1f', '')::{kind}[]" for kind in columns.values())
    return f"unnest({arrays})"


def as_values(rows: list[tuple]) -> list[str]:
    """The values for these placeholders, column by column. None and an empty text become NULL."""
    return [SEPARATOR.join(map(_text, column)) for column in zip(*rows, strict=True)]


def _text(value) -> str:
    if isinstance(value, str):
        return value.replace(SEPARATOR, " ")
    return "" if value is None else str(value)
