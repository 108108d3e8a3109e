"""The engine's passes, called as the worker calls them, in one process held to one core."""

import io
import os
import time
from contextlib import contextmanager, suppress
from datetime import time as clock
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from customers.models import Customer
from followups import jobs
from followups.expansion import expand
from followups.models import FollowUp, Pattern, Task
from followups.overdue import flag

from . import nights
from .bars import EXPANSION_TASKS_PER_SECOND, EXPANSION_TO_COPY, IDLE_SWEEP_MILLISECONDS
from .measures import Measure, median

PATTERN = "one-month-follow-up"
ROUNDS = 3
FLAGGED = 5000
SWEEPS = 20
TASK = Task._meta.db_table


def measure(*, follow_ups: int, size: str) -> list[Measure]:
    """`size`: how large the house is."""
    with one_core():
        own = [*_expansion(follow_ups, size), _flag(size), _idle_sweep(size), *_nights(size)]
        return own + nights.measure(size)


@contextmanager
def one_core():
    """Holds this process and its database session to one core together, where the system lets us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = cursor.fetchone()[0]
    connection.close_at = None  # a wake-up would close it, and the next session would run elsewhere
    cores = os.sched_getaffinity(0)
    held = []
    try:
        for process in (0, session):
            os.sched_setaffinity(process, {min(cores)})
            held.append(process)
    except OSError:
        pass
    try:
        yield
    finally:
        for process in held:
            with suppress(ProcessLookupError):
                os.sched_setaffinity(process, cores)


def _expansion(number, house) -> list[Measure]:
    """Expansion and COPY of the very rows it made, in turns; the table is as full and as tidy before each."""
    ours = _follow_ups(number)
    expanding, copying, tasks = [], [], 0
    for _round in range(ROUNDS):
        _tidy()
        began = time.perf_counter()
        while expand(timezone.now()):
            pass
        expanding.append(time.perf_counter() - began)
        rows, tasks = _take_out(ours)
        _tidy()
        began = time.perf_counter()
        _copy_in(rows)
        copying.append(time.perf_counter() - began)
        _take_out(ours)
        FollowUp.objects.filter(pk__gte=ours).update(expanded_at=None)
    FollowUp.objects.filter(pk__gte=ours).delete()
    _tidy()
    took, copied, size = median(expanding), median(copying), f"{number:,} follow-ups, {tasks:,} tasks; {house}"
    return [
        Measure("expansion", size, tasks / took, "tasks/s", bar=EXPANSION_TASKS_PER_SECOND),
        Measure("expansion", size, took, "s", "COPY of the same rows", took / copied, EXPANSION_TO_COPY),
        Measure("COPY of the same rows", size, copied, "s"),
    ]


def _follow_ups(number) -> int:
    """So many waiting follow-ups from different days and hours; every third customer has hours of their own."""
    now = timezone.now()
    pattern = Pattern.objects.get(slug=PATTERN, store=None)
    customers = list(Customer.objects.net().order_by("pk")[:number])
    for at, customer in enumerate(customers):
        if at % 3 == 0:
            customer.convenient_weekdays = [at % 7, (at + 2) % 7]
            customer.convenient_from, customer.convenient_until = clock(16 + at % 2), clock(18, 30)
    Customer.objects.bulk_update(
        customers, ["convenient_weekdays", "convenient_from", "convenient_until"], batch_size=1000
    )
    made = FollowUp.objects.bulk_create(
        [
            FollowUp(
                store_id=customers[at % len(customers)].store_id,
                customer=customers[at % len(customers)],
                pattern=pattern,
                version=pattern.current_version,
                occurrence_key=f"bench:{at}",
                base_on=timezone.localdate(now - timedelta(minutes=7 * at % 20_000)),
                base_at=now - timedelta(minutes=7 * at % 20_000),
                started_at=now,
            )
            for at in range(number)
        ],
        batch_size=1000,
    )
    return min(follow_up.pk for follow_up in made)


def _take_out(first_follow_up) -> tuple[bytes, int]:
    """Delete the tasks of these follow-ups; gives them as COPY writes them, and how many they were."""
    made = Task.objects.filter(follow_up__gte=first_follow_up)
    number, out = made.count(), io.BytesIO()
    select = f"COPY (SELECT * FROM {TASK} WHERE follow_up_id >= %s ORDER BY id) TO STDOUT"
    with connection.cursor() as cursor, cursor.copy(select, [first_follow_up]) as copy:
        for block in copy:
            out.write(block)
    made._raw_delete(made.db)
    return out.getvalue(), number


def _copy_in(rows: bytes):
    with connection.cursor() as cursor, cursor.copy(f"COPY {TASK} FROM STDIN") as copy:
        copy.write(rows)


def _tidy():
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {TASK}, {FollowUp._meta.db_table}")


def _flag(house) -> Measure:
    now = timezone.now()
    late = Task.objects.overdue(now).order_by("pk").values("pk")[:FLAGGED]
    Task.objects.filter(pk__in=list(late.values_list("pk", flat=True))).update(overdue_at=None)
    _tidy()
    began = time.perf_counter()
    number = flag(now, limit=FLAGGED)
    return Measure("flag pass", f"{number:,} tasks; {house}", (time.perf_counter() - began) * 1000, "ms")


def _nights(house) -> list[Measure]:
    """The first one finds what the days before have left, the second nothing."""
    took = []
    for _number in range(2):
        began = time.perf_counter()
        while jobs.nightly() == "more":
            pass
        took.append(time.perf_counter() - began)
    return [
        Measure("night, what is over is ended", house, took[0], "s"),
        Measure("night with nothing to do", house, took[1], "s"),
    ]


def _idle_sweep(house) -> Measure:
    while jobs.sweep() == "more":
        pass
    took = []
    for _number in range(SWEEPS):
        began = time.perf_counter()
        jobs.sweep()
        took.append((time.perf_counter() - began) * 1000)
    return Measure(
        "sweep with nothing to do, p50", f"{SWEEPS} sweeps; {house}", median(took), "ms", bar=IDLE_SWEEP_MILLISECONDS
    )
