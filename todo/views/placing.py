"""A task gets another day or time by hand, goes back to where it was, or to where its pattern has it (B6, B12)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from followups.models import Task
from followups.placing import NotOpen, TooLateToPutBack, let_the_pattern_place, place, put_back
from followups.reasons import explain
from stores.decorators import signed_in

from ..forms.placing import PlaceForm
from ..labels import placed_label
from ..subject import board_left


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def placement(request, pk):
    """Asked by GET with the fields in the address, it only says what speaks against that place."""
    task, now = _task(request, pk), timezone.now()
    data = request.POST if request.method == "POST" else request.GET if "on" in request.GET else None
    form = PlaceForm(data, task=task, calendar=task.store.calendar(), now=now)
    if request.method != "POST" or not form.is_valid():
        return _sheet(request, task, form)
    try:
        moved = place(task, form.wanted(), by=request.user, now=now)
    except NotOpen:
        messages.warning(request, _("Somebody has finished this task in the meantime."))
        return _back(request, task)
    said = [placed_label(form.wanted()), *explain(form.doubts())]
    undo = reverse("todo:task-placement-undo", args=[task.pk, moved.way_back]) if moved.move else ""
    messages.success(request, " ".join(said), extra_tags=undo)
    return _back(request, task)


@require_POST
@signed_in
def undo(request, pk, way_back):
    """Back to where it was, for a day."""
    task = _task(request, pk)
    try:
        put_back(task, way_back)
    except TooLateToPutBack:
        messages.warning(request, _("This can no longer be taken back; it has changed since then."))
    else:
        messages.success(request, _("The task is back where it was."))
    return _back(request, task)


@require_POST
@signed_in
def release(request, pk):
    """The pattern places it again, with the next pass of the worker."""
    task, now = _task(request, pk), timezone.now()
    if way_back := let_the_pattern_place(task, now=now):
        undo_url = reverse("todo:task-placement-undo", args=[task.pk, way_back])
        messages.success(request, _("Its pattern places it again, within moments."), extra_tags=undo_url)
    else:
        messages.warning(request, _("This task was not placed by hand, or comes from no pattern."))
    return _back(request, task)


def _task(request, pk):
    return get_object_or_404(Task.objects.visible_to(request.user).for_panel(), pk=pk)


def _sheet(request, task, form):
    context = {
        "task": task,
        "form": form,
        "customer": task.customer,
        "subject": {"url": reverse("todo:task", args=[task.pk])},
        "doubts": explain(form.doubts()) if form.is_bound and form.is_valid() else [],
    }
    template = "todo/_sheet_placement.html" if request.htmx else "todo/placement.html"
    asked = request.method != "POST"
    return render(request, template, context, status=200 if asked else 422)


def _back(request, task):
    """The page that it was done on, with what has changed; without JavaScript the board or the task's own."""
    own = reverse("todo:task", args=[task.pk])
    if not request.htmx:
        return redirect(board_left(request) or own)
    shown = request.htmx.current_url_abs_path
    return HttpResponseClientRedirect(own if shown in {None, request.path} else shown)
