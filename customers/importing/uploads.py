"""A list on its way through the browser: received, checked, mended, saved when somebody says so, taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stores.inputs import plain
from stores.models import Staff, Store
from stores.wake import wake

from ..models import ImportColumns, ImportFile, ImportRow
from ..permissions import May, may, stores_where
from .columns import MANY, NAME_FIELDS
from .fields import FIELDS
from .reading import Unusable, is_small, refuse_at_once
from .slices import work_through

ALL = "all"
"""Every double that nobody has decided yet."""
WORK = "customers.jobs.work"
SMALL_ROWS = 1000
QUICK_SECONDS = 5.0
"""What is small is done while its reader waits, so long at most; the rest of it, and what is large, is the worker's."""
Step = ImportFile.Step


def may_import(staff: Staff) -> bool:
    return may(staff, May.IMPORT)


def stores_for(staff: Staff) -> list[Store]:
    """The stores into which a person may import."""
    return stores_where(staff, May.IMPORT)


def receive(content: bytes, *, name: str, store: Store, by: Staff | None, now: datetime) -> ImportFile:
    """Keep a list and look what saving it would do. Raises Unusable, then nothing is kept.

    What is wrong with a large one shows when the worker has read it: it is kept as unusable then.
    """
    refuse_at_once(content)
    forget_old(now)
    file = ImportFile.objects.create(
        store=store,
        uploaded_by=by,
        language=get_language() or "ja",
        name=plain(name)[-200:],
        content=content,
        created_at=now,
    )
    try:
        return _begin(file, now, small=is_small(content))
    except Unusable:
        file.delete()
        raise


def use_columns(file: ImportFile, fields: list[str], now: datetime, *, by: Staff | None = None) -> bool:
    """What each column is, by a person: kept for the next list with these headings. Checks again.

    Raises Unusable; False when the list is past its check.
    """
    headings = [column["heading"] for column in file.columns]
    if len(fields) != len(headings) or not set(fields) <= {*FIELDS, ""}:
        raise ValueError(fields)
    if NAME_FIELDS.isdisjoint(fields):
        raise Unusable(_("One of the columns has to be the name."))
    twice = next((field for field in fields if field and field not in MANY and fields.count(field) > 1), None)
    if twice:
        raise Unusable(_("Only one column can be “%(field)s”.") % {"field": FIELDS[twice][0]})
    ImportColumns.keep(file.store, headings, fields, by=by, now=now)
    columns = [{"heading": heading, "field": field} for heading, field in zip(headings, fields, strict=True)]
    return _check_again(file, now, columns=columns)


def match_people(file: ImportFile, people: dict[str, int | None], now: datetime) -> bool:
    """Who is meant by names in the owner column; None: nobody. Checks again. ValueError when they don't work there."""
    working = set(Staff.objects.working_in([file.store]).values_list("pk", flat=True))
    if not {pk for pk in people.values() if pk is not None} <= working:
        raise ValueError(people)
    return _check_again(file, now, people={**file.people, **people})


def decide(file: ImportFile, number: int | str, decision: str) -> int:
    """Whether a double is somebody we know. Gives how many rows it was said of: none once the list is being saved."""
    with transaction.atomic():
        locked = _locked(file)
        if locked is None or locked.state != ImportFile.State.CHECKED:
            return 0
        doubles = ImportRow.objects.filter(file=file, is_double=True)
        rows = doubles.filter(decision="") if number == ALL else doubles.filter(number=number)
        count = rows.update(decision=ImportRow.Decision(decision))
        locked.report["undecided"] = doubles.filter(decision="").count()
        locked.save(update_fields=["report"])
    return count


def confirm(file: ImportFile, *, by: Staff | None, now: datetime, seen: str | None = None) -> bool:
    """Save the list. False when somebody has said so already, or there is nothing checked to be saved.

    `seen`: the fingerprint of what was looked at; False, too, when something else would be saved by now.
    """
    with transaction.atomic():
        locked = _locked(file)
        if locked is None or locked.state != ImportFile.State.CHECKED:
            return False
        if seen is not None and seen != locked.fingerprint():
            return False
        count = locked.report["rows"]
        _start(locked, Step.SAVE, rows_total=count, confirmed_at=now, confirmed_by=by)
    _begin(file, now, small=count <= SMALL_ROWS)
    return True


def undo(file: ImportFile, *, by: Staff | None, now: datetime) -> bool:
    """Take back what the list has done. False when it is too late, or was asked for already."""
    with transaction.atomic():
        locked = _locked(file)
        if locked is None or not locked.can_be_undone(now):
            return False
        count = locked.report["rows"]
        last = ImportRow.objects.filter(file=file).order_by("number").last()
        at_row = last.number + 1 if last else 0
        _start(locked, Step.UNDO, rows_total=count, at_row=at_row, failed_at=None, undo_asked_at=now, undo_asked_by=by)
    _begin(file, now, small=count <= SMALL_ROWS)
    return True


def again(file: ImportFile, now: datetime) -> bool:
    """Go on with a list that has stopped. False when it hasn't, or when its rows are forgotten by now."""
    stopped = ImportFile.objects.filter(pk=file.pk, failed_at__isnull=False, forgotten_at__isnull=True)
    if not stopped.update(failed_at=None):
        return False
    _begin(file, now, small=False)
    return True


def drop(file: ImportFile) -> bool:
    """Forget a list that nobody has confirmed. False when it is being saved, or was."""
    with transaction.atomic():
        locked = _locked(file)
        if locked is None or locked.confirmed_at:
            return False
        locked.delete()
    return True


def forget_old(now: datetime) -> int:
    """Lists hold personal data: who has not confirmed within a day won't, and after a day nothing is taken back."""
    count = ImportFile.objects.never_confirmed(now).delete()[0]
    for file in ImportFile.objects.without_content().to_forget(now):
        with transaction.atomic():
            ImportRow.objects.filter(file=file).delete()
            file.report.pop("people", None)
            file.content, file.people, file.forgotten_at = b"", {}, now
            file.save(update_fields=["content", "people", "report", "forgotten_at"])
            count += 1
    return count


def _locked(file) -> ImportFile | None:
    return ImportFile.objects.without_content().select_for_update().filter(pk=file.pk).first()


def _check_again(file, now, **said) -> bool:
    with transaction.atomic():
        locked = _locked(file)
        if locked is None or locked.confirmed_at or locked.unusable or locked.step == Step.READ:
            return False
        count = ImportRow.objects.filter(file=file).count()
        _start(locked, Step.PARSE, rows_total=2 * count, checked_at=None, failed_at=None, **said)
    _begin(file, now, small=count <= SMALL_ROWS)
    return True


def _start(file, step, *, at_row=0, **columns):
    for name, value in {"step": step, "at_row": at_row, "rows_done": 0, **columns}.items():
        setattr(file, name, value)
    file.save(update_fields=["step", "at_row", "rows_done", *columns])


def _begin(file, now, *, small) -> ImportFile:
    """Rings for the worker, whatever happens to this process; what is small is done here and now."""
    wake(WORK)
    return work_through(file, now, seconds=QUICK_SECONDS if small else 0)
