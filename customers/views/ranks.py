"""Ranks: what is proposed and confirmed, one customer's rank with its history (REQUIREMENTS C5)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import managers_only, signed_in
from stores.inputs import whole_number
from stores.pages import COUNTED, Pages, up_to

from ..models import RankDecision, RankHold, RankRules, RankStanding
from ..models.rank import RankStandingQuerySet
from ..rank_decisions import confirm, dismiss, hold, release, undo
from ..rank_forms import ProposalFilter, RankHoldForm, ShownForm
from ..ranking import explain
from .standing import of_customer

PAGE = 50
SHOWN = 20
"""Decisions that can be taken back, the latest first."""


@managers_only
@require_safe
def proposals(request):
    """Whom the rules would give another rank, beside what that comes from."""
    form = ProposalFilter(request.GET, me=request.user)
    found = form.found(RankStanding.objects.managed_by(request.user).open()).most_points_first()
    page = Pages(found, PAGE, show=RankStandingQuerySet.for_list).get_page(request.GET.get("page"))
    rules = RankRules.current()
    for standing in page.object_list:
        standing.lines = explain(rules, standing.figures)
    lately = RankDecision.objects.made_by(request.user).lately(timezone.now())[:SHOWN]
    moves = found.count_moves()
    context = {
        "form": form,
        "page": page,
        "moves": [move[:3] for move in moves],
        "shown": ShownForm.of(moves) if moves else None,
        "lately": lately,
    }
    return render(request, "customers/ranks.html", context)


@managers_only
@require_POST
def decisions(request):
    """`row` of each, or `all` that the filter found when the page was shown, are confirmed or dismissed (`do`)."""
    verb = {"confirm": confirm, "dismiss": dismiss}.get(request.POST.get("do"))
    if verb is None:
        return HttpResponse(status=400)
    standings = RankStanding.objects.managed_by(request.user)
    form, is_all = ProposalFilter(request.POST, me=request.user), "all" in request.POST
    if is_all:
        found = form.found(standings)
        standings = ShownForm(request.POST).seen_of(found)
        if standings is None:
            messages.warning(request, _("The list has changed meanwhile: nothing is decided. Please look at it again."))
            return _back(form)
    else:
        ids = [whole_number(text) for text in request.POST.getlist("row")]
        standings = standings.with_ids([pk for pk in ids if pk is not None])
        if not ids:
            messages.warning(request, _("Nobody is ticked yet."))
            return _back(form)
    decision = verb(standings, by=request.user, now=timezone.now())
    if decision is None:
        messages.info(request, _("Nothing is left to decide there: somebody was faster, or the figures have changed."))
    else:
        messages.success(request, decision.words, extra_tags=reverse("ranks:undo", args=[decision.pk]))
    if is_all and (others := found.open().count_up_to(COUNTED + 1)):
        words = ngettext(
            "%(n)s came meanwhile: it is still open.", "%(n)s came meanwhile: they are still open.", others
        )
        messages.info(request, words % {"n": up_to(others)})
    return _back(form)


def _back(form):
    form.is_valid()
    query = urlencode(form.asked)
    return redirect(f"{reverse('ranks:proposals')}?{query}" if query else "ranks:proposals")


@managers_only
@require_POST
def undoing(request, pk):
    """For a day, by whoever decided."""
    decision = get_object_or_404(RankDecision.objects.made_by(request.user), pk=pk)
    if undo(decision, by=request.user, now=timezone.now()):
        messages.success(request, _("Taken back. Ranks that were changed again meanwhile stay."))
    else:
        messages.warning(request, _("This can't be taken back any more."))
    return redirect("ranks:proposals")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@of_customer
def customer_rank(request, customer):
    """What a customer's rank comes from, and how it came about; a manager sets it by hand."""
    now, may_set = timezone.now(), request.user.may_manage(customer.store_id)
    is_sent = request.method == "POST"
    if is_sent and not may_set:
        raise PermissionDenied
    opening = {"rank": customer.rank_id}
    form = RankHoldForm(request.POST if is_sent else None, initial=opening, today=timezone.localdate(now))
    if is_sent and form.is_valid():
        hold(customer, **form.cleaned_data, by=request.user, now=now)
        messages.success(request, _("The rank was set. Nothing is proposed until it ends."))
        return redirect("ranks:customer", customer.pk)
    standing, rules = RankStanding.objects.of_customers([customer.pk]).for_list().first(), RankRules.current()
    context = {
        "customer": customer,
        "form": form if may_set and not customer.closed_at else None,
        "standing": standing,
        "lines": explain(rules, standing.figures) if standing else [],
        "held": RankHold.objects.of_customer(customer),
        "changes": customer.rank_changes.for_history(),
    }
    return render(request, "customers/rank.html", context, status=422 if is_sent else 200)


@signed_in
@require_POST
@of_customer
def releasing(request, customer):
    """The rules may propose another rank again."""
    if not request.user.may_manage(customer.store_id):
        raise PermissionDenied
    if release(customer, now=timezone.now()):
        messages.success(request, _("From now on the rules propose this customer's rank again."))
    return redirect("ranks:customer", customer.pk)
