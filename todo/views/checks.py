"""Check calls: the manager calls whom a person has asked whether all is well (REQUIREMENTS E8)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from followups.checking import AlreadyChecked, leave, nobody_answered
from followups.models import CheckCall, CheckResult, Contact, Outcome
from followups.taking_back import TooLateToTakeBack
from stores.decorators import signed_in

from ..desk.checking import compare_and_tell, take_back_and_tell
from ..desk.kinds import CHECKS
from ..desk.which import Which
from ..forms.reviews import CheckForm, LeaveForm
from ..labels import moment_label
from ..panel import HISTORY


@require_safe
@signed_in
def check(request, pk):
    """What the person was to say, what they noted, and the buttons for what the customer says now."""
    return _panel(request, _managed(request, pk), timezone.now())


@require_POST
@signed_in
def result(request, pk):
    """The manager's own call; where nobody answers it stays to be made."""
    found, now = _managed(request, pk), timezone.now()
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _panel(request, found, now, form=form, status=422)
    said, details = form.cleaned_data["result"], form.cleaned_data["details"]
    try:
        if said == Outcome.NO_ANSWER:
            nobody_answered(found, by=request.user, now=now)
            return _done(request, found, _("Recorded: no answer. It stays on the list."), now, settled=False)
        compare_and_tell(found, said, details, by=request.user, now=now)
    except AlreadyChecked as first:
        return _already(request, first.check, now, said=said, form=form)
    return _done(request, found, _("The check call is recorded."), now)


@require_POST
@signed_in
def closing(request, pk):
    """Nobody is called; the reason is kept."""
    found, now = _managed(request, pk), timezone.now()
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _panel(request, found, now, leave_form=form, status=422)
    try:
        leave(found, form.cleaned_data["reason"], by=request.user, now=now)
    except AlreadyChecked as first:
        return _already(request, first.check, now, said=CheckResult.NOT_CALLED, leave_form=form)
    return _done(request, found, _("Noted: nobody is called."), now)


@require_POST
@signed_in
def undo(request, pk):
    """The way back, for a day and by whoever settled it."""
    found, now = _managed(request, pk), timezone.now()
    try:
        take_back_and_tell(found, by=request.user, now=now)
    except TooLateToTakeBack:
        messages.warning(request, _("This can no longer be taken back."))
    else:
        messages.success(request, _("Taken back: the call is to be made again."))
    return redirect(_which(request).url)


def _managed(request, pk) -> CheckCall:
    """Raises Http404, PermissionDenied."""
    found = get_object_or_404(CheckCall.objects.visible_to(request.user).for_board(), pk=pk)
    if not request.user.may_manage(found.store_id):
        raise PermissionDenied
    return found


def _already(request, first, now, *, said, **forms):
    """Somebody else was faster, or the person's record was taken back. Sent twice by one person it is done once."""
    if first.done_by == request.user and first.result == said:
        return _done(request, first, _("The check call is recorded."), now)
    told = _("The person's record does not stand any more.")
    if first.done_at:
        words = {"name": first.done_by or "—", "when": moment_label(first.done_at, now)}
        words["result"] = first.get_result_display()
        told = _("%(name)s has seen to it already: %(result)s (%(when)s).") % words
    return _panel(request, _managed(request, first.pk), now, told=told, status=409, **forms)


def _panel(request, found, now, *, form=None, leave_form=None, told="", status=200):
    context = _shown(request, found, now)
    context |= {"told": told, "form": form or CheckForm(), "leave_form": leave_form or LeaveForm()}
    template = "todo/_check.html" if request.htmx else "todo/check.html"
    return render(request, template, context, status=status)


def _which(request) -> Which:
    return Which.parse(CHECKS.key, request.GET, request.user)


def _shown(request, found, now) -> dict:
    which = _which(request)
    history = list(Contact.objects.of_customer(found.customer_id).standing().for_history()[:HISTORY])
    for contact in history:
        contact.when = moment_label(contact.happened_at, now)
    return {
        "check": found,
        "customer": found.customer,
        "told_when": moment_label(found.told.happened_at, now) if found.told else "",
        "history": history,
        "form": CheckForm(),
        "leave_form": LeaveForm(),
        "query": which.panel_query,
        "back": which.url,
    }


def _done(request, found, text, now, *, settled=True):
    """The list goes on with the next call."""
    which = _which(request)
    undo_url = reverse("todo:check-undo", args=[found.pk]) + which.panel_query if settled else ""
    if not request.htmx:
        messages.success(request, text, extra_tags=undo_url)
        return redirect(which.url)
    following = which.following(found, request.user, now) if settled else found.pk
    context = {"text": text, "undo_url": undo_url, "check": None}
    if following:
        context |= _shown(request, _managed(request, following), now)
    answer = render(request, "todo/_check_next.html", context)
    return trigger_client_event(answer, "recorded", {"row": f"check-{found.pk}" if settled else ""})
