"""What other ranks would do to the work of the coming year, by the engine's own foresight (REQUIREMENTS C5, B8).

Looked at twice, as the ranks are and as the rules would give them: only patterns that begin by rule and in which a
rank makes a difference; the others stay as they are.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date

from customers.ranking import book_as_if

from .capacity import read_capacity
from .care import is_care
from .load import Tally, Workload
from .models import Contact, StartRule
from .workload import foresee_rules

MONTHS = 12


@dataclass(frozen=True)
class Outlook:
    """The same work with today's ranks and with the others. `patterns`: the names of those that were looked at."""

    before: Workload
    after: Workload
    patterns: list[str]

    @property
    def months(self) -> list[tuple[date, int, int]]:
        """(first of the month, tasks now, tasks then)."""
        before, after = _by_month(self.before), _by_month(self.after)
        return [(month, before[month], after[month]) for month in sorted(before | after)]


def outlook(rules, scale, *, me, now) -> Outlook | None:
    """`rules` and `scale` as ranking.moves takes them; nothing is written. None where ranks make no difference."""
    by_pattern = _where_ranks_differ()
    if not by_pattern:
        return None
    before = _foresee(by_pattern, me, now)
    with book_as_if(rules, scale, now, visits_since=Contact.objects.visits_since):
        after = _foresee(by_pattern, me, now)
    return Outlook(before, after, [str(found[0].pattern) for found in by_pattern])


def _where_ranks_differ() -> list[list[StartRule]]:
    """The rules of each pattern of care that are for some ranks only, or whose steps a rank has of its own."""
    found = defaultdict(list)
    for rule in StartRule.objects.active().for_list():
        found[rule.pattern_id].append(rule)
    for rules in found.values():
        for rule in rules:
            rule.pattern = rules[0].pattern
    return [rules for rules in found.values() if is_care(rules[0].pattern.current_version) and _has_ranks(rules)]


def _has_ranks(rules) -> bool:
    copies = type(rules[0].pattern).objects.current().same_as(rules[0].pattern).with_current_version()
    versions = [rules[0].pattern.current_version, *(copy.current_version for copy in copies)]
    steps = (step for version in versions for step in version.step_list)
    return any(rule.ranks.all() for rule in rules) or any(step.by_rank for step in steps)


def _foresee(by_pattern, me, now) -> Workload:
    found = [
        foresee_rules([(rule, rule.ranks.all()) for rule in rules], me=me, now=now, months=MONTHS)
        for rules in by_pattern
    ]
    return _together(found)


def _together(works: list[Workload]) -> Workload:
    tally = Tally()
    for one in works:
        tally.load.update(one.tally.load)
        tally.targets += one.tally.targets
        tally.estimated += one.tally.estimated
        for rank, (tasks, yen) in one.tally.ranks.items():
            tally.ranks[rank][0] += tasks
            tally.ranks[rank][1] += yen
    first = works[0]
    holders = {holder for holder, _day, _channel in tally.load}
    capacity = read_capacity(holders, first.capacity.calendars, first.first, first.last)
    bases = frozenset(base for one in works for base in one.bases)
    return replace(first, tally=tally, capacity=capacity, bases=bases)


def _by_month(work: Workload) -> Counter:
    found = Counter()
    for (_holder, day, _channel), number in work.tally.load.items():
        found[day.replace(day=1)] += number
    return found
