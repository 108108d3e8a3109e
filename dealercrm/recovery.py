"""What a request does when the database goes away under it."""

import sys
import time

from django.db import InterfaceError, OperationalError, connections
from django.views import defaults

from dealercrm.postgres.base import PATIENCE_SECONDS

RETRY_AFTER_SECONDS = 5


class RecoveryMiddleware:
    """Asks once more when the database was lost in the middle of reading.

    Only what never writes is repeated (STYLE.md 4: GET never writes); a POST may have been saved before the
    connection broke, so it shows the error page and the person decides.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began_at = time.monotonic()
        response = self.get_response(request)
        lost = getattr(response, "database_was_lost", False)
        waited_already = time.monotonic() - began_at >= PATIENCE_SECONDS
        if lost and request.method in {"GET", "HEAD"} and not waited_already:
            connections.close_all()
            response = self.get_response(request)
        return response


def server_error(request):
    """The page for an unexpected error: 503 with a time to come back when the database was lost, else 500."""
    response = defaults.server_error(request)
    if lost_database(sys.exc_info()[1]):
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        response.database_was_lost = True
    return response


def lost_database(error):
    """Whether an exception means that the connection or the server went away, rather than a bad query."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))
