"""One pattern for many customers of the list: for whom, what it makes of the coming days, and the way back (B1, B6)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core import signing
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from followups.counting import base_for
from followups.expansion import GRACE
from followups.foresight import foresee_anyway
from followups.models import EndReason, FollowUp, Task
from followups.starting import WhyNot, sort_out, start_many
from followups.stopping import stop
from stores.channels import Channel

MOST = 5000
"""Customers at once: more are chosen store by store or rank by rank."""
SHOWN_DAYS = 14
SHOWN_NAMES = 10
SALT = "todo.many"
UNDO_WITHIN = timedelta(days=1)


class TooLateToStop(Exception):
    """It was begun by somebody else, or more than UNDO_WITHIN ago."""


@dataclass(frozen=True)
class LeftOut:
    """Who doesn't get it, for one reason. `people`: the first of them."""

    why: str
    number: int
    people: list


@dataclass(frozen=True)
class Day:
    """How many tasks fall on it by this choice, and how many are on the lists of these stores already."""

    on: date
    made: int
    there: int
    in_another_year: bool


@dataclass(frozen=True)
class Effect:
    """What choosing would do.

    `nobodys`: of those who get it, how many have nobody in charge, so that tasks of theirs are nobody's too;
    `unreachable`: how many would have to be called and have no phone number.
    """

    number: int
    nobodys: int
    unreachable: int
    left_out: list[LeftOut]
    tasks: int
    days: list[Day]
    later: int

    @property
    def busiest(self) -> Day | None:
        return max(self.days, key=lambda day: day.made, default=None)


@dataclass(frozen=True)
class Begun:
    """What one choice began, as its signed receipt tells it."""

    key: str
    first: int
    last: int
    by: int
    at: datetime
    pattern: str
    left_out: list

    def follow_ups(self, me):
        return FollowUp.objects.visible_to(me).between(self.first, self.last).begun_together(self.key)

    def may_stop(self, me, now) -> bool:
        return self.by == me.pk and now - self.at < UNDO_WITHIN


def split(me, customers) -> tuple[list, list]:
    """(those one may choose for, the others): one's own, nobody's, and as a manager everybody's of the store."""
    allowed = [one for one in customers if one.owner_id in {None, me.pk} or me.may_manage(one.store_id)]
    kept = {one.pk for one in allowed}
    return allowed, [one for one in customers if one.pk not in kept]


def effect(pattern, customers, *, me, now, base=None) -> Effect:
    """What would happen; nothing is changed."""
    allowed, others = split(me, customers)
    ready, left_out = sort_out(pattern, allowed)
    days = _days(ready, me, now, base)
    stores = {customer.store_id for customer, _pattern in ready}
    there = Task.objects.visible_to(me).in_stores(stores).open().count_by_day() if days else {}
    shown = sorted(days)[:SHOWN_DAYS]
    return Effect(
        number=len(ready),
        nobodys=sum(customer.owner_id is None and _needs_owner(own) for customer, own in ready),
        unreachable=sum(not customer.phones and _calls(own) for customer, own in ready),
        left_out=_grouped(left_out, others),
        tasks=days.total(),
        days=[Day(day, days[day], there.get(day, 0), day.year != timezone.localdate(now).year) for day in shown],
        later=days.total() - sum(days[day] for day in shown),
    )


def begin(pattern, customers, *, me, now, base=None) -> str:
    """Put the pattern to work for those one may choose for; gives the signed receipt."""
    allowed, others = split(me, customers)
    many = start_many(pattern, allowed, by=me, now=now, base=base)
    ids = [row.pk for row in many.started] or [0]
    kept = {
        "key": many.key,
        "first": min(ids),
        "last": max(ids),
        "by": me.pk,
        "at": now.isoformat(),
        "pattern": pattern.name,
        "left_out": [[group.why, group.number] for group in _grouped(many.left_out, others)],
    }
    return signing.dumps(kept, salt=SALT, compress=True)


def begun(signed: str) -> Begun | None:
    """What a receipt tells; None when it isn't one of ours."""
    try:
        kept = signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return None
    return Begun(**{**kept, "at": parse_datetime(kept["at"])})


def stop_begun(choice: Begun, *, me, now) -> int:
    """End what the choice began; how many tasks were cancelled. What was recorded stays. Raises TooLateToStop."""
    if not choice.may_stop(me, now):
        raise TooLateToStop
    return stop(choice.follow_ups(me), EndReason.STOPPED, by=me, now=now)


def _calls(pattern) -> bool:
    return any(step.channel == Channel.PHONE for step in pattern.current_version.step_list)


def _needs_owner(pattern) -> bool:
    """Whether any of it is for whoever is in charge, not for a role."""
    return any(not step.assignee_role for step in pattern.current_version.step_list)


def _grouped(left_out, others) -> list[LeftOut]:
    groups = defaultdict(list)
    for customer, why in left_out:
        groups[str(WhyNot(why).label)].append(customer)
    if others:
        groups[_("A colleague looks after them: only a manager chooses for them")] = others
    return [LeftOut(why, len(people), people[:SHOWN_NAMES]) for why, people in groups.items()]


def _days(ready, me, now, base) -> Counter:
    """How many tasks fall on each day; planned once for all of a store with the same base day."""
    calendars = {store.pk: store.calendar() for store in me.visible_stores().with_calendar()}
    alike = defaultdict(list)
    for customer, pattern in ready:
        at = base or base_for(pattern.current_version, customer=customer, now=now)
        alike[pattern, customer.store_id, timezone.localdate(at) if isinstance(at, datetime) else at].append(at)
    days = Counter()
    for (pattern, store_id, _day), bases in alike.items():
        version = pattern.current_version
        for row in foresee_anyway(version.step_list, bases[0], calendars[store_id], fixed_base=version.is_fixed):
            if row.planned.late_at >= now - GRACE:
                days[row.planned.due_on] += len(bases)
    return days
