"""A store's rules by which overdue work moves on: written, looked ahead with, and retired (REQUIREMENTS A7)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stores.decorators import signed_in
from stores.models import Store
from stores.wake import wake

from ..escalating import would_move
from ..forms.escalation import EscalationForm
from ..models import EscalationRule


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request, store_pk):
    store, now = _managed(request, store_pk), timezone.now()
    form = EscalationForm(request.POST or None, store=store)
    right = request.method == "POST" and form.is_valid()
    ahead = form.rule(by=request.user, now=now) if right else None
    if ahead and "look" not in request.POST:
        ahead.save()
        wake("followups.jobs.sweep_on")
        messages.success(request, _("The rule is at work."))
        return redirect("escalation:rules", store.pk)
    context = {
        "store": store,
        "form": form,
        "rules": EscalationRule.objects.managed_by(request.user).in_store(store).for_page(),
        "ahead": ahead,
        "would_move": would_move(ahead, now) if ahead else None,
    }
    wrong = request.method == "POST" and not right
    return render(request, "followups/escalation.html", context, status=422 if wrong else 200)


@signed_in
@require_POST
def retirement(request, store_pk, pk):
    store, rule = _rule(request, store_pk, pk)
    rule.retire(timezone.now())
    undo = reverse("escalation:comeback", args=[store.pk, rule.pk])
    messages.success(request, _("The rule moves nothing more. What it moved stays where it is."), extra_tags=undo)
    return redirect("escalation:rules", store.pk)


@signed_in
@require_POST
def comeback(request, store_pk, pk):
    store, rule = _rule(request, store_pk, pk)
    if rule.bring_back(timezone.now()):
        wake("followups.jobs.sweep_on")
        messages.success(request, _("The rule is at work."))
    else:
        messages.warning(request, _("This can no longer be taken back."))
    return redirect("escalation:rules", store.pk)


def _rule(request, store_pk, pk):
    store = _managed(request, store_pk)
    return store, get_object_or_404(EscalationRule.objects.managed_by(request.user).in_store(store), pk=pk)


def _managed(request, pk) -> Store:
    store = get_object_or_404(Store.objects.visible_to(request.user).with_calendar(), pk=pk)
    if not request.user.may_manage(store.pk):
        raise PermissionDenied
    return store
