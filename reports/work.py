"""Tasks that fell due, and what was to be entered, as figures count them: each row with `person` (who is counted) and
`hit` (whether it counts for the good). What is due, complete and in time stands in followups.input_rate.
"""

from django.db.models import F, Q

from followups import input_rate
from followups.input_rate import truth

from .asked import NOBODY, Asked, Window
from .narrowing import of_tasks


def of_person(rows, asked: Asked):
    """Of these, which say whose they are, the ones of whom is asked for."""
    if asked.staff is None:
        return rows
    return rows.filter(person__isnull=True) if asked.staff == NOBODY else rows.filter(person=asked.staff)


def within(rows, windows, moment: str):
    """Of `rows`, a question of followups.input_rate, those whose `moment` lies in one of the windows."""
    stores = sorted({store for window in windows for store in window.stores})
    found = rows(stores, min(window.since for window in windows), max(window.until for window in windows))
    if len(windows) == 1:
        return found
    lies = Q()
    for one in windows:
        lies |= Q(place__in=one.stores, **{f"{moment}__gte": one.since, f"{moment}__lt": one.until})
    return found.filter(lies)


def _of_days(rows, asked: Asked, moment: str):
    windows = asked.windows or (Window(asked.stores, asked.begins, asked.until),)
    return of_person(within(rows, windows, moment), asked)


def tasks_due(asked: Asked):
    return of_tasks(_of_days(input_rate.tasks_due, asked, "first_late_at"), asked.narrow)


def executed(asked: Asked):
    return tasks_due(asked).annotate(hit=truth(Q(done_at__isnull=False)))


def executed_on_time(asked: Asked):
    return tasks_due(asked).annotate(hit=truth(Q(done_at__lt=F("first_late_at"))))


def task_entries(asked: Asked):
    return _of_days(input_rate.task_entries, asked, "first_late_at")


def contact_entries(asked: Asked):
    return _of_days(input_rate.contact_entries, asked, "happened_at")
