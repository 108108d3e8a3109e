from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.asking import asked
from customers.models import Stage
from followups.assignment import assign_deal
from followups.stopping import lose_deal, reopen_deal
from stores.decorators import signed_in
from stores.forms.saving import save_or_tell

from ..forms.deals import AssignForm, FactsForm, LoseForm, StageForm
from ..page import changed, may_assign, may_put_right, show
from ..stages import board_shown, move, offered, who_moved
from ..subject import find_subject


@require_safe
@signed_in
def deal(request, pk):
    """One deal: where it stands, what runs, what is next, what happened."""
    return show(request, find_subject(request.user, deal_pk=pk), timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def stage(request, pk, stage):
    """Move the deal to a stage, with what that stage asks for (REQUIREMENTS D1, D3).

    From the board (`at=board`) the answer is the board. A card that was dropped (`dropped`) moves at once where there
    is nothing to ask or to lose, else its form opens. What is paid is moved back by managers only: figures count it.
    """
    subject, now = find_subject(request.user, deal_pk=pk), timezone.now()
    deal = subject.deal
    if stage not in Stage.values or (deal.stage_settings[Stage(stage)].skipped and stage != deal.stage):
        raise Http404
    seen = request.POST.get("seen") or deal.stage
    if deal.stage == Stage.PAID == seen != stage and not may_put_right(request.user, deal):
        raise PermissionDenied
    stage, today = Stage(stage), timezone.localdate(now)
    form = StageForm(request.POST if request.method == "POST" else None, deal=deal, stage=stage, today=today)
    if "dropped" in request.POST and (form.asks or deal.days_ahead_of(stage)):
        return _ask_for_stage(request, subject, stage, StageForm(deal=deal, stage=stage, today=today), now)
    if not form.is_valid():
        return _ask_for_stage(request, subject, stage, form, now)
    if move(deal, stage, request.user, now, **form.values):
        undo_url = "" if form.asks else _way_back(request, deal, seen)
        return _moved(request, subject, now, _("Stage: %(stage)s") % {"stage": deal.word_for(stage)}, undo_url=undo_url)
    if deal.lost_at:
        return _moved(request, subject, now, _("The deal is lost; reopen it first."), level="warning")
    moved = who_moved(deal)
    if deal.stage == stage:
        text = _("%(name)s has moved the deal there already: %(stage)s") % moved
        return _moved(request, subject, now, text, level="warning" if moved["by"] != request.user else "success")
    again = StageForm({**request.POST.dict(), "seen": deal.stage}, deal=deal, stage=stage, today=today)
    return _ask_for_stage(request, subject, stage, again, now, moved=moved, status=409)


def _ask_for_stage(request, subject, stage, form, now, *, moved=None, status=None):
    deal = subject.deal
    context = {
        "form": form,
        "stage": stage,
        "stage_label": deal.word_for(stage),
        "stages_of_deals": offered(deal),
        "moved": moved,
        "query": _at(request),
        "lost_days": [(deal.day_labels[name], getattr(deal, name)) for name in deal.days_ahead_of(stage)],
    }
    if moved and _is_on_board(request):
        context["board"] = board_shown(request, now)
    status = status or (422 if form.errors else 200)
    return show(request, subject, now, sheet="todo/_sheet_stage.html", status=status, **context)


def _way_back(request, deal, before) -> str:
    """Where the toast takes a move back; nowhere when that would ask for something or take days away."""
    before = Stage(before)
    if deal.stage_settings[before].skipped or deal.days_ahead_of(before) or any(asked(deal, before).values()):
        return ""
    return f"{reverse('todo:deal-stage', args=[deal.pk, before])}{_at(request)}"


def _at(request) -> str:
    return "?at=board" if _is_from_board(request) else ""


def _is_from_board(request) -> bool:
    return request.GET.get("at") == "board"


def _is_on_board(request) -> bool:
    shown = urlsplit(request.htmx.current_url or "").path if request.htmx else ""
    return _is_from_board(request) and shown == reverse("todo:deals")


def _moved(request, subject, now, text, *, level="success", undo_url=""):
    """After it was moved or lost: the board, when that is where it was done."""
    if not _is_from_board(request) or (request.htmx and not _is_on_board(request)):
        return changed(request, subject, now, text, level=level, undo_url=undo_url)
    if not request.htmx:
        board = reverse("todo:deals")
        came_from = urlsplit(request.headers.get("referer", ""))
        back = f"{board}?{came_from.query}" if came_from.path == board and came_from.query else board
        return changed(request, subject, now, text, level=level, back=back, undo_url=undo_url)
    context = {**board_shown(request, now), "text": text, "level": level, "undo_url": undo_url}
    return render(request, "todo/_stages_changed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def facts(request, pk):
    """What is known of the deal, put right; once it is closed by managers only, because figures count it."""
    subject, now = find_subject(request.user, deal_pk=pk), timezone.now()
    if not may_put_right(request.user, subject.deal):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    form = FactsForm(data, instance=subject.deal, me=request.user)
    if not (form.is_valid() and save_or_tell(form)):
        return show(request, subject, now, sheet="todo/_sheet_facts.html", status=form.status, form=form)
    return changed(request, find_subject(request.user, deal_pk=pk), now, form.say(_("The deal was changed.")))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lose(request, pk):
    """Close the deal without business; its open tasks go with it."""
    subject, now = find_subject(request.user, deal_pk=pk), timezone.now()
    known = {"competitor": subject.deal.competitor}
    form = LoseForm(request.POST if request.method == "POST" else None, initial=known)
    if not form.is_valid():
        status = 422 if form.errors else 200
        return show(request, subject, now, sheet="todo/_sheet_lose.html", status=status, form=form)
    data = form.cleaned_data
    if not lose_deal(subject.deal, data["reason"], request.user, now, competitor=data["competitor"]):
        won = subject.deal.won_at and not subject.deal.closed_at
        text = _("The deal is won; move it back before the order first.") if won else _("The deal was closed already.")
        return _moved(request, subject, now, text, level="warning")
    undo_url = f"{reverse('todo:deal-reopen', args=[pk])}{_at(request)}"
    return _moved(request, subject, now, _("The deal is closed as lost."), undo_url=undo_url)


@require_POST
@signed_in
def reopen(request, pk):
    """Take a loss back, with the follow-ups that ended by it."""
    subject, now = find_subject(request.user, deal_pk=pk), timezone.now()
    if subject.customer.closed_at:
        text = _("Nothing is changed: nobody looks after this customer any more.")
        return changed(request, subject, now, text, level="warning")
    reopen_deal(subject.deal, request.user, now)
    return _moved(request, subject, now, _("The deal is open again."))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def assign(request, pk):
    """Give the deal to somebody; its open tasks go along. For whoever has it now, and managers."""
    subject, now = find_subject(request.user, deal_pk=pk), timezone.now()
    deal = subject.deal
    if not may_assign(request.user, deal, deal.staff_id):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    form = AssignForm(data, store=deal.store_id, initial={"staff": deal.staff})
    if not form.is_valid():
        status = 422 if form.errors else 200
        return show(request, subject, now, sheet="todo/_sheet_assign.html", status=status, form=form)
    assign_deal(deal, form.cleaned_data["staff"])
    return changed(request, subject, now, _("Person in charge: %(name)s") % {"name": deal.staff or _("Nobody yet")})
