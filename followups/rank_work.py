"""What other ranks would do to the work of the coming year, by the engine's own foresight (REQUIREMENTS C5, B8).

Looked at twice, as the ranks are and as the rules would give them: only patterns in which a rank makes a difference;
the others stay as they are.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from customers.ranking import book_as_if
from customers.target_chart import draw_lines

from .capacity import read_capacity
from .care import is_care
from .load import Tally, Workload
from .models import Contact, Pattern, StartRule
from .workload import foresee_rules, rule_for_all

MONTHS = 12


@dataclass(frozen=True)
class Outlook:
    """The same work with today's ranks and with the others. `patterns`: the names of those that were looked at.

    `is_all`: nothing begins by rule yet, so that all care was looked at as if it did for everybody.
    """

    before: Workload
    after: Workload
    patterns: list[str]
    is_all: bool

    @property
    def months(self) -> list[tuple[date, int, int]]:
        """(first of the month, tasks now, tasks then)."""
        before, after = _by_month(self.before), _by_month(self.after)
        return [(month, before[month], after[month]) for month in sorted(before | after)]

    @property
    def chart(self) -> dict:
        """As customers.target_chart draws it."""
        lines = [
            ("before", _("Now"), [before for _month, before, _after in self.months]),
            ("now", pgettext("after a change", "Then"), [after for _month, _before, after in self.months]),
        ]
        labels = [f"{month:%y}/{month.month}" for month, *_tasks in self.months]
        return draw_lines(lines, labels, title=_("Tasks by month"), labels_every=2)


def outlook(rules, scale, *, me, now) -> Outlook | None:
    """`rules` and `scale` as ranking.moves takes them; nothing is written. None where ranks make no difference."""
    by_rule = _begun_by_rule()
    found = [begun for begun in by_rule or _as_if_begun(now) if _has_ranks(begun)]
    if not found:
        return None
    before = _foresee(found, me, now)
    with book_as_if(rules, scale, now, visits_since=Contact.objects.visits_since):
        after = _foresee(found, me, now)
    return Outlook(before, after, [str(begun[0][0].pattern) for begun in found], is_all=not by_rule)


def _begun_by_rule() -> list[list[tuple]]:
    """Of each pattern of care (rule, its ranks)."""
    found = defaultdict(list)
    for rule in StartRule.objects.active().for_list():
        if rule.pattern_id in found:
            rule.pattern = found[rule.pattern_id][0][0].pattern
        found[rule.pattern_id].append((rule, rule.ranks.all()))
    return [begun for begun in found.values() if is_care(begun[0][0].pattern.current_version)]


def _as_if_begun(now) -> list[list[tuple]]:
    patterns = Pattern.objects.current().of_group().with_current_version()
    return [[(rule_for_all(one, now), [])] for one in patterns if is_care(one.current_version)]


def _has_ranks(begun) -> bool:
    """It is for some ranks only, or a rank has steps of its own, in the store's copies as well."""
    pattern = begun[0][0].pattern
    copies = Pattern.objects.current().same_as(pattern).with_current_version()
    versions = [pattern.current_version, *(copy.current_version for copy in copies)]
    return any(ranks for _rule, ranks in begun) or any(step.by_rank for one in versions for step in one.step_list)


def _foresee(found, me, now) -> Workload:
    return _together([foresee_rules(begun, me=me, now=now, months=MONTHS) for begun in found])


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
