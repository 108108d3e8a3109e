"""The start pass: rules × base dates → follow-ups (DESIGN.md "The engine", pass 1; REQUIREMENTS B3, B9).

What a rule wants to begin and has not begun yet is worked out by one INSERT … SELECT per rule, for everybody or for the
customers that left a mark. Each occurrence has a key; a follow-up of the same pattern (or of a store's copy of it) with
that key keeps it from beginning twice, whoever asks, how often, and at the same time.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from stores.models import Store

from .expansion import GRACE
from .models import CYCLE_DAYS, Base, FollowUp, Pattern, StartRule

HORIZON = timedelta(days=60)
"""So far ahead occurrences of the calendar are begun; what happens once is begun when it happens."""
SLICE = 10_000
"""Follow-ups begun by one statement."""
DAY = timedelta(days=1)

DEAL = """
    SELECT deal.store_id, deal.customer_id, deal.id AS deal_id, NULL::bigint AS vehicle_id,
        'deal' AS key, {on} AS base_on, {at} AS base_at
    FROM customers_deal AS deal
    JOIN customers_customer AS customer ON customer.id = deal.customer_id
    WHERE {also} {on} BETWEEN %(first)s AND %(last)s
"""
VEHICLE = """
    SELECT vehicle.store_id, vehicle.customer_id, NULL::bigint, vehicle.id,
        'due:' || {on}, {on} AS base_on, NULL::timestamptz
    FROM customers_vehicle AS vehicle
    JOIN customers_customer AS customer ON customer.id = vehicle.customer_id
    WHERE customer.closed_at IS NULL AND vehicle.disposed_on IS NULL AND {on} BETWEEN %(first)s AND %(last)s
"""
CUSTOMER = """
    SELECT customer.store_id, customer.id, NULL::bigint, NULL::bigint,
        occurrence.key, occurrence.base_on, NULL::timestamptz
    FROM customers_customer AS customer
    CROSS JOIN LATERAL ({occurrences}) AS occurrence (key, base_on)
    WHERE customer.closed_at IS NULL AND {also} occurrence.base_on BETWEEN %(first)s AND %(last)s
"""
BIRTHDAYS = """
    SELECT 'year:' || year, (born_on + make_interval(years => year - extract(year FROM born_on)::int))::date
    FROM unnest(%(years)s::int[]) AS year WHERE year > extract(year FROM born_on)
"""
DATES = "SELECT 'year:' || extract(year FROM on_date), on_date FROM unnest(%(dates)s::date[]) AS on_date"
ROUNDS = """
    SELECT 'round:' || number,
        (%(from_on)s::date + (customer.id * 7919 %% %(period_days)s)::int
            + make_interval(months => (number * %(months)s)::int))::date
    FROM generate_series(%(first_round)s::int, %(last_round)s::int) AS number
"""
SILENCES = """
    SELECT 'since:' || seen_on || ':' || rounds, greatest(seen_on + rounds * %(days)s, %(first)s::date)
    FROM (SELECT (coalesce(customer.last_contacted_at, customer.created_at) AT TIME ZONE %(zone)s)::date) AS a(seen_on),
        LATERAL (SELECT greatest(1, (%(today)s::date - seen_on) / %(days)s) AS rounds) AS b
"""


def _moment(column):
    return {"on": f"(deal.{column} AT TIME ZONE %(zone)s)::date", "at": f"deal.{column}"}


def _day(column):
    return {"on": column, "at": "NULL::timestamptz"}


DAYS_OF_DEALS = {
    Base.RECEIVED: _moment("received_at"),
    Base.NEGOTIATED: _moment("last_negotiated_at"),
    Base.ESTIMATE_SENT: _moment("estimate_sent_at"),
    Base.ORDERED: _day("deal.ordered_on"),
    Base.DELIVERED: _day("coalesce(deal.delivered_on, deal.promised_on)"),
}
STANDING = "customer.closed_at IS NULL AND deal.lost_at IS NULL AND"
UNWON = "deal.closed_at IS NULL AND deal.won_at IS NULL AND"
WON = "deal.won_at IS NOT NULL AND"
SOURCES = {
    **{
        base: DEAL.format(also=f"{STANDING} {UNWON if base.is_pursuit else WON}", **columns)
        for base, columns in DAYS_OF_DEALS.items()
    },
    Base.INSPECTION: VEHICLE.format(on="vehicle.inspection_expires_on"),
    Base.INSURANCE: VEHICLE.format(on="vehicle.insurance_expires_on"),
    Base.PERIODIC_CHECK: VEHICLE.format(on="vehicle.check_due_on"),
    Base.BIRTHDAY: CUSTOMER.format(occurrences=BIRTHDAYS, also="customer.born_on IS NOT NULL AND"),
    Base.YEARLY: CUSTOMER.format(occurrences=DATES, also=""),
    Base.EVERY: CUSTOMER.format(occurrences=ROUNDS, also=""),
    Base.SILENCE: CUSTOMER.format(occurrences=SILENCES, also=""),
}
"""Everybody and everything that has the base date, with the occurrence it is. CHOSEN has none: a person begins it."""
EVENTS = {base: DEAL.format(also="", **columns) for base, columns in DAYS_OF_DEALS.items()}
"""The same of deals whatever has become of them: how often it happens."""


@dataclass(frozen=True, slots=True)
class Reach:
    """From the first to the last day of a pattern's steps, counted from its base, generously."""

    earliest: timedelta
    latest: timedelta


def start_due(now) -> int:
    """Look once a day at everybody, for one rule and one slice of follow-ups; 0 when every rule has been looked at.

    Two workers take different rules. A rule that was just written is looked at at once.
    """
    with transaction.atomic():
        rule = StartRule.objects.active().not_looked_at(timezone.localdate(now)).take_one()
        if rule is None:
            return 0
        started = start_by_rule(rule, now, limit=SLICE)
        if started < SLICE:
            rule.look(timezone.localdate(now))
    return started + 1


def start_for(customers: list[int], now) -> int:
    """Whatever the rules want begun for these customers; gives how many follow-ups."""
    return sum(start_by_rule(rule, now, customers=customers) for rule in StartRule.objects.active().for_list())


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a rule would begin now: how many, their first and last base date, and the day with the most of them."""

    count: int
    first: date | None = None
    last: date | None = None
    most: int = 0
    most_on: date | None = None


def look_ahead(rule: StartRule, ranks, now) -> Ahead:
    """By the statement that would begin them; `rule` need not be saved, so that its ranks are given apart."""
    wanted = _wanted(rule, ranks, now)
    if wanted is None:
        return Ahead(0)
    rows, values = wanted
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT wanted.base_on, count(*) {rows} GROUP BY 1 ORDER BY 1", values)
        found = cursor.fetchall()
    if not found:
        return Ahead(0)
    most_on, most = max(found, key=lambda row: row[1])
    return Ahead(sum(count for _day, count in found), found[0][0], found[-1][0], most, most_on)


def start_by_rule(rule: StartRule, now, *, customers: list[int] | None = None, limit: int | None = None) -> int:
    """One statement for everybody, or for these customers; gives how many follow-ups were begun."""
    wanted = _wanted(rule, rule.ranks.all(), now, customers=customers)
    if wanted is None:
        return 0
    rows, values = wanted
    with connection.cursor() as cursor:
        cursor.execute(f"{INTO} {rows} {IN_SLICES}", {**values, "limit": limit})
        return cursor.rowcount


def all_wanted(rule: StartRule, ranks, now, *, until: date, stores=None) -> tuple[str, dict] | None:
    """What is to be begun so that its steps come by that day, as `FROM … WHERE …` with its values; None without any.

    Of the occurrences it has `wanted`, `place` and `person`; `rule` need not be saved. `stores`: ids of those that
    count. Whoever has no date that lies ahead, say of an event, is in it as of today.
    """
    return _wanted(rule, ranks, now, until=until, only_stores=stores)


def past_events(rule: StartRule, ranks, now, *, since: date, stores=None) -> tuple[str, dict] | None:
    """As `all_wanted`, what happened from that day until yesterday, begun or not; None where nothing happens.

    The stage that a deal had then is not known any more, so that the rule's stages don't count.
    """
    return _wanted(rule, ranks, now, since=since, only_stores=stores)


def _wanted(rule, ranks, now, *, customers=None, until=None, since=None, only_stores=None) -> tuple[str, dict] | None:
    """The rows that are to be begun and are not, as `FROM … WHERE …` with its values; None where nothing can be.

    `until`: by when their steps come, the horizon when None; `since`: instead, what happened from that day on.
    """
    stores = Store.objects.only_or_all(rule.pattern.store_id or rule.store_id).with_calendar()
    stores = [store for store in stores if only_stores is None or store.pk in only_stores]
    base = Base(rule.pattern.current_version.base)
    places = _places(rule, base, stores)
    if base not in (EVENTS if since else SOURCES) or not places:
        return None
    from_on = since or rule.from_on
    conditions, values = _filters(rule, ranks, base, stores, now, from_on, has_stages=since is None)
    values |= {"first": since, "last": timezone.localdate(now) - DAY} if since else _window(rule, now, until)
    values |= {"zone": settings.TIME_ZONE, "slug": rule.pattern.slug, "rule": rule.pk, "now": now}
    if customers is not None:
        conditions.append("wanted.customer_id = ANY(%(customers)s)")
        values["customers"] = customers
    for name, column in zip(("store_ids", "pattern_ids", "version_ids"), zip(*places, strict=True), strict=True):
        values[name] = list(column)
    if since is None:
        conditions.append(_not_begun(base))
    return _rows((EVENTS if since else SOURCES)[base], conditions), values


INTO = f"""
    INSERT INTO {FollowUp._meta.db_table}
        (store_id, customer_id, deal_id, vehicle_id, pattern_id, version_id, rule_id, occurrence_key,
         base_on, base_at, started_at, past_steps, shift_days, end_reason, adjust_reason)
    SELECT wanted.store_id, wanted.customer_id, wanted.deal_id, wanted.vehicle_id, place.pattern_id,
        place.version_id, %(rule)s::bigint, wanted.key, wanted.base_on, wanted.base_at, %(now)s, 0, 0, '', ''
"""
IN_SLICES = "ORDER BY wanted.customer_id LIMIT %(limit)s ON CONFLICT DO NOTHING"


def _not_begun(base) -> str:
    target = "deal_id" if base.is_of_deal else "vehicle_id" if base.is_of_vehicle else "customer_id"
    begun = {
        # A deal is pursued once, also when somebody chose the pattern by hand.
        "deal_id": "TRUE",
        # A car's date that was put right is the same occurrence.
        "vehicle_id": f"abs(begun.base_on - wanted.base_on) <= {CYCLE_DAYS.get(base, 0)} OR begun.ended_at IS NULL",
        "customer_id": "begun.occurrence_key = wanted.key"
        " OR begun.ended_at IS NULL AND begun.occurrence_key LIKE 'hand:%%'"
        + (" OR begun.ended_at IS NULL" if base == Base.SILENCE else ""),
    }[target]
    same = "" if target == "customer_id" else f"AND begun.{target} = wanted.{target}"
    return f"""
        NOT EXISTS (
            SELECT 1 FROM {FollowUp._meta.db_table} AS begun
            JOIN {Pattern._meta.db_table} AS pattern ON pattern.id = begun.pattern_id
            WHERE begun.customer_id = wanted.customer_id {same} AND pattern.slug = %(slug)s AND ({begun})
        )
    """


def _rows(source, conditions) -> str:
    return f"""
        FROM ({source}) AS wanted (store_id, customer_id, deal_id, vehicle_id, key, base_on, base_at)
        JOIN unnest(%(store_ids)s::bigint[], %(pattern_ids)s::bigint[], %(version_ids)s::bigint[])
            AS place (store_id, pattern_id, version_id) ON place.store_id = wanted.store_id
        JOIN customers_customer AS person ON person.id = wanted.customer_id
        WHERE {" AND ".join(conditions)}
    """


def _places(rule, base, stores) -> list[tuple[int, int, int]]:
    """(store, pattern, version) wherever the rule holds: a store's own copy takes the place of the group's pattern.

    A copy that counts from something else is not begun by this rule.
    """
    pattern = rule.pattern
    wanted = [store.pk for store in stores if rule.store_id in {None, store.pk}]
    if pattern.store_id:
        wanted = [pk for pk in wanted if pk == pattern.store_id]
        return [(pk, pattern.pk, pattern.current_version.pk) for pk in wanted]
    copies = Pattern.objects.current().same_as(pattern).of_stores().with_current_version()
    by_store = {copy.store_id: copy for copy in copies}
    found = ((pk, by_store.get(pk, pattern)) for pk in wanted)
    return [(pk, one.pk, one.current_version.pk) for pk, one in found if one.current_version.base == base]


def _filters(rule, ranks, base, stores, now, from_on: date, *, has_stages: bool) -> tuple[list[str], dict]:
    """The rule's filters as conditions on `wanted` and `person`, with their values."""
    conditions, values = ["wanted.base_on >= %(from_on)s"], {"from_on": from_on}
    ranks = [rank.pk for rank in ranks]
    if ranks:
        conditions.append("person.rank_id = ANY(%(ranks)s)")
        values["ranks"] = ranks
    if rule.channel_allowed:
        conditions.append("NOT person.refused_channels @> ARRAY[%(channel)s]::varchar[]")
        values["channel"] = rule.channel_allowed
    wanted = {"source": rule.sources, "kind": rule.deal_kinds, "stage": rule.stages if has_stages else []}
    of_deal = {column: found for column, found in wanted.items() if found}
    if of_deal and base.is_of_deal:
        columns = " AND ".join(f"filtered.{column} = ANY(%({column})s)" for column in of_deal)
        conditions.append(
            f"EXISTS (SELECT 1 FROM customers_deal filtered WHERE filtered.id = wanted.deal_id AND {columns})"
        )
        values |= of_deal
    if rule.before_holiday_days is not None:
        conditions.append(
            "EXISTS (SELECT 1 FROM unnest(%(holiday_stores)s::bigint[], %(holidays)s::date[])"
            " AS holiday (store_id, first) WHERE holiday.store_id = wanted.store_id"
            " AND holiday.first - wanted.base_on BETWEEN 1 AND %(before_holiday_days)s)"
        )
        ahead = [(store.pk, first) for store in stores for first in _holidays(store.calendar(), from_on, now)]
        values |= {
            "before_holiday_days": rule.before_holiday_days,
            "holiday_stores": [pk for pk, _first in ahead],
            "holidays": [first for _pk, first in ahead],
        }
    return conditions, values


def _holidays(calendar, from_on: date, now) -> list[date]:
    years = range(from_on.year - 1, timezone.localdate(now).year + 3)
    return [stretch.beginning_in(year).first for stretch in calendar.long_holidays for year in years]


def reach_of(steps) -> Reach:
    days = [step.offset_days + step.allowed_days + 31 * max(0, step.offset_months) for step in steps] or [0]
    least = [step.offset_days + 31 * min(0, step.offset_months) for step in steps] or [0]
    return Reach(timedelta(days=min(least)), timedelta(days=max(days)))


def _window(rule, now, until: date | None) -> dict:
    """The base dates whose steps come by then and are not all past, and what the sources need besides."""
    version, today = rule.pattern.current_version, timezone.localdate(now)
    base, reach = Base(version.base), reach_of(version.step_list)
    first = max(rule.from_on, today - reach.latest - GRACE)
    lies_ahead = base.is_fixed or base == Base.DELIVERED or (until and base == Base.SILENCE)
    last = (until or today + HORIZON) - reach.earliest if lies_ahead else today
    values = {"first": first, "last": last, "today": today}
    if base == Base.BIRTHDAY:
        values["years"] = list(range(first.year, last.year + 1))
    elif base == Base.YEARLY:
        days = (date(year, version.yearly_month, 1) for year in range(first.year, last.year + 1))
        values["dates"] = [day + relativedelta(day=version.yearly_day) for day in days]
    elif base == Base.EVERY:
        months = version.every_months
        values |= {
            "months": months,
            "period_days": months * 30,
            "first_round": max(0, _months_between(rule.from_on, first) // months - 2),
            "last_round": max(0, _months_between(rule.from_on, last) // months + 1),
        }
    elif base == Base.SILENCE:
        values["days"] = version.silent_days
    return values


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
