"""Forms of a customer, refused for who is none any more: merged into another, or no longer looked after."""

from functools import wraps

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from ..merging import final
from ..models import Customer, Erasure


def of_customer(view):
    """`pk` becomes a customer that one sees. What is sent about who is closed changes nothing; reading stays."""

    @wraps(view)
    def found(request, pk, *args, **kwargs):
        customer = get_object_or_404(Customer.objects.visible_to(request.user).for_page(), pk=pk)
        if customer.merged_into_id:
            return to_the_whole(request, customer)
        if customer.closed_at and request.method == "POST":
            return turned_away(request, customer)
        return view(request, customer, *args, **kwargs)

    return found


def to_the_whole(request, customer):
    """Who was merged has nothing of their own to change."""
    messages.warning(request, _("Nothing is changed: the entry has become part of this customer."))
    return _to_the_page_of(request, final(customer))


def turned_away(request, customer):
    if Erasure.objects.last_of(customer):
        messages.warning(request, _("Nothing is changed: the data of this customer has been erased."))
    else:
        messages.warning(request, _("Nothing is changed: this customer is no longer looked after."))
    return _to_the_page_of(request, customer)


def _to_the_page_of(request, customer):
    address = resolve_url("todo:customer", customer.pk)
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
