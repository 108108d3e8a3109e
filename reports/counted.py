"""What a morning's report says, counted for many stores at once: set-based, grouped by store and person.

The numbers come from the querysets whose rows the pages list (reports.work, reports.day, reports.heard).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from statistics import median

from django.db.models import Count, F, Q
from django.utils import timezone

from customers.models import Deal
from followups.input_rate import contact_entries, task_entries, tasks_due
from followups.models import Task
from stores.models import Membership, Staff

from . import day
from .asked import Asked
from .heard import heard, said
from .models import Heard

NUMBER = Count("pk")


@dataclass
class Found:
    """Of one store. `people`: numbers by person, None for what is nobody's."""

    people: dict[int | None, Counter] = field(default_factory=lambda: defaultdict(Counter))
    leads: dict = field(default_factory=dict)
    heard: dict = field(default_factory=dict)

    def as_json(self) -> dict:
        people = [{"who": who, **{name: n for name, n in found.items() if n}} for who, found in self.people.items()]
        return {"people": people, "leads": self.leads, "heard": self.heard}


def counted(store_ids, first, last, now) -> dict[int, Found]:
    """What happened from `first` to `last`, and how it stands now, by store."""
    asked = Asked(tuple(store_ids), None, first, last, now)
    found = {pk: Found() for pk in store_ids}
    _tasks(found, asked)
    _entries(found, asked)
    for name, rows in (
        ("spoke", day.conversations),
        ("visits", day.visits),
        ("appointments", day.appointments),
        ("orders", day.orders),
    ):
        _add(found, rows(asked), **{name: NUMBER})
    _leads(found, asked)
    _heard(found, asked)
    _standing(found, asked.now)
    return found


def _add(found, rows, place="place", person="person", **numbers):
    for row in rows.order_by().values(place, person).annotate(**numbers):
        found[row[place]].people[row[person]].update({name: row[name] for name in numbers})


def _tasks(found, asked):
    on_time = Count("pk", filter=Q(done_at__lt=F("first_late_at")))
    rows = tasks_due(asked.stores, asked.begins, asked.until)
    _add(found, rows, due=NUMBER, done=Count("pk", filter=Q(done_at__isnull=False)), on_time=on_time)


def _entries(found, asked):
    """By state; contacts apart, because their rows stand in a list of their own."""
    for rows, ending in ((task_entries, ""), (contact_entries, "_contacts")):
        faulty = rows(asked.stores, asked.begins, asked.until).filter(hit=False).order_by()
        for row in faulty.values("place", "person", "state").annotate(n=NUMBER):
            found[row["place"]].people[row["person"]][f"{row['state']}{ending}"] += row["n"]


def _leads(found, asked):
    """How many came in, how many were answered and within the limit; the median of the minutes until then."""
    rows = defaultdict(list)
    for row in day.leads(asked).order_by().values("place", "received_at", "first_at", "hit"):
        rows[row["place"]].append(row)
    for place, of_store in rows.items():
        waited = [(row["first_at"] - row["received_at"]).total_seconds() for row in of_store if row["first_at"]]
        found[place].leads = {
            "came": len(of_store),
            "answered": len(waited),
            "in_time": sum(row["hit"] for row in of_store),
            "minutes": round(median(waited) / 60) if waited else None,
        }
    new = Deal.objects.in_stores(asked.stores).new().order_by().values_list("store").annotate(NUMBER)
    for place, n in new:
        found[place].leads["untouched"] = n


def _heard(found, asked):
    kinds = {kind.value: Count("pk", filter=said(kind)) for kind in Heard}
    rows = heard(asked.stores, asked.begins, asked.until).order_by().values("store").annotate(**kinds)
    for row in rows:
        found[row["store"]].heard = {kind: row[kind] for kind in kinds if row[kind]}


def _standing(found, now):
    """What is overdue, what is to be done today, by whom, and who is off: the state in which the day begins."""
    tasks = Task.objects.in_stores(list(found))
    _add(found, tasks.overdue(now), "store", "assignee", overdue=NUMBER)
    _add(found, tasks.reached(now), "store", "assignee", today=NUMBER)
    members = Membership.objects.of_active_staff().in_stores(list(found)).values_list("store", "staff").distinct()
    works_in = defaultdict(set)
    for store_id, staff_id in members.order_by():
        works_in[staff_id].add(store_id)
    everywhere = Task.objects.reached(now).of_people(works_in).count_by_person()
    people = Staff.objects.with_off_on(timezone.localdate(now)).in_bulk(works_in)
    for staff_id, store_ids in works_in.items():
        for store_id in store_ids:
            own = found[store_id].people[staff_id]
            own["elsewhere"] = everywhere.get(staff_id, 0) - own["today"]
            own["can"] = 0 if people[staff_id].is_off else people[staff_id].daily_tasks
            own["off"] = int(people[staff_id].is_off)
            own["member"] = 1
