from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from customers.models import Customer
from stores.decorators import signed_in
from stores.inputs import plain

SHOWN = 8
WEIGHED = 500
"""The first by kana of so many: where more are found, a further letter helps more than a better order."""


@require_safe
@signed_in
def search(request):
    """The customers that the top search box proposes while one types (REQUIREMENTS C9)."""
    query = plain(request.GET.get("q")).strip()[:100]
    everybody = Customer.objects.visible_to(request.user).net()
    rows = everybody.search(query, most=WEIGHED).first_rows(SHOWN).for_list().with_vehicles() if query else ()
    results = [
        {
            "url": reverse("todo:customer", args=[customer.pk]),
            "name": customer.name,
            "kana": customer.kana,
            "phone": customer.phone_display,
            "rank": customer.rank.code if customer.rank else "",
            "vehicle": next((str(vehicle) for vehicle in customer.vehicles.all()), ""),
        }
        for customer in rows
    ]
    return render(request, "_search_results.html", {"results": results, "query": query})
