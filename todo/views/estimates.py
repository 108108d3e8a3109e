"""The estimates of a deal: made, sent, withdrawn."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from customers.models import Estimate, Stage
from stores.decorators import signed_in

from ..forms.deals import EstimateForm
from ..page import changed, may_put_right, show
from ..stages import move
from ..subject import find_subject


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_estimate(request, pk):
    """A new estimate; once it is sent the deal stands in that stage, unless somebody says otherwise."""
    subject, now = _changeable(request, pk), timezone.now()
    deal = subject.deal
    data = request.POST if request.method == "POST" else None
    form = EstimateForm(data, deal=deal, today=timezone.localdate(now))
    if not form.is_valid():
        status = 422 if form.errors else 200
        return show(request, subject, now, sheet="todo/_sheet_estimate.html", status=status, form=form)
    made = {name: form.cleaned_data[name] for name in form.shown}
    with transaction.atomic():
        if form.moves:
            move(deal, Stage.ESTIMATE, request.user, now)
        Estimate.make(deal, **made, sent=form.cleaned_data["sent"], by=request.user, now=now)
    return changed(request, find_subject(request.user, deal_pk=pk), now, _("The estimate is entered."))


@require_POST
@signed_in
def sending(request, pk):
    """It has gone to the customer now."""
    estimate, now = _estimate(request, pk), timezone.now()
    subject = _changeable(request, estimate.deal_id)
    estimate.send(now)
    return changed(request, subject, now, _("The estimate is marked as sent."))


@require_POST
@signed_in
def withdrawal(request, pk):
    """It doesn't count any more; the toast takes that back."""
    estimate, now = _estimate(request, pk), timezone.now()
    subject = _changeable(request, estimate.deal_id)
    estimate.withdraw(request.user, now)
    undo_url = reverse("todo:estimate-return", args=[pk])
    return changed(
        request,
        find_subject(request.user, deal_pk=subject.deal.pk),
        now,
        _("The estimate is withdrawn."),
        undo_url=undo_url,
    )


@require_POST
@signed_in
def bring_back(request, pk):
    estimate, now = _estimate(request, pk), timezone.now()
    subject = _changeable(request, estimate.deal_id)
    estimate.bring_back()
    return changed(request, find_subject(request.user, deal_pk=subject.deal.pk), now, _("The estimate counts again."))


def _estimate(request, pk):
    return get_object_or_404(Estimate.objects.visible_to(request.user), pk=pk)


def _changeable(request, deal_pk):
    """The deal's page. Raises PermissionDenied for a closed deal that one may not put right."""
    subject = find_subject(request.user, deal_pk=deal_pk)
    if not may_put_right(request.user, subject.deal):
        raise PermissionDenied
    return subject
