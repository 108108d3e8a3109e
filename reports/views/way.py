"""The best seller's way beside the others', a draft pattern of it, and whom to show how (REQUIREMENTS D5)."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.models import DealKind, Stage, StageSetting
from stores.channels import Channel
from stores.decorators import leading_only
from stores.models import Staff, Store

from ..draft import fields_of
from ..way import FEWEST, MOST_SHOWN, best_seller, lagging, stands, touches
from ..way_chart import draw
from ..way_forms import WayFilter


@require_safe
@leading_only
def way(request):
    """For managers, and for whoever shows the others how: these also see whose deals to help with."""
    me, now = request.user, timezone.now()
    form = WayFilter(request.GET, me=me, now=now)
    scope = form.scope
    person = form.chosen("person") or _best(scope, form)
    context = {"form": form, "person": person, "fewest": FEWEST}
    if person:
        mine, others = stands(scope, person.pk)
        rows = _rows(mine, others, scope.kind)
        found = touches(scope, person.pk)
        context |= {
            "rows": rows,
            "deals": mine[Stage.ENQUIRY].deals,
            "chart": draw(rows, [str(person), _("The others")], title=_("Share of deals that reach each stage")),
            "touches": [(Channel(touch.channel), touch) for touch in found],
            "draft": _draft(me, form, found, person, now) if me.is_manager and found else None,
            **(_coaching(me, scope, person, mine, now) if me.may_coach else {}),
        }
    return render(request, "reports/way.html", context)


def _best(scope, form) -> Staff | None:
    people = {one.pk: one for one in form.fields["person"].queryset}
    return people.get(best_seller(scope, people))


def _rows(mine, others, kind) -> list[dict]:
    """Stage by stage; those that the group leaves out only where deals stood there all the same."""
    settings = StageSetting.objects.by_stage()
    return [
        {
            "label": settings[stage].label_for(kind or DealKind.SALE),
            "mine": _said(mine[stage]),
            "others": _said(others[stage]),
        }
        for stage in Stage
        if not settings[stage].skipped or mine[stage].stood or others[stage].stood
    ]


def _said(stood) -> dict:
    """What the page says of it: averages by channel, only of those channels that were used."""
    by_channel = [
        (channel, round(stood.by_channel[channel] / stood.stood, 1))
        for channel in Channel
        if stood.by_channel.get(channel)
    ]
    return {"stood": stood, "by_channel": by_channel}


def _draft(me, form, found, person, now):
    """For the one store that is looked at, where one manages it; else for all stores, or the first one managed."""
    managed = list(Store.objects.managed_by(me))
    chosen = [store for store in form.chosen_stores if store in managed]
    store = chosen[0] if len(form.chosen_stores) == 1 and chosen else None
    if store is None and not me.is_admin:
        store = managed[0]
    return fields_of(found, person, store, timezone.localdate(now))


def _coaching(me, scope, person, mine, now) -> dict:
    found = list(lagging(me, scope, person.pk, mine)[: MOST_SHOWN + 1])
    today = timezone.localdate(now)
    deals = [(deal, (today - timezone.localdate(deal.stage_changed_at)).days) for deal in found[:MOST_SHOWN]]
    return {"coaching": True, "lagging": deals, "is_cut": len(found) > MOST_SHOWN}
