"""One customer's rows while they are being made, kept in step as the verbs of the engine would keep them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from customers.models import Stage
from followups.expansion import GRACE
from followups.models.contact import CONVERSATIONS, REACHED
from followups.schedule import NO_PREFERENCE, Preference
from stores.calendar import Hours

from . import cars, words
from .patterns import BOUND_TO_A_MOMENT, Patterns, Placed
from .rows import Tables
from .stores import Person, Place

LATE = 0.1
"""Of the tasks that are done, so many on a later day."""
STAGES = [stage.value for stage in Stage]
TALKS = {outcome.value for outcome in CONVERSATIONS}
GOT_THROUGH = {outcome.value for outcome in REACHED}


@dataclass
class World:
    """What all customers have in common. `now` is the moment around which everything happened."""

    now: datetime
    today: date
    rng: object
    tables: Tables
    patterns: Patterns
    kinds: list[int]
    wait_reasons: list[int]
    done_of_closed: float
    tally: Counter = field(default_factory=Counter)


@dataclass
class Running:
    """A follow-up with its tasks: (row, step, placed) in their order."""

    row: dict
    slug: str
    topic: str
    tasks: list[tuple[dict, object, Placed]]
    deal: dict | None


class Folder:
    def __init__(self, world: World, customer: dict, place: Place, owner: Person | None):
        self.world = world
        self.customer = customer
        self.place = place
        self.owner = owner
        self.vehicles = []
        self.last_sent_at = None

    @property
    def rng(self):
        return self.world.rng

    def minutes(self, least: float, most: float) -> timedelta:
        return timedelta(seconds=self.rng.randint(int(least * 60), int(most * 60)))

    def somebody(self) -> int:
        """Who does it: the owner, sometimes a colleague."""
        if self.owner and self.rng.random() < 0.92:
            return self.owner.id
        return self.rng.choice(self.place.people).id

    def deal(self, *, received_at, kind, source, goods, staff=True, **fields) -> dict:
        limit = self.place.new_limit_minutes
        return self.world.tables.deals.add(
            store_id=self.place.id,
            customer_id=self.customer["id"],
            kind=kind,
            source=source,
            goods=goods,
            staff_id=self.owner.id if staff and self.owner else None,
            received_at=received_at,
            stage_changed_at=received_at,
            new_late_at=self.place.calendar.after_open_minutes(received_at, limit),
            **fields,
        )

    def about(self, kind: str) -> dict:
        """What a deal of that kind is about: the customer's own car, or one they would like."""
        if kind == "purchase" and self.vehicles:
            return {"goods": cars.goods(self.vehicles[0]), "vehicle_id": self.vehicles[0]["id"]}
        return {"goods": cars.wanted(self.rng, self.world.today)}

    def take(self, deal, by, at):
        if deal["taken_at"] is None:
            deal["taken_at"], deal["taken_by_id"] = at, by
            return True
        return False

    def advance(self, deal, stage: str, by, at, **dates):
        """To a later stage; what it asks for is filled in as Deal.move_to does."""
        self._stage_change(deal, stage, by, at)
        deal.update(stage=stage, stage_changed_at=at, **dates)
        if stage == "estimate":
            deal["estimate_sent_at"] = at
        if STAGES.index(stage) >= STAGES.index("order"):
            deal["won_at"] = deal["won_at"] or at
            deal["ordered_on"] = deal["ordered_on"] or at.astimezone(self.place.calendar.zone).date()
        if stage == "paid":
            deal["closed_at"] = at
            deal["paid_on"] = at.astimezone(self.place.calendar.zone).date()

    def lose(self, deal, reason: str, by, at):
        self._stage_change(deal, deal["stage"], by, at, lost=True)
        deal.update(lost_at=at, closed_at=at, lost_reason=reason)

    def _stage_change(self, deal, after, by, at, *, lost=False):
        self.world.tables.stage_changes.add(
            deal_id=deal["id"], before=deal["stage"], after=after, lost=lost, by_id=by, at=at
        )

    def contact(
        self, at, channel, outcome, *, by, topic="care", deal=None, task=None, entered_at=None, **fields
    ) -> dict:
        """What happened, and what follows from it for the deal and the dates that patterns count from."""
        entered_at = entered_at or self._entered(at)
        incoming = fields.get("direction") == "in"
        if "details" not in fields:
            fields["details"] = words.details(self.rng, outcome, channel, topic)
        completed_at = entered_at
        if outcome in TALKS and not incoming and self.rng.random() < 0.07:
            fields["details"], completed_at = "", None
        row = self.world.tables.contacts.add(
            **{
                "store_id": self.place.id,
                "customer_id": self.customer["id"],
                "deal_id": deal and deal["id"],
                "task_id": task and task["id"],
                "channel": channel,
                "outcome": outcome,
                "content_kind_id": self.rng.choice(self.world.kinds),
                "happened_at": at,
                "entered_at": entered_at,
                "completed_at": completed_at,
                "done_by_id": by,
                "entered_by_id": by,
                "counted_store_id": self.place.id,
                "counted_staff_id": by,
                **fields,
            }
        )
        if not incoming:
            self.last_sent_at = max(entered_at, self.last_sent_at or entered_at)
        self._touch(row, deal, incoming)
        return row

    def _entered(self, at) -> datetime:
        """Mostly within half an hour, sometimes in the evening, sometimes on the next day."""
        chance = self.rng.random()
        if chance < 0.86:
            delay = self.minutes(1, 28)
        elif chance < 0.96:
            delay = self.minutes(31, 400)
        else:
            delay = self.minutes(900, 1300)
        left = self.world.now - at
        return at + (delay if delay < left else left * self.rng.random())

    def _touch(self, row, deal, incoming):
        for thing in (self.customer, deal):
            if thing is None:
                continue
            if incoming or row["outcome"] in GOT_THROUGH:
                thing["last_contacted_at"] = _later(thing["last_contacted_at"], row["happened_at"])
            if row["negotiated"]:
                thing["last_negotiated_at"] = _later(thing["last_negotiated_at"], row["happened_at"])
        if deal is None:
            return
        by, at = row["done_by_id"], row["entered_at"]
        effects = []
        if not incoming and self.take(deal, by, at):
            effects.append('"took": true')
        reached = "met" if row["negotiated"] else "appointment" if row["outcome"] == "appointment" else None
        if reached and STAGES.index(deal["stage"]) < STAGES.index(reached):
            effects.append(f'"stage": "{deal["stage"]}"')
            self.advance(deal, reached, by, at)
        if row["outcome"] == "refused" and deal["closed_at"] is None:
            effects.append('"lost": true')
            self.lose(deal, "refused", by, at)
        row["effects"] = "{" + ", ".join(effects) + "}"

    def follow(self, slug, base, started_at, *, by, deal=None, vehicle=None) -> Running:
        """A follow-up with all its tasks, as the expand pass makes them; the customer's days were learned later."""
        pattern = self.world.patterns[slug]
        moment = base if slug in BOUND_TO_A_MOMENT else None
        minute = base.replace(second=0, microsecond=0) if moment else base
        dates = self.world.patterns.dates(slug, self.place.calendar_key, minute, self._hours())
        expanded_at = min(started_at + timedelta(seconds=1), self.world.now)
        row = self.world.tables.follow_ups.add(
            store_id=self.place.id,
            customer_id=self.customer["id"],
            deal_id=deal and deal["id"],
            vehicle_id=vehicle and vehicle["id"],
            pattern_id=pattern.id,
            version_id=pattern.version_id,
            occurrence_key=f"hand:{self.rng.getrandbits(128):032x}",
            base_on=moment.astimezone(self.place.calendar.zone).date() if moment else base,
            base_at=moment,
            started_at=started_at,
            started_by_id=by,
            expanded_at=expanded_at,
        )
        topic = "buying" if deal and deal["kind"] == "sale" and pattern.topic == "new" else pattern.topic
        running = Running(row, slug, topic, [], deal)
        for step, placed in zip(pattern.steps, dates, strict=True):
            if placed.at.late_at < started_at - GRACE:
                row["past_steps"] += 1
                continue
            running.tasks.append((self._task_of(step, placed, row, deal, expanded_at), step, placed))
        return running

    def _hours(self) -> Preference:
        starts, ends = self.customer["convenient_from"], self.customer["convenient_until"]
        return Preference(hours=Hours(starts, ends)) if starts else NO_PREFERENCE

    def _task_of(self, step, placed, follow_up, deal, created_at) -> dict:
        return self.task(
            deal=deal,
            follow_up_id=follow_up["id"],
            step_id=step.pk,
            channel=step.channel,
            title=step.title,
            reason=placed.reason,
            due_on=placed.at.due_on,
            due_from=placed.at.due_from,
            due_until=placed.at.due_until,
            late_at=placed.at.late_at,
            created_at=created_at,
        )

    def task(self, *, deal=None, late_at, **fields) -> dict:
        """An open task, flagged when it is late by now."""
        assignee = (deal and deal["staff_id"]) or (self.owner and self.owner.id)
        self.world.tally["tasks"] += 1
        return self.world.tables.tasks.add(
            **{
                "store_id": self.place.id,
                "customer_id": self.customer["id"],
                "deal_id": deal and deal["id"],
                "late_at": late_at,
                "first_late_at": late_at,
                "assignee_id": assignee,
                **fields,
            }
        )

    def flag(self, task):
        """As the minute's sweep does for what is open past its time."""
        flagged_at = task["late_at"] + self.minutes(0, 1)
        if flagged_at <= (task["done_at"] or task["cancelled_at"] or self.world.now):
            task.update(overdue_at=flagged_at, counted_store_id=self.place.id, counted_staff_id=task["assignee_id"])

    def do(self, running: Running, index: int, outcome: str, at, **fields) -> dict:
        """The result of a step: the task is done, once, with the contact that says so."""
        task, step, _placed = running.tasks[index]
        by = fields.pop("by", None) or self.somebody()
        if outcome not in TALKS and "details" not in fields and self.rng.random() < 0.55 and outcome != "undelivered":
            fields["details"] = step.details_template
        if outcome not in {"no_answer", "sent"} and fields.get("details") == step.details_template:
            fields.pop("details", None)
        return self.finish(
            task,
            outcome,
            at,
            by=by,
            deal=running.deal,
            topic=running.topic,
            **{"content_kind_id": step.content_kind_id, **fields},
        )

    def finish(self, task, outcome, at, *, by, **fields) -> dict:
        row = self.contact(at, task["channel"], outcome, by=by, task=task, **fields)
        task.update(done_at=row["entered_at"], done_by_id=by)
        self.flag(task)
        task["counted_store_id"] = task["counted_store_id"] or self.place.id
        task["counted_staff_id"] = task["counted_staff_id"] or by
        self.world.tally["done"] += 1
        return row

    def end(self, running: Running, reason: str, at, *, by=None, contact=None):
        """The follow-up is over; what was open is cancelled with it."""
        running.row.update(
            ended_at=at, end_reason=reason, ended_by_id=by, ended_with_id=contact["id"] if contact else None
        )
        for task, _step, _placed in running.tasks:
            if task["done_at"] is None:
                task.update(cancelled_at=at, cancelled_by_id=by, cancel_reason="ended")
                self.flag(task)
                self.world.tally["cancelled"] += 1

    def moment_for(self, placed: Placed, after, before) -> datetime:
        """When a step is worked on: mostly within its window, now and then on a later day; between the two moments."""
        starts, ends = placed.at.due_from, placed.at.due_until
        if self.rng.random() < LATE:
            calendar = self.place.calendar
            day = calendar.next_open(placed.at.late_at.date() + timedelta(days=1))
            starts, ends = calendar.moment(day, calendar.hours.starts), calendar.closing(day)
        starts = max(starts, after)
        at = starts + (max(ends, starts + timedelta(minutes=9)) - starts) * self.rng.random()
        if at >= before:
            at = after + (before - after) * self.rng.random() if after < before else min(after, self.world.now)
        return at


def _later(one, other):
    return other if one is None else max(one, other)
