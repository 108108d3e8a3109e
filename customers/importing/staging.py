"""The file's rows as they stand into the table where they are worked on."""

from itertools import chain, islice

from django.utils.translation import gettext as _

from ..models import ImportFile, ImportRow
from .columns import LOOK_AT_ROWS, NoName, find_columns, known_in
from .reading import MAX_COLUMNS, Unusable, read_rows

AT_ONCE = 2000


def stage(file: ImportFile):
    """Recognises the columns and keeps every row below the headings. Raises Unusable.

    Where no column is the name but others are known, the file waits for a person to say which one is.
    """
    rows = read_rows(bytes(file.content), is_heading=known_in)
    top = list(islice(rows, LOOK_AT_ROWS))
    file.step = ImportFile.Step.PARSE
    try:
        columns = find_columns(top)
    except NoName as nameless:
        columns = nameless.columns
        if not columns.fields:
            raise
        file.step, file.report = ImportFile.Step.NONE, {"nameless": str(nameless)}
    if len(columns.headings) > MAX_COLUMNS:
        raise Unusable(_("The file has more than %(columns)d columns.") % {"columns": MAX_COLUMNS})
    known = {index: field for index, _heading, field in columns.fields}
    file.heading_row = columns.row_number
    file.columns = [
        {"heading": heading, "field": known.get(index, "")} for index, heading in enumerate(columns.headings)
    ]
    file.at_row, file.rows_done = 0, 0
    count = _keep(file, (row for row in chain(top, rows) if row.number > columns.row_number))
    file.rows_total = 2 * count  # each is parsed, then sorted


def _keep(file, rows) -> int:
    count = 0
    while some := list(islice(rows, AT_ONCE)):
        ImportRow.objects.keep(file, ((row.number, row.cells) for row in some))
        count += len(some)
    return count
