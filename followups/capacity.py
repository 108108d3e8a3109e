"""What people can do in a day, and what they have to do already (REQUIREMENTS B8)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from stores.calendar import OpeningCalendar
from stores.models import DayOff, Membership, Staff, Store

from .models import Task

Holder = int
"""Who has a task: a person by their id; minus the store's id where it lies in the store's pool."""


def holder_of(person_id: int | None, store_id: int) -> Holder:
    return person_id or -store_id


@dataclass(slots=True)
class Capacity:
    """`daily`: what each person can do in a day; `works_in`: the stores they work in; `existing`: open tasks by day."""

    calendars: dict[int, OpeningCalendar]
    names: dict[Holder, str]
    daily: dict[int, int]
    works_in: dict[int, set[int]]
    off: set[tuple[int, date]]
    existing: dict[Holder, Counter]
    _open: dict = field(default_factory=dict)

    def of(self, person: int, day: date) -> int:
        """How many tasks that person can do on that day: none on a day off, or while their stores are closed."""
        if (person, day) in self.off or not any(self._is_open(store, day) for store in self.works_in[person]):
            return 0
        return self.daily[person]

    def _is_open(self, store: int, day: date) -> bool:
        key = (store, day)
        if key not in self._open:
            self._open[key] = self.calendars[store].is_open(day)
        return self._open[key]

    def people_of(self, holder: Holder) -> list[int]:
        """A person alone; for a pool everybody who works in that store."""
        return [holder] if holder > 0 else [one for one, stores in self.works_in.items() if -holder in stores]


def read_capacity(holders: set[Holder], calendars: dict[int, OpeningCalendar], first: date, last: date) -> Capacity:
    """Of these, and of everybody who works where some of it lies in the pool; days before `first` count as `first`."""
    pools = {-holder for holder in holders if holder < 0}
    people = Staff.objects.filter(Q(pk__in=[holder for holder in holders if holder > 0]) | _members(pools))
    known = {person.pk: person for person in people.only("name", "username", "daily_tasks", "is_active")}
    works_in = defaultdict(set)
    for person_id, store_id in Membership.objects.filter(staff__in=known).values_list("staff_id", "store_id"):
        works_in[person_id].add(store_id)
    names = {-store.pk: _("Nobody yet (%(store)s)") % {"store": store} for store in Store.objects.filter(pk__in=pools)}
    off = DayOff.objects.filter(staff__in=known, on__range=(first, last))
    return Capacity(
        calendars=calendars,
        names=names | {pk: str(person) for pk, person in known.items()},
        daily={pk: person.daily_tasks if person.is_active else 0 for pk, person in known.items()},
        works_in={pk: (works_in[pk] & set(calendars)) or set(calendars) for pk in known},
        off=set(off.values_list("staff_id", "on")),
        existing=_existing(known, pools, first, last),
    )


def _members(stores) -> Q:
    members = Membership.objects.filter(store__in=stores)
    return Q(pk__in=members.values("staff"), is_active=True)


def _existing(people, pools, first: date, last: date) -> dict[Holder, Counter]:
    """Open tasks by day; what is overdue is still to be done on the first day."""
    theirs = Q(assignee__in=people) | Q(assignee__isnull=True, store__in=pools)
    open_ones = Task.objects.open().filter(theirs, due_on__lte=last).order_by()
    found = defaultdict(Counter)
    rows = open_ones.values_list("assignee", "store", Greatest("due_on", first)).annotate(Count("pk"))
    for person_id, store_id, day, count in rows:
        found[holder_of(person_id, store_id)][day] += count
    return found
