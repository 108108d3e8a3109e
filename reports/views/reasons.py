"""Why an entry is missing, late or incomplete, said from the list behind the input rate (REQUIREMENTS E9)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.decorators import signed_in

from ..forms import ReasonForm
from ..reasons import explain, find


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reason(request, part, pk):
    """Back to the list that it was opened from, whose question the address carries."""
    me, now = request.user, timezone.now()
    entry = find(part, pk, me, now)
    if not entry.may_be_explained_by(me):
        raise PermissionDenied
    back = f"{reverse('reports:rows', args=['input'])}?{request.GET.urlencode()}"
    form = ReasonForm(request.POST if request.method == "POST" else None, initial={"text": entry.text})
    if form.is_valid():
        text = form.cleaned_data["text"]
        explain(entry, text, by=me, now=now)
        messages.success(request, _("The reason stands with the entry.") if text else _("The reason was removed."))
        return redirect(back)
    context = {"entry": entry, "form": form, "back": back}
    return render(request, "reports/reason.html", context, status=422 if form.errors else 200)
