"""Every schedule of the worker; `manage.py schedules` writes them to the database (STYLE.md 18).

They take no arguments, because one schedule with bad arguments stops all others. A cron line is read in the
cluster's time zone, which is the stores'.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django_q.models import Schedule

SCHEDULES = {
    "sweep": {"func": "followups.jobs.sweep", "schedule_type": Schedule.MINUTES, "minutes": 1},
    "imports": {"func": "customers.jobs.work", "schedule_type": Schedule.MINUTES, "minutes": 1},
    "morning": {"func": "reports.jobs.work", "schedule_type": Schedule.MINUTES, "minutes": 1},
    "nightly": {"func": "followups.jobs.nightly", "schedule_type": Schedule.DAILY, "at": (2, 30)},
    "import-files": {"func": "customers.jobs.forget_import_files", "schedule_type": Schedule.DAILY, "at": (2, 45)},
    "ranks": {"func": "followups.jobs.propose_ranks", "schedule_type": Schedule.DAILY, "at": (3, 0)},
    "forgetting": {"func": "followups.forgetting.forget", "schedule_type": Schedule.DAILY, "at": (3, 10)},
    "duplicates": {"func": "customers.jobs.find_duplicates", "schedule_type": Schedule.DAILY, "at": (3, 20)},
    "sums": {"func": "reports.jobs.sum_up", "schedule_type": Schedule.MINUTES, "minutes": 1},
    "sums-anew": {"func": "reports.jobs.sum_up_anew", "schedule_type": Schedule.DAILY, "at": (3, 30)},
    "sessions": {"func": "stores.jobs.forget_sessions", "schedule_type": Schedule.DAILY, "at": (2, 50)},
}


@transaction.atomic
def write_schedules(now):
    """Makes the database's schedules those of this file: adds, corrects, and removes what isn't here."""
    Schedule.objects.exclude(name__in=SCHEDULES).delete()
    for name, wanted in SCHEDULES.items():
        columns = {"minutes": None, "repeats": -1, "args": None, "kwargs": None, "cron": None, **wanted}
        first = _next(columns.pop("at", None), now)
        rows = Schedule.objects.filter(name=name)
        unchanged = rows.filter(**columns).first()
        if unchanged is None or rows.count() > 1:
            rows.delete()
            Schedule.objects.create(name=name, next_run=first, **columns)


def _next(at, now):
    """The first run: now, or the next time that the stores' clock shows `at`."""
    if at is None:
        return now
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).date()
    runs = (datetime(day.year, day.month, day.day, *at, tzinfo=zone) for day in (today, today + timedelta(days=1)))
    return next(run for run in runs if run > now)
