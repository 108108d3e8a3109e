"""A table of a page as a file, in which nothing is calculated when it is opened."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from customers.exporting.sheets import csv_pieces, xlsx_pieces
from customers.exporting.taking import CONTENT_TYPES
from customers.models import Export
from stores.days import Stretch

from .intervals import wilson

ENDINGS = {"csv": Export.Form.UTF8, "xlsx": Export.Form.XLSX}


def as_file(rows, ending: str, name: str, stretch: Stretch) -> HttpResponse:
    """`ending`: one of ENDINGS; the file is called by `name` and its days."""
    pieces = xlsx_pieces(rows) if ending == "xlsx" else csv_pieces(rows, shift_jis=False)
    response = HttpResponse(b"".join(pieces), content_type=CONTENT_TYPES[ENDINGS[ending]][0])
    named = f"{name}-{stretch.first:%Y%m%d}-{stretch.last:%Y%m%d}.{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=named)
    response["Cache-Control"] = "no-store"
    return response


def headings(figure) -> list[str]:
    """Of a share: its percentage, the interval it may lie in by chance, and what it is made of."""
    label = figure.label
    return [f"{label} (%)", f"{label}: 95% ≥", f"{label}: 95% ≤", f"{label}: {_('counted')}", f"{label}: {_('of')}"]


def texts(rate) -> list[str]:
    """What stands below `headings`."""
    interval = wilson(rate.hits, rate.due)
    shown = [rate.percent, *interval.percents] if interval else ["", "", ""]
    return [str(number) for number in (*shown, rate.hits, rate.due)]
