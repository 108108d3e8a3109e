"""Whom a pattern would begin for, and from which day: alike ones together, so that each kind is planned once.

Read by foresight for groups (REQUIREMENTS B8); nothing is written, and no customer is looked at by itself.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import connection
from django.utils import timezone

from customers.models import Deal
from stores.calendar import OpeningCalendar

from .counting import COLUMN_OF, base_for, day_and_moment
from .models import Base, FollowUp, PatternVersion, Task
from .occurrences import DAYS_OF_DEALS, HORIZON, all_wanted, past_events
from .schedule import LEAST_MINUTES

YEAR = timedelta(days=364)
"""52 weeks: what happened on a Saturday comes on a Saturday again."""
TERM = {
    Base.INSPECTION: relativedelta(years=2),
    Base.INSURANCE: relativedelta(years=1),
    Base.PERIODIC_CHECK: relativedelta(years=1),
}
"""A car's date comes again after so long, if it is kept: as private cars have it."""


class Prospect(NamedTuple):
    """So many that are planned alike. `base`: a day, or an aware moment; `targets`: (customer, deal), where asked for.

    `person_id`: who is in charge; `estimated`: nobody knows yet for whom it will be.
    """

    store_id: int
    version_id: int
    base: date | datetime
    rank_id: int | None
    refused: tuple[str, ...]
    person_id: int | None
    count: int
    targets: tuple = ()
    estimated: bool = False


COLUMNS = "store_id, version_id, base_on, base_at, rank_id, refused_channels, person_id, customer_id, deal_id"
ALIKE = """
    SELECT store_id, version_id, base_on, min(min(base_at)) OVER (PARTITION BY base_on, part_of_day), rank_id,
        refused_channels, person_id, count(*), {targets}
    FROM (
        SELECT *, CASE WHEN base_at IS NOT NULL
            THEN width_bucket((base_at AT TIME ZONE %(zone)s)::time, %(parts_of_day)s::time[]) END AS part_of_day
        FROM ({rows}) AS each ({columns})
    ) AS alike
    GROUP BY store_id, version_id, base_on, part_of_day, rank_id, refused_channels, person_id
    ORDER BY base_on, part_of_day, store_id, person_id, rank_id, refused_channels, version_id
"""
"""What time it was matters only by its part of the day: every base in it counts as the first of them."""
TARGETS = "array_agg(customer_id ORDER BY customer_id, deal_id), array_agg(deal_id ORDER BY customer_id, deal_id)"


def of_rules(rules, now, *, until: date, stores: dict[int, OpeningCalendar]) -> list[Prospect]:
    """Whatever these rules, all of one pattern, will begin by that day and have not begun: each occurrence once.

    `rules`: pairs of a rule, saved or not, and its ranks.
    """
    found = [all_wanted(rule, ranks, now, until=until, stores=stores) for rule, ranks in rules]
    return _alike(*_occurrences(found, rules), stores)


def repeated(prospects: list[Prospect], version: PatternVersion, *, until: date) -> list[Prospect]:
    """The same again as often as it comes by that day: the next insurance year, the next silence after a contact."""
    base = Base(version.base)
    term = relativedelta(days=version.silent_days) if base == Base.SILENCE else TERM.get(base)
    found = []
    for prospect in prospects if term else ():
        number = 1
        while (again := prospect.base + term * number) <= until:
            found.append(prospect._replace(base=again, estimated=True))
            number += 1
    return found


def expected(rules, now, *, until: date, stores: dict[int, OpeningCalendar]) -> list[Prospect]:
    """As often as it happened in the last year, from tomorrow to that day; nothing where the base is no event.

    Deliveries are promised weeks ahead: of these only what lies beyond.
    """
    today = timezone.localdate(now)
    found = [past_events(rule, ranks, now, since=today - YEAR, stores=stores) for rule, ranks in rules]
    happened = _alike(*_occurrences(found, rules), stores)
    delivered = any(rule.pattern.current_version.base == Base.DELIVERED for rule, _ranks in rules)
    first = today + HORIZON if delivered else today
    ahead, zone = [], timezone.get_default_timezone()
    for prospect in happened:
        day, number = _day(prospect.base, zone), 1
        while day + YEAR * number <= until:
            if day + YEAR * number > first:
                ahead.append(prospect._replace(base=prospect.base + YEAR * number, estimated=True))
            number += 1
    return ahead


def of_choice(places, targets, now, *, slug: str, base=None, stores: dict[int, OpeningCalendar]) -> list[Prospect]:
    """What choosing the pattern today begins for these customers or deals; without those for whom it cannot begin.

    `places`: versions with the ids of the stores that would use them; `base` as for starting.start.
    """
    pairs = _pairs(targets)
    values = {
        "customers": [customer_id for customer_id, _deal_id in pairs],
        "deals": [deal_id for _customer_id, deal_id in pairs],
        "slug": slug,
        "now": now,
        "today": timezone.localdate(now),
    }
    statements = []
    for version, store_ids in places:
        on, at, known = _counted_from(version, base, now)
        of_version = {**values, **known, "version": version.pk, "store_ids": list(store_ids)}
        statements.append((CHOSEN.format(on=on, at=at), of_version))
    rows, values = _apart(statements)
    return _alike(" UNION ALL ".join(rows), values, stores, with_targets=True)


CHOSEN = f"""
    SELECT person.store_id, %(version)s::bigint AS version_id, {{on}} AS base_on, {{at}} AS base_at, person.rank_id,
        person.refused_channels, coalesce(deal.staff_id, person.owner_id), person.id, deal.id
    FROM unnest(%(customers)s::bigint[], %(deals)s::bigint[]) AS chosen (customer_id, deal_id)
    JOIN customers_customer AS person ON person.id = chosen.customer_id
    LEFT JOIN customers_deal AS deal ON deal.id = chosen.deal_id
    WHERE person.closed_at IS NULL AND deal.lost_at IS NULL AND person.store_id = ANY(%(store_ids)s::bigint[])
        AND NOT EXISTS (
            SELECT 1 FROM {FollowUp._meta.db_table} AS running
            JOIN followups_pattern AS pattern ON pattern.id = running.pattern_id
            WHERE running.customer_id = person.id AND running.deal_id IS NOT DISTINCT FROM chosen.deal_id
                AND running.vehicle_id IS NULL AND running.ended_at IS NULL AND pattern.slug = %(slug)s
                AND (running.expanded_at IS NULL OR EXISTS (
                    SELECT 1 FROM {Task._meta.db_table} AS task
                    WHERE task.follow_up_id = running.id AND task.done_at IS NULL AND task.cancelled_at IS NULL))
        )
"""  # noqa: S608


def _counted_from(version, base, now) -> tuple[str, str, dict]:
    """The columns for the day and the moment, and the values in them; the same for all but for a few bases."""
    kind = Base(version.base)
    if base is None and kind == Base.NEGOTIATED:
        return _of_moment("coalesce(deal.last_negotiated_at, person.last_negotiated_at, %(now)s)")
    if base is None and kind in {Base.RECEIVED, Base.ESTIMATE_SENT}:
        return _of_moment(f"coalesce({DAYS_OF_DEALS[kind]['at']}, %(now)s)")
    if base is None and kind in {Base.ORDERED, Base.DELIVERED}:
        return _of_day(DAYS_OF_DEALS[kind]["on"])
    if base is None and kind.is_of_vehicle:
        return _of_day(CAR.format(column=COLUMN_OF[kind]))
    if base is None and kind == Base.BIRTHDAY:
        return _of_day(NEXT_BIRTHDAY)
    base = base or base_for(version, customer=None, now=now)
    day, at = day_and_moment(base)
    known = {"base_on": day, "base_at": at}
    return "%(base_on)s::date", "%(base_at)s::timestamptz", known


CAR = """coalesce(
    (SELECT min({column}) FROM customers_vehicle WHERE customer_id = person.id AND disposed_on IS NULL
        AND {column} >= %(today)s),
    (SELECT max({column}) FROM customers_vehicle WHERE customer_id = person.id AND disposed_on IS NULL))"""
IN_YEAR = """(person.born_on + make_interval(
    years => (extract(year FROM %(today)s::date) + {more} - extract(year FROM person.born_on))::int))::date"""
NEXT_BIRTHDAY = f"""CASE WHEN {IN_YEAR.format(more=0)} >= %(today)s
    THEN {IN_YEAR.format(more=0)} ELSE {IN_YEAR.format(more=1)} END"""


def _of_moment(column) -> tuple[str, str, dict]:
    return f"({column} AT TIME ZONE %(zone)s)::date", column, {"zone": settings.TIME_ZONE}


def _of_day(column) -> tuple[str, str, dict]:
    """Now where it is not known."""
    return f"coalesce({column}, %(today)s)", f"CASE WHEN ({column}) IS NULL THEN %(now)s END", {}


def _pairs(targets) -> list[tuple[int, int | None]]:
    """(customer, deal)"""
    if hasattr(targets, "model"):
        names = ("customer_id", "pk") if targets.model is Deal else ("pk",)
        return [(row[0], row[1] if row[1:] else None) for row in targets.order_by().values_list(*names)]
    return [(one.customer_id, one.pk) if isinstance(one, Deal) else (one.pk, None) for one in targets]


OCCURRENCES = """
    SELECT wanted.store_id, place.version_id, wanted.base_on, wanted.base_at, person.rank_id, person.refused_channels,
        {person} AS person_id, wanted.customer_id, wanted.deal_id, wanted.vehicle_id, wanted.key
"""
OF_DEAL = "coalesce((SELECT staff_id FROM customers_deal WHERE id = wanted.deal_id), person.owner_id)"


def _occurrences(found, rules) -> tuple[str, dict]:
    """Rows of several rules of one pattern with their values; an occurrence that two of them name is there once."""
    is_of_deal = any(Base(rule.pattern.current_version.base).is_of_deal for rule, _ranks in rules)
    head = OCCURRENCES.format(person=OF_DEAL if is_of_deal else "person.owner_id")
    rows, values = _apart([(head + rows, own) for rows, own in filter(None, found)])
    each = " UNION ALL ".join(rows)
    if len(rows) > 1:
        once = "customer_id, deal_id, vehicle_id, key"
        each = f"SELECT DISTINCT ON ({once}) * FROM ({each}) AS several ORDER BY {once}, base_on"  # noqa: S608
    return each and f"SELECT {COLUMNS} FROM ({each}) AS occurrences", values  # noqa: S608


def _apart(statements) -> tuple[list[str], dict]:
    """Several statements, each with its own values, so that they can stand in one."""
    rows, values = [], {}
    for number, (text, own) in enumerate(statements):
        rows.append(text.replace("%(", f"%(of{number}_"))
        values |= {f"of{number}_{name}": value for name, value in own.items()}
    return rows, values


def _alike(rows: str, values: dict, stores: dict[int, OpeningCalendar], *, with_targets=False) -> list[Prospect]:
    if not rows:
        return []
    statement = ALIKE.format(targets=TARGETS if with_targets else "NULL, NULL", rows=rows, columns=COLUMNS)
    values = {**values, "zone": settings.TIME_ZONE, "parts_of_day": _parts_of_day(stores.values())}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [_prospect(*row) for row in cursor.fetchall()]


def _prospect(store, version, on, at, rank, refused, person, count, customers, deals) -> Prospect:
    targets = tuple(zip(customers, deals, strict=True)) if customers else ()
    return Prospect(store, version, at or on, rank, tuple(refused), person, count, targets)


def _parts_of_day(calendars: Iterable[OpeningCalendar]) -> list:
    """The times of day, in order, from which on an event is planned otherwise: closing, and shortly ahead of it."""
    ends = set()
    for calendar in calendars:
        known = [calendar.hours, *calendar.dates.values(), *calendar.contactable.values()]
        ends |= {hours.ends for hours in known if hours}
    shortly = {(datetime.combine(date.min, end) - timedelta(minutes=LEAST_MINUTES)).time() for end in ends if end.hour}
    return sorted(ends | shortly)


def _day(base: date | datetime, zone) -> date:
    return base.astimezone(zone).date() if isinstance(base, datetime) else base
