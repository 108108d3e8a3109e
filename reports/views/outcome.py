"""What comes of doing what falls due, person by person (REQUIREMENTS E4)."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from stores.decorators import signed_in

from ..figures import FIGURES
from ..files import ENDINGS, as_file
from ..outcome import FEWEST_PEOPLE, FEWEST_TASKS, SHOWN, cards_and_people, draw, findings, sheet
from ..result_forms import OutcomeFilter
from ..trend import label_of


def _filter(request, now) -> OutcomeFilter:
    return OutcomeFilter(request.GET, me=request.user, now=now, today=timezone.localdate(now))


@require_safe
@signed_in
def outcome(request):
    form = _filter(request, timezone.now())
    cards, people = cards_and_people(form)
    context = {
        "form": form,
        "label": label_of(form.stretch, form.chosen_span),
        "cards": cards,
        "heads": [FIGURES[slug] for slug in SHOWN],
        "people": people,
        "findings": findings(people),
        "chart": draw(people, title=_("Execution rate against referral and replacement rate")),
        "fewest_people": FEWEST_PEOPLE,
        "fewest_tasks": FEWEST_TASKS,
        "query": urlencode(form.query),
    }
    return render(request, "reports/outcome.html", context)


@require_safe
@signed_in
def outcome_file(request, ending):
    if ending not in ENDINGS:
        raise Http404
    form = _filter(request, timezone.now())
    _cards, people = cards_and_people(form)
    return as_file(sheet(people), ending, _("Execution and outcome"), form.stretch)
