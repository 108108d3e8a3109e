"""What ranks are given by: read by managers, changed by administrators, the effect shown first (REQUIREMENTS C5)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers.models import RankRules
from customers.rank_forms import RankRulesForm
from customers.ranking import save_rules
from stores.decorators import managers_only
from stores.inputs import whole_number
from stores.wake import wake

from ..rank_effect import Effect
from ..rank_work import outlook

AT_ONCE = 20_000
"""Customers of whom a year of work is foreseen unasked: it takes about a second."""


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request):
    """Sent once it shows the effect, with `foresee` a year's work, too; sent again with the seal of that it saves."""
    now, is_sent = timezone.now(), request.method == "POST"
    if is_sent and not request.user.is_admin:
        raise PermissionDenied
    current = RankRules.current()
    began_from = whole_number(request.POST.get("began_from")) if is_sent else current.pk
    form = RankRulesForm(request.POST if is_sent else None, instance=current)
    context = {"form": form, "current": current, "began_from": began_from}
    if not is_sent:
        return render(request, "followups/rank_rules.html", context)
    if not form.is_valid():
        return render(request, "followups/rank_rules.html", context, status=422)
    newer, looks_ahead = None, "foresee" in request.POST
    if request.POST.get("seal") == form.seal and not looks_ahead:
        if save_rules(form.instance, form.scale, began_from=began_from, by=request.user, now=now):
            wake("followups.jobs.propose_ranks")
            text = _("Saved. What the new rules come to is proposed in a moment; nobody's rank changed.")
            messages.success(request, text)
            return redirect("ranks:proposals")
        newer = RankRules.current()
        context |= {"newer": newer, "began_from": newer.pk}
    effect = context["effect"] = Effect(form.instance, form.scale, now=now, today=timezone.localdate(now))
    if looks_ahead or effect.total <= AT_ONCE:
        context["looked_ahead"], context["outlook"] = True, outlook(form.instance, form.scale, me=request.user, now=now)
    return render(request, "followups/rank_rules.html", context, status=409 if newer else 200)
