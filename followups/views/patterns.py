"""Patterns: the list, one to read, the editor with its preview, retiring (REQUIREMENTS B1, B7, B8)."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from stores.decorators import managers_only, signed_in
from stores.forms.saving import save_or_tell
from stores.inputs import plain, whole_number
from stores.models import Store

from ..comparison import Comparison
from ..forms.editor import Editor, first_store, look_ahead
from ..forms.pattern import NameForm, PreviewForm
from ..models import FollowUp, Pattern, PatternVersion, StartRule, WaitReason
from ..writing import Superseded, revise, write

MOST_WARNINGS = 3


@signed_in
@require_safe
def pattern_list(request):
    patterns = list(Pattern.objects.visible_to(request.user).for_list())
    running = FollowUp.objects.visible_to(request.user).running().count_by_pattern()
    own = {pattern.slug: pattern for pattern in patterns if pattern.store_id and not pattern.retired_at}
    group = {pattern.pk: pattern for pattern in patterns if not pattern.store_id}
    for pattern in patterns:
        pattern.running = running.get(pattern.pk, 0)
        pattern.stand_in = None if pattern.store_id or request.user.is_admin else own.get(pattern.slug)
        pattern.is_overtaken = pattern.has_been_overtaken_by(group.get(pattern.copied_from_id))
    used = [pattern for pattern in patterns if not pattern.retired_at]
    context = {
        "sections": [(store, list(rows)) for store, rows in groupby(used, key=lambda pattern: pattern.store)],
        "retired": [pattern for pattern in patterns if pattern.retired_at],
    }
    return render(request, "followups/pattern_list.html", context)


@signed_in
@require_safe
def pattern(request, pk):
    return _read(request, visible(request, pk))


@signed_in
@require_safe
def version(request, pk, number):
    found = visible(request, pk)
    return _read(request, found, numbered(found, number))


def _read(request, found, chosen=None):
    """A pattern's page, as it is or as it was in the `chosen` version."""
    user = request.user
    running = FollowUp.objects.visible_to(user).running().of_pattern(found).count_by_version()
    history = list(found.history())
    for row in history:
        row.running = running.get(row.pk, 0)
    shown = next((row for row in history if row == chosen), history[0])
    prefetch_related_objects(shown.step_list, "from_script__script")
    opening = {"preview-on": timezone.localdate(), "preview-store": first_store(user, found)}
    preview = PreviewForm({**opening, **request.GET.dict()}, prefix="preview", staff=user)
    own_copies = [] if found.store_id else list(Pattern.objects.visible_to(user).same_as(found).for_page())
    copied = {copy.store_id for copy in own_copies}
    context = {
        "pattern": found,
        "shown": shown,
        "is_old": shown.number != history[0].number,
        "history": history,
        "running": sum(running.values()),
        "behind": sum(running.values()) - shown.running if user.may_manage(found.store_id) else 0,
        "may_edit": user.may_manage(found.store_id),
        "rules": StartRule.objects.visible_to(user).of_pattern(found).for_page(),
        "own_copies": own_copies,
        "stand_in": next((copy for copy in own_copies if user.works_in(copy.store)), None),
        "group": found.group_pattern,
        "is_overtaken": found.has_been_overtaken_by(found.group_pattern),
        "copy_stores": []
        if found.store_id or not user.is_manager
        else [store for store in Store.objects.managed_by(user) if store.pk not in copied],
        "preview": preview,
        "outlook": look_ahead(shown.step_list, preview, fixed_base=shown.is_fixed),
    }
    return render(request, "followups/pattern.html", context)


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    now = timezone.now()
    today = timezone.localdate(now)
    if request.method != "POST":
        return _show(request, Editor(staff=request.user, today=today))
    editor = Editor(staff=request.user, today=today, posted=request.POST)
    if not editor.is_valid():
        return _show(request, editor, status=422)
    made = write(**editor.name.cleaned_data, **editor.content, by=request.user, now=now)
    messages.success(request, _("“%(name)s” can be chosen from now on.") % {"name": made.name})
    _warn(request, editor)
    return _go(request, made)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    found = managed(request, pk)
    now = timezone.now()
    today = timezone.localdate(now)
    if request.method != "POST":
        version = _version_to_begin_with(request, found)
        return _show(request, Editor(staff=request.user, today=today, pattern=found, version=version))
    editor = Editor(staff=request.user, today=today, pattern=found, posted=request.POST)
    if not editor.is_valid():
        return _show(request, editor, status=422)
    try:
        saved = revise(found, **editor.content, began_from=editor.began_from, by=request.user, now=now)
    except Superseded as superseded:
        meanwhile = _meanwhile(found, editor.began_from, superseded.version)
        editor.begin_again_from(superseded.version)
        return _show(request, editor, status=409, newer=superseded.version, meanwhile=meanwhile)
    if group_version := _group_version(request, found):
        found.see(group_version)
    if saved is None:
        messages.info(request, _("Nothing was changed, so no new version was made."))
    else:
        messages.success(request, saved_words(request.user, found, saved))
        _warn(request, editor)
    return _go(request, found)


@signed_in
@require_POST
def preview(request, pk):
    """The editor with its steps arranged or its dates brought up to date; saves nothing."""
    return _preview(request, managed(request, pk))


@managers_only
@require_POST
def preview_new(request):
    return _preview(request, None)


def _preview(request, found):
    """Asked for from `#dates` it answers with the dates alone, so that nobody's typing is disturbed."""
    order = request.POST.get("order", "")
    today = timezone.localdate()
    editor = Editor(staff=request.user, today=today, pattern=found, posted=request.POST, order=order or "as-typed")
    if request.htmx and request.htmx.target == "dates":
        return render(request, "followups/_dates.html", {"outlook": editor.outlook})
    return _show(request, editor)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def name(request, pk):
    found = managed(request, pk)
    form = NameForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid() and save_or_tell(form):
        messages.success(request, form.say(_("The name was changed.")))
        return redirect("patterns:pattern", found.pk)
    return render(request, "followups/pattern_name.html", {"pattern": found, "form": form}, status=form.status)


@signed_in
@require_POST
def copies(request, pk):
    """A copy for a store that one manages, there to be tuned."""
    found = visible(request, pk)
    store = get_object_or_404(Store.objects.visible_to(request.user), slug=plain(request.POST.get("store")))
    if found.store_id or not request.user.may_manage(store.pk):
        raise PermissionDenied
    copy = found.copy_to(store, by=request.user, now=timezone.now())
    messages.success(request, _("%(store)s now has its own copy. Tune it here.") % {"store": store})
    return redirect("patterns:edit", copy.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def retirement(request, pk):
    found = managed(request, pk)
    if request.method == "POST":
        found.retire(timezone.now())
        text = _("“%(name)s” can no longer be chosen. What is running goes on.") % {"name": found.name}
        messages.success(request, text, extra_tags=reverse("patterns:comeback", args=[found.pk]))
        return redirect("patterns:list")
    context = {
        "pattern": found,
        "running": FollowUp.objects.visible_to(request.user).running().of_pattern(found).count(),
        "group": found.group_pattern,
        "own_copies": [] if found.store_id else Pattern.objects.visible_to(request.user).same_as(found).for_page(),
        "reasons": WaitReason.objects.proposing(found),
    }
    return render(request, "followups/pattern_retirement.html", context)


@signed_in
@require_POST
def comeback(request, pk):
    found = managed(request, pk)
    found.bring_back()
    messages.success(request, _("“%(name)s” can be chosen again.") % {"name": found.name})
    return redirect("patterns:pattern", found.pk)


def visible(request, pk) -> Pattern:
    return get_object_or_404(Pattern.objects.visible_to(request.user).for_reading(), pk=pk)


def managed(request, pk) -> Pattern:
    found = visible(request, pk)
    if not request.user.may_manage(found.store_id):
        raise PermissionDenied
    return found


def numbered(found, number) -> PatternVersion:
    version = found.versions.select_related("made_by").numbered(number)
    if version is None:
        raise Http404
    return version


def _version_to_begin_with(request, found):
    """The newest, or what the address names: an older one by `version`, the group's by `group`."""
    wanted = whole_number(request.GET.get("version"))
    older = found.versions.numbered(wanted) if wanted else None
    return older or _group_version(request, found) or found.current_version


def _group_version(request, found):
    """The group's version whose steps the editor of a store's copy began with; None where it did not."""
    wanted = whole_number(request.GET.get("group"))
    return found.group_pattern.versions.numbered(wanted) if wanted and found.group_pattern else None


def _meanwhile(found, began_from, newest):
    """What others changed since the editing began; None where it isn't known from what."""
    began = found.versions.numbered(began_from)
    return Comparison(began, newest) if began else None


def _show(request, editor, *, status=200, newer=None, meanwhile=None):
    found = editor.pattern
    addresses = {
        "save_url": reverse("patterns:edit", args=[found.pk]) if found else reverse("patterns:new"),
        "preview_url": reverse("patterns:preview", args=[found.pk]) if found else reverse("patterns:preview_new"),
    }
    group_version = _group_version(request, found) if found else None
    if group_version:
        addresses = {name: f"{address}?group={group_version.number}" for name, address in addresses.items()}
    context = {
        **addresses,
        "editor": editor,
        "pattern": found,
        "group": found and found.group_pattern,
        "group_version": group_version,
        "newer": newer,
        "meanwhile": meanwhile,
        "running": FollowUp.objects.visible_to(request.user).running().of_pattern(found).count() if found else 0,
    }
    template = "followups/_editor.html" if request.htmx else "followups/pattern_edit.html"
    return render(request, template, context, status=status)


def _warn(request, editor):
    """Some of the stores can't keep it as it says."""
    if editor.warnings:
        messages.warning(request, " ".join(editor.warnings[:MOST_WARNINGS]))


def _go(request, found):
    if request.htmx:
        return HttpResponseClientRedirect(reverse("patterns:pattern", args=[found.pk]))
    return redirect("patterns:pattern", found.pk)


def saved_words(staff, found, saved) -> str:
    """That it was saved, and what becomes of what is running (REQUIREMENTS B7)."""
    text = _("Saved as version %(number)d.") % {"number": saved.number}
    running = FollowUp.objects.visible_to(staff).running().of_pattern(found).count_by_version()
    count = sum(running.values())
    if not count:
        return text
    if len(running) == 1:
        number = next(version.number for version in found.history() if version.pk in running)
        stays = ngettext(
            "%(count)d running follow-up stays on version %(number)d.",
            "%(count)d running follow-ups stay on version %(number)d.",
            count,
        )
        return f"{text} {stays % {'count': count, 'number': number}}"
    stays = ngettext(
        "%(count)d running follow-up stays on its version.",
        "%(count)d running follow-ups stay on their versions.",
        count,
    )
    return f"{text} {stays % {'count': count}}"
