"""The large passes: a night's look at everybody by twelve rules, and a store calendar that changed."""

import resource
import time
from datetime import time as time_of_day
from datetime import timedelta

from django.utils import timezone

from customers.models import Customer, RankStanding
from customers.ranking import propose
from followups.adjustment import adjust
from followups.expansion import expand
from followups.models import Contact, FollowUp, MoveReason, Pattern, StartRule, Step, Task
from followups.occurrences import start_due
from followups.workload import foresee_choice
from followups.writing import write
from reports.models import MorningReport
from reports.morning import make_due
from stores.models import ClosingDay, Staff, Store

from .bars import (
    CALENDAR_CHANGE_SECONDS,
    FORESIGHT_SECONDS,
    MORNING_SECONDS,
    NIGHT_MEBIBYTES,
    NIGHT_SECONDS,
    RANKING_SECONDS,
)
from .measures import Measure

BY_RULE = (
    "one-month-follow-up", "new-arrival", "standard-eight-touch", "after-delivery", "delivered-before-holiday",
    "quarterly-contact", "inspection-due", "birthday", "new-year", "summer-greetings",
)  # fmt: skip
"""The shipped patterns that count from something a rule can see."""
OWN = {
    "Insurance due": {"base": "insurance"},
    "Every six months": {"base": "every", "every_months": 6},
}
"""Two more, so that they are twelve."""
MOVED = 50_000
MORNING_STORES = 50
FORESEEN = 100_000


def measure(size: str) -> list[Measure]:
    """A first night, which finds all that twelve new rules want for weeks; the night after it; a changed calendar.

    The second night is every other one: it looks at everybody and finds a day's worth.

    Rules and follow-ups that the house has are left as they are; what the nights begin stays in this copy.
    """
    foresight = _foresight(size)
    rules = _twelve_rules()
    now = timezone.now()
    first, *at_first = _night(now)
    night, *usual = _night(now + timedelta(days=1))
    house = f"{Customer.objects.net().count():,} customers, {rules} rules"
    wanted, a_days_worth = ("{}: {:,} follow-ups, {:,} tasks".format(house, *found) for found in (at_first, usual))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Measure("first night of new rules", wanted, first, "s"),
        Measure("night", a_days_worth, night, "s", bar=NIGHT_SECONDS),
        *_calendar_change(size),
        *foresight,
        *_ranking(size),
        _morning(size),
        Measure("memory of the passes, most", size, peak, "MiB", bar=NIGHT_MEBIBYTES),
    ]


def _foresight(size) -> list[Measure]:
    """What a pattern of every day's birthdays would come to over two years, as the page asks for it."""
    last = max(Customer.objects.net().order_by("pk").values_list("pk", flat=True)[:FORESEEN])
    found, took = None, {}
    for spread in (False, True):
        began = time.perf_counter()
        found = foresee_choice(
            Pattern.objects.get(slug="birthday", store=None),
            Customer.objects.net().filter(pk__lte=last),
            me=Staff.objects.admins().first(),
            now=timezone.now(),
            months=24,
            spread=spread,
        )
        took[spread] = time.perf_counter() - began
    what = f"{found.targets:,} customers, {found.tasks:,} tasks in 24 months; {size}"
    return [
        Measure("foresight of a group", what, took[False], "s", bar=FORESIGHT_SECONDS),
        Measure("foresight with its spreading", what, took[True], "s", bar=FORESIGHT_SECONDS),
    ]


def _ranking(size) -> list[Measure]:
    """The points of everybody: for the first time, and on a night on which nothing changed."""
    RankStanding.objects.all().delete()
    found = []
    for name in ("ranking, first night", "ranking, every other night"):
        began = time.perf_counter()
        changed = propose(timezone.now(), visits_since=Contact.objects.visits_since)
        took = time.perf_counter() - began
        found.append(Measure(name, f"{changed:,} changed; {size}", took, "s", bar=RANKING_SECONDS))
    return found


def _morning(size) -> Measure:
    """The reports of MORNING_STORES stores, all of them open today.

    A house with fewer has as many as it has. No mail is sent: what its server takes is not ours.
    """
    MorningReport.objects.all().delete()
    ClosingDay.objects.all().delete()
    Store.objects.update(morning_report_time=time_of_day(0))
    began, made = time.perf_counter(), 0
    while made < MORNING_STORES and (more := make_due(timezone.now())):
        made += more
    took = time.perf_counter() - began
    return Measure("morning reports", f"{made} stores; {size}", took, "s", bar=MORNING_SECONDS)


def _twelve_rules() -> int:
    """Rules for dates from now on, as somebody writes them who begins today."""
    now = timezone.now()
    today = timezone.localdate(now)
    said = {"description": "", "store": None, "by": None, "now": now, "note": ""}
    own = [
        write(name=name, steps=[Step(channel="letter", title="Card")], **said, **counting)
        for name, counting in OWN.items()
    ]
    patterns = [*Pattern.objects.filter(store=None, slug__in=BY_RULE), *own]
    StartRule.objects.update(retired_at=now)
    StartRule.objects.bulk_create(StartRule(pattern=pattern, from_on=today, made_at=now) for pattern in patterns)
    return len(patterns)


def _night(now) -> tuple[float, int, int]:
    """Seconds, and how many follow-ups and tasks there are more."""
    follow_ups, tasks = FollowUp.objects.count(), Task.objects.count()
    began = time.perf_counter()
    while start_due(now):
        pass
    while expand(now):
        pass
    took = time.perf_counter() - began
    return took, FollowUp.objects.count() - follow_ups, Task.objects.count() - tasks


def _calendar_change(size) -> list[Measure]:
    """Every store closes on one more day of the week; follow-ups with about MOVED open tasks are placed anew."""
    now = timezone.now()
    ClosingDay.objects.bulk_create(
        (ClosingDay(store=store, weekday=3) for store in Store.objects.all()), ignore_conflicts=True
    )
    rows = FollowUp.objects.with_open_tasks().running().filter(open_tasks__gt=0).order_by("pk")
    ids, tasks = [], 0
    for follow_up_id, number in rows.values_list("pk", "open_tasks").iterator():
        ids.append(follow_up_id)
        tasks += number
        if tasks >= MOVED:
            break
    FollowUp.objects.update(adjust_at=None)
    FollowUp.objects.filter(pk__in=ids).ask_to_adjust(MoveReason.CALENDAR, now)
    began = time.perf_counter()
    while adjust(timezone.now()):
        pass
    took = time.perf_counter() - began
    return [Measure("calendar changed", f"{tasks:,} open tasks; {size}", took, "s", bar=CALENDAR_CHANGE_SECONDS)]
