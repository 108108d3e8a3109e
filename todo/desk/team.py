"""Who could take work over: the people of some stores, who is off today, and how much each has to do (A2, A7)."""

from collections import defaultdict

from django.utils import timezone

from followups.models import Task
from stores.models import Membership, Role, Staff


class Team:
    """Two statements, read once. `load`: what each has to do today, by id."""

    def __init__(self, me, store_ids, now):
        members = Membership.objects.of_active_staff().in_stores(store_ids)
        self.stores = set(store_ids)
        self._roles = defaultdict(set)
        for store_id, staff_id, role in members.values_list("store_id", "staff_id", "role"):
            self._roles[store_id, staff_id].add(role)
        ids = {staff_id for _store, staff_id in self._roles}
        rows = Staff.objects.working_in_or_with_ids(store_ids, ids).with_off_on(timezone.localdate(now)).by_name()
        self.people = {person.pk: person for person in rows if person.pk in ids}
        self.load = Task.objects.visible_to(me).reached(now).of_people(ids).count_by_person()

    def everywhere(self) -> list[Staff]:
        """Who works in all of these stores; those on duty first, whoever has least to do ahead."""
        people = [
            person
            for person in self.people.values()
            if all((store_id, person.pk) in self._roles for store_id in self.stores)
        ]
        return sorted(people, key=lambda person: (person.is_off, self.load.get(person.pk, 0)))

    def on_duty(self) -> dict[int, list[int]]:
        """By store the salespeople who are not off today, else everybody who isn't; whoever has least to do first."""
        found = {}
        for store_id in self.stores:
            here = [person for person in self.people.values() if (store_id, person.pk) in self._roles]
            here = sorted((one for one in here if not one.is_off), key=lambda one: self.load.get(one.pk, 0))
            sellers = [one for one in here if Role.SALESPERSON in self._roles[store_id, one.pk]]
            found[store_id] = [one.pk for one in sellers or here]
        return found
