"""The library of scripts: the list, one to read with its versions, writing, back to an earlier one (B11, B14)."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import managers_only, signed_in
from stores.forms.saving import save_or_tell
from stores.wide import in_parallel, is_due

from ..forms.scripts import NewScriptForm, ScriptFilter, ScriptForm, ScriptTextForm
from ..models import Pattern, Script
from ..models.script import Rewritten
from ..script_use import Use, uses_of

SCRIPTS, USE = "scripts", "use"
"""The parts of the pages with what came of scripts."""


@signed_in
@require_safe
def script_list(request):
    """Those in use by place, with what came of them; the others at the foot."""
    form = ScriptFilter(request.GET)
    form.is_valid()
    scripts = list(form.narrow(Script.objects.visible_to(request.user)).for_list())
    uses = _uses(request, scripts, SCRIPTS)
    for script in scripts:
        script.use = uses and sum(uses.get(script.pk, {}).values(), Use())
    used = [script for script in scripts if not script.retired_at]
    context = {
        "form": form,
        "sections": [(store, list(rows)) for store, rows in groupby(used, key=lambda script: script.store)],
        "retired": [script for script in scripts if script.retired_at],
        "follow": uses is None,
    }
    return render(request, "followups/script_list.html", context)


def _uses(request, scripts, part: str) -> dict | None:
    """What came of them; None where that is of many stores and follows the page, asked for as a `part` of it."""
    stores = list(request.user.visible_stores().values_list("pk", flat=True))
    if not is_due(request, part, stores):
        return None
    with in_parallel(stores):
        return uses_of([one.pk for one in scripts], stores, timezone.now())


@signed_in
@require_safe
def script(request, pk):
    return _read(request, _visible(request, pk))


@signed_in
@require_safe
def version(request, pk, number):
    found = _visible(request, pk)
    return _read(request, found, _numbered(found, number))


def _read(request, found, chosen=None):
    history = list(found.versions.history())
    by_script = _uses(request, [found], USE)
    uses = (by_script or {}).get(found.pk, {})
    for row in history:
        row.use = uses.get(row.pk, Use())
    numbers = {row.pk: row.number for row in history}
    shown = next((row for row in history if row == chosen), history[0])
    context = {
        "script": found,
        "shown": shown,
        "is_old": shown != history[0],
        "history": history,
        "steps": list(_steps_with_its_words(found, numbers, request.user)),
        "use": sum(uses.values(), Use()),
        "follow": by_script is None,
        "may_edit": request.user.may_manage(found.store_id),
    }
    return render(request, "followups/script.html", context)


def _steps_with_its_words(script, numbers, me):
    """(pattern, step, number of the script's version) of what the patterns in use say now."""
    for pattern in Pattern.objects.visible_to(me).current().with_words_of(script).for_list():
        for step in pattern.current_version.step_list:
            if step.from_script_id in numbers:
                yield pattern, step, numbers[step.from_script_id]


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    form = NewScriptForm(request.POST if request.method == "POST" else None, staff=request.user)
    if request.method == "POST" and form.is_valid():
        made = Script.write(**form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("“%(name)s” is in the library.") % {"name": made})
        return redirect("scripts:script", made.pk)
    return _form(request, form, title=_("New script"), back=reverse("scripts:list"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    """What it says: each change is a new version."""
    found = _managed(request, pk)
    newest = found.current_version
    if request.method != "POST":
        form = ScriptTextForm(initial={"text": newest.text, "began_from": newest.number})
        return _edit_form(request, found, form)
    form = ScriptTextForm(request.POST)
    if not form.is_valid():
        return _edit_form(request, found, form, status=422)
    try:
        saved = found.revise(**form.cleaned_data, by=request.user, now=timezone.now())
    except Rewritten as rewritten:
        form.data = {**form.data.dict(), "began_from": rewritten.version.number}
        return _edit_form(request, found, form, newer=rewritten.version, status=409)
    messages.success(request, _saved(saved))
    return redirect("scripts:script", found.pk)


def _saved(version) -> str:
    if version is None:
        return _("Nothing was changed, so no new version was made.")
    text = _("Saved as version %(number)d. Steps that took an earlier one keep its words.")
    return text % {"number": version.number}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def name(request, pk):
    found = _managed(request, pk)
    form = ScriptForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid() and save_or_tell(form):
        messages.success(request, form.say(_("Saved.")))
        return redirect("scripts:script", found.pk)
    title = _("Name, purpose and channel of %(name)s") % {"name": form.initial["name"]}
    return _form(request, form, title=title, back=reverse("scripts:script", args=[pk]), status=form.status)


@signed_in
@require_POST
def version_return(request, pk, number):
    """An earlier version becomes the newest again, as a new one: nothing is lost."""
    found = _managed(request, pk)
    earlier = _numbered(found, number)
    note = _("Back to version %(number)d") % {"number": earlier.number}
    saved = found.revise(text=earlier.text, note=note, by=request.user, now=timezone.now(), taken_from=earlier)
    messages.success(request, _saved(saved))
    return redirect("scripts:script", found.pk)


@signed_in
@require_POST
def retirement(request, pk):
    found = _managed(request, pk)
    found.retire(timezone.now())
    text = _("“%(name)s” is no longer offered. Steps that took it keep its words.") % {"name": found}
    messages.success(request, text, extra_tags=reverse("scripts:comeback", args=[found.pk]))
    return redirect("scripts:list")


@signed_in
@require_POST
def comeback(request, pk):
    found = _managed(request, pk)
    found.bring_back()
    messages.success(request, _("“%(name)s” is offered again.") % {"name": found})
    return redirect("scripts:script", found.pk)


def _visible(request, pk) -> Script:
    return get_object_or_404(Script.objects.visible_to(request.user).for_reading(), pk=pk)


def _managed(request, pk) -> Script:
    found = _visible(request, pk)
    if not request.user.may_manage(found.store_id):
        raise PermissionDenied
    return found


def _numbered(found, number):
    version = found.versions.numbered(number)
    if version is None:
        raise Http404
    return version


def _edit_form(request, found, form, *, newer=None, status=200):
    title = _("What “%(name)s” says") % {"name": found}
    back = reverse("scripts:script", args=[found.pk])
    return _form(request, form, title=title, back=back, newer=newer, status=status)


def _form(request, form, *, title, back, newer=None, status=None):
    context = {"form": form, "title": title, "back": back, "newer": newer}
    status = status or (422 if form.is_bound else 200)
    return render(request, "followups/script_form.html", context, status=status)
