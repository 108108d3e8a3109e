"""Who may open a page. What a person may do to the thing on it, the view asks of the thing itself."""

from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from .models import Staff, Store


def _back_after_signing_in(view):
    """A part of a page asked for after the session ended: the whole page goes to the door, not the door into it."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.htmx and not request.user.is_authenticated:
            return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
        return view(request, *args, **kwargs)

    return guarded


def signed_in(view):
    """Anybody with a role. Who has none is led to the set-up of a house without stores, else told whom to ask."""

    @_back_after_signing_in
    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.roles:
            return view(request, *args, **kwargs)
        if not Store.objects.exists():
            return redirect("setup")
        return render(request, "stores/no_role.html", status=403)

    return guarded


def managers_only(view):
    """Managers of any store, and administrators."""
    return _with_role(view, lambda staff: staff.is_manager)


def leading_only(view):
    """Managers, administrators, and whoever shows the others how (`Staff.may_coach`)."""
    return _with_role(view, lambda staff: staff.is_manager or staff.may_coach)


def admins_only(view):
    return _with_role(view, lambda staff: staff.is_admin)


def _with_role(view, is_allowed):
    @signed_in
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not is_allowed(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def once_founded(view):
    """The door of a house in which nobody works yet leads to the set-up."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if Staff.objects.exists():
            return view(request, *args, **kwargs)
        return redirect("setup")

    return guarded
