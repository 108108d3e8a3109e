"""The list of cars whose inspection, check or insurance is coming up (REQUIREMENTS C2)."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from stores.decorators import signed_in
from stores.pages import Pages

from ..models import Vehicle
from ..models.vehicle import VehicleQuerySet
from ..permissions import May, may
from ..vehicle_forms import DueFilter

PAGE = 50


@signed_in
@require_safe
def vehicles(request):
    today = timezone.localdate()
    form = DueFilter(request.GET, me=request.user, today=today)
    rows = form.found(Vehicle.objects.visible_to(request.user).managed().of_net_customers())
    page = Pages(rows, PAGE, show=VehicleQuerySet.for_list).get_page(request.GET.get("page"))
    for vehicle in page.object_list:
        vehicle.day = getattr(vehicle, form.which)
        vehicle.days_left = (vehicle.day - today).days
    context = {"form": form, "page": page, "today": today, "may_export": may(request.user, May.EXPORT)}
    return render(request, "customers/vehicles.html", context)
