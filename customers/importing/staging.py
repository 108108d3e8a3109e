"""The file's rows as they stand into the table where they are worked on."""

import time
from itertools import chain, islice

from django.utils.translation import gettext as _

from ..models import ImportColumns, ImportFile, ImportRow
from .columns import LOOK_AT_ROWS, NoName, find_columns, known_in
from .fields import FIELDS
from .reading import MAX_COLUMNS, Unusable, read_rows

AT_ONCE = 2000
READ_SECONDS = 10.0
"""The longest slice: a file is read from its beginning only, so the next one has to pass over what this one kept."""


def stage(file: ImportFile):
    """Recognises the columns and keeps the rows below the headings, as many as the time is enough for. Raises Unusable.

    Where no column is the name but others are known, the file waits for a person to say which one is.
    """
    until = time.monotonic() + READ_SECONDS
    rows = read_rows(bytes(file.content), is_heading=known_in)
    top = list(islice(rows, LOOK_AT_ROWS))
    then = ImportFile.Step.PARSE
    try:
        columns = _columns(file, top)
    except NoName as nameless:
        columns = nameless.columns
        if not columns.fields:
            raise
        then, file.report = ImportFile.Step.NONE, {"nameless": str(nameless)}
    if len(columns.headings) > MAX_COLUMNS:
        raise Unusable(_("The file has more than %(columns)d columns.") % {"columns": MAX_COLUMNS})
    known = {index: field for index, _heading, field in columns.fields}
    file.heading_row = columns.row_number
    file.columns = [
        {"heading": heading, "field": known.get(index, "")} for index, heading in enumerate(columns.headings)
    ]
    kept = max(file.at_row, columns.row_number)
    if _keep(file, (row for row in chain(top, rows) if row.number > kept), until):
        file.step, file.at_row, file.content = then, 0, b""
        file.rows_total = 2 * file.rows.count()  # each is parsed, then sorted


def _columns(file, top):
    """As recognised, or as people of the store have said of a list with the same headings. Raises NoName, Unusable."""
    try:
        columns = find_columns(top)
    except NoName as nameless:
        columns = nameless.columns
    said = ImportColumns.objects.of(file.store, columns.headings)
    chosen = dict(enumerate(said.fields)) if said and set(said.fields) <= {*FIELDS, ""} else None
    return find_columns(top, chosen)


def _keep(file, rows, until) -> bool:
    """Whether that was all."""
    while some := list(islice(rows, AT_ONCE)):
        ImportRow.objects.keep(file, ((row.number, row.cells) for row in some))
        file.at_row = some[-1].number
        if time.monotonic() > until:
            return False
    return True
