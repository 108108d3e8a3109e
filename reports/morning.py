"""The reports of the morning: made once per store and day, whoever and however many make them (REQUIREMENTS E5).

A report covers the days since the one before it, so that a closed day's figures come with the next open one, and those
of a morning on which no worker ran with the next report that is made.
"""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from stores.calendar import NoOpenDay
from stores.days import Stretch
from stores.models import Store

from .counted import counted
from .mailing import address
from .models import MorningReport

SLICE = 10
LONGEST = timedelta(days=14)
"""A report covers no more days than that: after a longer silence one looks at the figures instead."""


def make_due(now, *, limit: int = SLICE) -> int:
    """Make the reports of up to `limit` stores whose time has come today; gives how many.

    Each store is held meanwhile, so that two workers share them; should both have found the same one missing, the row
    that is there first stays. Killed midway, nothing is left, and the next worker makes them.
    """
    today = timezone.localdate(now)
    waiting = {store.pk: store for store in _without_report(now).with_calendar() if store.calendar().is_open(today)}
    if not waiting:
        return 0
    with transaction.atomic():
        held = (
            _without_report(now).filter(pk__in=waiting).order_by("pk").select_for_update(skip_locked=True, no_key=True)
        )
        stores = [waiting[pk] for pk in held.values_list("pk", flat=True)[:limit]]
        _make(stores, today, now)
        address(MorningReport.objects.in_stores(stores).on_day(today), now)
    return len(stores)


def make_last(now):
    """Of every store without any report that of its last open day before today, for a house that begins with a past.

    Nobody gets it by mail. What was open then is counted as far as it is open still.
    """
    yesterday = timezone.localdate(now) - timedelta(days=1)
    mornings = defaultdict(list)
    made = MorningReport.objects.filter(store=OuterRef("pk"))
    for store in Store.objects.filter(~Exists(made)).with_calendar():
        mornings[store.calendar().moment(_last_open(store, yesterday), store.morning_report_time)].append(store)
    for moment, stores in mornings.items():
        _make(stores, timezone.localdate(moment), moment)


def _make(stores, day, now):
    """Where one is there already it stays."""
    stretches = _stretches(stores, day)
    of_store = {}
    for stretch, places in stretches.items():
        of_store |= counted(places, stretch.first, stretch.last, now)
    MorningReport.objects.bulk_create(
        [
            MorningReport(
                store_id=pk,
                on=day,
                first_on=stretch.first,
                last_on=stretch.last,
                made_at=now,
                figures=of_store[pk].as_json(),
            )
            for stretch, places in stretches.items()
            for pk in places
        ],
        ignore_conflicts=True,
    )


def _without_report(now):
    """Whose time has come today and who have none yet; some of them are closed."""
    at = timezone.localtime(now)
    made = MorningReport.objects.on_day(at.date()).filter(store=OuterRef("pk"))
    return Store.objects.filter(~Exists(made), morning_report_time__lte=at.time())


def _stretches(stores, today) -> dict[Stretch, list[int]]:
    """Which days each covers: since its last report, at first since the last open day."""
    last = dict(MorningReport.objects.in_stores(stores).order_by().values_list("store").annotate(Max("last_on")))
    found = defaultdict(list)
    yesterday = today - timedelta(days=1)
    for store in stores:
        since = last[store.pk] + timedelta(days=1) if store.pk in last else _last_open(store, yesterday)
        found[Stretch(max(since, today - LONGEST), yesterday)].append(store.pk)
    return found


def _last_open(store, day):
    try:
        return store.calendar().previous_open(day)
    except NoOpenDay:
        return day
