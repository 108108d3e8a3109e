"""Settling a new lead in its row: who looks after it, and by which pattern (REQUIREMENTS A3)."""

from collections import defaultdict

from django.core import signing
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html_join

from customers.models import Deal
from followups.assignment import assign_customer, assign_deal
from followups.models import EndReason, FollowUp, Pattern
from followups.starting import start
from followups.stopping import hold, stop
from stores.models import Membership, Staff

SALT = "todo.leads"
UNDO_SECONDS = 24 * 60 * 60


class AlreadyBegun(Exception):
    """Somebody else was first, or the deal is closed: `deal` tells."""

    def __init__(self, deal):
        super().__init__(deal)
        self.deal = deal


class TooLateToUnsettle(Exception):
    """It wasn't this person who settled the lead, or somebody has gone on with it since then."""


OPTION = '<option value="{}">{}</option>'


def lead_choices(me) -> dict:
    """By store: the people, and the patterns as options of HTML, read once for all rows."""
    people, patterns = defaultdict(list), defaultdict(list)
    for membership in Membership.objects.of_active_staff().in_stores(me.visible_stores()).select_related("staff"):
        person = (membership.staff_id, str(membership.staff))
        if person not in people[membership.store_id]:
            people[membership.store_id].append(person)
    available = list(Pattern.objects.visible_to(me).for_leads())
    for store_id in people:
        own = {pattern.slug for pattern in available if pattern.store_id == store_id}
        patterns[store_id] = [
            (pattern.pk, pattern.name)
            for pattern in available
            if pattern.store_id == store_id or (pattern.store_id is None and pattern.slug not in own)
        ]
    return {
        store_id: {
            "people": dict(people[store_id]),
            "pattern_options": format_html_join("", OPTION, patterns[store_id]),
        }
        for store_id in people
    }


def settle(deal, pattern, to, *, by, now) -> FollowUp | None:
    """Confirm who has the lead and put the pattern to work, if one was chosen. The lead isn't new any more.

    Raises AlreadyBegun and followups.starting.AlreadyRunning; nothing is changed then.
    """
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(deal.customer_id))
        if not Deal.objects.new().filter(pk=deal.pk).update(taken_at=now, taken_by=by):
            raise AlreadyBegun(Deal.objects.for_page().get(pk=deal.pk))
        assign_deal(deal, to)
        return start(pattern, customer=deal.customer, deal=deal, by=by, now=now) if pattern else None


def holders(deal) -> dict:
    """Whose the lead and its customer are, before it is settled."""
    return {"before": deal.staff_id, "owner": deal.customer.owner_id}


def receipt(deal, follow_up, before: dict, now) -> str:
    """What settling changed, signed, for the button that takes it back. `before`: as `holders` told it."""
    kept = {"deal": deal.pk, "at": now.isoformat(), "follow_up": follow_up and follow_up.pk, **before}
    return signing.dumps({**kept, "given": deal.customer.owner_id}, salt=SALT)


def unsettle(deal, signed: str, *, by, now):
    """Take back what `receipt` says: the pattern is stopped and the lead is new again. Raises TooLateToUnsettle."""
    try:
        kept = signing.loads(signed, salt=SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        raise TooLateToUnsettle(deal) from None
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(deal.customer_id))
        settled = Deal.objects.open().filter(pk=deal.pk, taken_by=by, taken_at=parse_datetime(kept["at"]))
        if kept["deal"] != deal.pk or deal.contacts.beginning().exists() or not settled.update(**_NEW):
            raise TooLateToUnsettle(deal)
        stop(FollowUp.objects.filter(deal=deal, pk=kept["follow_up"]), EndReason.STOPPED, by=by, now=now)
        if kept["owner"] is None and _only_settled(deal, kept):
            assign_customer(deal.customer, None)
        assign_deal(deal, Staff.objects.working_in([deal.store_id]).filter(pk=kept["before"]).first())


def _only_settled(deal, kept) -> bool:
    """Nothing else has made them that person's customer since: no contact, no other pattern or deal, no other hand."""
    customer, since = deal.customer, parse_datetime(kept["at"])
    return (
        customer.owner_id is not None
        and customer.owner_id == kept["given"]
        and not customer.contacts.standing().filter(entered_at__gte=since).exists()
        and not customer.follow_ups.filter(started_at__gte=since).exclude(pk=kept["follow_up"]).exists()
        and not customer.deals.open().held_by(customer.owner_id).exclude(pk=deal.pk).exists()
    )


_NEW = {"taken_at": None, "taken_by": None}
