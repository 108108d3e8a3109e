"""Tasks and calls of some steps, some sources of deals, some ages (REQUIREMENTS B10)."""

from django.db.models import F, Func, IntegerField
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate
from django.utils.timezone import get_default_timezone

from .asked import Narrow


def of_tasks(rows, narrow: Narrow):
    """Somebody's age is that of the day on which the task fell due."""
    if narrow.steps is not None:
        rows = rows.filter(step__in=narrow.steps)
    return _of_people(rows, narrow, "first_late_at")


def of_calls(rows, narrow: Narrow):
    """With `weekday`, Monday being 1, and `hour`, in the store's time."""
    if narrow.steps is not None:
        rows = rows.filter(task__step__in=narrow.steps)
    zone = get_default_timezone()
    rows = rows.annotate(
        weekday=ExtractIsoWeekDay("happened_at", tzinfo=zone), hour=ExtractHour("happened_at", tzinfo=zone)
    )
    for name in ("weekday", "hour"):
        if getattr(narrow, name) is not None:
            rows = rows.filter(**{name: getattr(narrow, name)})
    return _of_people(rows, narrow, "happened_at")


def _of_people(rows, narrow, moment):
    if narrow.source:
        rows = rows.filter(deal__source=narrow.source)
    if narrow.ages:
        first, below = narrow.ages
        rows = rows.annotate(age=age_at(moment)).filter(age__gte=first, age__lt=below)
    return rows


def age_at(moment: str):
    """The customer's on that day, in whole years; unknown where the birthday is."""
    day = TruncDate(moment, tzinfo=get_default_timezone())
    years = "date_part('year', age(%(expressions)s))"
    return Func(day, F("customer__born_on"), template=years, output_field=IntegerField())
