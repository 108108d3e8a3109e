"""Running follow-ups move to a version of their pattern: what it would change, then the batch that does it (B7)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.decorators import signed_in

from ..batches import move_to, new_key
from ..models import Batch, FollowUp
from ..moving import begin_looking, examples_of, look_on
from .patterns import managed, numbered

SECONDS = 1.5
"""So long one answer looks at what would change; where that isn't enough, the next one goes on."""


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def moving(request, pk, number):
    """The preview, and the choice."""
    me, now = request.user, timezone.now()
    found = managed(request, pk)
    version = numbered(found, number)
    follow_ups = FollowUp.objects.visible_to(me).of_pattern(found)
    if request.method == "POST":
        batch = move_to(version, follow_ups, by=me, now=now, key=new_key(request.POST.get("key")))
        if batch is not None:
            return redirect("batches:batch", batch.pk)
        messages.info(request, _("All running follow-ups use this version already."))
        return redirect("patterns:pattern", found.pk)
    return _show(request, found, version, follow_ups, now)


def _show(request, found, version, follow_ups, now):
    outlook = begin_looking(version, request.GET.get("seen", ""))
    look_on(outlook, version, follow_ups, now, seconds=SECONDS)
    others = follow_ups.not_of_version(version)
    context = {
        "pattern": found,
        "version": version,
        "newest": found.versions.newest(),
        "outlook": outlook,
        "seen": "" if outlook.is_whole else outlook.signed(),
        "examples": examples_of(outlook, request.user) if outlook.is_whole else [],
        "number": others.of_base(version.base).count(),
        "unplanned": others.of_base(version.base).unplanned().count(),
        "of_other_bases": others.not_of_base(version.base).count(),
        "under_way": Batch.objects.visible_to(request.user).moving(found).first(),
        "key": new_key(),
    }
    return render(request, "followups/_outlook.html" if request.htmx else "followups/pattern_moving.html", context)
