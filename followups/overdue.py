"""The flag pass: open tasks past their time are flagged overdue, once, with when (DESIGN.md "The engine", pass 4).

The board never waits for it: overdue is decided by the clock when read. The flag is what figures and rules build on.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, When
from django.db.models.functions import Coalesce

from stores.models import DayOff

from .models import Task

SLICE = 5000
EXCUSED_WITHIN = timedelta(days=62)


def flag(now, *, limit: int = SLICE) -> int:
    """Flag up to `limit` tasks; gives how many. Who is counted is settled here, when the task falls late.

    Nobody is when the person was off that day: whoever records it then has covered, and counts (DESIGN.md "Figures").
    """
    off = DayOff.objects.filter(staff=OuterRef("assignee"), on=OuterRef("late_at__date"))
    with transaction.atomic():
        late = list(
            Task.objects.to_flag(now)
            .select_for_update(skip_locked=True)
            .order_by("late_at")
            .values_list("pk", flat=True)[:limit]
        )
        if late:
            Task.objects.filter(pk__in=late).update(
                overdue_at=now,
                counted_store=Coalesce(F("counted_store"), F("store")),
                counted_staff=Coalesce(F("counted_staff"), Case(When(~Exists(off), then=F("assignee")))),
            )
    return len(late)


def excuse(now) -> int:
    """Whoever was off is not counted, also where that was entered afterwards, of somebody who fell ill; gives how many.

    What a colleague did since counts for them, the rest for nobody. What somebody did on a day off stays theirs.
    """
    off = DayOff.objects.filter(staff=OuterRef("counted_staff"), on=OuterRef("first_late_at__date"))
    rows = Task.objects.filter(overdue_at__isnull=False, first_late_at__gte=now - EXCUSED_WITHIN)
    rows = rows.filter(Exists(off), counted_staff__isnull=False).exclude(done_by=F("counted_staff"))
    with transaction.atomic():
        held = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
        return Task.objects.filter(pk__in=held).update(counted_staff=F("done_by")) if held else 0
