"""What a pattern would come to for a group of customers (REQUIREMENTS B8)."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from stores.decorators import managers_only

from ..forms.foresight import ForesightForm
from ..models import StartRule
from .patterns import visible


@managers_only
@require_safe
def foresight(request, pk):
    pattern = visible(request, pk)
    rules = StartRule.objects.visible_to(request.user).active().of_pattern(pattern).for_page()
    form = ForesightForm(request.GET.dict(), pattern=pattern, staff=request.user, rules=rules)
    context = {
        "pattern": pattern,
        "version": pattern.current_version,
        "form": form,
        "foresight": form.workload(timezone.now()) if form.is_valid() else None,
    }
    return render(request, "followups/foresight.html", context)
