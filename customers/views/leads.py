"""A customer and their enquiry entered by hand, asking before the same person is kept twice."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stores.decorators import signed_in

from ..entering import add_reach, enter_customer, enter_lead, likely_the_same
from ..forms import NewLeadForm
from ..models import Customer

SHOWN = 5


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_lead(request):
    """Raises 404 for a "this one" that the person may not see."""
    if request.method != "POST":
        return _form(request, NewLeadForm(me=request.user, initial={"staff": request.user}))
    customers = Customer.objects.visible_to(request.user).net()
    form = NewLeadForm(request.POST, me=request.user)
    if not form.is_valid():
        return _form(request, form, status=422)
    same = request.POST.get("same_as", "")
    if same:
        customer = get_object_or_404(customers, pk=int(same) if same.isdecimal() else 0)
    elif "another" in request.POST:
        customer = None
    else:
        phones, emails = filter(None, [form.who["phone"]]), filter(None, [form.who["email"]])
        doubles = customers.reached_by(phones, emails).for_list().with_vehicles()[:SHOWN]
        if doubles:
            return _form(request, form, doubles=doubles, status=409)
        customer = None
    return redirect(_enter(request, form, customer, timezone.now()))


def _enter(request, form, customer, now):
    """The page to go on with: the deal's, or the customer's where there is no enquiry."""
    staff = form.cleaned_data["staff"]
    only_customer = form.cleaned_data["only_customer"]
    with transaction.atomic():
        if customer:
            add_reach(customer, phone=form.who["phone"], email=form.who["email"], now=now)
        else:
            note = form.enquiry["note"] if only_customer else ""
            customer = enter_customer(store=form.store_chosen, owner=staff, now=now, note=note, **form.who)
        deal = None if only_customer else enter_lead(customer, staff=staff, now=now, **form.enquiry)
    messages.success(request, _("Saved: %(name)s") % {"name": customer.name})
    return reverse("todo:deal", args=[deal.pk]) if deal else reverse("todo:customer", args=[customer.pk])


@signed_in
@require_safe
def alike(request):
    """Who may be the person being typed in; asked for while typing."""
    customers = Customer.objects.visible_to(request.user).net()
    typed = {name: request.GET.get(name, "")[:100] for name in ("name", "kana", "phone", "email")}
    found = likely_the_same(customers, **typed).for_list().with_vehicles()[:SHOWN]
    return render(request, "customers/_alike.html", {"alike": found})


def _form(request, form, *, doubles=(), status=200):
    return render(request, "customers/new_lead.html", {"form": form, "doubles": doubles}, status=status)
