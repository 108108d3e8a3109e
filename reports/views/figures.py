"""Figures of a person or of stores, the rows behind each, whom one reaches (REQUIREMENTS C3, C4, E3, E9)."""

from functools import partial
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.exporting.sheets import csv_pieces, xlsx_pieces
from customers.exporting.taking import CONTENT_TYPES
from customers.models import Export
from followups.input_rate import Fault
from stores.decorators import signed_in
from stores.pages import Pages

from ..figures import CUSTOMER, FIGURES, count
from ..forms import SILENT_MONTHS, ReportFilter
from ..people import BOOK, SHOWN, WORK, Cell, cards, counted, lines, rows_url, sheet
from ..rows import chosen, shown, to_rows
from ..trend import draw, label_of, points

PAGE = 50
ENDINGS = {"csv": Export.Form.UTF8, "xlsx": Export.Form.XLSX}


def _filter(request, now) -> ReportFilter:
    return ReportFilter(request.GET, me=request.user, now=now, today=timezone.localdate(now))


@require_safe
@signed_in
def figures(request):
    """Cards of the days asked for, one figure's trend, and everybody's in a table."""
    form = _filter(request, timezone.now())
    figure = FIGURES.get(request.GET.get("figure"), FIGURES["execution"])
    found = counted(form.asked)
    trend = points(figure, form.asked, form.chosen_span)
    context = {
        "form": form,
        "stretch": form.stretch,
        "label": label_of(form.stretch, form.chosen_span),
        "cards": cards(found, form),
        "figure": figure,
        "choices": [FIGURES[slug] for slug in SHOWN],
        "trend": trend,
        "chart": draw(figure, trend, title=str(figure.label)),
        "tables": [
            {"title": _("Done and entered, by person"), **_table(WORK, found, form)},
            {"title": _("Customers, by person"), **_table(BOOK, found, form)},
        ],
        "query": urlencode(form.query),
    }
    return render(request, "reports/figures.html", context)


def _table(slugs, found, form) -> dict:
    return {"heads": [FIGURES[slug] for slug in slugs], "lines": lines({slug: found[slug] for slug in slugs}, form)}


@require_safe
@signed_in
def people(request, ending):
    """The table of people as a file. Nothing in it is calculated when it is opened."""
    if ending not in ENDINGS:
        raise Http404
    form = _filter(request, timezone.now())
    made = sheet(counted(form.asked), form)
    pieces = xlsx_pieces(made) if ending == "xlsx" else csv_pieces(made, shift_jis=False)
    response = HttpResponse(b"".join(pieces), content_type=CONTENT_TYPES[ENDINGS[ending]][0])
    name = f"{_('Figures')}-{form.stretch.first:%Y%m%d}-{form.stretch.last:%Y%m%d}.{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@signed_in
def rows(request, slug):
    """What a number counts; what is late, incomplete or missing leads to where it is put right."""
    figure = FIGURES.get(slug)
    if figure is None:
        raise Http404
    form = _filter(request, timezone.now())
    part, only = figure.part(request.GET.get("part", "")), request.GET.get("only", "")
    found = chosen(part, part.rows(form.asked), only).order_by(*part.order)
    page = Pages(found, PAGE, show=partial(shown, part, form.asked)).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "label": label_of(form.stretch, form.chosen_span),
        "figure": figure,
        "part": part,
        "states": Fault.choices if slug == "input" else (),
        "only": only,
        "months": form.chosen_months if slug == "silent" else None,
        "page": page,
        "rows": to_rows(part, list(page), request.user),
        "may_choose": part.what == CUSTOMER,
        "shows_people": request.user.is_manager,
        "query": urlencode(form.query),
    }
    return render(request, "reports/rows.html", context)


@require_safe
@signed_in
def reach(request):
    """The four questions, how they went, and who is left out by whom."""
    form = _filter(request, timezone.now())
    asked = form.asked
    four = {slug: count(FIGURES[slug], asked) for slug in ("customers", "vehicles", "sold", "contacts", "reach")}
    trend = points(FIGURES["reach"], asked, form.chosen_span)
    left_out = counted(asked, ("silent", "only-inbound"))
    net = four["customers"].hits
    context = {
        "form": form,
        "label": label_of(form.stretch, form.chosen_span),
        "cards": [Cell(FIGURES[slug], rate, rows_url(FIGURES[slug], form.query)) for slug, rate in four.items()],
        "per_customer": round(four["contacts"].hits / net, 1) if net else None,
        "figure": FIGURES["reach"],
        "trend": trend,
        "chart": draw(FIGURES["reach"], trend, title=str(FIGURES["reach"].label)),
        "table": _table(left_out, left_out, form),
        "left_out": cards(left_out, form),
        "months": form.chosen_months,
        "choices": SILENT_MONTHS,
        "query": urlencode(form.query),
    }
    return render(request, "reports/reach.html", context)
