"""How long what is kept: one table, and what a change would do before it is made (REQUIREMENTS H3)."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from stores.decorators import admins_only
from stores.inputs import whole_number

from ..models import DataKind, Erasure
from ..personal import retention
from ..personal.rules import TABLES, WORDS, Kept

ERASURES = 50
LONGEST = 600
"""Months."""


class PeriodsForm(forms.Form):
    """Months for every kind; empty: for ever."""

    def __init__(self, *args, periods, **kwargs):
        super().__init__(*args, **kwargs)
        for period in periods:
            self.fields[period.kind.value] = forms.IntegerField(
                label=period.label,
                min_value=1,
                max_value=LONGEST,
                required=False,
                initial=period.months,
                help_text=gettext_lazy("Months. Empty: for ever."),
            )

    @property
    def months(self) -> dict:
        return {kind: self.cleaned_data[kind.value] for kind in DataKind}

    @property
    def words(self) -> str:
        """The periods as the trial carries them along: what was looked at is what is saved."""
        return " ".join(f"{kind}:{months or ''}" for kind, months in self.months.items())


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def periods(request):
    """Saved only once whoever changes it has seen how much goes tonight."""
    now = timezone.now()
    found = retention.periods(now)
    form = PeriodsForm(request.POST if request.method == "POST" else None, periods=found)
    context = {"form": form, "periods": found, "tables": _tables(), "erasures": Erasure.objects.for_page()[:ERASURES]}
    if not form.is_valid():
        return render(request, "customers/retention.html", context, status=422 if form.is_bound else 200)
    if request.POST.get("confirmed") != form.words:
        context["trial"] = retention.periods(now, form.months)
        return render(request, "customers/retention.html", context, status=422)
    retention.keep(form.months, by=request.user, now=now)
    messages.success(request, _("Saved. What is over is forgotten tonight."))
    return redirect("customers:retention")


@require_safe
@admins_only
def due(request):
    """What tonight takes of a `?kind=`; with `?months=` what it would take if that were the period."""
    now = timezone.now()
    kind = request.GET.get("kind", DataKind.CLOSED_CUSTOMERS)
    if kind not in DataKind:
        raise Http404
    kind, asked = DataKind(kind), whole_number(request.GET.get("months"))
    is_trial = asked is not None and 1 <= asked <= LONGEST
    months = asked if is_trial else retention.months_of(kind)
    rows = retention.due(kind, months, now)
    context = {"kind": kind, "months": months, "is_trial": is_trial, "count": rows.count(), "shown": retention.SHOWN}
    return render(request, "customers/retention_due.html", {**context, "rows": retention.listed(kind, rows)})


def _tables() -> list[tuple]:
    """(how long, the rows kept so long, in people's words)"""
    by_kind = {}
    for label, table in TABLES.items():
        if label in WORDS:
            by_kind.setdefault(table.kept, []).append(str(WORDS[label]))
    return [(kept.value, by_kind.get(kept, [])) for kept in Kept]
