from django.db.models import prefetch_related_objects
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from customers.models import Customer
from customers.text import fold
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
    found = _likeliest(Customer.objects.visible_to(request.user).net(), query) if query else []
    results = [
        {
            "url": reverse("todo:customer", args=[customer.pk]),
            "name": customer.name,
            "kana": customer.kana,
            "phone": customer.phone_display,
            "rank": customer.rank.code if customer.rank else "",
            "contact": customer.contact_name,
            "vehicle": _car(customer, query),
        }
        for customer in found[:SHOWN]
    ]
    return render(request, "_search_results.html", {"results": results, "query": query, "are_more": len(found) > SHOWN})


def _likeliest(everybody, query) -> list:
    """Who is called so before who has it somewhere: whoever types 林 wants 林, not 小林. One more than are shown."""
    found = list(_first(everybody.beginning_with(query, most=WEIGHED)))
    if len(found) <= SHOWN:
        seen = {customer.pk for customer in found}
        found += [one for one in _first(everybody.search(query, most=WEIGHED)) if one.pk not in seen]
    prefetch_related_objects(found, "vehicles")
    return found


def _car(customer, query) -> str:
    """The one that was looked for by its plate, else the first."""
    cars = [car for car in customer.vehicles.all() if not car.disposed_on]
    part = fold(query)
    named = [car for car in cars if any(part in fold(word) for word in car.search_words)]
    return str((named or cars)[0]) if cars else ""


def _first(rows):
    return rows.first_rows(2 * SHOWN + 1).for_list()
