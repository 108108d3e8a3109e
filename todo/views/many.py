"""Choosing a pattern for several customers of the list: what it does first, then the choice, then the way back."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.forms import CustomerFilter
from customers.models import Customer
from stores.decorators import signed_in
from stores.inputs import whole_number

from ..forms.follow_ups import ManyForm
from ..many import MOST, TooLateToStop, begin, begun, effect, stop_begun


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def choose(request):
    """`id` of each, or `all` that the list's filter finds; from then on just those, as `ids`."""
    me, now = request.user, timezone.now()
    customers = _asked(request)
    if customers is None:
        return _back_to_the_list(request, _("The list's filter makes no sense, so nobody was chosen. Set it again."))
    customers = list(customers[: MOST + 1])
    if not customers:
        return _back_to_the_list(request, _("Nobody is chosen yet: tick whom it is about."))
    if len(customers) > MOST:
        text = _("At most %(n)d customers at once. Narrow the list down first.")
        return _back_to_the_list(request, text % {"n": MOST})
    stores = list({customer.store_id: customer.store for customer in customers}.values())
    form = ManyForm(request.POST if request.method == "POST" else None, me=me, stores=stores, now=now)
    context = {"form": form, "customers": customers, "ids": ",".join(str(customer.pk) for customer in customers)}
    if not form.is_valid():
        wrong = form.is_bound and "preview" not in request.POST
        return _page(request, context, status=422 if wrong else 200)
    pattern, base = form.cleaned_data["pattern"], form.cleaned_data["base_on"]
    if "preview" in request.POST:
        return _page(request, {**context, "effect": effect(pattern, customers, me=me, now=now, base=base)})
    signed = begin(pattern, customers, me=me, now=now, base=base)
    return redirect("todo:customers-begun", signed)


@require_safe
@signed_in
def result(request, signed):
    """How far the worker is, who was left out, and the button that takes it back."""
    choice, now = _choice(request, signed), timezone.now()
    follow_ups = choice.follow_ups(request.user)
    context = {
        "choice": choice,
        "states": follow_ups.count_states(),
        "taken_back": follow_ups.ended_by_hand().count(),
        "may_stop": choice.may_stop(request.user, now),
        "signed": signed,
    }
    return render(request, "todo/_begun.html" if request.htmx else "todo/begun.html", context)


@require_POST
@signed_in
def undo(request, signed):
    """Stop all that the choice began; what was recorded meanwhile stays."""
    choice, now = _choice(request, signed), timezone.now()
    try:
        cancelled = stop_begun(choice, me=request.user, now=now)
    except TooLateToStop:
        messages.warning(request, _("This can no longer be taken back at once; stop the patterns one by one."))
    else:
        messages.success(request, _("Taken back; %(n)d open tasks were cancelled.") % {"n": cancelled})
    return redirect("todo:customers-begun", signed)


def _asked(request):
    """The customers a request names; None where the filter makes no sense, which would find everybody."""
    customers = Customer.objects.visible_to(request.user).net()
    if request.method != "POST" and "all" in request.GET:
        form = CustomerFilter(request.GET, me=request.user)
        return form.found(customers).for_list() if form.is_valid() else None
    texts = request.POST.get("ids", "").split(",") if request.method == "POST" else request.GET.getlist("id")
    ids = [whole_number(text) for text in texts[: MOST + 1]]
    return customers.with_ids([pk for pk in ids if pk is not None]).in_kana_order().for_list()


def _back_to_the_list(request, text):
    messages.warning(request, text)
    query = request.GET.copy()
    for name in ("id", "all"):
        query.pop(name, None)
    query["choose"] = "yes"
    return redirect(f"{reverse('customers:list')}?{query.urlencode()}")


def _page(request, context, *, status=200):
    return render(request, "todo/_many.html" if request.htmx else "todo/many.html", context, status=status)


def _choice(request, signed):
    choice = begun(signed)
    if choice is None or choice.by != request.user.pk:
        raise Http404
    return choice
