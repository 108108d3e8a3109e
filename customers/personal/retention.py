"""How long kinds of data are kept, what is over, and forgetting it slice by slice (REQUIREMENTS H3).

Customers are emptied on the floor that also ends their follow-ups (`followups.forgetting`); the rest is removed here.
"""

from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce, Greatest

from stores.models import Notification

from ..models import CardPicture, Customer, DataKind, Deal, Erasure, RetentionPeriod

SLICE = 200
SHOWN = 50

UNTIL_SAID_OTHERWISE = {
    DataKind.CLOSED_CUSTOMERS: None,
    DataKind.CARD_PICTURES: 3,
    DataKind.NOTIFICATIONS: 12,
}
"""Months; None: for ever. A dealership's papers have terms of their own, so it says itself when customers go."""


@dataclass(frozen=True)
class Period:
    """One line of the table: how long, and how much of it would go now."""

    kind: DataKind
    months: int | None
    changed: RetentionPeriod | None
    due: int

    @property
    def label(self):
        return self.kind.label


def periods(now: datetime, months: dict | None = None) -> list[Period]:
    """Every kind. `months`: what would be so if these were the periods, which is the dry run."""
    kept = {row.kind: row for row in RetentionPeriod.objects.select_related("changed_by")}
    found = []
    for kind in DataKind:
        row = kept.get(kind)
        said = row.months if row else UNTIL_SAID_OTHERWISE[kind]
        chosen = months[kind] if months is not None else said
        found.append(Period(kind, chosen, row, due(kind, chosen, now).count()))
    return found


def months_of(kind: DataKind) -> int | None:
    row = RetentionPeriod.objects.filter(kind=kind).first()
    return row.months if row else UNTIL_SAID_OTHERWISE[kind]


def keep(months: dict, *, by, now):
    """From the next night on; what nobody changed keeps its line."""
    with transaction.atomic():
        for kind, number in months.items():
            if months_of(kind) != number:
                RetentionPeriod.objects.update_or_create(
                    kind=kind, defaults={"months": number, "changed_by": by, "changed_at": now}
                )


def due(kind: DataKind, months: int | None, now: datetime):
    """The rows whose time is over, the oldest first."""
    rows = WHAT[kind]
    return rows(now - relativedelta(months=months)) if months else rows(now).none()


def _pictures(before):
    """Of cards that nobody types in any more."""
    settled = Coalesce("card__typed_at", "card__dropped_at")
    return CardPicture.objects.annotate(settled_at=settled).filter(settled_at__lt=before).order_by("settled_at", "pk")


def _notifications(before):
    return Notification.objects.filter(created_at__lt=before).order_by("created_at", "pk")


def _closed_customers(before):
    """Without open business; erased ones only when something has come since.

    GREATEST passes over what is unknown: who is looked after has no `closed_at`, and is none of these.
    """
    last = Greatest("closed_at", "last_contacted_at")
    erased = Erasure.objects.filter(customer_number=OuterRef("pk"), at__gte=OuterRef("closed_at"))
    rows = Customer.objects.closed().annotate(last_at=last).filter(last_at__lt=before)
    rows = rows.filter(~Exists(Deal.objects.open().filter(customer=OuterRef("pk"))), ~Exists(erased))
    return rows.order_by("last_at", "pk")


def listed(kind: DataKind, rows) -> list:
    """The first of the rows that would go, with what a page says of them."""
    along = {DataKind.CLOSED_CUSTOMERS: "store", DataKind.CARD_PICTURES: "card__store"}
    return list((rows.select_related(along[kind]) if kind in along else rows)[:SHOWN])


WHAT = {
    DataKind.CLOSED_CUSTOMERS: _closed_customers,
    DataKind.CARD_PICTURES: _pictures,
    DataKind.NOTIFICATIONS: _notifications,
}


def remove_slice(kind: DataKind, now: datetime) -> int:
    """Removes some rows whose time is over; two workers take different ones. Gives how many."""
    rows = due(kind, months_of(kind), now)
    with transaction.atomic():
        some = list(rows.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)[:SLICE])
        rows.model.objects.filter(pk__in=some).delete()
    return len(some)
