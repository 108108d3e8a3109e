"""One person's data: all of it as a file, and its erasure (REQUIREMENTS H3)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from customers.models import Customer, Erasure
from customers.permissions import May, may
from customers.personal import disclosing
from customers.personal.erasing import StillOpen
from customers.personal.rules import words_of
from customers.personal.walk import rows_of
from followups.forgetting import erase
from stores.decorators import signed_in

from ..forms.person import ErasureForm


@require_POST
@signed_in
def disclosure(request, pk):
    """The file. A POST, because it is kept on record who took it."""
    customer, now = _customer(request, pk, May.DISCLOSE), timezone.now()
    content = disclosing.as_zip(customer, now)
    disclosing.put_on_record(customer, by=request.user, now=now)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="customer-{customer.pk}.zip"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def erasure(request, pk):
    """What would be emptied, and after typing the name, emptying it."""
    customer, now = _customer(request, pk, May.ERASE), timezone.now()
    form = ErasureForm(request.POST if request.method == "POST" else None, customer=customer)
    context = {"customer": customer, "form": form, "counts": _counts(customer)}
    context |= {"open_deals": customer.deals.open(), "erasure": Erasure.objects.last_of(customer)}
    if not form.is_valid():
        return render(request, "todo/person.html", context, status=422 if form.is_bound else 200)
    try:
        erase(customer, by=request.user, now=now, reason=form.cleaned_data["reason"])
    except StillOpen:
        form.add_error(None, _("Business with this customer is still going on. Please close the deals first."))
        return render(request, "todo/person.html", context, status=422)
    messages.success(request, _("The data of this person has been erased."))
    return redirect("customers:list")


def _customer(request, pk, what):
    """Who was merged is part of another: only all of them is disclosed or erased."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).select_related("store"), pk=pk)
    if not may(request.user, what, customer.store_id):
        raise PermissionDenied
    if customer.merged_into_id:
        raise Http404
    return customer


def _counts(customer) -> list[tuple[str, int]]:
    """(what, how many rows), the most first."""
    rows = {words_of(model): len(keys) for model, keys in rows_of(customer).items()}
    return sorted(rows.items(), key=lambda row: (-row[1], row[0]))
