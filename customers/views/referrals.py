"""Who sent whom, as a tree on a page of its own."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.decorators import signed_in
from stores.inputs import plain, whole_number

from ..models import Customer
from ..referrals import InACircle, refer, senders_of, tree_of
from .standing import of_customer

FOUND = 10


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@of_customer
def referrals(request, customer):
    """GET: the tree, and who is found for `?q=`. POST `referrer`: who sent them; empty: nobody."""
    book = Customer.objects.visible_to(request.user)
    if request.method == "POST":
        return _name(request, book, customer)
    q = plain(request.GET.get("q")).strip()[:100]
    found = [one for one in book.net().search(q, most=FOUND + 1) if one.pk != customer.pk] if q else []
    context = {
        "customer": customer,
        "senders": senders_of(customer, request.user),
        "tree": tree_of(customer, request.user),
        "q": q,
        "found": found[:FOUND],
    }
    return render(request, "customers/referrals.html", context)


def _name(request, book, customer):
    number = whole_number(request.POST.get("referrer"))
    referrer = get_object_or_404(book.net(), pk=number) if number else None
    try:
        refer(customer, referrer, by=request.user, now=timezone.now())
    except InACircle as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Referred by: %(name)s") % {"name": referrer or "—"})
    return redirect("customers:referrals", customer.pk)
