"""How many stand in each view of the board, since when, and whether the worker is away: one statement for all of it."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, F, When
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import BusinessCard
from followups.models import Task
from stores.models import Heartbeat

from .labels import clock, elapsed_label, late_label

_FIGURES = """
    count(*), min(moment), min(moment) FILTER (WHERE moment >= %s AND late > %s),
    count(*) FILTER (WHERE late <= %s), min(late) FILTER (WHERE late <= %s)
"""


class Counted(NamedTuple):
    """How many, the earliest moment, the next one to come; how many of them past their limit, and since when."""

    number: int = 0
    since: datetime | None = None
    upcoming: datetime | None = None
    late: int = 0
    late_since: datetime | None = None


@dataclass
class Tally:
    """The counts of the views and the words below them; what waits of each person who is off today, by their id.

    `role_plays`: those of today and of earlier days that nobody has put in the log; late are those of earlier days.
    `cards`: business cards that are mine to type in; late are those photographed before today.
    """

    counts: dict
    notes: dict
    worker_away: bool
    done: int
    lead_late_since: datetime | None
    reply_late_since: datetime | None
    of_absent: dict
    role_plays: Counted
    cards: Counted

    @property
    def open(self) -> int:
        """What is to be done today, for the rail."""
        return self.counts["on_time"] + self.counts["overdue"]


def tally(me, who, now, absent=()) -> Tally:
    """Everything counted at once. `absent`: people who are off today, of whom one wants to know what waits."""
    tasks, today = who.tasks(me).reached(now), timezone.localdate(now)
    found = _count(
        now,
        of_absent=Task.objects.reached(now).of_people(absent) if absent else None,
        new=who.deals(me).new().values_list("received_at", "new_late_at"),
        reached=tasks.values_list("due_from", "late_at"),
        replied=who.replies(me).waiting().values_list("happened_at", "answer_late_at"),
        done=who.done(me, now).values_list("done_at", "done_at"),
        role_plays=who.role_plays(me).due(today).values_list("planned_at", _over(today)),
        cards=BusinessCard.objects.to_type_in_by(me, today).values_list("taken_at", _before_today("taken_at", today)),
        worker=Heartbeat.objects.worker().values_list("beat_at", "beat_at"),
    )
    new, reached, replied = found["new"], found["reached"], found["replied"]
    since = {
        "new": new.since,
        "on_time": reached.upcoming,
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
        worker_away=Heartbeat.is_away(found["worker"].since, now),
        done=found["done"].number,
        lead_late_since=new.late_since,
        reply_late_since=replied.late_since,
        of_absent={int(key): part for key, part in found.items() if key.isdigit()},
        role_plays=found["role_plays"],
        cards=found["cards"],
    )


def _over(today):
    """When it was planned, of what should have taken place before today; else nothing."""
    return Case(When(planned_on__lt=today, then=F("planned_at")))


def _before_today(name, today):
    """The moment, of what was before today; else nothing."""
    midnight = timezone.make_aware(datetime.combine(today, time()))
    return Case(When(**{f"{name}__lt": midnight}, then=F(name)))


def _count(now, *, of_absent, **parts) -> dict[str, Counted]:
    """Count the rows of querysets that give (moment, late). What is counted says the queryset; we only add up.

    Adding up by hand: Django takes longer to put six aggregates into words than the database to answer them.
    """
    statements, parameters = [], []
    for key, rows in parts.items():
        sql, given = rows.order_by().query.sql_with_params()
        statements.append(f"SELECT %s, {_FIGURES} FROM ({sql}) AS rows (moment, late)")
        parameters += [key, now, now, now, now, *given]
    if of_absent is not None:
        sql, given = of_absent.order_by().values_list("assignee", "due_from", "late_at").query.sql_with_params()
        statements.append(
            f"SELECT person::text, {_FIGURES} FROM ({sql}) AS rows (person, moment, late) GROUP BY person"
        )
        parameters += [now, now, now, now, *given]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        return {key: Counted(*figures) for key, *figures in cursor.fetchall()}


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
