"""A customer and their enquiry entered by hand, asking before the same person is kept twice."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stores.decorators import signed_in
from stores.inputs import plain, whole_number

from ..entering import LikelyKnown, enter, likely_the_same
from ..forms import NewLeadForm
from ..models import Customer, Erasure, Source

SHOWN = 5


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_lead(request):
    """Raises 404 for a "this one" that the person may not see, or who was erased. Who is closed comes back by it."""
    if not request.user.visible_stores().exists():
        messages.info(request, _("Please add a store first."))
        return redirect("stores:new")
    customers = Customer.objects.visible_to(request.user).unmerged()
    same = (request.POST if request.method == "POST" else request.GET).get("same_as")
    customer = get_object_or_404(customers.for_list(), pk=whole_number(same) or 0) if same else None
    if customer and Erasure.objects.last_of(customer):
        raise Http404
    if request.method != "POST":
        return _form(
            request, NewLeadForm(me=request.user, customer=customer, initial=_proposed(request.user, customer))
        )
    form = NewLeadForm(request.POST, me=request.user, customer=customer)
    if not form.is_valid():
        return _form(request, form, status=422)
    is_sure = customer or "another" in request.POST
    doubles = None if is_sure else customers.for_list().with_vehicles()
    try:
        customer, deal = enter(form.lead, now=timezone.now(), unless_among=doubles)
    except LikelyKnown as known:
        return _form(request, form, doubles=known.customers[:SHOWN], status=409)
    messages.success(request, _("Saved: %(name)s") % {"name": customer.name})
    return redirect("todo:deal", deal.pk) if deal else redirect("todo:customer", customer.pk)


@signed_in
@require_safe
def alike(request):
    """Who may be the person being typed in; asked for while typing."""
    customers = Customer.objects.visible_to(request.user).unmerged()
    typed = {name: plain(request.GET.get(name))[:100] for name in ("name", "kana", "phone", "email")}
    found = likely_the_same(customers, **typed).for_list().with_vehicles()[:SHOWN]
    return render(request, "customers/_alike.html", {"alike": found})


def _proposed(me, customer) -> dict:
    """What the form begins with; for somebody we know, who they are, and whose they are."""
    if customer is None:
        return {"staff": me}
    who = {"name": customer.name, "kana": customer.kana, "phone": customer.phone_display, "email": customer.email}
    return {**who, "staff": customer.owner or me, "source": Source.REPEAT}


def _form(request, form, *, doubles=(), status=200):
    return render(request, "customers/new_lead.html", {"form": form, "doubles": doubles}, status=status)
