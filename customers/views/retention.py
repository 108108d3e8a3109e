"""How long what is kept: one table, and what a change would do before it is made (REQUIREMENTS H3)."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from stores.decorators import admins_only

from ..models import DataKind, Erasure
from ..personal import retention
from ..personal.rules import TABLES, WORDS, Kept

ERASURES = 50


class PeriodsForm(forms.Form):
    """Months for every kind; empty: for ever."""

    def __init__(self, *args, periods, **kwargs):
        super().__init__(*args, **kwargs)
        for period in periods:
            self.fields[period.kind.value] = forms.IntegerField(
                label=period.label,
                min_value=1,
                max_value=600,
                required=False,
                initial=period.months,
                help_text=gettext_lazy("Months. Empty: for ever."),
            )

    @property
    def months(self) -> dict:
        return {kind: self.cleaned_data[kind.value] for kind in DataKind}


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
    if request.POST.get("confirmed") != "yes":
        context["trial"] = retention.periods(now, form.months)
        return render(request, "customers/retention.html", context, status=422)
    retention.keep(form.months, by=request.user, now=now)
    messages.success(request, _("Saved. What is over is forgotten tonight."))
    return redirect("customers:retention")


@require_safe
@admins_only
def due(request):
    """Whom tonight's forgetting would take."""
    now = timezone.now()
    months = retention.months_of(DataKind.CLOSED_CUSTOMERS)
    rows = retention.due(DataKind.CLOSED_CUSTOMERS, months, now)
    context = {"count": rows.count(), "customers": rows.select_related("store")[: retention.SHOWN]}
    return render(request, "customers/retention_due.html", context)


def _tables() -> list[tuple]:
    """(how long, the rows kept so long, in people's words)"""
    by_kind = {}
    for label, table in TABLES.items():
        if label in WORDS:
            by_kind.setdefault(table.kept, []).append(str(WORDS[label]))
    return [(kept.value, by_kind.get(kept, [])) for kept in Kept]
