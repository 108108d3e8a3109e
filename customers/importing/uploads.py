"""A list on its way through the browser: kept, shown, and saved only when somebody says so."""

from collections import Counter

from django.db import transaction

from stores.inputs import plain
from stores.models import Role, Staff, Store

from ..models import ImportFile
from .checking import check
from .report import report
from .saving import save

ROLES = frozenset({Role.MANAGER, Role.ASSISTANT})
MOST_PROBLEMS = 2000
MOST_DUPLICATES = 200
"""So many remarks and rows are kept for the page; nobody reads more. The counts are of all."""


def may_import(staff: Staff) -> bool:
    return staff.is_admin or any(row.role in ROLES for row in staff.roles)


def stores_for(staff: Staff) -> list[Store]:
    """The stores into which a person may import: assistants and managers their own, administrators all."""
    if staff.is_admin:
        return list(Store.objects.all())
    return sorted({row.store for row in staff.roles if row.role in ROLES}, key=lambda store: store.pk)


def receive(content: bytes, *, name, store, by, now) -> ImportFile:
    """Keep a file with what saving it would do. Raises Unusable."""
    told = report(check(content, store, now), saved=False)
    forget_old(now)
    return ImportFile.objects.create(
        store=store, uploaded_by=by, name=plain(name)[-200:], content=content, report=_shortened(told), created_at=now
    )


def confirm(file: ImportFile, now) -> bool:
    """Save the file as the store stands now. False when somebody has done it already."""
    with transaction.atomic():
        locked = ImportFile.objects.select_for_update().get(pk=file.pk)
        if locked.saved_at:
            return False
        told = report(save(bytes(locked.content), locked.store, now), saved=True)
        locked.content, locked.report, locked.saved_at = b"", _shortened(told), now
        locked.save(update_fields=["content", "report", "saved_at"])
    return True


def forget_old(now) -> int:
    """Lists hold personal data: nobody who has not confirmed within a day will."""
    return ImportFile.objects.old(now).delete()[0]


def _shortened(told):
    problems = told["problems"]
    return {
        **told,
        "problems": problems[:MOST_PROBLEMS],
        "problem_columns": Counter(problem["column"] for problem in problems).most_common(),
        "duplicate_rows": told["duplicate_rows"][:MOST_DUPLICATES],
        "refused_rows": told["refused_rows"][:MOST_DUPLICATES],
    }
