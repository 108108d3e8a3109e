"""What a pattern would come to for a group of customers, before it is let loose (REQUIREMENTS B8, C6).

Tasks by day, person and channel and cost by rank for up to 24 months, beside what people can do in a day and what they
have to do already. Nothing is written. Whoever is planned alike is planned once, so that 100,000 customers take
seconds; therefore convenient hours, and calls of other patterns on the same day, are left out, and `notes` say so.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from customers.models import Customer
from stores.calendar import NoOpenDay, OpeningCalendar
from stores.models import Store

from .capacity import holder_of, read_capacity
from .expansion import GRACE
from .known import Known, read_places
from .load import Spreading, Tally, Workload
from .models import Base, Pattern, PatternVersion, StartRule
from .occurrences import reach_of
from .prospects import Prospect, expected, of_choice, of_rules, repeated
from .schedule import day_zero_of, plan_anyway
from .spreading import Bundle, spread
from .tolerance import earliest_spread

MOST_MONTHS = 24
LONG_AGO = date(1950, 1, 1)


def foresee_choice(pattern: Pattern, targets, *, me, now, base=None, months=12, spread=False) -> Workload:
    """What choosing the pattern today for these customers or deals begins; who cannot get it is left out.

    `targets`: a queryset or a list of Customers or Deals; only those in stores that `me` sees count. `base` as for
    starting.start_many. `spread`: also what may be moved, in `spreading`.
    """
    scope = _Scope(me, now, months)
    places = _versions_by_store(pattern, scope.calendars)
    prospects = of_choice(places, targets, now, slug=pattern.slug, base=base, stores=scope.calendars)
    return _work_out(scope, [version for version, _stores in places], prospects, spreads=spread, is_choice=True)


def foresee_rules(rules, *, me, now, store=None, months=12, spread=False) -> Workload:
    """What these rules will begin, all of one pattern, in that store or in all that `me` sees.

    `rules`: pairs of a StartRule, which need not be saved, and its ranks. Beyond what is known comes an estimate: the
    same again after its term, and events as often as in the last year.
    """
    scope = _Scope(me, now, months, store)
    version = rules[0][0].pattern.current_version
    until = scope.last - reach_of(version.step_list).earliest
    known = of_rules(rules, now, until=until, stores=scope.calendars)
    guessed = [
        *repeated(known, version, until=until),
        *expected(rules, now, until=until, stores=scope.calendars),
    ]
    versions = _versions({one.version_id for one in known + guessed})
    return _work_out(scope, versions, known + guessed, spreads=spread)


def foresee_pattern(pattern: Pattern, *, me, now, store=None, rank=None, months=12, spread=False) -> Workload:
    """As if the pattern were to begin for everybody of that store and rank; by hand today where no date begins it."""
    base = Base(pattern.current_version.base)
    if base == Base.CHOSEN:
        customers = Customer.objects.visible_to(me).net()
        customers = customers.in_store(store) if store else customers
        customers = customers.of_rank(rank) if rank else customers
        return foresee_choice(pattern, customers, me=me, now=now, months=months, spread=spread)
    rule = rule_for_all(pattern, now)
    return foresee_rules([(rule, [rank] if rank else [])], me=me, now=now, store=store, months=months, spread=spread)


def rule_for_all(pattern: Pattern, now) -> StartRule:
    """One that begins it for everybody whose date comes; unsaved. Not for a pattern that is begun by hand."""
    is_round = pattern.current_version.base == Base.EVERY
    return StartRule(pattern=pattern, from_on=timezone.localdate(now) if is_round else LONG_AGO)


class _Scope:
    """The stretch of days, and the calendars of the stores that one sees."""

    def __init__(self, me, now, months: int, store=None):
        self.now, self.months = now, months
        self.first = timezone.localdate(now)
        self.last = self.first + relativedelta(months=months) - timedelta(days=1)
        stores = Store.objects.visible_to(me).only_or_all(store and store.pk).with_calendar()
        self.calendars: dict[int, OpeningCalendar] = {row.pk: row.calendar() for row in stores}


def _versions_by_store(pattern: Pattern, stores) -> list[tuple[PatternVersion, list[int]]]:
    """Each store's own of the pattern, else the group's."""
    own = {row.store_id: row for row in Pattern.objects.current().filter(slug=pattern.slug).with_current_version()}
    by_version = {}
    for store in stores:
        found = own.get(store) or own.get(None)
        if found:
            by_version.setdefault(found.current_version, []).append(store)
    return list(by_version.items())


def _versions(ids) -> list[PatternVersion]:
    return list(PatternVersion.objects.filter(pk__in=ids).order_by("pk"))


@dataclass(frozen=True, slots=True)
class Falling:
    """Where the steps of one kind of prospect fall.

    `shown`: the days on which a task is to be done, None where none is made or it lies beyond the last day; `earliest`:
    the first day that a step may be spread to.
    """

    days: list[date]
    shown: list[date | None]
    specs: list
    steps: list
    yen: int = 0
    past: int = 0
    earliest: date = date.max

    @property
    def count(self) -> int:
        return len(self.shown) - self.shown.count(None)


NOWHERE = Falling([], [], [], [])
"""Of what cannot be planned: a date in the year 9999."""


class _Plans:
    """Each kind planned once, for all stores that open alike."""

    def __init__(self, scope: _Scope, versions: list[PatternVersion]):
        self.scope = scope
        self.known: Known = read_places({version.pk for version in versions}, scope.calendars)
        self.versions = {version.pk: version for version in versions}
        self.found, self.ways, self.kinds, self.roles = {}, {}, {}, {}
        openings = {}
        self.openings = {pk: openings.setdefault(_opening(calendar), pk) for pk, calendar in scope.calendars.items()}

    def of(self, prospect: Prospect) -> Falling:
        way = (prospect.version_id, prospect.rank_id, prospect.refused)
        if way not in self.ways:
            self.ways[way] = self._kind(*way)
        key = (self.openings[prospect.store_id], prospect.base, self.ways[way])
        if key not in self.found:
            try:
                self.found[key] = self._fall(prospect)
            except (OverflowError, ValueError):
                self.found[key] = NOWHERE
        return self.found[key]

    def by_role(self, prospect: Prospect) -> list[int | None]:
        """By step, whom it names by a role; None where it is the person in charge."""
        key = (prospect.store_id, prospect.version_id, prospect.rank_id, prospect.refused)
        if key not in self.roles:
            effective = self.known.steps_as(*key[1:])
            self.roles[key] = [self.known.by_step(prospect.store_id, one) for one in effective]
        return self.roles[key]

    def _kind(self, version_id, rank_id, refused) -> int:
        """Ranks and refusals that make no difference are one kind."""
        effective = self.known.steps_as(version_id, rank_id, refused)
        parts = ((one.step.pk, one.spec, one.for_owner, _yen(one.step, rank_id)) for one in effective)
        return self.kinds.setdefault((version_id, *parts), len(self.kinds))

    def _fall(self, prospect: Prospect) -> Falling:
        scope, is_fixed = self.scope, self.versions[prospect.version_id].is_fixed
        effective = self.known.steps_as(prospect.version_id, prospect.rank_id, prospect.refused)
        calendar, specs = scope.calendars[prospect.store_id], [one.spec for one in effective]
        planned = plan_anyway(prospect.base, specs, calendar, fixed_base=is_fixed)
        days = [placed.due_on for placed in planned]
        is_past = [placed.late_at < scope.now - GRACE for placed in planned]
        shown = [
            None if past or day > scope.last else max(day, scope.first) for day, past in zip(days, is_past, strict=True)
        ]
        costs = (_yen(one.step, prospect.rank_id) for one, day in zip(effective, shown, strict=True) if day)
        return Falling(
            days=days,
            shown=shown,
            specs=specs,
            steps=[one.step for one in effective],
            yen=sum(costs),
            past=sum(is_past),
            earliest=max(scope.first, _earliest(prospect.base, calendar, is_fixed=is_fixed)),
        )


def _opening(calendar: OpeningCalendar) -> tuple:
    """The same for calendars that open alike."""
    return (
        *(calendar.hours, calendar.weekdays, calendar.nth_weekdays, calendar.open_on_holidays),
        *(frozenset(calendar.dates.items()), frozenset(calendar.contactable.items())),
        *(calendar.call_windows, calendar.long_holidays),
    )


def _earliest(base, calendar, *, is_fixed) -> date:
    """Of a store that never opens nothing is moved."""
    try:
        return earliest_spread(day_zero_of(base, calendar, fixed=is_fixed)[0], fixed=is_fixed)
    except NoOpenDay:
        return date.max


def _yen(step, rank_id) -> int:
    own = step.by_rank.get(str(rank_id), {}).get("cost_yen")
    return step.cost_yen if own is None else own


def _work_out(scope: _Scope, versions, prospects: list[Prospect], *, spreads: bool, is_choice=False) -> Workload:
    plans, tally = _Plans(scope, versions), Tally()
    for prospect in prospects:
        _add(tally, prospect, plans.of(prospect), plans.by_role(prospect))
    holders = {holder for holder, _day, _channel in tally.load}
    found = Workload(
        scope.first,
        scope.last,
        scope.months,
        tally,
        read_capacity(holders, scope.calendars, scope.first, scope.last),
        is_flexible=any(_flex(step) for steps in plans.known.versions.values() for step in steps),
        is_choice=is_choice,
        bases=frozenset(version.base for version in versions),
    )
    if spreads and found.can_spread:
        found.spreading = _spread(found, plans, prospects)
    return found


def _add(tally: Tally, prospect: Prospect, falling: Falling, by_role: list[int | None]):
    number, load = prospect.count, tally.load
    own = holder_of(prospect.person_id, prospect.store_id)
    for day, spec, person in zip(falling.shown, falling.specs, by_role, strict=False):
        if day:
            load[person or own, day, spec.channel] += number
    rank = tally.ranks[prospect.rank_id]
    rank[0] += falling.count * number
    rank[1] += falling.yen * number
    tally.past += falling.past * number
    tally.beyond += (len(falling.shown) - falling.past - falling.count) * number
    if prospect.estimated:
        tally.estimated += falling.count * number
    else:
        tally.targets += number


def _flex(step) -> int:
    """By how many days it may leave its day."""
    return 0 if step.spec().insists else step.flex_days


def _spread(found: Workload, plans: _Plans, prospects: list[Prospect]) -> Spreading:
    """People first, then the pools with what is left to people. What is only an estimate stays where it is."""
    load = defaultdict(Counter)
    for known in (found.foreseen, found.capacity.existing):
        for holder, days in known.items():
            load[holder].update(days)
    bundles = []
    for prospect in prospects:
        falling = plans.of(prospect)
        if not prospect.estimated and falling.count:
            bundle = _bundle(found, plans, prospect, falling)
            if any(_overflows(found, bundle, index) for index in range(len(bundle.days))):
                bundles.append(bundle)
    people = found.capacity.of

    def left(holder, day):
        return sum(max(0, people(one, day) - load[one][day]) for one in found.capacity.people_of(holder))

    bundles = spread(bundles, load, people, only=lambda holder: holder > 0)
    bundles = spread(bundles, load, left, only=lambda holder: holder < 0)
    return _spreading(found, bundles)


def _bundle(found: Workload, plans: _Plans, prospect: Prospect, falling: Falling) -> Bundle:
    calendar, own = plans.scope.calendars[prospect.store_id], holder_of(prospect.person_id, prospect.store_id)
    return Bundle(
        count=prospect.count,
        days=falling.days,
        specs=falling.specs,
        keys=[str(step.pk) for step in falling.steps],
        holders=[person or own for person in plans.by_role(prospect)],
        flex=[
            _flex(step) if shown == day else 0
            for step, day, shown in zip(falling.steps, falling.days, falling.shown, strict=True)
        ],
        is_open=lambda day: day <= found.last and calendar.is_open(day),
        earliest=falling.earliest,
        targets=prospect.targets,
    )


def _overflows(found: Workload, bundle: Bundle, index: int) -> bool:
    return bool(bundle.flex[index]) and bundle.days[index] in found.overflow.get(bundle.holders[index], ())


def _spreading(found: Workload, bundles: list[Bundle]) -> Spreading:
    load, moved, by_target = found.tally.load.copy(), 0, {}
    for bundle in bundles:
        moves = bundle.moves()
        for index in moves:
            holder, channel = bundle.holders[index], bundle.specs[index].channel
            load[holder, bundle.days[index], channel] -= bundle.count
            load[holder, bundle.finals[index], channel] += bundle.count
        moved += len(moves) * bundle.count
        days = {bundle.keys[index]: days for index, days in moves.items()}
        by_target |= {target: days for target in bundle.targets if days}
    return Spreading(moved, found.over, found.moved(load), by_target)
