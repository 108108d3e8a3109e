"""Contacts without a task, inbound ones, appointments by hand; and correcting, completing, taking back any record."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from followups import correcting, recording
from followups.correcting import TooLateToUndo
from followups.models import Contact, Direction, Outcome
from followups.recording import closable
from stores.channels import Channel
from stores.decorators import signed_in

from ..access import may_change
from ..forms.contacts import RECEIVED, AppointmentForm, CompletionForm, ContactForm, CorrectionForm, InboundForm
from ..labels import recorded_words
from ..page import changed, show, turned_away
from ..subject import board_left, find_subject, subject_of

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@signed_in
def new_contact(request, *, customer_pk=None, deal_pk=None):
    """Something one did without a task: two taps where nothing needs to be said."""
    subject, now = find_subject(request.user, customer_pk=customer_pk, deal_pk=deal_pk), timezone.now()
    if refused := turned_away(request, subject, now):
        return refused
    channel = _channel(request)
    form = _record_form(ContactForm, request, subject, now, outcomes=Outcome.for_channel(channel))
    if not form.is_valid():
        return _record_sheet(request, subject, now, form, channel)
    contact = recording.record_contact(
        subject.customer, form.deal_chosen, channel, form.result(), by=request.user, now=now
    )
    return _recorded(request, subject, contact, now)


@require_http_methods(FORM)
@signed_in
def new_inbound(request, *, customer_pk=None, deal_pk=None):
    """The customer called back, or wrote: what isn't a conversation waits in "replied" (REQUIREMENTS A1)."""
    subject, now = find_subject(request.user, customer_pk=customer_pk, deal_pk=deal_pk), timezone.now()
    if refused := turned_away(request, subject, now):
        return refused
    channel = _channel(request)
    form = _record_form(InboundForm, request, subject, now)
    if not form.is_valid():
        return _record_sheet(request, subject, now, form, channel, inbound=True)
    contact = recording.receive(subject.customer, form.deal_chosen, channel, form.result(), by=request.user, now=now)
    return _recorded(request, subject, contact, now)


@require_http_methods(FORM)
@signed_in
def new_appointment(request, *, customer_pk=None, deal_pk=None):
    """A single task by hand (REQUIREMENTS B12)."""
    subject, now = find_subject(request.user, customer_pk=customer_pk, deal_pk=deal_pk), timezone.now()
    if refused := turned_away(request, subject, now, of_closed=True):
        return refused
    form = AppointmentForm(_posted(request), customer=subject.customer, deal=subject.deal, now=now)
    if not form.is_valid():
        return _sheet(request, subject, now, "todo/_sheet_appointment.html", form)
    deal = form.cleaned_data.get("deal")
    recording.appoint(subject.customer, deal, form.appointment(), by=request.user, now=now)
    return changed(request, subject, now, _("The appointment is on the list."))


@require_http_methods(FORM)
@signed_in
def correct(request, pk):
    """A corrected record supersedes the old one, which stays."""
    contact, now = _changeable(request, pk), timezone.now()
    subject = subject_of(contact, request)
    if refused := turned_away(request, subject, now):
        return refused
    form = CorrectionForm(_posted(request), contact=contact, outcomes=_outcomes(contact))
    if not form.is_valid():
        return _sheet(request, subject, now, "todo/_sheet_correct.html", form)
    try:
        correcting.correct(contact, **form.cleaned_data, by=request.user, now=now)
    except TooLateToUndo:
        return changed(request, subject, now, _("This record was changed or taken back already."), level="warning")
    return changed(request, subject, now, _("Corrected. The record as it was stays in the history."))


@require_http_methods(FORM)
@signed_in
def complete(request, pk):
    """Add the line that was missing; any colleague may.

    Asked for beside the next task, right after recording: that stays, and the page behind it asks for its new state.
    """
    contact, now = _contact(request, pk), timezone.now()
    subject = subject_of(contact, request)
    if refused := turned_away(request, subject, now):
        return refused
    form = CompletionForm(_posted(request), contact=contact)
    beside = request.htmx and request.htmx.target != "panel"
    if not form.is_valid():
        template = "todo/_completion.html" if beside else "todo/_sheet_complete.html"
        return _sheet(request, subject, now, template, form, contact=contact)
    try:
        correcting.complete(contact, **form.cleaned_data, by=request.user, now=now)
    except TooLateToUndo:
        return changed(request, subject, now, _("This record was changed or taken back already."), level="warning")
    text = _("The record is complete.")
    if beside:
        toast = render(request, "_toast.html", {"text": text, "oob": True})
        return trigger_client_event(toast, "recorded", {"row": ""})
    return changed(request, subject, now, text)


@require_POST
@signed_in
def undo(request, pk):
    """Take a record back with all it set in motion; the record stays, struck out."""
    contact, now = _changeable(request, pk), timezone.now()
    subject = subject_of(contact, request)
    try:
        correcting.undo(contact, by=request.user, now=now)
    except TooLateToUndo:
        text = _("This record can no longer be taken back; it can be corrected.")
        return changed(request, subject, now, text, level="warning", back=board_left(request))
    text = _("Taken back: %(outcome)s") % {"outcome": contact.get_outcome_display()}
    return changed(request, find_again(request, subject), now, text, back=board_left(request))


def _contact(request, pk):
    return get_object_or_404(Contact.objects.visible_to(request.user).for_list(), pk=pk)


def _changeable(request, pk):
    contact = _contact(request, pk)
    if not may_change(contact, request.user):
        raise PermissionDenied
    return contact


def _posted(request):
    return request.POST if request.method == "POST" else None


def _channel(request) -> str:
    asked = request.GET.get("channel", "")
    return asked if asked in Channel.values else Channel.PHONE


def _outcomes(contact) -> list:
    if contact.direction == Direction.IN:
        return [Outcome(value) for value, _label in RECEIVED] + [Outcome.APPOINTMENT, Outcome.REFUSED]
    return Outcome.for_channel(contact.channel)


def _record_form(form_class, request, subject, now, **kwargs):
    return form_class(
        _posted(request),
        now=now,
        store=subject.customer.store,
        me=request.user,
        customer=subject.customer,
        deal=subject.deal,
        closable=closable(subject.customer, subject.deal),
        **kwargs,
    )


def _record_sheet(request, subject, now, form, channel, *, inbound=False):
    context = {"channel": channel, "channels": Channel.choices, "inbound": inbound}
    return _sheet(request, subject, now, "todo/_sheet_contact.html", form, **context)


def _sheet(request, subject, now, template, form, **context):
    return show(request, subject, now, sheet=template, status=422 if form.errors else 200, form=form, **context)


def _recorded(request, subject, contact, now):
    undo_url = reverse("todo:contact-undo", args=[contact.pk]) + subject.query
    return changed(request, find_again(request, subject), now, recorded_words(contact), undo_url=undo_url)


def find_again(request, subject):
    """The same page with what the verb changed in it."""
    deal_pk = subject.deal.pk if subject.deal else None
    return find_subject(request.user, customer_pk=subject.customer.pk, deal_pk=deal_pk)
