"""The day a running follow-up counts from is put right by hand: what it would come to, before it is done (B6, B8)."""

from dataclasses import dataclass

from .adjustment import not_in_the_past
from .counting import day_and_moment
from .foresight import Foreseen
from .known import read
from .models import FollowUp, Task


@dataclass(frozen=True, slots=True)
class Shift:
    """One open task: where it stands, and where it would. `after` is None where it stays because a person put it."""

    task: Task
    after: Foreseen | None

    @property
    def stays(self) -> bool:
        return self.after is None or self.after.planned.due_on == self.task.due_on


def foresee_base(follow_up: FollowUp, base, now) -> list[Shift]:
    """Its open tasks in the order of their steps, as the adjust pass would move them from that day or moment."""
    row = FollowUp.objects.for_planning().get(pk=follow_up.pk)
    row.base_on, row.base_at = day_and_moment(base)
    known = read([row], now)
    tasks = list(row.planned_tasks())
    done = frozenset(task.step_id for task in tasks if task.done_at)
    planned = {}
    for number, (effective, placed, _reason) in enumerate(known.plan(row, done), start=1):
        planned[effective.step.pk] = Foreseen(number, effective.step, placed)
    calendar = known.calendars[row.store_id]
    return [Shift(task, _after(planned.get(task.step_id), task, calendar, now)) for task in tasks if task.is_open]


def _after(foreseen, task, calendar, now) -> Foreseen | None:
    if foreseen is None or task.placed_by_hand_at:
        return None
    placed = not_in_the_past(foreseen.planned, task, calendar, now)
    return Foreseen(foreseen.number, foreseen.step, placed)
