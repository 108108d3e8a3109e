from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers.models import Deal
from followups.models import FollowUp, LeadChoice
from followups.starting import AlreadyRunning
from stores.decorators import signed_in

from ..board import Who
from ..forms.leads import SettleForm
from ..leads import AlreadyBegun, TooLateToUnsettle, holders, lead_choices, receipt, settle, unsettle
from ..page import show
from ..rows import lead_row
from ..subject import find_subject
from ..tally import tally


@require_POST
@signed_in
def settle_lead(request, pk):
    """Assign a new lead and choose its pattern, in the row, without leaving the page (REQUIREMENTS A3)."""
    me, now = request.user, timezone.now()
    deal = get_object_or_404(Deal.objects.visible_to(me).for_list(), pk=pk)
    before = holders(deal)
    form = SettleForm(request.POST, me=me, deal=deal)
    if not deal.is_new:
        return _told(request, deal)
    if not form.is_valid():
        return _refused(request, deal, form, now)
    pattern, staff = form.cleaned_data["pattern"], form.cleaned_data["staff"]
    try:
        follow_up = settle(deal, pattern, staff, by=me, now=now)
    except AlreadyBegun as begun:
        return _told(request, begun.deal)
    except AlreadyRunning:
        form.add_error("pattern", _("This pattern is at work for the deal already."))
        return _refused(request, get_object_or_404(Deal.objects.visible_to(me).for_list(), pk=pk), form, now)
    settled = urlencode({"settled": receipt(deal, follow_up, before, now)})
    undo = f"{reverse('todo:lead-unsettle', args=[deal.pk])}?{settled}"
    if not request.htmx:
        messages.success(request, _("%(staff)s has the lead now.") % {"staff": staff}, extra_tags=undo)
        return redirect("todo:deal", pk=deal.pk)
    who = Who.parse(request.POST.get("who", "me"), me)
    counted = tally(me, who, now)
    context = {
        "deal": deal,
        "follow_up": follow_up,
        "staff": staff,
        "undo_url": undo,
        "counts": counted.counts,
        "notes": counted.notes,
        "query": f"&who={who.key}" if who.key != "me" else "",
    }
    return render(request, "todo/_settled.html", context)


@require_POST
@signed_in
def unsettle_lead(request, pk):
    """The way back: the lead is new again, its pattern stopped."""
    me, now = request.user, timezone.now()
    deal = get_object_or_404(Deal.objects.visible_to(me), pk=pk)
    try:
        unsettle(deal, request.GET.get("settled", ""), by=me, now=now)
        messages.success(request, _("Taken back: the lead is new again."))
    except TooLateToUnsettle:
        messages.warning(request, _("This can no longer be taken back: somebody has gone on with the lead."))
    return redirect(reverse("todo:board") + "?view=new")


@require_safe
@signed_in
def choice(request, pk):
    """Why a rule gave the lead to whom it did, and what spoke for and against the others (REQUIREMENTS E6)."""
    subject, now = find_subject(request.user, deal_pk=pk), timezone.now()
    deal, choices = subject.deal, list(LeadChoice.objects.of_deal(subject.deal))
    for choice in choices:
        choice.said = choice.sentences_for(request.user, deal.store_id)
    given = next((choice.staff_id for choice in choices if choice.chosen), None)
    context = {"choices": choices, "by_hand": bool(choices) and deal.staff_id != given}
    return show(request, subject, now, sheet="todo/_sheet_choice.html", **context)


@require_safe
@signed_in
def prepared(request, pk):
    """The tasks of a follow-up that was just chosen; asks again until the worker has made them."""
    follow_up = get_object_or_404(FollowUp.objects.visible_to(request.user), pk=pk)
    return render(request, "todo/_prepared.html", {"follow_up": follow_up, "tasks": follow_up.planned_tasks()})


def _told(request, deal):
    text = _("%(staff)s has begun with this lead already.") % {"staff": deal.taken_by or deal.staff or "—"}
    if not request.htmx:
        messages.warning(request, text)
        return redirect("todo:deal", pk=deal.pk)
    return render(request, "todo/_told_row.html", {"deal": deal, "text": text}, status=409)


def _refused(request, deal, form, now):
    row = lead_row(deal, "new", now)
    context = {"row": row, "form": form, "choices": lead_choices(request.user), "who": request.POST.get("who", "me")}
    if not request.htmx:
        return render(request, "todo/lead.html", context, status=422)
    return render(request, "todo/_lead_row.html", context, status=422)
