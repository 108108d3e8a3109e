"""What must be known to place the tasks of a slice of follow-ups, read in a handful of statements.

Used by the expand pass and the adjust pass, so that both place a step alike.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils import timezone

from stores.calendar import Hours, OpeningCalendar
from stores.channels import Channel
from stores.models import Membership, Store

from .models import Contact, FollowUp, PatternVersion, Step, Task
from .models.contact import CONVERSATIONS, UNANSWERED
from .schedule import DayRule, Planned, Preference, StepSpec, Window, plan_anyway


@dataclass(frozen=True, slots=True)
class Effective:
    """A step as it is for one customer: as their rank has it, by a channel they agree to.

    `reason`: what to say where the channel is not the step's own; `for_owner`: no channel is left, the person in
    charge decides how.
    """

    step: Step
    spec: StepSpec
    title: str
    reason: tuple = ()
    for_owner: bool = False


HOW = frozenset({"second_channel", "no_consent"})
"""Reasons that are about the way a step is done, not about when."""


@dataclass(slots=True)
class Known:
    versions: dict[int, list[Step]]
    calendars: dict[int, OpeningCalendar]
    by_role: dict[tuple[int, str], int]
    calls: dict[int, list[tuple[date, int | None]]] = field(default_factory=lambda: defaultdict(list))
    """customer → (day of a call, the follow-up it belongs to)"""
    tried_at: dict[int, tuple] = field(default_factory=lambda: defaultdict(tuple))
    steps: dict = field(default_factory=dict)
    plans: dict = field(default_factory=dict)

    def steps_for(self, follow_up) -> list[Effective]:
        """The steps of its version for its customer."""
        return self.steps_as(follow_up.version_id, follow_up.customer.rank_id, follow_up.customer.refused_channels)

    def steps_as(self, version_id: int, rank_id: int | None, refused: Sequence[str]) -> list[Effective]:
        """The steps for somebody of that rank who refuses these channels; without those that the rank leaves out."""
        key = (version_id, rank_id, *refused)
        if key not in self.steps:
            found = (_effective(step, rank_id, refused) for step in self.versions[version_id])
            self.steps[key] = [one for one in found if one]
        return self.steps[key]

    def plan(self, follow_up, settled=frozenset()) -> list[tuple[Effective, Planned, str]]:
        """Each step with its place, and the reasons as JSON; equal inputs are planned once.

        `settled`: ids of steps that are done; they keep the order, and use up no calling window.
        """
        customer = follow_up.customer
        effective = self.steps_for(follow_up)
        called_on = frozenset(day for day, whose in self.calls[customer.pk] if whose != follow_up.pk)
        arguments = (follow_up.base, preference_of(customer), called_on, self.tried_at[customer.pk])
        key = (
            follow_up.version_id,
            follow_up.store_id,
            customer.rank_id,
            *customer.refused_channels,
            arguments,
            follow_up.shift_days,
            tuple(follow_up.spread.items()),
            settled,
        )
        if key not in self.plans:
            base, *rest = arguments
            specs = [
                _spread(_at_rest(one.spec) if one.step.pk in settled else one.spec, one.step, follow_up.spread)
                for one in effective
            ]
            calendar = self.calendars[follow_up.store_id]
            rules = {"fixed_base": follow_up.version.is_fixed, "shift_days": follow_up.shift_days}
            planned = plan_anyway(base, specs, calendar, *rest, **rules)
            self.plans[key] = [
                (one, placed, json.dumps([*placed.reason, *one.reason]))
                for one, placed in zip(effective, planned, strict=True)
            ]
        return self.plans[key]

    def assignee(self, follow_up, effective: Effective) -> int | None:
        """The step's role, else the deal's person, else the customer's owner, else the pool (DESIGN.md "Rows")."""
        deal_staff = follow_up.deal.staff_id if follow_up.deal else None
        return self.by_step(follow_up.store_id, effective) or deal_staff or follow_up.customer.owner_id

    def by_step(self, store_id: int, effective: Effective) -> int | None:
        """Whom the step names by a role that somebody in the store has; None where it is the person's in charge."""
        return None if effective.for_owner else self.by_role.get((store_id, effective.step.assignee_role))

    def will_call(self, follow_up, effective: Effective, day: date):
        if effective.spec.channel == Channel.PHONE:
            self.calls[follow_up.customer_id].append((day, follow_up.pk))

    def move_call(self, follow_up, effective: Effective, before: date, after: date):
        calls = self.calls[follow_up.customer_id]
        if before != after and (before, follow_up.pk) in calls:
            calls.remove((before, follow_up.pk))
            self.will_call(follow_up, effective, after)


def read(follow_ups: list[FollowUp], now, *, also_versions=frozenset()) -> Known:
    """For these follow-ups, which come with their customers and deals."""
    customers = {row.customer_id for row in follow_ups}
    known = read_places(
        {row.version_id for row in follow_ups} | set(also_versions), {row.store_id for row in follow_ups}
    )
    known.calls, known.tried_at = _days_with_a_call(customers, now), _tried_in_vain(customers)
    return known


def read_places(versions: Iterable[int], stores: Iterable[int]) -> Known:
    """Of these versions and stores, and nothing of any customer."""
    found = PatternVersion.objects.filter(pk__in=versions).prefetch_related("steps")
    places = Store.objects.filter(pk__in=stores).with_calendar()
    by_role = {}
    memberships = Membership.objects.filter(store__in=places, staff__is_active=True).order_by("-pk")
    for store_id, role, staff_id in memberships.values_list("store_id", "role", "staff_id"):
        by_role[store_id, role] = staff_id
    return Known(
        versions={version.pk: list(version.steps.all()) for version in found},
        calendars={store.pk: store.calendar() for store in places},
        by_role=by_role,
    )


def preference_of(customer) -> Preference:
    """The customer's convenient days and hours as the schedule takes them."""
    if not customer.convenient_weekdays and not customer.convenient_from:
        return Preference()
    hours = None
    if customer.convenient_from and customer.convenient_until:
        hours = Hours(customer.convenient_from, customer.convenient_until)
    return Preference(frozenset(customer.convenient_weekdays), hours)


def _effective(step: Step, rank_id: int | None, refused: list[str]) -> Effective | None:
    own = step.by_rank.get(str(rank_id), {})
    if own.get("left_out"):
        return None
    channel, title = own.get("channel") or step.channel, own.get("title") or step.title
    spec = step.spec() if channel == step.channel else replace(step.spec(), channel=channel)
    if channel not in refused:
        return Effective(step, spec, title)
    second = step.second_channel
    if second and second not in refused:
        return Effective(step, replace(spec, channel=second), title, (["second_channel", channel],))
    return Effective(step, spec, title, (["no_consent", channel],), for_owner=True)


def _at_rest(spec: StepSpec) -> StepSpec:
    """A step that is over: it only holds its place in the order."""
    return replace(spec, channel=Channel.LETTER, window=Window.ANY, day_rule=DayRule.NEXT)


def _spread(spec: StepSpec, step: Step, spread: dict) -> StepSpec:
    days = spread.get(str(step.pk))
    return replace(spec, spread_days=days) if days else spec


def _days_with_a_call(customers, now) -> dict[int, list]:
    """Days on which a call is planned, and today where one was made already, by customer."""
    days = defaultdict(list)
    planned = Task.objects.open().filter(customer__in=customers, channel=Channel.PHONE)
    for customer_id, day, follow_up_id in planned.values_list("customer_id", "due_on", "follow_up_id"):
        days[customer_id].append((day, follow_up_id))
    made = Contact.objects.calls_of_today(now).filter(customer__in=customers)
    for customer_id in made.values_list("customer_id", flat=True):
        days[customer_id].append((timezone.localdate(now), None))
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
