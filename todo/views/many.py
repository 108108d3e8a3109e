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
    customers = list(_asked(request)[: MOST + 1])
    if not customers or len(customers) > MOST:
        return _back_to_the_list(request, too_many=bool(customers))
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
    context = {
        "choice": choice,
        "states": choice.follow_ups(request.user).count_states(),
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
    customers = Customer.objects.visible_to(request.user).net()
    if request.method != "POST" and "all" in request.GET:
        return CustomerFilter(request.GET, me=request.user).found(customers).for_list()
    texts = request.POST.get("ids", "").split(",") if request.method == "POST" else request.GET.getlist("id")
    ids = [whole_number(text) for text in texts[: MOST + 1]]
    return customers.with_ids([pk for pk in ids if pk is not None]).in_kana_order().for_list()


def _back_to_the_list(request, *, too_many):
    if too_many:
        text = _("At most %(n)d customers at once. Narrow the list down first.") % {"n": MOST}
    else:
        text = _("Nobody is chosen yet: tick whom it is about.")
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
