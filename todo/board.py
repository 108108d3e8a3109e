"""What the board shows: for whom, how many in each view, and the rows of one view (REQUIREMENTS A1, A2)."""

import hashlib
from dataclasses import dataclass

from django.db.models import (
    Exists,
    OuterRef,
)
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy

from customers.models import Deal
from followups.models import Contact, Task
from stores.inputs import whole_number
from stores.models import DayOff, Staff

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


def colleagues(me, now) -> list:
    """Everybody one works with; `off_today` of each."""
    off = Exists(DayOff.objects.filter(staff=OuterRef("pk"), on=timezone.localdate(now)))
    return list(me.colleagues().annotate(off_today=off).by_name())
