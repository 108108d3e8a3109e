from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from followups.models import Contact, Outcome, Task
from followups.recording import (
    AlreadyAnswered,
    AlreadyRecorded,
    answer,
    closable,
    need_no_answer,
    record,
    record_beside,
)
from stores.channels import Channel
from stores.decorators import signed_in

from ..board import VIEWS, Who, rows_of
from ..forms.recording import AnswerForm, CancelForm, NoAnswerForm, RecordForm
from ..labels import recorded_label, recorded_words
from ..panel import Panel
from ..tally import tally

ANSWERS = [
    Outcome.SPOKE,
    Outcome.SENT,
    Outcome.NO_ANSWER,
    Outcome.APPOINTMENT,
    Outcome.REFUSED,
    Outcome.VOICEMAIL,
]


@require_safe
@signed_in
def task(request, pk):
    """Why the task is there, what to say, and the buttons that record its result (REQUIREMENTS A4, A5)."""
    found = _task(request, pk)
    return _panel(request, Panel.of_task(found, _task_form(request, found), timezone.now()))


@require_POST
@signed_in
def task_result(request, pk):
    """Record the result; the next task is at hand afterwards."""
    return _save_result(request, pk)


@require_POST
@signed_in
def task_contact(request, pk):
    """What one did although somebody else has recorded the task: kept as a contact of one's own."""
    return _save_result(request, pk, beside=True)


def _save_result(request, pk, *, beside=False):
    found, now = _task(request, pk), timezone.now()
    form = _task_form(request, found, request.POST)
    panel = Panel.of_task(found, form, now)
    if not form.is_valid():
        return _panel(request, panel, status=422)
    try:
        contact = record(found, form.result(), by=request.user, now=now)
    except AlreadyRecorded as first:
        if not beside or found.customer is None:
            panel.told = _told(first.task)
            return _panel(request, panel, status=409)
        contact = record_beside(found, found.channel, form.result(), by=request.user, now=now)
    return _recorded(request, contact, f"task-{found.pk}", now)


@require_POST
@signed_in
def task_assignee(request, pk):
    """Take a colleague's task, or one that is nobody's, for oneself."""
    found, now = _task(request, pk), timezone.now()
    if found.assign(request.user, request.user, now):
        messages.success(request, _("The task is yours now."))
    else:
        messages.warning(request, _told(found))
    return redirect("todo:task", pk=found.pk)


@require_POST
@signed_in
def task_cancellation(request, pk):
    """Not needed any more; the reason is kept."""
    found, now = _task(request, pk), timezone.now()
    form = CancelForm(request.POST)
    if not form.is_valid():
        panel = Panel.of_task(found, _task_form(request, found), now)
        panel.cancel_form = form
        return _panel(request, panel, status=422)
    if found.cancel(request.user, now, form.cleaned_data["reason"]):
        messages.success(request, _("The task was taken off the list."))
    else:
        messages.warning(request, _told(found))
    return redirect(_back(request))


@require_safe
@signed_in
def reply(request, pk):
    """What the customer wrote, and how it is answered."""
    found = _reply(request, pk)
    return _panel(request, Panel.of_reply(found, _answer_form(request, found), timezone.now()))


@require_POST
@signed_in
def reply_answer(request, pk):
    """Record the answer; a call that finds nobody leaves the reply waiting."""
    return _save_answer(request, pk)


@require_POST
@signed_in
def reply_contact(request, pk):
    """What one wrote or said although somebody else has answered: kept as a contact of one's own."""
    return _save_answer(request, pk, beside=True)


def _save_answer(request, pk, *, beside=False):
    found, now = _reply(request, pk), timezone.now()
    form = _answer_form(request, found, request.POST)
    panel = Panel.of_reply(found, form, now)
    if not form.is_valid():
        return _panel(request, panel, status=422)
    try:
        contact = answer(found, form.channel(found), form.result(), by=request.user, now=now)
    except AlreadyAnswered as first:
        if not beside:
            panel.told = _("%(staff)s has answered already.") % {"staff": first.reply.answered_by or "—"}
            return _panel(request, panel, status=409)
        contact = record_beside(found, form.channel(found), form.result(), by=request.user, now=now)
    found.refresh_from_db()
    return _recorded(request, contact, f"reply-{found.pk}" if found.answered_at else "", now)


@require_POST
@signed_in
def reply_closing(request, pk):
    """No answer is needed; the reason is kept."""
    found, now = _reply(request, pk), timezone.now()
    form = NoAnswerForm(request.POST)
    if not form.is_valid():
        panel = Panel.of_reply(found, _answer_form(request, found), now)
        panel.no_answer_form = form
        return _panel(request, panel, status=422)
    if need_no_answer(found, form.cleaned_data["reason"], by=request.user, now=now):
        messages.success(request, _("Noted: no answer is needed."))
    else:
        messages.warning(request, _("Somebody has answered already."))
    return redirect(_back(request))


def _task(request, pk):
    return get_object_or_404(Task.objects.visible_to(request.user).for_panel(), pk=pk)


def _reply(request, pk):
    return get_object_or_404(Contact.objects.visible_to(request.user).inbound().for_list(), pk=pk)


def _task_form(request, task, data=None):
    kind = task.step.content_kind_id if task.step else None
    closing = _closable(task) if task.customer_id else []
    return RecordForm(
        data,
        now=timezone.now(),
        store=task.store,
        me=request.user,
        closable=closing,
        content_kind=kind,
        outcomes=Outcome.for_channel(task.channel),
    )


def _closable(task) -> list:
    """Running follow-ups about the same thing, with tasks left besides this one."""
    found = []
    for follow_up in closable(task.customer, task.deal):
        if task.follow_up_id and follow_up.deal_id != task.deal_id:
            continue
        follow_up.open_tasks -= follow_up.pk == task.follow_up_id
        if follow_up.open_tasks or follow_up.is_being_prepared:
            found.append(follow_up)
    return found


def _answer_form(request, reply, data=None):
    return AnswerForm(
        data,
        now=timezone.now(),
        store=reply.customer.store,
        me=request.user,
        closable=closable(reply.customer, reply.deal),
        outcomes=ANSWERS,
    )


def _panel(request, panel, status=200):
    """The panel by itself for htmx, in a page of its own without JavaScript."""
    context = {"panel": panel, "form": panel.form, "place": _place(request), "back": _back(request)}
    template = "todo/_panel.html" if request.htmx else "todo/task.html"
    return render(request, template, context, status=status)


def _recorded(request, contact, row_id, now):
    """What was recorded with the way back, the new counts, and the next task."""
    undo_url = reverse("todo:contact-undo", args=[contact.pk]) if contact else ""
    if not request.htmx:
        messages.success(request, recorded_words(contact), extra_tags=undo_url)
        return redirect(_back(request))
    place = _place(request)
    who = Who.parse(place["who"], request.user)
    counted = tally(request.user, who, now)
    following = rows_of(place["view"], request.user, who, now, counted, channel=place.get("channel", "")).rows
    context = {
        "contact": contact,
        "ended": contact.ended_follow_ups.select_related("pattern") if contact else [],
        "made": list(contact.made_tasks.all()) if contact else [],
        "text": recorded_label(contact),
        "undo_url": undo_url,
        "row": following[0] if following else None,
        "place": place,
        "address": urlencode(place),
        "counts": counted.counts,
        "notes": counted.notes,
        "todo_count": counted.open,
        "query": who.query,
        "view": place["view"] if _on_board(request) else "",
    }
    return trigger_client_event(render(request, "todo/_recorded.html", context), "recorded", {"row": row_id})


def _told(task) -> str:
    task.refresh_from_db()
    if task.done_at:
        at = timezone.localtime(task.done_at)
        return _("%(staff)s recorded it at %(time)s.") % {"staff": task.done_by or "—", "time": f"{at:%H:%M}"}
    return _("This task was cancelled: it is not to be done any more.")


def _place(request) -> dict:
    """Which list of the board the panel was opened from; one's own where that isn't to be seen any more."""
    asked = request.POST if request.method == "POST" else request.GET
    view = asked.get("view", "on-time")
    try:
        who = Who.parse(asked.get("who", "me"), request.user).key
    except Http404:
        who = "me"
    place = {"view": view if view in VIEWS else "on-time", "who": who}
    channel = asked.get("channel", "")
    return {**place, "channel": channel} if channel in Channel.values else place


def _on_board(request) -> bool:
    """Elsewhere the views are in reach, but none of them is shown."""
    return (request.htmx.current_url_abs_path or "").startswith(reverse("todo:board"))


def _back(request) -> str:
    return reverse("todo:board") + "?" + urlencode(_place(request))
