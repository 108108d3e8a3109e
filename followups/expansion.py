"""The expand pass: follow-ups that were chosen become dated tasks (DESIGN.md "The engine", pass 2).

Works in sets: a slice of waiting follow-ups is locked (others skip it), planned in memory, and its tasks are written by
one statement that leaves alone what exists. Safe to run twice, at once, or after a crash.
"""

import json
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from stores.calendar import Hours, OpeningCalendar
from stores.channels import Channel
from stores.models import Membership, Store

from .models import Contact, FollowUp, PatternVersion, Step, Task
from .models.contact import CONVERSATIONS, UNANSWERED
from .schedule import Planned, Preference, StepSpec, plan_anyway

log = logging.getLogger(__name__)

SLICE = 500
"""Follow-ups in one transaction: a slice takes a fraction of a second."""
GRACE = timedelta(days=3)
"""Steps that were late for longer than this when the pattern was chosen are not made, but counted."""

_COLUMNS = {
    "follow_up_id": "bigint",
    "step_id": "bigint",
    "assignee_id": "bigint",
    "reason": "jsonb",
    "due_on": "date",
    "due_from": "timestamptz",
    "due_until": "timestamptz",
    "late_at": "timestamptz",
}
"""What is planned; the rest of a task stands in its follow-up and its step, and is read there as it is written."""


@dataclass
class Template:
    """What a version's steps are, read once per slice."""

    steps: list[Step]
    specs: list[StepSpec]


@dataclass
class Known:
    """What must be known to plan a slice, read in a handful of statements."""

    templates: dict[int, Template]
    calendars: dict[int, OpeningCalendar]
    called_on: dict[int, set[date]]
    tried_at: dict[int, tuple]
    by_role: dict[tuple[int, str], int]
    plans: dict = field(default_factory=dict)


def expand(now, *, limit: int = SLICE) -> int:
    """Make the tasks of up to `limit` waiting follow-ups in one transaction; gives how many it took up.

    One that cannot be planned (say a base date in the year 9999) is logged and marked, and waits no longer.
    """
    with transaction.atomic():
        waiting = list(
            FollowUp.objects.waiting()
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .select_related("customer", "deal")
            .order_by("pk")[:limit]
        )
        if not waiting:
            return 0
        known = _read(waiting, now)
        rows, past, failed = [], {}, []
        for follow_up in waiting:
            try:
                made, past[follow_up.pk] = _tasks_of(follow_up, known)
            except Exception:
                log.exception("Follow-up %s cannot be planned", follow_up.pk)
                failed.append(follow_up.pk)
            else:
                rows += made
        _write(rows, now)
        _mark(past, now)
        if failed:
            FollowUp.objects.filter(pk__in=failed).update(failed_at=now)
    return len(waiting)


def plan_failed_ones_again() -> int:
    """Those that could not be planned wait once more: a calendar or a program may have been put right since then."""
    return FollowUp.objects.failed().update(failed_at=None)


def preference_of(customer) -> Preference:
    """The customer's convenient days and hours as the schedule takes them."""
    if not customer.convenient_weekdays and not customer.convenient_from:
        return Preference()
    hours = None
    if customer.convenient_from and customer.convenient_until:
        hours = Hours(customer.convenient_from, customer.convenient_until)
    return Preference(frozenset(customer.convenient_weekdays), hours)


def _read(waiting, now) -> Known:
    versions = PatternVersion.objects.filter(pk__in={row.version_id for row in waiting}).prefetch_related("steps")
    templates = {}
    for version in versions:
        steps = list(version.steps.all())
        templates[version.pk] = Template(steps, [step.spec() for step in steps])
    stores = Store.objects.filter(pk__in={row.store_id for row in waiting}).with_calendar()
    customers = {row.customer_id for row in waiting}
    by_role = {}
    memberships = Membership.objects.filter(store__in=stores, staff__is_active=True).order_by("-pk")
    for store_id, role, staff_id in memberships.values_list("store_id", "role", "staff_id"):
        by_role[store_id, role] = staff_id
    return Known(
        templates=templates,
        calendars={store.pk: store.calendar() for store in stores},
        called_on=_days_with_a_call(customers, now),
        tried_at=_tried_in_vain(customers),
        by_role=by_role,
    )


def _days_with_a_call(customers, now) -> dict[int, set[date]]:
    """Days on which a call is planned, and today where one was made already, by customer."""
    days = defaultdict(set)
    planned = Task.objects.open().filter(customer__in=customers, channel=Channel.PHONE)
    for customer_id, day in planned.values_list("customer_id", "due_on"):
        days[customer_id].add(day)
    for customer_id in (
        Contact.objects.calls_of_today(now).filter(customer__in=customers).values_list("customer_id", flat=True)
    ):
        days[customer_id].add(timezone.localdate(now))
    return days


def _tried_in_vain(customers) -> dict[int, tuple]:
    """Local times of unanswered calls since the last conversation, by customer."""
    tried = defaultdict(tuple)
    calls = (
        Contact.objects.standing()
        .filter(customer__in=customers, channel=Channel.PHONE, outcome__in=UNANSWERED | CONVERSATIONS)
        .order_by("customer", "happened_at")
    )
    for customer_id, outcome, at in calls.values_list("customer_id", "outcome", "happened_at"):
        if outcome in CONVERSATIONS:
            tried[customer_id] = ()
        else:
            tried[customer_id] += (timezone.localtime(at).time(),)
    return tried


def _tasks_of(follow_up, known: Known) -> tuple[list[tuple], int]:
    """Rows in the order of _COLUMNS, and how many steps were past already."""
    template = known.templates[follow_up.version_id]
    planned = _planned(follow_up, template, known)
    oldest = follow_up.started_at - GRACE
    rows = []
    for step, (placed, reason) in zip(template.steps, planned, strict=True):
        if placed.late_at < oldest:
            continue
        if step.channel == Channel.PHONE:
            known.called_on[follow_up.customer_id].add(placed.due_on)
        rows.append(
            (
                follow_up.pk,
                step.pk,
                _assignee(follow_up, step, known.by_role),
                reason,
                placed.due_on,
                placed.due_from,
                placed.due_until,
                placed.late_at,
            )
        )
    return rows, len(template.steps) - len(rows)


def _planned(follow_up, template: Template, known: Known) -> list[tuple[Planned, str]]:
    """The plan with its reasons as JSON; equal inputs are planned once."""
    customer_id = follow_up.customer_id
    arguments = (
        follow_up.base,
        preference_of(follow_up.customer),
        frozenset(known.called_on[customer_id]),
        known.tried_at[customer_id],
    )
    key = (follow_up.version_id, follow_up.store_id, *arguments)
    if key not in known.plans:
        base, preference, called_on, tried_at = arguments
        calendar = known.calendars[follow_up.store_id]
        planned = plan_anyway(base, template.specs, calendar, preference, called_on, tried_at)
        known.plans[key] = [(placed, json.dumps(placed.reason)) for placed in planned]
    return known.plans[key]


def _assignee(follow_up, step, by_role) -> int | None:
    """The step's role, else the deal's person, else the customer's owner, else the store's pool (DESIGN.md "Rows")."""
    if step.assignee_role and (follow_up.store_id, step.assignee_role) in by_role:
        return by_role[follow_up.store_id, step.assignee_role]
    deal_staff = follow_up.deal.staff_id if follow_up.deal else None
    return deal_staff or follow_up.customer.owner_id


def _write(rows, now):
    if not rows:
        return
    names = ", ".join(_COLUMNS)
    arrays = ", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
    statement = f"""
        INSERT INTO {Task._meta.db_table}
            ({names}, store_id, customer_id, deal_id, channel, title,
             first_late_at, created_at, moves, cancel_reason, cancel_note)
        SELECT {names}, follow_up.store_id, follow_up.customer_id, follow_up.deal_id, step.channel, step.title,
            late_at, %s, 0, '', ''
        FROM unnest({arrays}) AS planned ({names})
        JOIN {FollowUp._meta.db_table} AS follow_up ON follow_up.id = follow_up_id
        JOIN {Step._meta.db_table} AS step ON step.id = step_id
        ORDER BY follow_up_id, step.position
        ON CONFLICT (follow_up_id, step_id) DO NOTHING
    """
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [now, *columns])


def _mark(past, now):
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {FollowUp._meta.db_table} AS follow_up SET expanded_at = %s, past_steps = done.past
            FROM unnest(%s::bigint[], %s::int[]) AS done (id, past) WHERE follow_up.id = done.id
            """,
            [now, list(past), list(past.values())],
        )
