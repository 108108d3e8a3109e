"""Changing a customer and their vehicles. Two people at once: the second is told what stands there now."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.decorators import signed_in
from stores.forms.saving import save_or_tell

from ..forms import CustomerForm, VehicleForm
from ..models import Customer, Vehicle


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    form = CustomerForm(request.POST or None, instance=customer, today=timezone.localdate())
    return _save(request, form, customer, "customers/edit.html")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_vehicle(request, customer_pk):
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    form = VehicleForm(request.POST or None, instance=Vehicle(customer=customer, store=customer.store))
    return _save(request, form, customer, "customers/vehicle.html")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit_vehicle(request, pk):
    vehicle = get_object_or_404(Vehicle.objects.visible_to(request.user).with_customer(), pk=pk)
    form = VehicleForm(request.POST or None, instance=vehicle)
    return _save(request, form, vehicle.customer, "customers/vehicle.html")


def _save(request, form, customer, template):
    """The form's page, or back to the customer once saved."""
    now = timezone.now()
    save = partial(form.save_of, customer, by=request.user, now=now)
    if form.is_bound and form.is_valid() and save_or_tell(form, save):
        messages.success(request, form.say(_("Saved: %(name)s") % {"name": form.instance}))
        return redirect("todo:customer", customer.pk)
    return render(request, template, {"form": form, "customer": customer}, status=form.status)
