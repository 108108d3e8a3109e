"""Figures of a person or of stores, the rows behind each, whom one reaches (REQUIREMENTS C3, C4, E3, E9)."""

from functools import partial
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers.permissions import May, may, stores_where
from followups.input_rate import Fault
from stores.decorators import signed_in

from ..faults import fault_lines
from ..figures import FIGURES
from ..files import ENDINGS, as_file
from ..forms import ReportFilter
from ..later import TREND, trend_of
from ..listing import Listed
from ..people import BOOK, FOUR, LEFT_OUT, MOST_SHOWN, SHOWN, WORK, by_person, cards, lines, sheet, split, store_lines
from ..reach import Met
from ..results import RESULTS
from ..rows import shown
from ..taking import TakenRows
from ..trend import label_of, points, trend_rows

PAGE = 50


def _filter(request, now) -> ReportFilter:
    return ReportFilter(request.GET, me=request.user, now=now, today=timezone.localdate(now))


@require_safe
@signed_in
def figures(request):
    """Cards of the days asked for, one figure's trend, and everybody's in a table."""
    form = _filter(request, timezone.now())
    figure = FIGURES.get(request.GET.get("figure"), FIGURES["execution"])
    trend = trend_of(request, figure, [FIGURES[slug] for slug in SHOWN], form)
    if request.htmx.target == TREND:
        return render(request, "reports/_trend.html", trend)
    found_by_store = split(form.asked)
    found = by_person(found_by_store)
    context = {
        "form": form,
        "stretch": form.stretch,
        "label": label_of(form.stretch, form.chosen_span),
        "cards": cards(found, form),
        **trend,
        "kept": [("figure", figure.slug)],
        "tables": [
            {"title": _("Done and entered"), **_table(WORK, found_by_store, form)},
            {"title": _("Customers"), **_table(BOOK, found_by_store, form)},
        ],
    }
    return render(request, "reports/figures.html", context)


def _table(slugs, found_by_store, form) -> dict:
    """Of stores, where there are several, and of people."""
    some = {slug: found_by_store[slug] for slug in slugs}
    heads = [FIGURES[slug] for slug in slugs]
    stores = {"heads": heads, "lines": store_lines(some, form)}
    return {"heads": heads, "lines": lines(by_person(some), form, most=MOST_SHOWN), "stores": stores}


@require_safe
@signed_in
def people(request, ending):
    """The table of people as a file."""
    if ending not in ENDINGS:
        raise Http404
    form = _filter(request, timezone.now())
    return as_file(sheet(split(form.asked), form), ending, _("Figures"), form.stretch)


@require_safe
@signed_in
def trend_file(request, ending):
    """What the line shows."""
    if ending not in ENDINGS:
        raise Http404
    form = _filter(request, timezone.now())
    figure = FIGURES.get(request.GET.get("figure"), FIGURES["execution"])
    made = trend_rows(figure, points(figure, form.asked, form.chosen_span))
    return as_file(made, ending, str(figure.label), form.stretch)


@require_safe
@signed_in
def rows(request, slug):
    """What a number counts; what is late, incomplete or missing leads to where it is put right."""
    now = timezone.now()
    try:
        listed = Listed(slug, request.GET, me=request.user, now=now)
    except LookupError:
        raise Http404 from None
    form, figure = listed.form, listed.figure
    pages = listed.pages(PAGE, show=partial(shown, asked=listed.asked, me=request.user))
    page = pages.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "label": label_of(form.stretch, form.chosen_span),
        "words": listed.words,
        "fault_lines": fault_lines(listed) if slug == "input" else [],
        "is_of_patterns": slug in RESULTS,
        "figure": figure,
        "part": listed.part,
        "states": Fault.choices if slug == "input" else (),
        "only": listed.only,
        "months": form.chosen_months if slug == "silent" else None,
        "page": page,
        "rows": page.object_list,
        "may_choose": listed.is_of_customers,
        "is_of_reach": slug in (*FOUR, *LEFT_OUT),
        "ranks": listed.ranks,
        "of_rank": listed.group if listed.cut and listed.cut.slug == "rank" else "",
        "met": Met.choices if slug == "met" else (),
        "among": urlencode({"among": listed.key}),
        "all_of_them": urlencode({"all": "yes", "among": listed.key}),
        "endings": ENDINGS if may(request.user, May.EXPORT) else (),
        "shows_people": request.user.is_manager,
        "shows_reasons": slug == "input",
        "is_of_leads": slug == "leads",
        "query": urlencode(form.query),
        "back": urlencode(form.query_of_all),
    }
    return render(request, "reports/rows.html", context)


@require_POST
@signed_in
def rows_file(request, slug, ending):
    """The same as a file, by those who may take lists out, of their stores, on the record."""
    if not may(request.user, May.EXPORT):
        raise PermissionDenied
    now = timezone.now()
    try:
        listed = Listed(slug, request.GET, me=request.user, now=now)
        form = ENDINGS[ending]
    except LookupError:
        raise Http404 from None
    taken = TakenRows(listed, stores_where(request.user, May.EXPORT), me=request.user)
    taken.put_on_record(form, now)
    return as_file(taken.rows(), ending, str(listed.figure.label), listed.form.stretch)
