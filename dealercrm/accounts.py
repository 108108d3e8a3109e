"""How people sign in: by user name, never by signing themselves up."""

import math

from allauth.account.adapter import DefaultAccountAdapter
from axes.helpers import get_client_username
from django.conf import settings
from django.shortcuts import render
from django.utils import timezone

from stores.lockout import locked_until


class ClosedAdapter(DefaultAccountAdapter):
    """Staff are entered by managers (H1), so the sign-up page stays shut."""

    def is_open_for_signup(self, request):
        return False

    def add_message(self, request, level, message_template=None, *args, **kwargs):
        """Being in says that one has signed in: the board needs no note above its first task."""
        if message_template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, message_template, *args, **kwargs)


def locked_out(request, credentials):
    """The page that says how long the door stays shut for this name at this address."""
    now = timezone.now()
    until = locked_until(get_client_username(request, credentials) or "", now, address=client_address(request))
    until = until or now + settings.AXES_COOLOFF_TIME
    context = {"until": until, "minutes": math.ceil((until - now).total_seconds() / 60)}
    return render(request, "stores/locked_out.html", context, status=429)


def client_address(request):
    """The caller's address for the sign-in lock: the one that the outermost trusted proxy saw.

    Each of the `PROXIES` in front of us appends the address it saw, so counting from the right reads only
    what they wrote and nothing the caller could have made up.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if settings.PROXIES and len(forwarded) >= settings.PROXIES and forwarded[-settings.PROXIES].strip():
        return forwarded[-settings.PROXIES].strip()
    return request.META.get("REMOTE_ADDR", "")
