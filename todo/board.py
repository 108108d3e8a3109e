"""What the board shows: for whom, how many in each view, and the rows of one view (REQUIREMENTS A1, A2)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    Min,
    OuterRef,
    Q,
    Value,
)
from django.db.models.functions import Cast
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Deal
from followups.models import Contact, Task
from stores.inputs import whole_number
from stores.models import DayOff, Heartbeat, Staff

from .labels import clock, elapsed_label, late_label
from .rows import lead_row, reply_row, task_row

PAGE = 50
LAST_PAGE = 40
"""Nobody works through more than two thousand rows by leafing; channels and colleagues narrow the list."""
VIEWS = ("new", "on-time", "overdue", "replied", "upcoming", "done")
TASK_VIEWS = {
    "on-time": gettext_lazy("On time"),
    "upcoming": gettext_lazy("Upcoming"),
    "done": gettext_lazy("Done today"),
}


@dataclass(frozen=True)
class Who:
    """Whose work is shown: `me`, `store` (all of one's stores), `pool` (nobody's), or a colleague's id."""

    key: str
    staff: Staff | None = None

    @classmethod
    def parse(cls, text: str, me: Staff) -> "Who":
        """Raises Http404 for somebody one may not see."""
        if text in {"store", "pool"}:
            return cls(text)
        number = whole_number(text)
        if number is not None and number != me.pk:
            colleague = Staff.objects.visible_to(me).filter(pk=number).first()
            if colleague is None:
                raise Http404
            return cls(str(number), colleague)
        return cls("me", me)

    @property
    def query(self) -> str:
        """What a link to another view takes along."""
        return f"&who={self.key}" if self.key != "me" else ""

    def done(self, me, now):
        """What was done today, also of somebody else's: whoever did it sees it."""
        tasks = Task.objects.visible_to(me).done_today(now)
        return tasks.done_by_person(self.staff) if self.staff else tasks if self.key == "store" else tasks.of_nobody()

    def tasks(self, me):
        tasks = Task.objects.visible_to(me)
        if self.key == "store":
            return tasks
        return tasks.of_nobody() if self.key == "pool" else tasks.of(self.staff)

    def deals(self, me):
        """Nobody's leads show in everybody's own list: whoever is free begins."""
        deals = Deal.objects.visible_to(me)
        if self.key == "store":
            return deals
        if self.key == "pool":
            return deals.of_nobody()
        return deals.of(self.staff) if self.key == "me" else deals.held_by(self.staff)

    def replies(self, me):
        replies = Contact.objects.visible_to(me)
        if self.key == "store":
            return replies
        if self.key == "pool":
            return replies.for_nobody()
        return replies.for_person(self.staff) if self.key == "me" else replies.held_by(self.staff)


@dataclass
class Tally:
    """The counts of the views and the words below them; is the worker away; what waits of people who are off today."""

    counts: dict
    notes: dict
    worker_away: bool
    done: int
    of_absent: dict

    @property
    def open(self) -> int:
        """What is to be done today, for the rail."""
        return self.counts["on_time"] + self.counts["overdue"]


def tally(me, who: Who, now) -> Tally:
    """All counts and the worker's heartbeat in one statement, each table asked once."""
    tasks, deals, replies = who.tasks(me), who.deals(me), who.replies(me)
    parts = [
        _part("new", deals.new(), now, "received_at", late="new_late_at"),
        _part("reached", tasks.reached(now), now, "due_from", late="late_at", ahead=True),
        _part("replied", replies.waiting(), now, "happened_at", late="answer_late_at"),
        _part("done", who.done(me, now), now, "done_at"),
        _part("worker", Heartbeat.objects.worker(), now, "beat_at"),
        _part(Cast("assignee", CharField()), Task.objects.reached(now).of_absent(now), now, "due_from", late="late_at"),
    ]
    found = {key: Counted(*row) for key, *row in parts[0].union(*parts[1:], all=True)}
    new, reached, replied = (found.get(key, Counted()) for key in ("new", "reached", "replied"))
    since = {
        "new": new.since,
        "on_time": reached.since,
        "overdue": min((part.late_since for part in (new, reached, replied) if part.late_since), default=None),
        "replied": replied.since,
    }
    return Tally(
        counts={
            "new": new.number,
            "on_time": reached.number - reached.late,
            "overdue": new.late + reached.late + replied.late,
            "replied": replied.number,
        },
        notes=_notes(since, now),
        worker_away=Heartbeat.is_away(found.get("worker", Counted()).since, now),
        done=found.get("done", Counted()).number,
        of_absent={int(key): part for key, part in found.items() if key.isdigit()},
    )


class Counted(NamedTuple):
    """How many and since when; and how many of them past their limit, and since when."""

    number: int = 0
    since: datetime | None = None
    late: int = 0
    late_since: datetime | None = None


def _part(key, queryset, now, moment, *, late=None, ahead=False):
    """One row of the tally for each key: the key and a Counted, whatever the table.

    `moment`: of which the earliest is shown; `ahead`: only if it is yet to come.
    """
    after = Q(**{f"{moment}__gte": now, f"{late}__gt": now}) if ahead else None
    past = Q(**{f"{late}__lte": now}) if late else None
    return (
        queryset.order_by()
        .annotate(key=Value(key, output_field=CharField()) if isinstance(key, str) else key)
        .values("key")
        .annotate(
            n=Count("*"),
            since=Min(moment, filter=after),
            late=Count(late, filter=past) if late else Value(0),
            late_since=Min(late, filter=past) if late else Cast(Value(None), DateTimeField()),
        )
        .values_list("key", "n", "since", "late", "late_since")
    )


def _notes(since, now) -> dict:
    notes = dict.fromkeys(since, "")
    for view in ("new", "replied"):
        if since[view]:
            notes[view] = _("oldest: %(span)s") % {"span": elapsed_label(since[view], now)}
    if since["on_time"]:
        notes["on_time"] = _("next at %(time)s") % {"time": clock(timezone.localtime(since["on_time"]))}
    if since["overdue"]:
        notes["overdue"] = _("oldest: %(span)s") % {"span": late_label(since["overdue"], now)}
    return notes


@dataclass
class Rows:
    """One page of a view, the most urgent first."""

    rows: list
    page: int
    more: bool

    @property
    def stamp(self) -> str:
        """Changes when anything shown would change: the quiet refresh asks with it."""
        return hashlib.blake2s(repr((self.rows, self.more)).encode(), digest_size=8).hexdigest()


def rows_of(view: str, me, who: Who, now, *, channel: str = "", page: int = 1) -> Rows:
    """The rows of a view. In overdue, leads and replies past their limit stand among the tasks."""
    end = page * PAGE + 1
    found, mine = [], who.key == "me"
    if view in {"new", "overdue"}:
        deals = who.deals(me)
        deals = deals.new() if view == "new" else deals.new_late(now)
        if not channel:
            leads = deals.longest_waiting().for_board()[:end]
            found += [lead_row(deal, view, now, mine=mine) for deal in leads]
    if view in {"replied", "overdue"}:
        replies = who.replies(me)
        replies = replies.waiting() if view == "replied" else replies.waiting_late(now)
        if not channel:
            waiting = replies.longest_waiting().for_board()[:end]
            found += [reply_row(contact, view, now, mine=mine) for contact in waiting]
    if view not in {"new", "replied"}:
        tasks = who.tasks(me)
        if view == "done":
            tasks = who.done(me, now).latest_done()
        else:
            tasks = {"on-time": tasks.on_time, "overdue": tasks.overdue, "upcoming": tasks.upcoming}[view](now)
            tasks = tasks.by_day() if view == "upcoming" else tasks.by_urgency()
        if channel:
            tasks = tasks.by_channel(channel)
        tasks = tasks.first_rows(end).for_board()
        tasks = tasks.with_contacts() if view == "done" else tasks
        found += [task_row(task, view, now, mine=mine, me=me) for task in tasks]
    if view == "overdue":
        found.sort(key=lambda row: row["since"])
    return Rows(found[end - 1 - PAGE : end - 1], page, len(found) >= end and page < LAST_PAGE)


def colleagues(me, now, of_absent) -> list:
    """Everybody one works with; `off_today`, and for those who are, how much of theirs is open and late."""
    off = Exists(DayOff.objects.filter(staff=OuterRef("pk"), on=timezone.localdate(now)))
    people = list(me.colleagues().annotate(off_today=off).by_name())
    for person in people:
        waiting = of_absent.get(person.pk, Counted())
        person.off_open, person.off_late = waiting.number, waiting.late
    return people
