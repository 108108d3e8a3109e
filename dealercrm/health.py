"""`GET /health`: what a monitor needs to know, without signing in and without a session."""

import psycopg
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from followups.models import FollowUp
from stores.models import Heartbeat

DATABASE_PATIENCE_SECONDS = 2


class HealthMiddleware:
    """Answers `/health` before anything else: monitors ask by the machine's address, without https or a session."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return health(request) if request.path == "/health" else self.get_response(request)


@never_cache
@require_safe
def health(request):
    """Answers 200 when the database does, else 503 (issue 2, 3); a worker away is told, not an error."""
    try:
        _knock()
        return JsonResponse({"database": "ok", **_worker(), "follow_ups_waiting": _waiting()})
    except (DatabaseError, psycopg.Error):
        connection.close()
        return JsonResponse(
            {"database": "down", "worker_age_seconds": None, "worker": "away", "follow_ups_waiting": None},
            status=503,
        )


def _knock():
    """Tries a connection of its own, because the shared ones wait longer than a monitor should."""
    parameters = connection.get_connection_params()
    parameters.pop("pool", None)
    with psycopg.connect(**{**parameters, "connect_timeout": DATABASE_PATIENCE_SECONDS}):
        pass


def _worker():
    now = timezone.now()
    beat_at = Heartbeat.last_beat()
    age = None if beat_at is None else max(0, round((now - beat_at).total_seconds()))
    return {"worker_age_seconds": age, "worker": "away" if Heartbeat.is_away(beat_at, now) else "ok"}


def _waiting():
    return FollowUp.objects.waiting().count()
