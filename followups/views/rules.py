"""Patterns that begin by themselves: a rule is written, looked ahead with, and retired (REQUIREMENTS B9)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stores.decorators import signed_in
from stores.wake import wake

from ..forms.rule import RuleForm
from ..models import Base, StartRule
from ..occurrences import look_ahead
from ..workload import foresee_rules
from .patterns import managed


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request, pk):
    pattern = managed(request, pk)
    now = timezone.now()
    opening = {"from_on": timezone.localdate(now)}
    form = RuleForm(request.POST or None, pattern=pattern, staff=request.user, initial=opening)
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        form.write(by=request.user, now=now)
        messages.success(request, _("From now on “%(name)s” begins by itself.") % {"name": pattern.name})
        return redirect("patterns:pattern", pattern.pk)
    context = {
        "pattern": pattern,
        "version": pattern.current_version,
        "form": form,
        "begins_by_hand_only": pattern.current_version.base == Base.CHOSEN,
        "ahead": _ahead(form, request.user, now) if request.method == "POST" and form.is_valid() else None,
        "foresight": _foresight(form, request, now),
    }
    wrong = request.method == "POST" and not form.is_valid()
    return render(request, "followups/rule.html", context, status=422 if wrong else 200)


@signed_in
@require_POST
def retirement(request, pk, rule_pk):
    pattern, rule = _rule(request, pk, rule_pk)
    rule.retire(timezone.now())
    undo = reverse("patterns:rule_comeback", args=[pattern.pk, rule.pk])
    messages.success(request, _("The rule begins nothing more. What it began goes on."), extra_tags=undo)
    return redirect("patterns:pattern", pattern.pk)


@signed_in
@require_POST
def comeback(request, pk, rule_pk):
    pattern, rule = _rule(request, pk, rule_pk)
    if rule.bring_back(timezone.now()):
        wake("followups.jobs.sweep_on")
        messages.success(request, _("From now on “%(name)s” begins by itself.") % {"name": pattern.name})
    else:
        messages.warning(request, _("This can no longer be taken back."))
    return redirect("patterns:pattern", pattern.pk)


def _rule(request, pk, rule_pk):
    pattern = managed(request, pk)
    return pattern, get_object_or_404(StartRule.objects.visible_to(request.user).of_pattern(pattern), pk=rule_pk)


def _foresight(form, request, now):
    """What it would come to, where that is asked for of a rule that is typed well."""
    if request.POST.get("look") != "months" or not form.is_valid():
        return None
    rule = form.rule(by=request.user, now=now)
    return foresee_rules([(rule, list(form.cleaned_data["ranks"]))], me=request.user, now=now)


def _ahead(form, me, now):
    """What the rule would begin now; nothing is begun."""
    ranks = list(form.cleaned_data["ranks"])
    return look_ahead(form.rule(by=me, now=now), ranks, now)
