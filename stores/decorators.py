"""Who may open a page. What a person may do to the thing on it, the view asks of the thing itself."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render

from .models import Staff, Store


def signed_in(view):
    """Anybody with a role. Who has none is led to the set-up of a house without stores, else told whom to ask."""

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
