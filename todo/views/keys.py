from django.conf import settings
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from stores.decorators import signed_in

COOKIE = "keys"
A_YEAR = 365 * 24 * 3600


@require_safe
@signed_in
def keys(request):
    """The keys that spare a mouse: a sheet over any page, a page of its own without JavaScript (REQUIREMENTS H4)."""
    on = request.COOKIES.get(COOKIE) != "off"
    return render(request, "todo/_keys.html" if request.htmx else "todo/keys.html", {"keys_on": on})


@require_POST
@signed_in
def keys_setting(request):
    """Single signs as keys on or off in this browser: dictating and reading aloud press them too (WCAG 2.1.4)."""
    value = "on" if request.POST.get("keys") else "off"
    if request.htmx:
        response = render(request, "todo/_keys_setting.html", {"keys_on": value == "on"})
        trigger_client_event(response, "keys-set", {"value": value})
    else:
        response = redirect("todo:keys")
    response.set_cookie(
        COOKIE, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response
