"""The way back of what was done to a running follow-up: a signed note of how it stood, good for a day."""

from datetime import date, datetime

from django.core import signing
from django.http import Http404
from django.urls import reverse

from followups.correcting import UNDO_WITHIN
from followups.models import FollowUp
from followups.pausing import pause, take_back
from followups.restarting import undo_start

SALT = "todo.follow-up"


class TooLate(Exception):
    """A day has passed, or somebody has gone on with it since then."""


def note_of(done: str, follow_up, subject, now, **kept) -> str:
    """The address of the button that takes it back. `done`: a key of _BACK; `kept`: how it stood, as plain text."""
    told = {"done": done, "pk": follow_up.pk, "at": now.isoformat(), **kept}
    return reverse("todo:follow-up-undo", args=[signing.dumps(told, salt=SALT)]) + subject.query


def read(signed: str) -> dict:
    """Raises Http404 for what isn't a note of ours."""
    try:
        return signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        raise Http404 from None


def go_back(note: dict, follow_up, *, by, now):
    """As it was before. Raises TooLate."""
    in_time = now - datetime.fromisoformat(note["at"]) < UNDO_WITHIN
    if not (in_time and _BACK[note["done"]](FollowUp.objects.filter(pk=follow_up.pk), note, by, now)):
        raise TooLate(follow_up)


def _wake(rows, note, by, now):
    return take_back(rows.filter(paused_at=note["at"]))


def _end_on(rows, note, by, now):
    return pause(rows.paused(), until=_day(note["until"]), by=by, now=now)


def _rest(rows, note, by, now):
    return pause(rows.filter(paused_at__isnull=True), until=_day(note["until"]), by=by, now=now)


def _count_from(rows, note, by, now):
    at = note["base_at"] and datetime.fromisoformat(note["base_at"])
    return rows.filter(base_on=note["moved_to"]).move_base(_day(note["base_on"]), now, at=at)


def _unbegin(rows, note, by, now):
    return undo_start(rows.get(), by=by, now=now)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_BACK = {"paused": _wake, "paused-until": _end_on, "unpaused": _rest, "moved": _count_from, "begun": _unbegin}
