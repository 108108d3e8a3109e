"""Settling a new lead in its row: who looks after it, and by which pattern (REQUIREMENTS A3)."""

from collections import defaultdict

from django.db import transaction
from django.utils.html import format_html_join

from customers.models import Deal
from followups.assignment import assign_deal
from followups.models import EndReason, FollowUp, Pattern
from followups.starting import start
from followups.stopping import stop
from stores.models import Membership


def lead_choices(me) -> dict:
    """By store: the options of people and of patterns as HTML, written once however many leads are shown."""
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
    options = '<option value="{}">{}</option>'
    return {
        store_id: {
            "people": dict(people[store_id]),
            "people_options": format_html_join("", options, people[store_id]),
            "pattern_options": format_html_join("", options, patterns[store_id]),
        }
        for store_id in people
    }


def settle(deal, pattern, to, *, by, now) -> FollowUp | None:
    """Confirm who has the lead and put the pattern to work, if one was chosen. The lead isn't new any more.

    Raises followups.starting.AlreadyRunning.
    """
    with transaction.atomic():
        assign_deal(deal, to, by=by, now=now, take=True)
        return start(pattern, customer=deal.customer, deal=deal, by=by, now=now) if pattern else None


def unsettle(deal, follow_up, before, *, by, now):
    """Take the settling back: the pattern is stopped and the lead is new again."""
    with transaction.atomic():
        if follow_up:
            stop(FollowUp.objects.of_customer(deal.customer).filter(pk=follow_up), EndReason.STOPPED, by=by, now=now)
        assign_deal(deal, before, by=by, now=now)
        Deal.objects.filter(pk=deal.pk, taken_by=by).update(taken_at=None, taken_by=None)
