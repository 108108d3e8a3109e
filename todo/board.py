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


def rows_of(view: str, me, who: Who, now, counted, *, channel: str = "", page: int = 1) -> Rows:
    """The rows of a view. In overdue, leads and replies past their limit stand among the tasks.

    `counted`: the tally. What fell late after a page's last task is not on that page, so it isn't read.
    """
    end = page * PAGE + 1
    mine = who.key == "me"
    if view == "new":
        found = _leads(who.deals(me).new(), view, now, end, mine)
    elif view == "replied":
        found = _replies(who.replies(me).waiting(), view, now, end, mine)
    else:
        found = _tasks(view, me, who, now, channel, end, mine)
    if view == "overdue" and not channel:
        last = found[-1]["since"] if len(found) == end else now
        if counted.lead_late_since and counted.lead_late_since <= last:
            found += _leads(who.deals(me).new_late(last), view, now, end, mine)
        if counted.reply_late_since and counted.reply_late_since <= last:
            found += _replies(who.replies(me).waiting_late(last), view, now, end, mine)
        found.sort(key=lambda row: row["since"])
    return Rows(found[end - 1 - PAGE : end - 1], page, len(found) >= end and page < LAST_PAGE)


def _tasks(view, me, who, now, channel, end, mine) -> list[dict]:
    if view == "done":
        tasks = who.done(me, now).latest_done()
    else:
        tasks = who.tasks(me)
        tasks = {"on-time": tasks.on_time, "overdue": tasks.overdue, "upcoming": tasks.upcoming}[view](now)
        tasks = tasks.by_day() if view == "upcoming" else tasks.by_urgency()
    if channel:
        tasks = tasks.by_channel(channel)
    tasks = tasks.first_rows(end).for_board()
    tasks = tasks.with_contacts() if view == "done" else tasks
    return [task_row(task, view, now, mine=mine, me=me) for task in tasks]


def _leads(deals, view, now, end, mine) -> list[dict]:
    return [lead_row(deal, view, now, mine=mine) for deal in deals.longest_waiting().for_board()[:end]]


def _replies(contacts, view, now, end, mine) -> list[dict]:
    return [reply_row(contact, view, now, mine=mine) for contact in contacts.longest_waiting().for_board()[:end]]


def colleagues(me, now) -> list:
    """Everybody one works with; `off_today` of each."""
    off = Exists(DayOff.objects.filter(staff=OuterRef("pk"), on=timezone.localdate(now)))
    return list(me.colleagues().annotate(off_today=off).only("name", "username").by_name())
