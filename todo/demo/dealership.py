"""The whole demonstration, customer by customer: who they are, what is over, what stands on somebody's board today."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from customers.models import Rank
from customers.text import fold
from followups.models import ContentKind, WaitReason

from . import cards, cars, history, known, lately, people, practised, referred, reviewed, stores, today, voices
from .amounts import YEARS_BACK, Amounts, Quota
from .folder import Folder, World
from .outlook import DONE_TODAY, ON_TIME, OVERDUE, UPCOMING, Outlook
from .patterns import Patterns
from .rows import Tables

SLICE = 1000
"""Customers written at once: what bounds the memory."""
WITHOUT_OWNER = 0.03
MOST_AT_ONCE = 3
"""Running follow-ups and appointments of one customer."""


ALIKE = {"new-arrival", "standard-eight-touch"}
"""Of these a customer has one at a time."""
SHOWN = "sales"
NEW_SHOWN = 3


@dataclass
class Desk:
    """What one person has to do, and how much of it has been made so far."""

    person: stores.Person
    customers: int
    quota: Quota
    seen: int = 0
    made: Counter = field(default_factory=Counter)

    def lacks(self, need: str) -> bool:
        """Whether by now there should be more of it: everything is spread evenly over the person's customers."""
        return self.made[need] < getattr(self.quota, need) * self.seen / self.customers


class Dealership:
    def __init__(self, amounts: Amounts, seed: int, now, progress):
        """`progress` is told after every slice: how many customers of how many are there."""
        self.amounts, self.now, self.progress = amounts, now, progress
        self.rng = random.Random(seed)
        self.today = timezone.localdate(now)
        self.places = stores.make(amounts, self.rng, now, self.today)
        patterns = Patterns(now)
        for place in self.places:
            patterns.calendars.setdefault(place.calendar_key, place.calendar)
        self.outlooks = {
            key: Outlook(patterns, key, now, self.today, amounts.oldest_overdue) for key in patterns.calendars
        }
        self.tables = Tables()
        open_share = amounts.overdue + amounts.today + amounts.upcoming
        self.world = World(
            now=now,
            today=self.today,
            rng=self.rng,
            tables=self.tables,
            patterns=patterns,
            kinds=list(ContentKind.objects.current().other_than(voices.NAMES).values_list("pk", flat=True)),
            wait_reasons=list(WaitReason.objects.current().values_list("pk", flat=True)),
            done_of_closed=amounts.done / (1 - open_share) if amounts.large else amounts.done,
        )
        self.ranks = list(Rank.objects.values_list("pk", flat=True))
        self.unassigned_leads = Counter()
        self.codes = Counter()

    def make(self):
        """Everything that grows with the number of customers."""
        owners = self._owners()
        desks = self._desks(owners)
        for number, owner in enumerate(owners, start=1):
            self._customer(number, owner, desks[owner.username])
            if number % SLICE == 0 or number == len(owners):
                self._index()
                self.tables.write()
                self.progress(number, len(owners))
        self.tables.finish()
        lately.targets(self.places, self.today)
        cards.add(self.places, self.now)
        reviewed.add(self.places, self.now)
        voices.add(self.places, self.now)
        practised.add(self.places, self.now)
        referred.add(self.places)

    def _owners(self) -> list[stores.Person]:
        """Whose every customer is, in their order."""
        staff = [person for place in self.places for person in place.people]
        weights = [stores.SHARES[person.role] for person in staff]
        first = staff[: self.amounts.customers]
        return first + self.rng.choices(staff, weights, k=self.amounts.customers - len(first))

    def _desks(self, owners) -> dict[str, Desk]:
        counts = Counter(owner.username for owner in owners)
        people_of = {owner.username: owner for owner in owners}
        desks = {
            username: Desk(person, counts[username], self.amounts.quota(self.rng, counts[username]))
            for username, person in people_of.items()
        }
        shown = desks[SHOWN]
        shown.quota.new = min(NEW_SHOWN, max(1, shown.customers // 4))
        return desks

    def _customer(self, number: int, person: stores.Person, desk: Desk):
        desk.seen += 1
        place = person.place
        if desk.lacks("new"):
            self._fresh(number, place, person, desk)
            return
        owner = None if self.rng.random() < WITHOUT_OWNER else person
        folder = self._folder(number, place, owner, self._since())
        if self.rng.random() < 0.02:
            folder.customer["closed_at"] = self.now - timedelta(days=self.rng.randint(3, 40))
        elif owner:
            self._current(folder, desk)
        self._history(folder, number)
        lately.business(folder, number)
        lately.fresh_order(folder, number)
        if (
            owner
            and folder.customer["closed_at"] is None
            and desk.lacks("replied")
            and today.reply(folder, anyway=desk.customers < 20)
        ):
            desk.made["replied"] += 1

    def _since(self):
        return self.now - timedelta(days=self.rng.randint(YEARS_BACK * 365, 3000), minutes=self.rng.randrange(600))

    def _folder(self, number, place, owner, created_at) -> Folder:
        rng = self.rng
        columns = people.company(rng, number) if rng.random() < 0.1 else people.person(rng, number, self.today)
        self.codes[place.id] += 1
        customer = self.tables.customers.add(
            store_id=place.id,
            code=f"{place.slug[:1].upper()}{self.codes[place.id]:06d}",
            owner_id=owner and owner.id,
            rank_id=rng.choices(self.ranks, [2, 3, 5][: len(self.ranks)])[0] if len(self.ranks) >= 3 else None,
            created_at=created_at,
            updated_at=created_at,
            **columns,
        )
        folder = Folder(self.world, customer, place, owner)
        for _ in range(rng.choices((0, 1, 2, 3), (8, 72, 16, 4))[0]):
            self._vehicle(folder)
        known.add(self.tables, customer, owner, self.now)
        return folder

    def _vehicle(self, folder):
        columns = cars.vehicle(self.rng, self.today)
        if self.rng.random() < 0.06:
            columns["disposed_on"] = self.today - timedelta(days=self.rng.randint(5, 300))
        vehicle = self.tables.vehicles.add(
            store_id=folder.place.id,
            customer_id=folder.customer["id"],
            created_at=folder.customer["created_at"],
            **columns,
        )
        if "disposed_on" not in columns:
            folder.vehicles.append(vehicle)

    def _fresh(self, number, place, person, desk):
        """A lead that came in minutes or hours ago; the first of each store is nobody's yet."""
        ages = ((6, 25), (25, 70), (70, 320))
        age = timedelta(minutes=self.rng.randint(*ages[desk.made["new"] % len(ages)]))
        unassigned = not self.unassigned_leads[place.id]
        self.unassigned_leads[place.id] += unassigned
        owner = None if unassigned else person
        folder = self._folder(number, place, owner, self.now - age)
        today.new_lead(folder, assigned=not unassigned, age=age)
        desk.made["new"] += 1

    def _current(self, folder, desk):
        """What this person's board still lacks."""
        running = set()
        outlook = self.outlooks[folder.place.calendar_key]
        for need in (OVERDUE, ON_TIME, DONE_TODAY, UPCOMING):
            while desk.lacks(need) and len(running) < MOST_AT_ONCE:
                if need != DONE_TODAY and self.rng.random() < 0.25 and today.appointment(folder, need):
                    desk.made[need] += 1
                    running.add(f"appointment {len(running)}")
                    continue
                standing = outlook.pick(self.rng, need, running)
                if standing is None:
                    break
                today.follow_up(folder, standing, today=need == DONE_TODAY)
                running |= ALIKE if standing.slug in ALIKE else {standing.slug}
                desk.made += Counter(on_time=standing.on_time, overdue=standing.overdue, upcoming=standing.upcoming)
                desk.made[DONE_TODAY] += need == DONE_TODAY

    def _history(self, folder, number):
        """Closed stories until there are as many tasks as so many customers should have."""
        if self.rng.random() < 0.4:
            history.in_between(folder, self._day(20, 700))
        wanted = number * self.amounts.tasks / self.amounts.customers
        while self.world.tally["tasks"] < wanted:
            self._past(folder)

    def _past(self, folder):
        chance = self.rng.random()
        before = self.now - timedelta(days=1)
        if chance < 0.4:
            history.lost(folder, self._day(60, 700), before)
        elif chance < 0.58:
            history.paid(folder, self._day(120, 700), before)
        elif chance < 0.73:
            history.waited(folder, self._day(75, 700), before)
        elif chance < 0.9:
            history.care(folder, self._day(320, 720), before)
        else:
            history.stopped_care(folder, self._day(60, 700), before)

    def _day(self, least: int, most: int):
        return self.today - timedelta(days=self.rng.randint(least, most))

    def _index(self):
        """The search column, as Customer.search_text makes it."""
        cars = {}
        for vehicle in self.tables.vehicles.waiting:
            cars.setdefault(vehicle["customer_id"], []).extend([vehicle["plate"], vehicle["chassis_number"]])
        families = {one["customer_id"]: [one["name"], one["kana"]] for one in self.tables.family.waiting}
        for row in self.tables.customers.waiting:
            parts = [row["name"], row["contact_name"], row["kana"], row["code"], *row["emails"]]
            parts += [*cars.get(row["id"], []), *families.get(row["id"], [])]
            row["search"] = "\n".join([*(fold(part) for part in parts if part), *row["phones"]])
