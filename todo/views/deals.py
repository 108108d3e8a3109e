from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.models import Deal, Stage
from stores.decorators import signed_in
from stores.pages import COUNTED, Pages

from ..forms.deals import DealFilter

PAGE = 50
CARDS = 20
"""How many deals a column of the board shows; the list shows all."""


@require_safe
@signed_in
def deals(request):
    """Where each customer is now, by stage or as a list; what has stood longest comes first (REQUIREMENTS D2)."""
    now = timezone.now()
    form = DealFilter(request.GET, me=request.user)
    found = form.found(Deal.objects.visible_to(request.user))
    tab = request.GET.get("tab", "open")
    tab = tab if tab in {"open", "lost", "paid"} else "open"
    context = {"form": form, "tab": tab, "now": now, "as_list": request.GET.get("as") == "list" or tab != "open"}
    if tab == "lost":
        rows = found.lost().latest_closed()
    elif tab == "paid":
        rows = found.paid().latest_closed()
    else:
        rows = _of_stage(found.open(), request.GET.get("stage", "")).longest_in_stage()
    if context["as_list"]:
        pages = Pages(rows, PAGE, show=lambda picked: _with_days(picked.for_cards(), now))
        context["page"] = pages.get_page(request.GET.get("page"))
    else:
        context["stages"] = _stages(found.open(), now)
    return render(request, "todo/deals.html", context)


def _of_stage(deals, stage):
    return deals.in_stage(stage) if stage in Stage.values else deals


def _stages(deals, now) -> list[dict]:
    """The columns of the board, those that an open deal can stand in."""
    counts = deals.count_by_stage(COUNTED + 1)
    cards = _with_days(deals.for_cards().first_of_each_stage(CARDS).longest_in_stage(), now)
    return [
        {
            "stage": stage,
            "next": list(Stage)[stage.position + 1],
            "count": counts[stage],
            "deals": [deal for deal in cards if deal.stage == stage],
            "more": counts[stage] > CARDS,
            "shown": CARDS,
        }
        for stage in Stage
        if stage != Stage.PAID
    ]


def _with_days(deals, now) -> list[Deal]:
    """Each with `days`, how many days it has stood in its stage."""
    deals = list(deals)
    today = timezone.localdate(now)
    for deal in deals:
        deal.days = (today - timezone.localdate(deal.stage_changed_at)).days
    return deals
