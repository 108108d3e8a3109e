"""What the board shows: for whom, how many in each view, and the rows of one view (REQUIREMENTS A1, A2)."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from operator import itemgetter

from django.db.models import Exists, OuterRef, Value
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy

from customers.models import Deal
from followups.models import Contact, LeadChoice, RolePlay, Task
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

    def role_plays(self, me):
        """Of the whole store those of whom one manages, else those one takes part in."""
        if self.key != "store" and self.staff in {None, me}:
            return RolePlay.objects.of(me)
        plays = RolePlay.objects.visible_to(me)
        return plays if self.key == "store" else plays.of(self.staff)


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
    mine, after = who.key == "me", (page - 1) * PAGE
    if view == "new":
        found = _leads(_page(who.deals(me).new().longest_waiting(), after), view, now, mine)
    elif view == "replied":
        found = _replies(_page(who.replies(me).waiting().longest_waiting(), after), view, now, mine)
    elif view == "overdue" and not channel:
        found = _overdue(me, who, now, counted, mine) if page == 1 else _overdue_further(me, who, now, after, mine)
    else:
        found = _tasks(_page(_in_order(view, me, who, now, channel), after), view, now, mine, me)
    return Rows(found[:PAGE], page, len(found) > PAGE and page < LAST_PAGE)


def _page(rows, after):
    """One page of them and one row more, which tells that there is another page."""
    return rows.first_rows(PAGE + 1, after=after)


def _in_order(view, me, who, now, channel=""):
    if view == "done":
        tasks = who.done(me, now).latest_done()
    else:
        tasks = who.tasks(me)
        tasks = {"on-time": tasks.on_time, "overdue": tasks.overdue, "upcoming": tasks.upcoming}[view](now)
        tasks = tasks.by_day() if view == "upcoming" else tasks.by_urgency()
    return tasks.by_channel(channel) if channel else tasks


def _overdue(me, who, now, counted, mine) -> list[dict]:
    """The first page: leads and replies are read only where they can stand on it."""
    found = _tasks(_page(_in_order("overdue", me, who, now), 0), "overdue", now, mine, me)
    last = found[-1]["since"] if len(found) > PAGE else now
    if counted.lead_late_since and counted.lead_late_since <= last:
        found += _leads(_page(who.deals(me).new_late(last).longest_late(), 0), "overdue", now, mine)
    if counted.reply_late_since and counted.reply_late_since <= last:
        found += _replies(_page(who.replies(me).waiting_late(last).longest_waiting(), 0), "overdue", now, mine)
    return sorted(found, key=lambda row: row["since"])


def _overdue_further(me, who, now, after, mine) -> list[dict]:
    """A page behind the first: where it begins is found by ids and times alone, in one statement."""
    end = after + PAGE + 1
    tasks, leads, replies = (
        _in_order("overdue", me, who, now),
        who.deals(me).new_late(now).longest_late(),
        who.replies(me).waiting_late(now).longest_waiting(),
    )
    keys = tasks.values_list("late_at", Value("task"), "pk")[:end].union(
        leads.values_list("new_late_at", Value("lead"), "pk")[:end],
        replies.values_list("answer_late_at", Value("reply"), "pk")[:end],
        all=True,
    )
    ids = defaultdict(list)
    for _since, kind, pk in sorted(keys, key=itemgetter(0))[after:end]:
        ids[kind].append(pk)
    found = _tasks(tasks.with_ids(ids["task"]), "overdue", now, mine, me) if ids["task"] else []
    if ids["lead"]:
        found += _leads(leads.with_ids(ids["lead"]), "overdue", now, mine)
    if ids["reply"]:
        found += _replies(replies.with_ids(ids["reply"]), "overdue", now, mine)
    return sorted(found, key=lambda row: row["since"])


def _tasks(tasks, view, now, mine, me) -> list[dict]:
    tasks = tasks.for_board()
    tasks = tasks.with_contacts() if view == "done" else tasks
    return [task_row(task, view, now, mine=mine, me=me) for task in tasks]


def _leads(deals, view, now, mine) -> list[dict]:
    deals = deals.for_board().annotate(has_choices=LeadChoice.objects.is_kept())
    return [lead_row(deal, view, now, mine=mine) for deal in deals]


def _replies(contacts, view, now, mine) -> list[dict]:
    return [reply_row(contact, view, now, mine=mine) for contact in contacts.for_board()]


def colleagues(me, now) -> list:
    """Everybody one works with; `off_today` of each."""
    off = Exists(DayOff.objects.filter(staff=OuterRef("pk"), on=timezone.localdate(now)))
    return list(me.colleagues().annotate(off_today=off).only("name", "username").by_name())
