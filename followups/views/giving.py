"""A store's rules by which new leads are given out, and where each person stands (REQUIREMENTS E6)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import signed_in
from stores.inputs import whole_number
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
    at_work = list(LeadRule.objects.managed_by(request.user).in_store(store).for_page())
    changes = _rule_to_change(request, at_work)
    form = LeadRuleForm(request.POST or None, store=store, changes=changes)
    right = request.method == "POST" and form.is_valid()
    ahead = form.rule(by=request.user, now=now) if right else None
    if ahead and "look" not in request.POST:
        ahead.put_to_work(instead_of=changes, now=now)
        wake()
        messages.success(request, _("The rule is at work."))
        return redirect("giving:rules", store.pk)
    people = standings(store, [ahead] if ahead else at_work, now)
    context = {
        "store": store,
        "form": form,
        "rules": at_work,
        "changes": changes,
        "people": people,
        "ahead": ahead,
        "would_give": waiting_for(ahead, instead_of=changes) if ahead else None,
        "fit": sum(one.could_get_one for one in people),
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


def _rule_to_change(request, rules) -> LeadRule | None:
    """Posted or in the address; one that was stopped meanwhile is not changed any more."""
    number = whole_number(request.POST.get("change") or request.GET.get("change") or "")
    return next((rule for rule in rules if rule.pk == number), None)


def _managed(request, pk) -> Store:
    store = get_object_or_404(Store.objects.visible_to(request.user), pk=pk)
    if not request.user.may_manage(store.pk):
        raise PermissionDenied
    return store
