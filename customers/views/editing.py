"""Changing a customer and their vehicles. Two people at once: the second is told what stands there now.

Who is closed may be put right, but not who was erased: it would all be there again.
"""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from stores.decorators import signed_in
from stores.forms.saving import save_or_tell

from ..forms import CustomerForm
from ..models import BookRules, Customer, Erasure, Vehicle
from ..parts import PARTS, parts_of
from ..vehicle_forms import VehicleForm
from .standing import to_the_whole, turned_away


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    if customer.merged_into_id:
        return to_the_whole(request, customer)
    if Erasure.objects.last_of(customer):
        return turned_away(request, customer)
    form = CustomerForm(request.POST or None, instance=customer, today=timezone.localdate())
    return _save(request, form, customer, "customers/edit.html")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def part(request, pk, key):
    """A part of the entry, changed in its place on the customer's page. `?shown=yes`: as it stands, for who gave up."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).for_page(), pk=pk)
    if customer.merged_into_id:
        return to_the_whole(request, customer)
    if Erasure.objects.last_of(customer):
        return turned_away(request, customer)
    found, now = PARTS.get(key), timezone.now()
    if found not in parts_of(customer):
        raise Http404
    context = {"customer": customer, "part": found}
    if request.htmx and request.method != "POST" and request.GET.get("shown"):
        return render(request, "customers/_part.html", context)
    form = CustomerForm(request.POST or None, instance=customer, today=timezone.localdate(now), only=found.fields)
    save = partial(form.save_of, customer, by=request.user, now=now)
    if form.is_bound and form.is_valid() and save_or_tell(form, save):
        text = form.say(_("Saved: %(name)s") % {"name": found.label})
        if request.htmx:
            return _part_saved(request, {**context, "text": text})
        messages.success(request, text)
        return redirect("todo:customer", customer.pk)
    template = "customers/_part_form.html" if request.htmx else "customers/part.html"
    return render(request, template, {**context, "form": form}, status=form.status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_vehicle(request, customer_pk):
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    if customer.merged_into_id:
        return to_the_whole(request, customer)
    if customer.closed_at:
        return turned_away(request, customer)
    car = Vehicle(customer=customer, store=customer.store)
    form = VehicleForm(request.POST or None, instance=car, today=timezone.localdate())
    return _save(request, form, customer, "customers/vehicle.html")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit_vehicle(request, pk):
    vehicle = get_object_or_404(Vehicle.objects.visible_to(request.user).with_customer(), pk=pk)
    if Erasure.objects.last_of(vehicle.customer):
        return turned_away(request, vehicle.customer)
    form = VehicleForm(request.POST or None, instance=vehicle, today=timezone.localdate())
    return _save(request, form, vehicle.customer, "customers/vehicle.html")


def _part_saved(request, context):
    """The part as it stands, and what is still missing; what else shows the name asks for itself anew."""
    missing = BookRules.load().missing_of(context["customer"])
    response = render(request, "customers/_part.html", {**context, "told": True, "missing": missing})
    return trigger_client_event(response, "recorded") if "name" in context["part"].fields else response


def _save(request, form, customer, template):
    """The form's page, or back to the customer once saved."""
    now = timezone.now()
    save = partial(form.save_of, customer, by=request.user, now=now)
    if form.is_bound and form.is_valid() and save_or_tell(form, save):
        messages.success(request, form.say(_("Saved: %(name)s") % {"name": form.instance}))
        return redirect("todo:customer", customer.pk)
    return render(request, template, {"form": form, "customer": customer}, status=form.status)
