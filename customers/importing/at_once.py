"""A list from beginning to end in one go, for the command: the same slices, without a page between them."""

from datetime import datetime

from django.utils.translation import get_language

from stores.models import Store

from ..models import ImportFile
from .reading import Unusable, refuse_at_once
from .report import full_report
from .slices import one_slice
from .uploads import confirm


class Stopped(Exception):
    """A slice failed; the log says why."""


def check(data: bytes, store: Store, now: datetime, *, name="") -> dict:
    """The full report of what saving would do; nothing is kept. Raises Unusable."""
    file = _checked(data, store, now, name)
    try:
        return full_report(file)
    finally:
        file.delete()


def save(data: bytes, store: Store, now: datetime, *, name="") -> dict:
    """The full report of what was saved. It can be taken back for a day, like any other list. Raises Unusable."""
    file = _checked(data, store, now, name)
    confirm(file, by=None, now=now)
    return full_report(_through(file, now))


def _checked(data, store, now, name):
    refuse_at_once(data)
    file = ImportFile.objects.create(
        store=store, name=name, language=get_language() or "ja", content=data, created_at=now
    )
    try:
        file = _through(file, now)
        if file.state is ImportFile.State.NAMELESS:
            raise Unusable(file.report["nameless"])
    except Unusable:
        file.delete()
        raise
    return file


def _through(file, now) -> ImportFile:
    while one_slice(now, only=file):
        pass
    file = ImportFile.objects.for_page().get(pk=file.pk)
    if file.state is ImportFile.State.FAILED:
        raise Stopped
    return file
