"""The best seller's way beside the others', a draft pattern of it, and whom to show how (REQUIREMENTS D5)."""

from functools import partial
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.models import DealKind, Stage, StageSetting
from stores.channels import Channel
from stores.decorators import leading_only
from stores.models import Staff, Store

from ..draft import fields_of
from ..files import ENDINGS, as_file
from ..rows import minutes_in_words
from ..way import FEWEST, best_seller, lagging, stands, touches
from ..way_chart import draw
from ..way_forms import OTHERS, OWN, WayFilter
from ..way_rows import url_of
from ..way_sheets import stages_sheet, touches_sheet

PAGE = 50
MINUTES_A_DAY = 24 * 60


@require_safe
@leading_only
def way(request):
    """For managers, and for whoever shows the others how: these also see whose deals to help with."""
    me, now = request.user, timezone.now()
    form = WayFilter(request.GET, me=me, now=now)
    scope, person = form.scope, _person(form)
    context = {"form": form, "person": person, "fewest": FEWEST}
    if person:
        query = {**form.query, "person": person.pk}
        mine, others = stands(scope, person.pk)
        rows = _rows(mine, others, scope.kind, query)
        found = touches(scope, person.pk)
        to_touch = partial(url_of, "way-touch", {**query, "side": OWN})
        context |= {
            "rows": rows,
            "deals": mine[Stage.ENQUIRY].deals,
            "chart": draw(rows, [str(person), _("The others")], title=_("Share of deals that reach each stage")),
            "touches": [
                (Channel(touch.channel), touch, to_touch(channel=touch.channel, number=touch.number)) for touch in found
            ],
            "draft": _draft(me, form, found, person, now) if me.is_manager and found else None,
            "query": urlencode(query),
            **(_coaching(request, scope, person, mine, now) if me.may_coach else {}),
        }
    return render(request, "reports/way.html", context)


@require_safe
@leading_only
def way_file(request, what, ending):
    """The stages of both sides, or the contacts that are typical until the order."""
    form = WayFilter(request.GET, me=request.user, now=timezone.now())
    scope, person = form.scope, _person(form)
    if ending not in ENDINGS or what not in {"stages", "contacts"} or person is None:
        raise Http404
    if what == "contacts":
        return as_file(touches_sheet(touches(scope, person.pk)), ending, _("Typical contacts"), form.stretch)
    rows = _rows(*stands(scope, person.pk), scope.kind, {})
    sheet = stages_sheet(rows, {"mine": str(person), "others": _("The others")})
    return as_file(sheet, ending, _("The best seller's way"), form.stretch)


def _person(form) -> Staff | None:
    """Whom one asks for, else who has most orders."""
    if chosen := form.chosen("person"):
        return chosen
    people = {one.pk: one for one in form.fields["person"].queryset}
    return people.get(best_seller(form.scope, people))


def _rows(mine, others, kind, query) -> list[dict]:
    """Stage by stage; those that the group leaves out only where deals stood there all the same."""
    settings = StageSetting.objects.by_stage()
    return [
        {
            "label": settings[stage].label_for(kind or DealKind.SALE),
            "mine": _said(mine[stage], {**query, "side": OWN, "stage": stage.value}),
            "others": _said(others[stage], {**query, "side": OTHERS, "stage": stage.value}),
        }
        for stage in Stage
        if not settings[stage].skipped or mine[stage].stood or others[stage].stood
    ]


def _said(stood, query) -> dict:
    """What the page says of it, and where the rows are: averages by channel, only of those channels that were used."""
    by_channel = [
        (
            channel,
            round(stood.by_channel[channel] / stood.stood, 1),
            url_of("way-contacts", query, channel=channel.value),
        )
        for channel in Channel
        if stood.by_channel.get(channel)
    ]
    return {
        "stood": stood,
        "stayed": "" if stood.days is None else minutes_in_words(round(stood.days * MINUTES_A_DAY)),
        "by_channel": by_channel,
        "reached_url": url_of("way-reached", query),
        "left_url": url_of("way-left", query),
        "contacts_url": url_of("way-contacts", query),
        "stood_url": url_of("way-stood", query),
    }


def _draft(me, form, found, person, now):
    """For the one store that is looked at, where one manages it; else for all stores, or the first one managed."""
    managed = list(Store.objects.managed_by(me))
    chosen = [store for store in form.chosen_stores if store in managed]
    store = chosen[0] if len(form.chosen_stores) == 1 and chosen else None
    if store is None and not me.is_admin:
        store = managed[0]
    return fields_of(found, person, store, timezone.localdate(now))


def _coaching(request, scope, person, mine, now) -> dict:
    found = lagging(request.user, scope, person.pk, mine)
    page = Paginator(list(found.values_list("pk", flat=True)), PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate(now)
    deals = [(deal, (today - timezone.localdate(deal.stage_changed_at)).days) for deal in found.with_ids(list(page))]
    return {"coaching": True, "lagging": deals, "page": page}
