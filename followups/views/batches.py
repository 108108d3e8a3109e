"""What was done to many at once: how far it is, who got it and who not, and the buttons that steer it (B7, B8)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stores.decorators import signed_in

from ..batches import TooLateToTakeBack, cancel, go_on, pause, take_back, unplaced
from ..models import Batch, BatchRow
from ..progress import WHY, Standing, standing_of

PAGE, ROWS = 20, 50
GOT, TO_DO = "got", "to-do"


@signed_in
@require_safe
def batches(request):
    """One's own, and those of stores one manages; the latest first."""
    found = Batch.objects.visible_to(request.user).newest_first().for_page()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    page.object_list = standing_of(page.object_list)
    return render(request, "followups/batch_list.html", {"page": page})


@signed_in
@require_safe
def batch(request, pk):
    return _show(request, _visible(request, pk))


@signed_in
@require_POST
def rest(request, pk):
    found = _visible(request, pk)
    if not pause(found, timezone.now()):
        messages.info(request, _("It was over already."))
    return _answer(request, found)


@signed_in
@require_POST
def resumption(request, pk):
    found = _visible(request, pk)
    if not go_on(found):
        messages.info(request, _("It was over already."))
    return _answer(request, found)


@signed_in
@require_POST
def cancellation(request, pk):
    found = _visible(request, pk)
    if not cancel(found, timezone.now()):
        messages.info(request, _("It was over already."))
    return _answer(request, found)


@signed_in
@require_POST
def undo(request, pk):
    """End all that a choice began; what was recorded meanwhile stays."""
    found = _visible(request, pk)
    try:
        take_back(standing_of([found])[0], by=request.user, now=timezone.now())
    except TooLateToTakeBack:
        messages.warning(request, _("This can no longer be taken back at once; stop the patterns one by one."))
    return _answer(request, found)


def _visible(request, pk) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(request.user).for_page(), pk=pk)


def _answer(request, found):
    """As it is now: the part of the page that shows it, or the page itself."""
    if request.htmx:
        return _show(request, _visible(request, found.pk))
    return redirect("batches:batch", found.pk)


def _show(request, found):
    standing = standing_of([found])[0]
    context = {
        "batch": found,
        "standing": standing,
        "may_take_back": standing.may_be_taken_back(request.user, timezone.now()),
        "may_go_back": not found.begins and request.user.may_manage(found.pattern.store_id),
    }
    if not found.is_in_work:
        waiting = min(unplaced(found), standing.got)
        context |= _rows(request, standing) | {"unprepared": waiting, "prepared": standing.got - waiting}
    return render(request, "followups/_batch.html" if request.htmx else "followups/batch.html", context)


def _rows(request, standing: Standing) -> dict:
    """Those with the outcome that is asked for, page by page."""
    wanted = request.GET.get("outcome", "")
    found = BatchRow.objects.visible_to(request.user).of_batch(standing.batch)
    if wanted == GOT:
        found = found.done()
    elif wanted == TO_DO:
        found = found.to_do()
    elif wanted in WHY:
        found = found.left(wanted)
    elif wanted:
        raise Http404
    page = Paginator(found.for_list().in_order(), ROWS).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.words = WHY.get(row.why, row.why)
    return {"page": page, "outcome": wanted}
