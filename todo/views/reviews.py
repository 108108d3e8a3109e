"""Deals as the manager reviews them: their story, a comment, a follow-up asked for, reviewed (REQUIREMENTS D4)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from customers.models import Deal
from followups.models import DealReview
from followups.reviewing import AlreadyReviewed
from followups.taking_back import TooLateToTakeBack
from stores.decorators import signed_in

from ..desk.kinds import REVIEWS
from ..desk.reviewing import ask_and_tell, comment_and_tell, review_and_tell, take_back_and_tell
from ..desk.which import Which
from ..forms.contacts import AppointmentForm
from ..forms.reviews import ReviewForm
from ..labels import moment_label
from ..page import changed
from ..story import stories
from ..subject import find_subject


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review(request, pk):
    """The story of a deal; posted: it is reviewed, up to what was shown."""
    deal, now = _managed(request, pk), timezone.now()
    if request.method != "POST":
        return _panel(request, deal, now)
    form = ReviewForm(request.POST, deal=deal)
    if not form.is_valid():
        return _panel(request, deal, now, form=form, status=422)
    try:
        made = review_and_tell(
            deal, seen_at=form.cleaned_data["seen"], text=form.cleaned_data["text"], by=request.user, now=now
        )
    except AlreadyReviewed as first:
        return _panel(request, deal, now, form=form, told=_who_was_first(first.review, now), status=409)
    return _done(request, deal, made, _("Reviewed."), now, settled=True)


@require_POST
@signed_in
def comment(request, pk):
    """A word on the deal; it stays to be reviewed."""
    deal, now = _managed(request, pk), timezone.now()
    form = ReviewForm(request.POST, deal=deal, says_something=True)
    if not form.is_valid():
        return _panel(request, deal, now, form=form, status=422)
    made = comment_and_tell(deal, form.cleaned_data["text"], by=request.user, now=now)
    return _done(request, deal, made, _("The comment is on the deal's page."), now)


@require_POST
@signed_in
def ask(request, pk):
    """Something for the person in charge to do on a day."""
    deal, now = _managed(request, pk), timezone.now()
    form = _ask_form(deal, now, request.POST)
    if not form.is_valid():
        return _panel(request, deal, now, ask_form=form, status=422)
    made = ask_and_tell(deal, form.appointment(), by=request.user, now=now)
    return _done(request, deal, made, _("The follow-up is on the person's list."), now)


@require_POST
@signed_in
def undo(request, pk):
    """The way back, for a day and by whoever it is of."""
    me, now = request.user, timezone.now()
    made = get_object_or_404(DealReview.objects.visible_to(me).for_undo(), pk=pk)
    if made.by_id != me.pk:
        raise PermissionDenied
    text, level = _("Taken back."), "success"
    try:
        take_back_and_tell(made, by=me, now=now)
    except TooLateToTakeBack:
        text, level = _("This can no longer be taken back."), "warning"
    back = Which.parse(REVIEWS.key, request.GET, me).url if _is_from_desk(request) else ""
    return changed(request, find_subject(me, deal_pk=made.deal_id), now, text, level=level, back=back)


def _managed(request, pk) -> Deal:
    """Raises Http404, PermissionDenied."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).for_page(), pk=pk)
    if not request.user.may_manage(deal.store_id):
        raise PermissionDenied
    return deal


def _is_from_desk(request) -> bool:
    return request.GET.get("at") == "desk"


def _ask_form(deal, now, data=None) -> AppointmentForm:
    return AppointmentForm(data, customer=deal.customer, deal=deal, now=now)


def _who_was_first(review, now) -> str:
    words = {"name": review.by or "—", "when": moment_label(review.at, now)}
    return _("%(name)s has reviewed it already (%(when)s).") % words


def _panel(request, deal, now, *, form=None, ask_form=None, told="", status=200):
    """The story with its forms: by itself for htmx, in a page of its own without JavaScript."""
    context = _shown(request, deal, now)
    context |= {"told": told, "form": form or context["form"], "ask_form": ask_form or context["ask_form"]}
    template = "todo/_review.html" if request.htmx else "todo/review.html"
    return render(request, template, context, status=status)


def _shown(request, deal, now) -> dict:
    query = Which.parse(REVIEWS.key, request.GET, request.user) if _is_from_desk(request) else None
    reviews = list(deal.reviews.for_timeline())
    for review in reviews:
        review.when = moment_label(review.at, now)
    return {
        "deal": deal,
        "customer": deal.customer,
        "story": stories([deal], now)[deal.pk],
        "reviews": reviews,
        "form": ReviewForm(deal=deal),
        "ask_form": _ask_form(deal, now),
        "query": query.panel_query if query else "",
        "back": query.url if query else reverse("todo:deal", args=[deal.pk]),
        "now": now,
    }


def _done(request, deal, made, text, now, *, settled=False):
    """Back to where it was opened: the desk's list goes on with the next deal, the deal's page shows what is new."""
    undo_url = reverse("todo:review-undo", args=[made.pk])
    if not _is_from_desk(request):
        return changed(request, find_subject(request.user, deal_pk=deal.pk), now, text, undo_url=undo_url)
    which = Which.parse(REVIEWS.key, request.GET, request.user)
    if not request.htmx:
        messages.success(request, text, extra_tags=undo_url + which.panel_query)
        return redirect(which.url)
    following = which.following(deal, request.user, now) if settled else deal.pk
    context = {"text": text, "undo_url": undo_url + which.panel_query, "deal": None}
    if following:
        context |= _shown(request, _managed(request, following), now)
    answer = render(request, "todo/_review_next.html", context)
    return trigger_client_event(answer, "recorded", {"row": f"review-{deal.pk}" if settled else ""})
