"""Requests too large for anything that we ask for."""

from django.http import HttpResponse
from django.template.loader import render_to_string

MOST_BYTES = 30 * 1024 * 1024
"""More than the largest file that may be brought in, with the form around it."""


class OversizeMiddleware:
    """Refuses by the announced length, before anybody reads the body.

    The check of a form's origin reads it, and Django would write it to /tmp before it knows who sends it. Without a
    length nothing is read at all.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if _announced(request) > MOST_BYTES:
            return HttpResponse(render_to_string("413.html", {"most": MOST_BYTES // 1024**2}), status=413)
        return self.get_response(request)


def _announced(request) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
