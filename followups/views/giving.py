"""A store's rules by which new leads are given out, and where each person stands (REQUIREMENTS E6)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import signed_in
from stores.models import Store
from stores.wake import wake

from ..forms.giving import LeadRuleForm
from ..giving import waiting_for
from ..models import LeadRule
from ..standing import own_standing, standings


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request, store_pk):
    store, now = _managed(request, store_pk), timezone.now()
    form = LeadRuleForm(request.POST or None, store=store)
    right = request.method == "POST" and form.is_valid()
    ahead = form.rule(by=request.user, now=now) if right else None
    if ahead and "look" not in request.POST:
        ahead.save()
        wake()
        messages.success(request, _("The rule is at work."))
        return redirect("giving:rules", store.pk)
    at_work = list(LeadRule.objects.managed_by(request.user).in_store(store).for_page())
    context = {
        "store": store,
        "form": form,
        "rules": at_work,
        "people": standings(store, [ahead] if ahead else at_work, now),
        "ahead": ahead,
        "would_give": waiting_for(ahead) if ahead else None,
    }
    wrong = request.method == "POST" and not right
    return render(request, "followups/giving.html", context, status=422 if wrong else 200)


@signed_in
@require_POST
def retirement(request, store_pk, pk):
    store, now = _managed(request, store_pk), timezone.now()
    rule = get_object_or_404(LeadRule.objects.managed_by(request.user).in_store(store), pk=pk)
    rule.retire(now)
    messages.success(request, _("The rule gives out nothing more. What it gave stays where it is."))
    return redirect("giving:rules", store.pk)


@signed_in
@require_safe
def standing(request, store_pk):
    """One's own: whether one gets new leads now, why not, and what to put right."""
    store = get_object_or_404(Store.objects.visible_to(request.user), pk=store_pk)
    return render(request, "followups/giving_standing.html", own_standing(store, request.user, timezone.now()))


def _managed(request, pk) -> Store:
    store = get_object_or_404(Store.objects.visible_to(request.user), pk=pk)
    if not request.user.may_manage(store.pk):
        raise PermissionDenied
    return store
