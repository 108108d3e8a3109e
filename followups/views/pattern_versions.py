"""A pattern's versions: what differs, back to an earlier one, the group's and a copy, who changed what (B7, H2)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import signed_in
from stores.inputs import whole_number

from ..chronicle import chronicle, with_differences
from ..comparison import Comparison
from ..forms.pattern import NoteForm, TakeoverForm
from ..models import FollowUp
from ..writing import Superseded, take
from .patterns import managed, numbered, saved_words, visible

PAGE = 30


@signed_in
@require_safe
def differences(request, pk, number):
    """A version against an earlier one, the one before it when none is named by `?from=`."""
    found = visible(request, pk)
    new = numbered(found, number)
    earlier = list(found.history().earlier_than(number))
    wanted = whole_number(request.GET.get("from"))
    old = next((version for version in earlier if wanted in {None, version.number}), None)
    if wanted is not None and old is None:
        raise Http404
    context = {
        "pattern": found,
        "old": old,
        "new": new,
        "earlier": earlier,
        "following": found.versions.after(number),
        "comparison": old and Comparison(old, new),
        "may_edit": request.user.may_manage(found.store_id),
    }
    return render(request, "followups/pattern_differences.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def version_return(request, pk, number):
    """An earlier version becomes the newest again, as a new one; what it changes is shown first."""
    found = managed(request, pk)
    version = numbered(found, number)
    if request.method != "POST":
        return _show_return(request, found, version)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show_return(request, found, version, form=form, status=422)
    try:
        saved = take(found, version, **_taken(form), by=request.user, now=timezone.now())
    except Superseded as superseded:
        return _show_return(request, found, version, form=form, newer=superseded.version, status=409)
    return _taken_over(request, found, saved)


def _show_return(request, found, version, *, form=None, newer=None, status=200):
    newest = found.versions.newest()
    context = {
        "pattern": found,
        "version": version,
        "newest": newest,
        "newer": newer,
        "comparison": Comparison(newest, version),
        "form": _on_top_of(newest, form),
        "running": FollowUp.objects.visible_to(request.user).running().of_pattern(found).count(),
    }
    return render(request, "followups/pattern_return.html", context, status=status)


@signed_in
@require_safe
def history(request, pk):
    found = visible(request, pk)
    page = Paginator(chronicle(found, request.user), PAGE).get_page(request.GET.get("page"))
    page.object_list = with_differences(page.object_list)
    newest = found.versions.newest()
    managed_here = request.user.may_manage(found.store_id)
    others = FollowUp.objects.visible_to(request.user).not_of_version(newest)
    context = {"pattern": found, "page": page, "version": newest, "behind": managed_here and others.count()}
    return render(request, "followups/pattern_history.html", context)


@signed_in
@require_safe
def group(request, pk):
    """A store's copy and the group's pattern that it stands in for."""
    found = visible(request, pk)
    return _show_group(request, found, _group_of(found))


@signed_in
@require_POST
def takeover(request, pk):
    """The group's newest version becomes the copy's newest."""
    found = managed(request, pk)
    source = _group_of(found)
    form = TakeoverForm(request.POST)
    if not form.is_valid():
        return _show_group(request, found, source, form=form, status=422)
    newest = source.versions.newest()
    if form.cleaned_data["version"] != newest.number:
        return _show_group(request, found, source, form=form, newer=newest, status=409)
    try:
        saved = take(found, newest, **_taken(form), by=request.user, now=timezone.now())
    except Superseded as superseded:
        return _show_group(request, found, source, form=form, newer=superseded.version, status=409)
    return _taken_over(request, found, saved)


@signed_in
@require_POST
def keeping(request, pk):
    """The copy stays as it is, although the group's pattern has changed: said once for each of its versions."""
    found = managed(request, pk)
    source = _group_of(found)
    found.see(numbered(source, whole_number(request.POST.get("version")) or 0))
    messages.success(request, _("The copy stays as it is. You will be told when the group's pattern changes again."))
    return redirect("patterns:pattern", found.pk)


def _show_group(request, found, source, *, form=None, newer=None, status=200):
    ours, theirs = found.versions.newest(), source.versions.newest()
    seen = found.seen_version
    is_behind = seen and seen.number < theirs.number
    is_as_copied = is_behind and ours.says_the_same(base=seen.base, steps=seen.step_list)
    context = {
        "pattern": found,
        "group": source,
        "ours": ours,
        "theirs": theirs,
        "newer": newer,
        "since": Comparison(seen, theirs) if is_behind and not is_as_copied else None,
        "comparison": Comparison(ours, theirs),
        "is_overtaken": found.has_been_overtaken_by(source),
        "form": _on_top_of(ours, form, TakeoverForm, version=theirs.number),
        "may_edit": request.user.may_manage(found.store_id),
        "running": FollowUp.objects.visible_to(request.user).running().of_pattern(found).count(),
    }
    return render(request, "followups/pattern_group.html", context, status=status)


def _group_of(found):
    if found.group_pattern is None:
        raise Http404
    return found.group_pattern


def _on_top_of(newest, form, form_class=NoteForm, **hidden):
    """A form that is sent on top of that version; the note that was typed stays."""
    hidden = {"began_from": newest.number, **hidden}
    if form is None:
        return form_class(initial=hidden)
    form.data = {**form.data.dict(), **hidden}
    return form


def _taken(form) -> dict:
    return {"note": form.cleaned_data["note"], "began_from": form.cleaned_data["began_from"] or 0}


def _taken_over(request, found, saved):
    if saved is None:
        messages.info(request, _("The steps were the same already, so no new version was made."))
    else:
        messages.success(request, saved_words(request.user, found, saved))
    return redirect("patterns:pattern", found.pk)
