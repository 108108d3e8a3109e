"""Two years of care by rank on one page, made of the patterns and edited there (REQUIREMENTS C6)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from customers.models import Rank
from stores.decorators import signed_in

from ..care import FOR_ALL, Care, change_cell
from ..forms.care import GROUP, CellForm, MatrixForm
from ..models import FollowUp, Pattern
from ..writing import Superseded, revise
from .patterns import managed, saved_words


@signed_in
@require_safe
def matrix(request):
    """Activities by rank, and by month for all of the ranks or for one."""
    form = MatrixForm(request.GET, me=request.user, today=timezone.localdate())
    store = form.store_chosen
    patterns = Pattern.objects.usable_in(store) if store else Pattern.objects.current().of_group()
    care = Care(patterns.for_list(), form.model, form.ranks)
    rank = form.rank_chosen
    shown = [rank] if rank else form.ranks
    context = {
        "form": form,
        "care": care,
        "rank": rank,
        "grid": care.grid(shown),
        "sums": care.sums(shown),
        "editable": {one.pattern.pk for one in care.activities if request.user.may_manage(one.pattern.store_id)},
        "query": urlencode(_asked(request)),
    }
    return render(request, "followups/care.html", context)


def _asked(request) -> dict:
    """What the matrix shows, carried by the addresses of its cells."""
    return {name: request.GET[name] for name in MatrixForm.base_fields if request.GET.get(name)}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cell(request, pk, position, rank):
    """One step as one rank gets it; saved as a new version of its pattern. `rank` 0: as all get it."""
    found = managed(request, pk)
    chosen = get_object_or_404(Rank.objects.current(), pk=rank) if rank != FOR_ALL else None
    version = found.versions.newest()
    step = next((step for step in version.step_list if step.position == position), None)
    if step is None:
        raise Http404
    is_sent = request.method == "POST"
    form = CellForm(request.POST if is_sent else None, step=step, rank=chosen, number=version.number)
    if not (is_sent and form.is_valid()):
        return _show_cell(request, found, version, step, form, status=422 if is_sent else 200)
    try:
        saved = revise(
            found,
            **version.counting,
            steps=change_cell(version, position, chosen, form.changed),
            note=_("Two years of care: “%(title)s”") % {"title": step.title},
            began_from=form.cleaned_data["began_from"],
            by=request.user,
            now=timezone.now(),
        )
    except Superseded as superseded:
        typed = _on_top_of(version, step, request.POST, form.cleaned_data["began_from"], found)
        form = CellForm(typed, step=step, rank=chosen, number=version.number)
        return _show_cell(request, found, version, step, form, status=409, newer=superseded.version)
    if saved is None:
        messages.info(request, _("Nothing was changed, so no new version was made."))
    else:
        messages.success(request, saved_words(request.user, found, saved))
    query = urlencode({"store": found.store_id or GROUP, **_asked(request)})
    return HttpResponseClientRefresh() if request.htmx else redirect(f"{reverse('patterns:matrix')}?{query}")


def _on_top_of(version, step, posted, began_from, found) -> dict | None:
    """What was typed, to be sent on top of that version; None where another step stands in that place now."""
    began = found.versions.numbered(began_from)
    was = next((one for one in began.step_list if one.position == step.position), None) if began else None
    same = was and was.title == step.title
    return {**posted.dict(), "began_from": version.number} if same else None


def _show_cell(request, found, version, step, form, *, status=200, newer=None):
    context = {
        "pattern": found,
        "version": version,
        "step": step,
        "form": form,
        "query": urlencode(_asked(request)),
        "newer": newer,
        "running": FollowUp.objects.visible_to(request.user).running().of_pattern(found).count(),
    }
    template = "followups/_care_cell.html" if request.htmx else "followups/care_cell.html"
    return render(request, template, context, status=status)
