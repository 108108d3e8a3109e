"""What is done to a follow-up at work: paused, gone on with, begun anew, counted from another day (REQUIREMENTS B6)."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from followups.counting import day_and_moment
from followups.models import FollowUp
from followups.pausing import pause as pause_all
from followups.pausing import unpause
from followups.restarting import restart as restart_all
from stores.days import day_label
from stores.decorators import signed_in
from stores.wake import wake

from ..forms.follow_ups import MoveBaseForm, PauseForm
from ..page import changed, show
from ..subject import subject_of
from ..way_back import TooLate, go_back, note_of, read

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@signed_in
def pause(request, pk):
    """Let it rest until a day, or until somebody has it go on; what rests already gets another day."""
    follow_up, subject, now = _find(request, pk)
    form = PauseForm(request.POST if request.method == "POST" else None, now=now, initial={"length": "week"})
    if not form.is_valid():
        status = 422 if form.errors else 200
        return show(
            request, subject, now, sheet="todo/_sheet_pause.html", status=status, form=form, follow_up=follow_up
        )
    until = form.cleaned_data["until"]
    if not pause_all(_this(request, pk), until=until, by=request.user, now=now):
        return _ended_already(request, subject, now)
    before = follow_up.paused_until_on
    done = "paused-until" if follow_up.is_paused else "paused"
    undo_url = note_of(done, follow_up, subject, now, until=before and before.isoformat())
    if until:
        words = {"pattern": follow_up.pattern, "day": day_label(until)}
        return changed(request, subject, now, _("“%(pattern)s” rests until %(day)s.") % words, undo_url=undo_url)
    text = _("“%(pattern)s” rests until somebody resumes it.") % {"pattern": follow_up.pattern}
    return changed(request, subject, now, text, undo_url=undo_url)


@require_POST
@signed_in
def go_on(request, pk):
    """End its pause: the first task that is left falls on today."""
    follow_up, subject, now = _find(request, pk)
    if not unpause(_this(request, pk), now=now):
        return changed(request, subject, now, _("It isn't paused any more."), level="warning")
    until = follow_up.paused_until_on
    undo_url = note_of("unpaused", follow_up, subject, now, until=until and until.isoformat())
    text = _("“%(pattern)s” goes on.") % {"pattern": follow_up.pattern}
    return changed(request, subject, now, text, undo_url=undo_url)


@require_POST
@signed_in
def restart(request, pk):
    """Begin anew from today; the one at work ends, what is done of it stays."""
    follow_up, subject, now = _find(request, pk)
    begun = restart_all(_this(request, pk), by=request.user, now=now)
    if not begun:
        text = _("“%(pattern)s” cannot be restarted.") % {"pattern": follow_up.pattern}
        return changed(request, subject, now, text, level="warning")
    text = _("“%(pattern)s” begins anew from today.") % {"pattern": follow_up.pattern}
    return changed(request, subject, now, text, undo_url=note_of("begun", begun[0], subject, now))


@require_http_methods(FORM)
@signed_in
def base(request, pk):
    """Count from another day, with what would move before it does (REQUIREMENTS B8).

    What counts from a date of the customer, the car or the deal is moved by changing it there.
    """
    follow_up, subject, now = _find(request, pk)
    posted = request.method == "POST"
    data = request.POST if posted else request.GET if "base_on" in request.GET else None
    form = MoveBaseForm(data, now=now, initial={"base_on": follow_up.base_on})
    if not follow_up.may_move_base:
        raise PermissionDenied
    if not posted or "preview" in request.POST or not form.is_valid():
        status = 422 if posted and form.errors else 200
        context = {"form": form, "follow_up": follow_up, "preview": form.preview(follow_up)}
        return show(request, subject, now, sheet="todo/_sheet_base.html", status=status, **context)
    day, moment = day_and_moment(form.base())
    if not _this(request, pk).move_base(day, now, at=moment):
        return _ended_already(request, subject, now)
    wake()
    at = follow_up.base_at
    kept = {"base_on": follow_up.base_on.isoformat(), "base_at": at and at.isoformat(), "moved_to": day.isoformat()}
    words = {"pattern": follow_up.pattern, "day": day_label(day)}
    text = _("“%(pattern)s” counts from %(day)s.") % words
    return changed(request, subject, now, text, undo_url=note_of("moved", follow_up, subject, now, **kept))


@require_POST
@signed_in
def undo(request, signed):
    """Take back what was done to it, for a day."""
    note = read(signed)
    follow_up, subject, now = _find(request, note["pk"])
    try:
        go_back(note, follow_up, by=request.user, now=now)
    except TooLate:
        return changed(request, subject, now, _("This can no longer be taken back."), level="warning")
    wake()
    text = _("“%(pattern)s” is as before.") % {"pattern": follow_up.pattern}
    return changed(request, subject_of(follow_up, request), now, text)


def _find(request, pk):
    """The follow-up, the page it was seen on, and when."""
    follow_up = get_object_or_404(FollowUp.objects.visible_to(request.user).with_pattern(), pk=pk)
    return follow_up, subject_of(follow_up, request), timezone.now()


def _this(request, pk):
    return FollowUp.objects.visible_to(request.user).with_ids([pk])


def _ended_already(request, subject, now):
    return changed(request, subject, now, _("It has ended already."), level="warning")
