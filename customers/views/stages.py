"""How the group arranges the stages of its deals (REQUIREMENTS D1)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.decorators import admins_only
from stores.pages import COUNTED

from ..models import Deal
from ..stage_forms import StagesForm


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def stages(request):
    """Which stages are in use, what they are called, what must be filled in, after how long a deal stands still."""
    form = StagesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.save():
        messages.success(
            request, _("The stages are arranged. Deals that stand in a stage not in use stay where they are.")
        )
        return redirect("deals:stages")
    status = 409 if form.is_outdated else 422 if request.method == "POST" else 200
    counts = Deal.objects.visible_to(request.user).open().count_by_stage(COUNTED + 1)
    context = {"stages": form, "forms": [(one, counts[one.stage]) for one in form.forms]}
    return render(request, "customers/stages.html", context, status=status)
