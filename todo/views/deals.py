from functools import partial

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.deal_filter import TABS, DealFilter
from customers.models import Deal
from stores.decorators import signed_in
from stores.pages import Pages

from ..stages import board_of, with_days

PAGE = 50


@require_safe
@signed_in
def deals(request):
    """Where each customer is now, by stage or as a list; what has stood longest comes first (REQUIREMENTS D2)."""
    now = timezone.now()
    tab = request.GET.get("tab", "open")
    tab = tab if tab in TABS else "open"
    if tab == "open" and request.GET.get("as") != "list":
        context = {**board_of(request.user, request.GET, now), "tab": tab, "as_list": False}
        return render(request, "todo/deals.html", context)
    form = DealFilter(request.GET, me=request.user)
    rows = form.of_tab(Deal.objects.visible_to(request.user), tab, now)
    rows = {"open": rows.longest_in_stage, "ordered": rows.latest_ordered}.get(tab, rows.latest_closed)()
    pages = Pages(rows, PAGE, show=partial(_lines, tab, form.settings, now))
    context = {"form": form, "tab": tab, "as_list": True, "page": pages.get_page(request.GET.get("page")), "now": now}
    if tab == "ordered":
        context["elsewhere"] = form.ordered(Deal.objects.out_of_sight_of(request.user)).count()
    return render(request, "todo/deals.html", context)


def _lines(tab, settings, now, picked):
    return picked.for_orders() if tab == "ordered" else with_days(picked.for_cards(), settings, now)
