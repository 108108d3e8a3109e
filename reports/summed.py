"""What fell due and was entered, summed up by day: made at night and after every mark, read for days that are over.

A day is summed up from an hour after its end on, so that nothing that began in it is still being written. What is
marked afterwards is counted from its rows, and so is what is not summed up yet: the sum of both is what the rows alone
would come to (tests/reports/test_summaries.py).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Count, F, IntegerField, Min, Q, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from followups.input_rate import COUNTS, Rate, contact_entries, task_entries
from followups.models import Contact, Task
from stores.locks import one_at_a_time
from stores.models import Store
from stores.wide import in_parallel

from .asked import NOBODY, Asked, Window, midnight
from .models import DaySum, SummedUp, TouchedDay
from .work import contact_entries as contact_rows
from .work import task_entries as task_rows
from .work import within

LOCK = "summing up"
REST = timedelta(hours=1)
DAYS_AT_ONCE = 14
MARKS_AT_ONCE = 500
MADE_ANEW = 35
"""So many days are made anew every night, whatever was marked."""
COLUMNS = {
    "execution": {"tasks": ("done", "due")},
    "on-time": {"tasks": ("on_time", "due")},
    "input": {"tasks": ("entered", "due"), "contacts": ("loose_entered", "loose")},
}
"""By figure and part, what stands for its hits and for all of it."""
KEYS = {"person": ["staff_id"], "place and person": ["store_id", "staff_id"], "day": ['"on"']}
NUMBERS = ("due", "done", "on_time", "entered", "loose", "loose_entered")


def begin() -> SummedUp:
    """From now on triggers leave marks; nothing is summed up before that is committed."""
    row, _is_new = SummedUp.objects.get_or_create(pk=1)
    return row


def make_marked(now) -> int:
    """Sum up anew what was marked, some of it in one transaction; gives how many marks that settles.

    A mark of a day that is not summed up yet waits for that.
    """
    with transaction.atomic():
        one_at_a_time(LOCK)
        known = SummedUp.objects.first()
        if known is None or known.last_on is None:
            return 0
        marks = TouchedDay.objects.filter(on__lte=known.last_on).order_by("pk")[:MARKS_AT_ONCE]
        taken = {mark.pk: (mark.store_id, mark.on) for mark in marks}
        TouchedDay.objects.filter(pk__in=taken).delete()
        _make(windows_of({pair for pair in taken.values() if pair[1] >= known.first_on}))
    return len(taken)


def make_next(now) -> int:
    """Sum up some days that were not yet: those since, then those before, down to the first there is anything of."""
    with transaction.atomic():
        one_at_a_time(LOCK)
        known = SummedUp.objects.first()
        if known is None:
            return 0
        if known.last_on is None:
            known.begins_on = _oldest()
        stretch = _next(known, now)
        if stretch is None:
            return 0
        first, last = stretch
        _make([Window(_all_stores(), midnight(first), midnight(last + timedelta(days=1)))])
        known.first_on, known.last_on = min(known.first_on or first, first), max(known.last_on or last, last)
        known.save(update_fields=["begins_on", "first_on", "last_on"])
    return (last - first).days + 1


def make_lately_anew(now):
    """Whatever no mark told of: each of the last days by itself."""
    known = SummedUp.objects.first()
    for distance in range(MADE_ANEW if known and known.last_on else 0):
        day = known.last_on - timedelta(days=distance)
        if day >= known.first_on:
            with transaction.atomic():
                one_at_a_time(LOCK)
                _make([Window(_all_stores(), midnight(day), midnight(day + timedelta(days=1)))])


def _next(known, now) -> tuple[date, date] | None:
    over = timezone.localdate(now - REST) - timedelta(days=1)
    if known.last_on is None:
        return over - timedelta(days=DAYS_AT_ONCE - 1), over
    if known.last_on < over:
        return known.last_on + timedelta(days=1), min(over, known.last_on + timedelta(days=DAYS_AT_ONCE))
    if known.begins_on is None or known.first_on <= known.begins_on:
        return None
    return max(known.begins_on, known.first_on - timedelta(days=DAYS_AT_ONCE)), known.first_on - timedelta(days=1)


def _oldest() -> date | None:
    """The first day there is anything of, store by store, as their indexes have it."""
    found = []
    for rows, moment in (
        (Task.objects, "first_late_at"),
        (Contact.objects.standing().filter(task=None), "happened_at"),
    ):
        placed = rows.annotate(place=Coalesce(F("counted_store_id"), F("store_id")))
        found += [placed.filter(place=pk).aggregate(first=Min(moment))["first"] for pk in _all_stores()]
    moments = [moment for moment in found if moment]
    return timezone.localdate(min(moments)) if moments else None


def _all_stores() -> tuple[int, ...]:
    return tuple(Store.objects.order_by("pk").values_list("pk", flat=True))


def windows_of(pairs) -> list[Window]:
    """(store, day) as windows, a day's stores together."""
    stores = defaultdict(list)
    for store, on in sorted(pairs):
        stores[on].append(store)
    return [Window(tuple(stores[on]), midnight(on), midnight(on + timedelta(days=1))) for on in sorted(stores)]


def _make(windows: list[Window]):
    """One DELETE and one INSERT … SELECT for all of it."""
    if not windows:
        return
    gone = Q()
    for window in windows:
        first, last = timezone.localdate(window.since), timezone.localdate(window.until - timedelta(microseconds=1))
        gone |= Q(store_id__in=window.stores, on__range=(first, last))
    DaySum.objects.filter(gone).delete()
    tasks, task_values = _sums(task_entries, "first_late_at", windows, _of_tasks())
    contacts, contact_values = _sums(contact_entries, "happened_at", windows, _of_contacts())
    names = ", ".join(f"sum({name})" for name in NUMBERS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {DaySum._meta.db_table} (store_id, "on", staff_id, {", ".join(NUMBERS)})
            SELECT place, day, person, {names} FROM ({tasks} UNION ALL {contacts})
                AS counted (place, day, person, {", ".join(NUMBERS)})
            GROUP BY place, day, person
            """,
            [*task_values, *contact_values],
        )


def _of_tasks():
    return {
        "n_due": Count("pk"),
        "n_done": Count("pk", filter=Q(done_at__isnull=False)),
        "n_on_time": Count("pk", filter=Q(done_at__lt=F("first_late_at"))),
        "n_entered": Count("pk", filter=Q(hit=True)),
        "n_loose": Value(0, output_field=IntegerField()),
        "n_loose_entered": Value(0, output_field=IntegerField()),
    }


def _of_contacts():
    nothing = {f"n_{name}": Value(0, output_field=IntegerField()) for name in NUMBERS[:4]}
    return nothing | {"n_loose": Count("pk"), "n_loose_entered": Count("pk", filter=Q(hit=True))}


def _sums(rows, moment, windows, counts):
    rows = within(rows, windows, moment).order_by().annotate(day=TruncDate(moment))
    grouped = rows.values("place", "day", "person").annotate(**counts)
    return grouped.values_list("place", "day", "person", *(f"n_{name}" for name in NUMBERS)).query.sql_with_params()


@dataclass(frozen=True)
class Cover:
    """What is summed up of the days and stores asked for; `first` None: nothing."""

    first: date | None
    last: date | None
    touched: frozenset

    def left(self, asked: Asked) -> list[Window]:
        """What is to be counted from its rows."""
        if self.first is None:
            return [Window(asked.stores, asked.begins, asked.until)]
        parts = [
            Window(asked.stores, asked.begins, midnight(self.first)),
            *windows_of(self.touched),
            Window(asked.stores, midnight(self.last + timedelta(days=1)), asked.until),
        ]
        return [part for part in parts if part.since < part.until]


def cover(asked: Asked) -> Cover:
    known = SummedUp.objects.first()
    if known is None or known.last_on is None:
        return Cover(None, None, frozenset())
    first = max(known.first_on, asked.first)
    last = min(known.last_on, asked.last, timezone.localdate(asked.now) - timedelta(days=1))
    if first > last:
        return Cover(None, None, frozenset())
    marks = TouchedDay.objects.filter(store_id__in=asked.stores, on__range=(first, last))
    return Cover(first, last, frozenset(marks.values_list("store_id", "on")))


def read(figures, asked: Asked, *, by="person") -> dict[str, dict]:
    """{figure: {key: Rate}}; `by`: one of KEYS."""
    covered = cover(asked)
    found = {figure.slug: defaultdict(Rate) for figure in figures}
    for key, numbers in _summed(covered, asked, by):
        for figure in figures:
            for hits, due in COLUMNS[figure.slug].values():
                found[figure.slug][key] += Rate(numbers[hits], numbers[due])
    if left := covered.left(asked):
        with in_parallel(asked.stores):
            for slug, key, rate in _counted(figures, asked.only_in(left), by):
                found[slug][key] += rate
    return {slug: {key: rate for key, rate in rates.items() if rate.due} for slug, rates in found.items()}


def _counted(figures, asked: Asked, by):
    """(figure, key, Rate) of rows. Several figures are counted off one reading of the tasks and one of the contacts."""
    if len(figures) == 1:
        for part in figures[0].parts:
            rows = part.rows(asked).annotate(day=TruncDate(part.moment)) if by == "day" else part.rows(asked)
            for key, rate in counted_by(rows, by):
                yield figures[0].slug, key, rate
        return
    names = by.split(" and ")
    for part, rows, moment, counts in (
        ("tasks", task_rows, "first_late_at", _of_tasks()),
        ("contacts", contact_rows, "happened_at", _of_contacts()),
    ):
        grouped = rows(asked).annotate(day=TruncDate(moment)).order_by().values(*names).annotate(**counts)
        for row in grouped.values_list(*names, *(f"n_{name}" for name in NUMBERS)):
            numbers = dict(zip(NUMBERS, row[len(names) :], strict=True))
            key = row[: len(names)] if len(names) > 1 else row[0]
            for figure in figures:
                if part in COLUMNS[figure.slug]:
                    hits, due = COLUMNS[figure.slug][part]
                    yield figure.slug, key, Rate(numbers[hits], numbers[due])


def _summed(covered: Cover, asked: Asked, by):
    if covered.first is None:
        return
    keys = ", ".join(KEYS[by])
    whose = {None: "", NOBODY: "AND staff_id IS NULL"}.get(asked.staff, "AND staff_id = %(staff)s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {keys}, {", ".join(f"sum({name})" for name in NUMBERS)} FROM {DaySum._meta.db_table} AS made
            WHERE store_id = ANY(%(stores)s) AND "on" BETWEEN %(first)s AND %(last)s {whose}
                AND NOT EXISTS (
                    SELECT FROM unnest(%(touched)s::bigint[], %(days)s::date[]) AS touched (store_id, day)
                    WHERE touched.store_id = made.store_id AND touched.day = made."on"
                )
            GROUP BY {keys}
            """,
            {
                "stores": list(asked.stores),
                "staff": asked.staff,
                "first": covered.first,
                "last": covered.last,
                "touched": [store for store, _on in covered.touched],
                "days": [on for _store, on in covered.touched],
            },
        )
        for row in cursor.fetchall():
            *key, numbers = *row[: -len(NUMBERS)], row[-len(NUMBERS) :]
            found = {name: int(number) for name, number in zip(NUMBERS, numbers, strict=True)}
            yield tuple(key) if len(key) > 1 else key[0], found


def counted_by(rows, by):
    """(key, Rate) of rows with `place`, `person` and `hit`."""
    names = tuple(by.split(" and "))
    for row in rows.order_by().values_list(*names).annotate(**COUNTS).values_list(*names, "hits", "due"):
        yield row[:-2] if len(names) > 1 else row[0], Rate(*row[-2:])
