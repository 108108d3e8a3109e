"""Where a customer has been: stores, people in charge, and whoever became part of them."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Merge, StoreMove
from followups.models import ActedOn
from stores.models import Staff


@dataclass(frozen=True)
class Event:
    at: datetime
    what: str
    by: Staff | None
    url: str = ""
    taken_back: bool = False


def past(customer, me) -> list[Event]:
    """The latest first."""
    events = [
        *(_move(row) for row in StoreMove.objects.visible_to(me).of_customer(customer)),
        *(_merge(row, me) for row in Merge.objects.visible_to(me).into(customer).for_list()),
        *(_handed(row) for row in ActedOn.objects.about(customer=customer)),
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _move(row) -> Event:
    return Event(row.at, _("Store: %(before)s → %(after)s") % {"before": row.from_store, "after": row.to_store}, row.by)


def _merge(row, me) -> Event:
    url = reverse("merging:merged", args=[row.pk]) if me.may_manage(row.winner.store_id) else ""
    return Event(row.at, _("%(name)s became part of it") % {"name": row.loser}, row.by, url, row.undone_at is not None)


def _handed(row) -> Event:
    words = {"before": row.before or _("Nobody yet"), "after": row.after or _("Nobody yet")}
    what = _("Person in charge: %(before)s → %(after)s") % words
    return Event(row.act.at, what, row.act.by, taken_back=row.act.undone_at is not None)
