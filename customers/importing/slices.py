"""A list's way in slices: each is one transaction, and the file's own row says where the next one goes on.

A worker that is killed loses no more than the slice at hand; a slice that is tried by two is done by one.
"""

import logging
import time
from datetime import datetime

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone, translation

from stores.models import Store
from stores.wake import wake

from ..duplicates import FIND_JOB
from ..models import ImportFile
from .checking import SORTED, batch_of, sort
from .parsing import PARSED, parse
from .reading import Unusable
from .referring import look, part_circles, refer
from .report import report, report_undone
from .saving import save
from .staging import stage
from .undoing import undo
from .writing import update

ROWS = 1000
Step = ImportFile.Step
logger = logging.getLogger(__name__)


def work_through(file: ImportFile, now: datetime, *, seconds: float) -> ImportFile:
    """Does what the file needs next for so long at most; gives it as it is then. Raises Unusable."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and one_slice(now, only=file):
        pass
    return ImportFile.objects.for_page().get(pk=file.pk)


def one_slice(now: datetime, *, only: ImportFile | None = None) -> bool:
    """One slice of the file that waits longest and nobody else works on. False when there is none.

    `only`: of this file, after whoever works on it. Raises Unusable for it; else that is kept to be shown.
    """
    file = None
    try:
        with transaction.atomic():
            file = _next(only)
            if file is None:
                return False
            with translation.override(file.language):
                _take_step(file, now)
    except Unusable as unusable:
        _refuse(file, str(unusable))
        if only:
            raise
    except (OperationalError, InterfaceError):
        raise  # a deadlock, or no connection: the next minute's sweep tries again
    except Exception as error:
        if file is None:
            raise
        logger.exception("The import of file %d has stopped.", file.pk, exc_info=error.with_traceback(None))
        ImportFile.objects.filter(pk=file.pk).update(failed_at=now)
    return True


def _next(only) -> ImportFile | None:
    waiting = ImportFile.objects.in_work().without_content().select_related("store")
    if only:
        return waiting.filter(pk=only.pk).select_for_update(of=("self",)).first()
    return waiting.select_for_update(of=("self",), skip_locked=True).first()


def _take_step(file, now):
    """Twice when somebody has entered by hand, at the very same moment, what the slice was about to."""
    try:
        with transaction.atomic():
            STEPS[file.step](file, now)
    except IntegrityError:
        file.refresh_from_db(fields=PROGRESS)
        STEPS[file.step](file, now)


def _refuse(file, reason):
    """Nothing of it is kept but its name and what is wrong with it."""
    with transaction.atomic():
        file.rows.all().delete()
        ImportFile.objects.filter(pk=file.pk).update(
            unusable=reason, step=Step.NONE, content=b"", people={}, columns=[]
        )


def _read(file, now):
    stage(file)
    file.save(update_fields=["content", "heading_row", "columns", "report", "rows_total", *PROGRESS])


def _parse(file, now):
    today = timezone.localdate(now)
    _forward(file, file.rows.all(), lambda rows: _parsed(file, rows, today), then=Step.SORT)


def _parsed(file, rows, today):
    parse(file, rows, today)
    update(rows, PARSED)


def _sort(file, now):
    if not _forward(file, file.rows.all(), lambda rows: _sorted(file, rows), then=Step.LOOK):
        part_circles(file)


def _sorted(file, rows):
    sort(batch_of(file, rows))
    update(rows, SORTED)


def _look(file, now):
    if not _forward(file, file.rows.to_look_at(), lambda rows: look(file, rows, now), then=Step.NONE, count=False):
        file.report, file.checked_at = report(file), now
        file.save(update_fields=["report", "checked_at"])


def _save(file, now):
    """One at a time per store: who else imports the same list finds its customers known."""
    Store.objects.select_for_update(no_key=True).get(pk=file.store_id)
    _forward(file, file.rows.all(), lambda rows: save(file, rows, now), then=Step.REFER)


def _refer(file, now):
    Store.objects.select_for_update(no_key=True).get(pk=file.store_id)
    if not _forward(file, file.rows.referred(), lambda rows: refer(file, rows, now), then=Step.NONE, count=False):
        file.report, file.saved_at = report(file), now
        file.save(update_fields=["report", "saved_at"])
        wake(FIND_JOB)


def _undo(file, now):
    Store.objects.select_for_update(no_key=True).get(pk=file.store_id)
    rows = list(file.rows.filter(number__lt=file.at_row).order_by("-number")[:ROWS])
    if rows:
        undo(file, rows, now)
        _go_on(file, step=Step.UNDO, at_row=rows[-1].number, done=len(rows))
    else:
        file.report, file.undone_at, file.people = report_undone(file), now, {}
        file.save(update_fields=["report", "undone_at", "people"])
        file.rows.forget_what_is_undone()
        _go_on(file, step=Step.NONE, at_row=0, done=0)


def _forward(file, rows, do, *, then, count=True) -> bool:
    """The next rows of this step, or the step after it. Whether there were any."""
    some = list(rows.filter(number__gt=file.at_row).order_by("number")[:ROWS])
    if some:
        do(some)
        _go_on(file, step=file.step, at_row=some[-1].number, done=len(some) if count else 0)
    else:
        _go_on(file, step=then, at_row=0, done=0)
    return bool(some)


def _go_on(file, *, step, at_row, done):
    file.step, file.at_row, file.rows_done = step, at_row, file.rows_done + done
    file.save(update_fields=PROGRESS)


PROGRESS = ["step", "at_row", "rows_done"]
STEPS = {
    Step.READ: _read,
    Step.PARSE: _parse,
    Step.SORT: _sort,
    Step.LOOK: _look,
    Step.SAVE: _save,
    Step.REFER: _refer,
    Step.UNDO: _undo,
}
"""Check: read, parse, sort, look. Save: save, refer. And the way back."""
