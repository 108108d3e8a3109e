"""Whom one reaches, whom one leaves out (REQUIREMENTS C3, C4)."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from stores.decorators import signed_in
from stores.wide import is_due

from ..figures import FIGURES
from ..files import ENDINGS, as_file
from ..forms import SILENT_MONTHS, ReportFilter
from ..groups import Met, tables
from ..later import TREND, trend_of
from ..people import (
    FOUR,
    LEFT_OUT,
    MOST_SHOWN,
    Cell,
    by_person,
    cards,
    lines,
    rows_url,
    sheet,
    split,
    store_lines,
    total,
)
from ..shares import draw as draw_shares
from ..shares import rows_of
from ..trend import label_of

MET = "met"


def _filter(request) -> ReportFilter:
    now = timezone.now()
    return ReportFilter(request.GET, me=request.user, now=now, today=timezone.localdate(now))


@require_safe
@signed_in
def reach(request):
    """The four questions, how they went, whom we get in touch with and who is left out by whom."""
    form = _filter(request)
    asked = form.asked
    figure = FIGURES[slug] if (slug := request.GET.get("figure")) in FOUR else FIGURES["reach"]
    trend = trend_of(request, figure, [FIGURES[slug] for slug in reversed(FOUR)], form)
    if request.htmx.target == TREND:
        return render(request, "reports/_trend.html", trend)
    met = _met(request, form)
    if request.htmx.target == MET:
        return render(request, "reports/_met.html", met)
    found_by_store = split(asked, (*FOUR, *LEFT_OUT))
    found = by_person(found_by_store)
    four = {slug: total(found[slug], asked.staff) for slug in FOUR}
    left_out, left_out_by_store = ({slug: of[slug] for slug in LEFT_OUT} for of in (found, found_by_store))
    net = four["customers"].hits
    context = {
        "form": form,
        "label": label_of(form.stretch, form.chosen_span),
        "cards": [Cell(FIGURES[slug], rate, rows_url(FIGURES[slug], form.query)) for slug, rate in four.items()],
        "per_customer": round(four["contacts"].hits / net, 1) if net else None,
        **trend,
        **met,
        "kept": [("figure", figure.slug)],
        "silent": _silent_words(form),
        "table": {"heads": [FIGURES[slug] for slug in LEFT_OUT], "lines": lines(left_out, form, most=MOST_SHOWN)},
        "stores": {
            "heads": [FIGURES[slug] for slug in LEFT_OUT],
            "lines": store_lines(left_out_by_store, form),
        },
        "left_out": cards({slug: left_out[slug] for slug in ("silent", "only-inbound")}, form),
        "months": form.chosen_months,
        "choices": SILENT_MONTHS,
    }
    return render(request, "reports/reach.html", context)


def _met(request, form) -> dict:
    """What templates/reports/_met.html shows, or that it follows."""
    found = {"mets": Met, "meaning": FIGURES["met"].meaning, "query": urlencode(form.query)}
    if not is_due(request, MET, form.asked.stores):
        return found
    cuts = tables(form.asked, _to_rows(form))
    return {**found, "cuts": [{"table": one, "chart": draw_shares(one, title=str(one.cut.label))} for one in cuts]}


def _to_rows(form):
    def to_rows(cut, group, met):
        figure, only = (FIGURES["met"], met) if met else (FIGURES["silent"], "yes")
        return rows_url(figure, form.query, cut=cut, group=group, only=only)

    return to_rows


def _silent_words(form) -> str:
    label, months = FIGURES["silent"].label, form.chosen_months
    return ngettext("%(label)s (%(n)d month)", "%(label)s (%(n)d months)", months) % {"label": label, "n": months}


@require_safe
@signed_in
def reach_file(request, what, ending):
    """Whom we get in touch with by group, or who leaves out whom by person."""
    if ending not in ENDINGS or what not in {"groups", "people"}:
        raise Http404
    form = _filter(request)
    if what == "groups":
        made = rows_of(tables(form.asked, _to_rows(form)), _silent_words(form))
    else:
        made = sheet(split(form.asked, LEFT_OUT), form)
    return as_file(made, ending, _("Reach"), form.stretch)
