"""What becomes of patterns, step by step, and when calls are answered (REQUIREMENTS B10)."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followups.models import Pattern
from stores.decorators import signed_in
from stores.inputs import whole_number

from ..files import ENDINGS, as_file
from ..heat import by_source_and_age, grid
from ..result_forms import PatternFilter
from ..results import CALLS, STEP_FIGURES, count_by_step
from ..trend import label_of
from ..versions import VersionResults, by_pattern, sheet, side_by_side

MEASURE = "spoke"


def _filter(request, now, **more) -> PatternFilter:
    data = request.GET.copy()
    data.pop("pattern", None)
    data.update(more)
    return PatternFilter(data, me=request.user, now=now, today=timezone.localdate(now))


@require_safe
@signed_in
def patterns(request):
    """Every pattern that anything fell due of, and when calls are answered, with and without a pattern."""
    form = _filter(request, timezone.now())
    context = {**_page(form), "lines": by_pattern(form), "figures": STEP_FIGURES.values()}
    return render(request, "reports/patterns.html", context)


@require_safe
@signed_in
def pattern(request, pk):
    """One pattern, version by version; `version`, `against`: which two stand side by side, by `measure`."""
    found = _visible(request, pk)
    form = _filter(request, timezone.now(), pattern=str(pk))
    counted = count_by_step(form.asked)
    all_results = [VersionResults(version, counted, form.query) for version in found.versions.with_steps()]
    chosen = _numbered(request.GET.get("version"), all_results) or _first_used(all_results) or all_results[0]
    earlier = [one for one in all_results if one.version.number < chosen.version.number]
    against = _numbered(request.GET.get("against"), all_results) or _first_used(earlier)
    if against is chosen:
        against = None
    measure = request.GET.get("measure") if request.GET.get("measure") in STEP_FIGURES else MEASURE
    context = {
        **_page(form),
        "pattern": found,
        "results": all_results,
        "chosen": chosen,
        "against": against,
        "figures": STEP_FIGURES,
        "measure": measure,
        "pairs": side_by_side(against, chosen, measure) if against else [],
        "kept": [(name, request.GET[name]) for name in ("version", "against", "measure") if request.GET.get(name)],
    }
    return render(request, "reports/pattern.html", context)


@require_safe
@signed_in
def patterns_file(request, ending):
    return _file(_filter(request, timezone.now()), ending, _("Pattern results"))


@require_safe
@signed_in
def pattern_file(request, pk, ending):
    found = _visible(request, pk)
    return _file(_filter(request, timezone.now(), pattern=str(pk)), ending, found.name)


def _visible(request, pk) -> Pattern:
    return get_object_or_404(Pattern.objects.visible_to(request.user).for_reading(), pk=pk)


def _file(form, ending, name):
    if ending not in ENDINGS:
        raise Http404
    return as_file(sheet(form), ending, name, form.stretch)


def _page(form) -> dict:
    return {
        "form": form,
        "label": label_of(form.stretch, form.chosen_span),
        "grid": grid(form.asked, form.query),
        "called": by_source_and_age(form.asked, form.query),
        "calls_figures": [CALLS],
        "query": urlencode(form.query),
    }


def _numbered(text, all_results) -> VersionResults | None:
    return next((one for one in all_results if one.version.number == whole_number(text)), None)


def _first_used(all_results) -> VersionResults | None:
    """The newest of these of which anything fell due."""
    return next((one for one in all_results if one.total.due), None)
