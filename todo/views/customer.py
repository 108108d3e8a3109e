from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.personal.erasing import StillOpen
from followups.assignment import assign_customer
from followups.closing import close, reopen
from stores.decorators import signed_in

from ..forms.deals import AssignForm
from ..forms.person import ClosingForm
from ..page import changed, may_assign, show, turned_away
from ..subject import find_subject


@require_safe
@signed_in
def customer(request, pk):
    """Everything of one customer in one screen."""
    subject = find_subject(request.user, customer_pk=pk, known=True)
    if subject.customer.pk != pk:
        return redirect(subject.url)
    return show(request, subject, timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def assign(request, pk):
    """Put somebody in charge; open tasks go along. For whoever is in charge now, and managers."""
    subject, now = find_subject(request.user, customer_pk=pk), timezone.now()
    customer = subject.customer
    if not may_assign(request.user, customer, customer.owner_id):
        raise PermissionDenied
    if refused := turned_away(request, subject, now, of_closed=True):
        return refused
    form = AssignForm(request.POST or None, store=customer.store, initial={"staff": customer.owner})
    if not form.is_valid():
        return show(
            request, subject, now, sheet="todo/_sheet_assign.html", status=422 if form.errors else 200, form=form
        )
    assign_customer(customer, form.cleaned_data["staff"])
    return changed(request, subject, now, _("Person in charge: %(name)s") % {"name": customer.owner or _("Nobody yet")})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def closing(request, pk):
    """Nobody looks after them any more: what runs ends. For managers, because figures count who is looked after."""
    subject, now = _managed(request, pk), timezone.now()
    customer = subject.customer
    if customer.pk != pk:
        return redirect(subject.url)
    form = ClosingForm(request.POST if request.method == "POST" else None)
    deals, status = customer.deals.open(), 422 if form.errors else 200
    if form.is_valid():
        try:
            return _closed(request, subject, close(customer, form.said, by=request.user, now=now), now)
        except StillOpen as still:
            deals, status = still.deals, 409
    return show(request, subject, now, sheet="todo/_sheet_close.html", status=status, form=form, deals_open=deals)


def _closed(request, subject, is_closed, now):
    if not is_closed:
        return changed(request, subject, now, _("Nobody looks after them already."), level="warning")
    undo_url = reverse("todo:customer-reopening", args=[subject.customer.pk])
    return changed(
        request, _managed(request, subject.customer.pk), now, _("No longer looked after."), undo_url=undo_url
    )


@require_POST
@signed_in
def reopening(request, pk):
    """They are looked after again; what ended within a day runs on."""
    subject, now = _managed(request, pk), timezone.now()
    if reopen(subject.customer, by=request.user, now=now):
        return changed(request, _managed(request, pk), now, _("They are looked after again."))
    text = _("Nothing is changed: they are looked after already, or their data has been erased.")
    return changed(request, subject, now, text, level="warning")


def _managed(request, pk):
    subject = find_subject(request.user, customer_pk=pk)
    if not request.user.may_manage(subject.customer.store_id):
        raise PermissionDenied
    return subject
