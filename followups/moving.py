"""What moving running follow-ups to a version would change, by the very functions of the adjust pass (B7, B8).

Every task is looked at, so it goes in slices: so far, and from which follow-up on, is handed on by whoever asks.
"""

import time
from dataclasses import asdict, dataclass, field
from datetime import date

from django.core import signing

from customers.models import Customer

from .adjustment import became, tasks_of, work_out
from .models import FollowUp, MoveReason, Step, Task
from .models.move import window_of

SLICE = 500
EXAMPLES = 10
SALT = "followups.moving"


@dataclass
class Outlook:
    """Of open tasks, how many get another time, come to be, vanish, and stay when they are.

    `looked_at`: follow-ups so far, the last of them `after`. `examples`: by what becomes of them, ids and new times.
    """

    version: int
    looked_at: int = 0
    after: int = 0
    move: int = 0
    appear: int = 0
    vanish: int = 0
    stay: int = 0
    is_whole: bool = False
    moving: list = field(default_factory=list)
    appearing: list = field(default_factory=list)
    vanishing: list = field(default_factory=list)

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt=SALT, compress=True)


class Spreads:
    """The days by which steps leave their own day, taken along to a version as far as its steps may be moved."""

    def __init__(self, version):
        self.version, self.maps = version, {}
        self.flex = {step.pk: step.flex_days for step in version.step_list}

    def taken_along(self, follow_up: FollowUp) -> dict[str, int]:
        """What FollowUp.spread will be; it still runs by its own version."""
        old, found = follow_up.version_id, {}
        if follow_up.spread and old not in self.maps:
            self.maps[old] = became(list(Step.objects.filter(version=old)), self.version.step_list)
        for pk, days in follow_up.spread.items():
            step_id = self.maps[old].get(int(pk))
            most = self.flex.get(step_id, 0)
            if kept := max(-most, min(most, days)):
                found[str(step_id)] = kept
        return found


def begin_looking(version, signed="") -> Outlook:
    """Where somebody who looks at that version has got to; from the start where `signed` says nothing of it."""
    try:
        known = Outlook(**signing.loads(signed, salt=SALT, max_age=3600))
    except (signing.BadSignature, TypeError):
        known = None
    return known if known and known.version == version.pk else Outlook(version.pk)


def look_on(outlook: Outlook, version, follow_ups, now, *, seconds: float):
    """Look at more of them for about so long; at least at one slice."""
    until = time.monotonic() + seconds
    others = follow_ups.not_of_version(version).planned().of_base(version.base)
    while not outlook.is_whole:
        rows = list(others.beyond(outlook.after).for_planning()[:SLICE])
        if rows:
            _count(outlook, rows, version, now)
        outlook.is_whole = len(rows) < SLICE
        if time.monotonic() > until:
            return


def _count(outlook: Outlook, rows: list[FollowUp], version, now):
    spreads = Spreads(version)
    for row in rows:
        row.spread = spreads.taken_along(row)
        row.version, row.adjust_reason = version, MoveReason.VERSION
    tasks = list(tasks_of(rows))
    changes, _failed = work_out(rows, tasks, now)
    is_open = {task.pk for task in tasks if task.is_open}
    moves = [move for move in changes.moves if move.task_id in is_open]
    back = [placed for placed in changes.placed if placed[0] not in is_open]
    outlook.looked_at += len(rows)
    outlook.after = rows[-1].pk
    outlook.move += len(moves)
    outlook.appear += len(changes.made) + len(back)
    outlook.vanish += len(changes.dropped)
    outlook.stay += len(is_open) - len(moves) - len(changes.dropped)
    _add(outlook.moving, ([move.task_id, f"{move.to_on}", move.to_window] for move in moves))
    _add(outlook.appearing, ([made[0], made[1], f"{made[6]}"] for made in changes.made))
    _add(outlook.vanishing, ([pk] for pk in changes.dropped))


def _add(examples, more):
    for one in more:
        if len(examples) >= EXAMPLES:
            return
        examples.append(one)


@dataclass(frozen=True)
class Example:
    """One task before and after; without `before` it comes to be, without `after` it vanishes. Each a day and hours."""

    customer: Customer
    title: str
    before: tuple[date, str] | None = None
    after: tuple[date, str] | None = None


def examples_of(outlook: Outlook, me) -> list[Example]:
    """Some tasks of customers that `me` sees, those that move first."""
    ids = [one[0] for one in outlook.moving + outlook.vanishing]
    tasks = {task.pk: task for task in Task.objects.visible_to(me).with_ids(ids).select_related("customer")}
    begun = FollowUp.objects.visible_to(me).with_ids([one[0] for one in outlook.appearing]).select_related("customer")
    customers = {row.pk: row.customer for row in begun}
    titles = dict(Step.objects.filter(version=outlook.version).values_list("pk", "title"))
    found = []
    for pk, day, window in outlook.moving:
        if task := tasks.get(pk):
            after = (date.fromisoformat(day), window)
            found.append(Example(task.customer, task.title, (task.due_on, window_of(task)), after))
    for pk, step_id, day in outlook.appearing:
        if pk in customers:
            found.append(Example(customers[pk], titles.get(step_id, ""), after=(date.fromisoformat(day), "")))
    for (pk,) in outlook.vanishing:
        if task := tasks.get(pk):
            found.append(Example(task.customer, task.title, before=(task.due_on, window_of(task))))
    return found[:EXAMPLES]
