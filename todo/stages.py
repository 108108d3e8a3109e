"""Moving deals through their stages, on their page and on the board (REQUIREMENTS D1–D3)."""

from urllib.parse import urlsplit

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from customers.deal_filter import DealFilter
from customers.models import Deal, Estimate, Stage
from followups.assignment import assign_deal
from followups.models import FollowUp
from followups.stopping import hold, move_deal
from stores.pages import COUNTED

CARDS = 20
"""How many deals a column of the board shows; the list shows all."""


def move(deal, stage: Stage, by, now, *, seen=None, staff=None, estimate=None, **values) -> bool:
    """`move_deal` with all that a stage may ask for. False when it is lost, or has gone elsewhere since it was `seen`.

    `estimate`: {amount_yen, valid_until_on}, sent now.
    """
    with transaction.atomic():
        if staff:
            hold(FollowUp.objects.of_customer(deal.customer))
        moved = move_deal(deal, stage, by, now, seen=seen, **values)
        if not moved and (deal.lost_at or deal.stage != stage or (seen and seen != stage)):
            return False
        if staff:
            assign_deal(deal, staff)
        if estimate:
            Estimate.make(deal, **estimate, by=by, now=now)
        deal.take(by, now)
    return True


def who_moved(deal) -> dict:
    """Its last step, for whoever wanted to move it too: `name`, `stage`, `at`, `by`."""
    last = deal.stage_changes.select_related("by").last()
    return {
        "name": str(last.by) if last and last.by else "—",
        "stage": deal.word_for(deal.stage),
        "at": last.at if last else deal.stage_changed_at,
        "by": last.by if last else None,
    }


def offered(deal) -> list[tuple[str, str]]:
    """The stages it can be moved to, as choices: those in use."""
    return [
        (stage.value, setting.label_for(deal.kind))
        for stage, setting in deal.stage_settings.items()
        if not setting.skipped and stage != deal.stage
    ]


def way_of(deal) -> list[dict]:
    """The stages on its page: those in use, and where it stands."""
    stands = Stage(deal.stage)
    return [
        {"value": stage.value, "label": setting.label_for(deal.kind), "passed": stage.position < stands.position}
        for stage, setting in deal.stage_settings.items()
        if not setting.skipped or stage == stands
    ]


def next_in_use(stage: Stage, settings) -> Stage:
    """The one after it that is in use; the last one stays."""
    later = [one for one in Stage if one.position > stage.position and not settings[one].skipped]
    return later[0] if later else stage


def board_of(me, query, now) -> dict:
    """The columns of the board as `query` (a QueryDict) filters it."""
    form = DealFilter(query, me=me)
    listed = query.copy()
    listed["as"] = "list"
    listed.pop("stage", None)
    stages = columns(form.open(Deal.objects.visible_to(me), now), form.settings, now)
    return {"form": form, "now": now, "stages": stages, "list_query": listed.urlencode()}


def board_shown(request, now) -> dict:
    """The board that an htmx request came from, as it is now."""
    shown = urlsplit(request.htmx.current_url or "")
    return board_of(request.user, QueryDict(shown.query), now)


def columns(deals, settings, now) -> list[dict]:
    """What the board shows of open deals: the stages in use, and others as long as a deal stands there.

    The last one takes deals and shows none: there they are closed.
    """
    counts = deals.count_by_stage(COUNTED + 1)
    cards = with_days(deals.for_cards().first_of_each_stage(CARDS).longest_in_stage(), settings, now)
    return [
        {
            "stage": stage,
            "label": settings[stage].labels.get("sale") or stage.label,
            "others": _other_words(stage, settings[stage]),
            "takes": not settings[stage].skipped,
            "closes": stage == Stage.PAID,
            "next": next_in_use(stage, settings),
            "count": counts[stage],
            "deals": [deal for deal in cards if deal.stage == stage],
            "more": counts[stage] > CARDS,
            "shown": CARDS,
        }
        for stage in Stage
        if counts[stage] or not settings[stage].skipped
    ]


def _other_words(stage, setting) -> str:
    """What the stage is called in a purchase, where that is another word."""
    label, purchase = setting.label_for("sale"), setting.label_for("purchase")
    return "" if purchase == label else purchase


def with_days(deals, settings, now) -> list[Deal]:
    """Each with `days` in its stage, `silent` days since the last contact (None: never one), and `is_still`."""
    deals = list(deals)
    today = timezone.localdate(now)
    for deal in deals:
        reached = deal.last_contacted_at
        deal.days = (today - timezone.localdate(deal.stage_changed_at)).days
        deal.silent = (today - timezone.localdate(reached)).days if reached else None
        stood = deal.days if deal.silent is None else min(deal.days, deal.silent)
        deal.is_still = deal.closed_at is None and stood >= settings[Stage(deal.stage)].still_after_days
    return deals
