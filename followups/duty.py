"""Who is at work in a store today, in which roles (REQUIREMENTS A2, A7)."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from stores.models import DayOff, Membership, Role


@dataclass(frozen=True)
class Duty:
    """`people` by (store, role): their ids, in the order of their names."""

    people: dict[tuple[int, str], list[int]]

    def of(self, store_id: int, role: str) -> list[int]:
        return self.people.get((store_id, role), [])

    def sellers(self, store_id: int) -> list[int]:
        return self.of(store_id, Role.SALESPERSON)

    def sellers_or_anybody(self, store_id: int) -> list[int]:
        """The salespeople; without any, everybody who is there."""
        anybody = dict.fromkeys(pk for role in Role.values for pk in self.of(store_id, role))
        return self.sellers(store_id) or list(anybody)


def on_duty(store_ids, now) -> Duty:
    """One statement. Nobody who has left, or is off today."""
    off = DayOff.objects.filter(staff=OuterRef("staff"), on=timezone.localdate(now))
    members = Membership.objects.of_active_staff().in_stores(store_ids).filter(~Exists(off))
    people = defaultdict(list)
    for store_id, role, staff_id in members.values_list("store_id", "role", "staff_id"):
        people[store_id, role].append(staff_id)
    return Duty(dict(people))
