"""Who changed what when: what the database keeps of its rows' changes, and who it was (REQUIREMENTS H2)."""

import pghistory.models
from django.db import models
from pghistory.middleware import HistoryMiddleware


class Event(pghistory.models.Event):
    """One state of a row, written by a trigger and never rewritten; in time more of them than of anything else."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


class TrailMiddleware(HistoryMiddleware):
    """What a POST changes carries the id of who sent it. No address: it says nothing that the change doesn't."""

    def get_context(self, request) -> dict:
        return {"user": request.user.pk}
