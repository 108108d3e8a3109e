"""Choosing a pattern for several customers of the list: what it does first, then the choice, which is a batch."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from followups.batches import begin_for, foresee_begin, new_key
from stores.decorators import signed_in

from ..forms.many import ManyForm
from ..many import MOST, chosen_by, effect

NAMED = 50
"""Of those chosen, so many by name."""
FORESEEN_AT_ONCE = 2000
"""For more of them the page is there first, and what it comes to follows."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def choose(request):
    """`id` of each, or `all` that the list's filter finds; then the pattern, what it would do, and go."""
    me, now = request.user, timezone.now()
    is_sent, is_preview = request.method == "POST", bool({"preview", "foresee"} & set(request.POST))
    chosen = chosen_by(request.POST if is_sent else request.GET, me)
    if chosen is None:
        return _back_to_the_list(request, _("The list's filter makes no sense, so nobody was chosen. Set it again."))
    if not chosen.number:
        return _back_to_the_list(request, _("Nobody is chosen yet: tick whom it is about."))
    if chosen.number > MOST:
        text = _("At most %(n)d customers at once. Narrow the list down first.")
        return _back_to_the_list(request, text % {"n": MOST})
    form = ManyForm(request.POST if is_sent else None, me=me, stores=chosen.stores, now=now)
    key = new_key(request.POST.get("key"))
    context = {"form": form, "chosen": chosen, "customers": chosen.customers.for_list()[:NAMED], "key": key}
    if not form.is_valid():
        return _page(request, context, status=422 if is_sent and not is_preview else 200)
    pattern = form.cleaned_data["pattern"]
    choice = {"by": me, "now": now, "base": form.cleaned_data["base_on"], "spreads": form.cleaned_data["spreads"]}
    has_changed = not is_preview and request.POST.get("seen", "") != chosen.seen
    if not is_preview and not has_changed:
        return redirect("batches:batch", begin_for(pattern, chosen.customers, key=key, **choice).pk)
    context |= {"effect": effect(pattern, chosen.customers, me=me), "has_changed": has_changed}
    if context["effect"].number and ("foresee" in request.POST or chosen.number <= FORESEEN_AT_ONCE):
        context["foresight"] = foresee_begin(pattern, chosen.customers, **choice)
    return _page(request, context, status=409 if has_changed else 200)


def _back_to_the_list(request, text):
    messages.warning(request, text)
    query = request.GET.copy()
    for name in ("id", "all"):
        query.pop(name, None)
    query["choose"] = "yes"
    return redirect(f"{reverse('customers:list')}?{query.urlencode()}")


def _page(request, context, *, status=200):
    return render(request, "todo/_many.html" if request.htmx else "todo/many.html", context, status=status)
