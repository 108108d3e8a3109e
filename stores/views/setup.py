"""The one page between an empty house and its first lead."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..forms.setup import SetupForm, StoreSetupForm
from ..founding import AlreadyFounded, is_awaited
from ..models import Store


@require_http_methods(["GET", "POST"])
def setup(request):
    """404 as soon as somebody works here; who was a moment too late is told so."""
    person = request.user if request.user.is_authenticated else None
    if not is_awaited(request.user):
        if person is None and not Store.objects.exists():
            return redirect("account_login")
        if request.method == "POST" and not (person and person.roles):
            return _too_late(request)
        raise Http404
    form_class = StoreSetupForm if person else SetupForm
    form = form_class(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            founder = form.save()
        except AlreadyFounded:
            return _too_late(request)
        login(request, founder, backend="django.contrib.auth.backends.ModelBackend")
        messages.success(request, _("Everything is ready. Enter your first customer."))
        return redirect("customers:new-lead")
    return render(request, "stores/setup.html", {"form": form}, status=422 if form.is_bound else 200)


def _too_late(request):
    messages.error(request, _("Somebody else has just set this house up. Please sign in, or ask them for an account."))
    return redirect("account_login")
