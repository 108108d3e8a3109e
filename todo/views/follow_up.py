from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from followups.models import EndReason, FollowUp
from followups.recording import replaceable
from followups.starting import AlreadyRunning, DealLost, start
from followups.stopping import resume, stop
from stores.decorators import signed_in
from stores.inputs import whole_number

from ..forms.follow_ups import FollowUpForm
from ..page import changed, page_context, show, turned_away
from ..subject import find_subject, subject_of
from ..way_back import note_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_follow_up(request, *, customer_pk=None, deal_pk=None):
    """Choose a pattern, with its dates before the choice (REQUIREMENTS B1, B8)."""
    subject, now = find_subject(request.user, customer_pk=customer_pk, deal_pk=deal_pk), timezone.now()
    if refused := turned_away(request, subject, now, of_closed=True):
        return refused
    form = FollowUpForm(
        request.POST if request.method == "POST" else (request.GET if "pattern" in request.GET else None),
        me=request.user,
        customer=subject.customer,
        deal=subject.deal,
        closable=replaceable(subject.customer, subject.deal),
        replace=whole_number(request.GET.get("replace")),
        now=now,
    )
    if request.method != "POST" or "preview" in request.POST or not form.is_valid():
        return _sheet(request, subject, now, form)
    chosen = FollowUp.objects.visible_to(request.user).of_customer(subject.customer).with_ids(form.closed)
    try:
        begun = start(
            form.cleaned_data["pattern"],
            customer=subject.customer,
            deal=form.deal_chosen,
            by=request.user,
            now=now,
            base=form.base(),
            replace=chosen,
        )
    except DealLost:
        form.add_error("pattern", _("The deal is lost: reopen it, or choose the pattern on the customer's page."))
        return _sheet(request, subject, now, form)
    except AlreadyRunning:
        form.add_error("pattern", _("This pattern is at work already. Tick it below to start it anew."))
        return _sheet(request, subject, now, form)
    if form.deal_chosen:
        form.deal_chosen.take(request.user, now)
    text = _("“%(pattern)s” is at work.") % {"pattern": form.cleaned_data["pattern"]}
    return changed(request, subject, now, text, undo_url=note_of("begun", begun, subject, now))


def _sheet(request, subject, now, form):
    preview = form.preview() if form.is_bound else []
    status = 422 if request.method == "POST" and form.errors else 200
    return show(request, subject, now, sheet="todo/_sheet_follow_up.html", status=status, form=form, preview=preview)


@require_safe
@signed_in
def preparing(request, pk):
    """Asked by the page while the worker makes or moves the tasks; the page's new state once that is done."""
    follow_up = get_object_or_404(FollowUp.objects.visible_to(request.user), pk=pk)
    if follow_up.is_being_prepared or follow_up.is_being_adjusted:
        return HttpResponse(status=204)
    subject = subject_of(follow_up, request)
    return render(request, "todo/_changed.html", page_context(request.user, subject, timezone.now()))


@require_POST
@signed_in
def stop_follow_up(request, pk):
    """End a pattern at work by hand; what is open of it is cancelled."""
    follow_up, now = get_object_or_404(FollowUp.objects.visible_to(request.user), pk=pk), timezone.now()
    subject = subject_of(follow_up, request)
    this = FollowUp.objects.visible_to(request.user).with_ids([pk])
    if not this.running().exists():
        return changed(request, subject, now, _("It has ended already."), level="warning")
    cancelled = stop(this, EndReason.STOPPED, by=request.user, now=now)
    text = _("“%(pattern)s” was stopped, %(n)d open tasks with it.") % {"pattern": follow_up.pattern, "n": cancelled}
    undo_url = reverse("todo:follow-up-resume", args=[pk]) + subject.query
    return changed(request, subject, now, text, undo_url=undo_url)


@require_POST
@signed_in
def resume_follow_up(request, pk):
    """Take a stop back: the tasks it cancelled are open again."""
    follow_up, now = get_object_or_404(FollowUp.objects.visible_to(request.user), pk=pk), timezone.now()
    subject = subject_of(follow_up, request)
    if not resume(FollowUp.objects.visible_to(request.user).with_ids([pk]).ended_by_hand()):
        return changed(request, subject, now, _("This can no longer be taken back."), level="warning")
    return changed(request, subject, now, _("“%(pattern)s” is at work again.") % {"pattern": follow_up.pattern})
