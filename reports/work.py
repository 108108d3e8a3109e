"""Tasks that fell due, and what was to be entered, as figures count them: each row with `person` (who is counted) and
`hit` (whether it counts for the good). What is due, complete and in time stands in followups.input_rate.
"""

from django.db.models import F, Q

from followups import input_rate
from followups.input_rate import truth

from .asked import NOBODY, Asked


def of_person(rows, asked: Asked):
    """Of these, which say whose they are, the ones of whom is asked for."""
    if asked.staff is None:
        return rows
    return rows.filter(person__isnull=True) if asked.staff == NOBODY else rows.filter(person=asked.staff)


def _of_days(rows, asked: Asked):
    return of_person(rows(asked.stores, asked.begins, asked.until), asked)


def executed(asked: Asked):
    return _of_days(input_rate.tasks_due, asked).annotate(hit=truth(Q(done_at__isnull=False)))


def executed_on_time(asked: Asked):
    return _of_days(input_rate.tasks_due, asked).annotate(hit=truth(Q(done_at__lt=F("first_late_at"))))


def task_entries(asked: Asked):
    return _of_days(input_rate.task_entries, asked)


def contact_entries(asked: Asked):
    return _of_days(input_rate.contact_entries, asked)
