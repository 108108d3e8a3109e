"""What every page shows: the demonstration's accounts at the door, and whether the worker is away."""

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from .models import Heartbeat


def house(request):
    """`worker_away` costs one query where a page reads it; the board passes its own."""
    return {"demonstration": settings.DEMONSTRATION, "worker_away": SimpleLazyObject(_worker_is_away)}


def _worker_is_away() -> bool:
    return Heartbeat.is_away(Heartbeat.last_beat(), timezone.now())
