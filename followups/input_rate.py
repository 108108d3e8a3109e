"""Input rate (DESIGN.md "Figures"): entries made completely and in time ÷ entries due, by store and person.

Due are tasks about a customer that fell due, contacts entered without a task, stage changes, and cards typed in. What
was due while somebody was off counts for who covered it: `counted_staff` says so. A call or a message is entered in
time within half an hour, a visit before the person's next visit or closing; either is complete when it has all that the
house asks for by closing. A stage change and a card have no time of their own: they are entered by happening.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import BusinessCard, StageChange
from stores.channels import Channel
from stores.models import Membership, Store

from .models import Contact, Task
from .models.contact import MESSAGE_DUE

JUDGED_OVER = timedelta(days=14)
"""What somebody's input rate is taken over when leads are given out."""


class Fault(TextChoices):
    MISSING = "missing", _("not entered")
    LATE = "late", _("entered late")
    INCOMPLETE = "incomplete", _("incomplete")


@dataclass(frozen=True, slots=True)
class Rate:
    due: int = 0
    good: int = 0


@dataclass(frozen=True, slots=True)
class FaultyEntry:
    """An entry that counts against its person. `customer`: empty when they have gone to another store since."""

    fault: Fault
    happened_at: datetime
    task_id: int | None
    contact_id: int | None
    customer_id: int
    customer: str


def input_rates(store_ids, since, until) -> dict[tuple[int, int], Rate]:
    """By (store, person), of what was due after `since` and by `until`. One statement for any number of stores."""
    closings = _closings(store_ids, since, until)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_ENTRIES}
            SELECT store_id, staff_id, count(*), count(*) FILTER (WHERE fault IS NULL)
            FROM entries GROUP BY store_id, staff_id""",
            _values(store_ids, since, until, closings, None),
        )
        return {(store, staff): Rate(due, good) for store, staff, due, good in cursor.fetchall()}


def faulty_entries(store, staff, since, until, *, limit: int) -> list[FaultyEntry]:
    """What counts against one person, the latest first."""
    closings = _closings([store.pk], since, until)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_ENTRIES}
            SELECT fault, at, task_id, contact_id, customer_id,
                CASE WHEN customer.store_id = ANY(%(stores)s) THEN customer.name ELSE '' END
            FROM entries JOIN customers_customer AS customer ON customer.id = customer_id
            WHERE fault IS NOT NULL ORDER BY at DESC, task_id, contact_id LIMIT %(limit)s""",
            {**_values([store.pk], since, until, closings, staff.pk), "limit": limit},
        )
        return [FaultyEntry(Fault(row[0]), *row[1:]) for row in cursor.fetchall()]


def _closings(store_ids, since, until) -> list[tuple]:
    """(store, day, closing) of every day that an entry may be about."""
    first, last = timezone.localdate(since) - JUDGED_OVER, timezone.localdate(until)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    calendars = {store.pk: store.calendar() for store in Store.objects.filter(pk__in=store_ids).with_calendar()}
    return [(pk, day, calendar.closing(day)) for pk, calendar in calendars.items() for day in days]


def _values(store_ids, since, until, closings, staff_id) -> dict:
    stores, days, moments = map(list, zip(*closings, strict=True)) if closings else ([], [], [])
    return {
        "stores": list(store_ids),
        "since": since,
        "until": until,
        "closing_stores": stores,
        "closing_days": days,
        "closing_moments": moments,
        "staff": staff_id,
        "zone": timezone.get_default_timezone_name(),
        "short": MESSAGE_DUE,
        "visit": Channel.VISIT,
    }


_ENTRIES = f"""
WITH closing AS (
    SELECT * FROM unnest(%(closing_stores)s::bigint[], %(closing_days)s::date[], %(closing_moments)s::timestamptz[])
        AS row (store_id, day, closes_at)
), fell_due AS (
    SELECT task.counted_store_id AS store_id, task.counted_staff_id AS staff_id, task.first_late_at AS at,
           task.id AS task_id, contact.id AS contact_id, task.customer_id,
           contact.channel, contact.happened_at, contact.entered_at, contact.completed_at
    FROM {Task._meta.db_table} AS task
    LEFT JOIN {Contact._meta.db_table} AS contact ON contact.task_id = task.id AND contact.voided_at IS NULL
    WHERE task.counted_store_id = ANY(%(stores)s) AND task.first_late_at > %(since)s
        AND task.first_late_at <= %(until)s AND task.customer_id IS NOT NULL AND task.counted_staff_id IS NOT NULL
        AND (task.cancelled_at IS NULL OR task.cancelled_at > task.first_late_at)
    UNION ALL
    SELECT contact.counted_store_id, contact.counted_staff_id, contact.happened_at,
           NULL, contact.id, contact.customer_id,
           contact.channel, contact.happened_at, contact.entered_at, contact.completed_at
    FROM {Contact._meta.db_table} AS contact
    WHERE contact.counted_store_id = ANY(%(stores)s) AND contact.happened_at > %(since)s
        AND contact.happened_at <= %(until)s AND contact.task_id IS NULL AND contact.voided_at IS NULL
        AND contact.counted_staff_id IS NOT NULL
), limits AS (
    SELECT fell_due.*,
           GREATEST(closing.closes_at, happened_at + %(short)s) AS complete_by,
           CASE WHEN channel = %(visit)s THEN GREATEST(happened_at + %(short)s, LEAST(
               closing.closes_at,
               LEAD(happened_at) OVER (PARTITION BY staff_id, channel ORDER BY happened_at)
           )) ELSE happened_at + %(short)s END AS enter_by
    FROM fell_due LEFT JOIN closing
        ON closing.store_id = fell_due.store_id AND closing.day = (happened_at AT TIME ZONE %(zone)s)::date
), entries AS (
    SELECT store_id, staff_id, at, task_id, contact_id, customer_id,
           CASE WHEN contact_id IS NULL THEN '{Fault.MISSING.value}'
                WHEN entered_at > enter_by THEN '{Fault.LATE.value}'
                WHEN completed_at IS NULL OR completed_at > complete_by THEN '{Fault.INCOMPLETE.value}'
           END AS fault
    FROM limits WHERE %(staff)s::bigint IS NULL OR staff_id = %(staff)s
    UNION ALL
    SELECT deal.store_id, change.by_id, change.at, NULL, NULL, deal.customer_id, NULL
    FROM {StageChange._meta.db_table} AS change JOIN customers_deal AS deal ON deal.id = change.deal_id
    WHERE change.at > %(since)s AND change.at <= %(until)s AND deal.store_id = ANY(%(stores)s)
        AND change.by_id = ANY(
            SELECT staff_id FROM {Membership._meta.db_table} WHERE store_id = ANY(%(stores)s)
        ) AND (%(staff)s::bigint IS NULL OR change.by_id = %(staff)s)
    UNION ALL
    SELECT card.store_id, card.typed_by_id, card.typed_at, NULL, NULL, card.customer_id, NULL
    FROM {BusinessCard._meta.db_table} AS card
    WHERE card.typed_at > %(since)s AND card.typed_at <= %(until)s AND card.store_id = ANY(%(stores)s)
        AND card.typed_by_id IS NOT NULL AND (%(staff)s::bigint IS NULL OR card.typed_by_id = %(staff)s)
)
"""
