"""The access log: which page, how it was answered, how long it took, and the number of who asked; no names.

Django knows who asked and whether the address is one of ours, gunicorn how long the answer took. So a
middleware leaves its notes in the request's environment, and gunicorn's logger writes them down.
"""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from gunicorn import glogging

from dealercrm.log import ToStandardError, is_read_by_a_person

PATH, STAFF = "dealercrm.path", "dealercrm.staff"
UNKNOWN = "(unknown)"
"""An address that leads nowhere may be anything that somebody typed, so it isn't written down."""
QUIET = {"/health"}
"""What monitors ask all the time."""


class AccessNotesMiddleware:
    """Notes for the log what only Django knows; asks the database nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.resolver_match:
            request.META[PATH] = without_words(request.path, request.resolver_match.captured_kwargs)
        elif request.path.startswith(settings.STATIC_URL) and response.status_code < 400:
            request.META[PATH] = request.path
        # Only what was read from the session already: the database may be away by now.
        read = getattr(getattr(request, "session", None), "_session_cache", {})
        request.META[STAFF] = read.get(SESSION_KEY)
        return response


def without_words(path, captured):
    """The path with numbers as they are, and names in place of words: a word may be anything that somebody typed."""
    for name, value in captured.items():
        if isinstance(value, str):
            path = path.replace(value, f"<{name}>")
    return path


class ServerLogger(glogging.Logger):
    """gunicorn's logger, writing as the rest of the house does."""

    def setup(self, cfg):
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers = [ToStandardError()]
        self._access_log_enabled = not is_read_by_a_person()

    def warning(self, msg, *args, **kwargs):
        """A request that isn't one is quoted by gunicorn with all it contains."""
        super().warning(str(msg).partition(":")[0] if str(msg).startswith("Invalid request") else msg, *args, **kwargs)

    def exception(self, msg, *args, **kwargs):
        args = tuple(str(arg).partition("?")[0] if isinstance(arg, str) else arg for arg in args)
        super().exception(msg, *args, **kwargs)

    def access(self, resp, req, environ, request_time):
        status = int(str(resp.status).split(None, 1)[0])
        if not self.access_log_enabled or (status == 200 and environ.get("PATH_INFO") in QUIET):
            return
        facts = {
            "method": environ.get("REQUEST_METHOD"),
            "path": environ.get(PATH, UNKNOWN),
            "status": status,
            "ms": round(request_time.total_seconds() * 1000),
            "bytes": getattr(resp, "sent", None),
        }
        if environ.get(STAFF):
            facts["staff"] = int(environ[STAFF])
        self.access_log.info("request", extra={"facts": facts})
