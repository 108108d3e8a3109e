"""Business cards: photographed with the phone, typed in beside the picture by whoever of the store has time (C8)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.cards import Settled, keep
from customers.entering import LikelyKnown
from customers.models import BusinessCard, Customer
from customers.pictures import NoPicture
from stores.decorators import signed_in
from stores.inputs import whole_number

from ..cards import type_in
from ..forms.cards import CardForm, PhotoForm

WAITING, SETTLED, DOUBLES = 60, 20, 5
FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@signed_in
def cards(request):
    """The queue, and a new photo."""
    now, mine = timezone.now(), BusinessCard.objects.visible_to(request.user)
    form = PhotoForm(request.POST if request.method == "POST" else None, request.FILES or None, me=request.user)
    if form.is_bound and form.is_valid() and _kept(form, request.user, now):
        messages.success(request, _("The card is in the queue."))
        return redirect("todo:cards")
    waiting = list(mine.waiting().for_list().oldest_first()[:WAITING])
    for card in waiting:
        card.is_taken = card.is_typed_by_another(request.user, now)
    context = {
        "form": form,
        "waiting": waiting,
        "count": mine.waiting().count(),
        "settled": mine.settled().for_list().latest_settled()[:SETTLED],
    }
    return render(request, "todo/cards.html", context, status=422 if form.is_bound else 200)


def _kept(form, by, now) -> bool:
    data = form.cleaned_data
    try:
        keep(data["picture"].read(), store=form.store_chosen, owner=data["owner"], note=data["note"], by=by, now=now)
    except NoPicture as refused:
        form.add_error("picture", str(refused))
        return False
    return True


@require_http_methods(FORM)
@signed_in
def card(request, pk):
    """Beside the picture: what stands on it. `same_as`: somebody we know; raises 404 for one not to be seen."""
    now, found = timezone.now(), _card(request, pk)
    if not found.is_waiting:
        return render(request, "todo/card_settled.html", {"card": found}, status=409 if request.POST else 200)
    customers = Customer.objects.visible_to(request.user).net()
    same = request.POST.get("same_as")
    customer = get_object_or_404(customers.in_store(found.store_id), pk=whole_number(same) or 0) if same else None
    form = CardForm(request.POST if request.method == "POST" else None, card=found, customer=customer)
    if not form.is_valid():
        return _page(request, found, form, now, status=422 if form.is_bound else 200)
    is_sure = customer or "another" in request.POST
    doubles = None if is_sure else customers.in_store(found.store_id).for_list().with_vehicles()
    try:
        made = type_in(found, form.lead, form.further, by=request.user, now=now, unless_among=doubles)
    except LikelyKnown as known:
        return _page(request, found, form, now, doubles=known.customers[:DOUBLES], status=409)
    except Settled:
        return redirect("todo:card", found.pk)
    messages.success(request, _("Saved: %(name)s") % {"name": made.name})
    following = BusinessCard.objects.visible_to(request.user).next_for(request.user, now)
    return redirect("todo:card", following.pk) if following else redirect("todo:cards")


@require_safe
@signed_in
def picture(request, pk):
    """The picture alone; whatever may be hidden in it, the browser takes it for nothing else."""
    found = get_object_or_404(BusinessCard.objects.visible_to(request.user).with_picture(), pk=pk)
    response = HttpResponse(bytes(found.picture.content), content_type="image/jpeg")
    response["Content-Disposition"] = f'inline; filename="card-{found.pk}.jpg"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=600"
    return response


@require_POST
@signed_in
def typing(request, pk):
    """Sent by the page once it is open: others are offered the next card."""
    _card(request, pk).begin_typing(request.user, timezone.now())
    return HttpResponse(status=204)


@require_POST
@signed_in
def drop(request, pk):
    if _card(request, pk).drop(request.user, timezone.now()):
        messages.success(request, _("The card has been laid aside. It can be taken back while its picture is kept."))
    return redirect("todo:cards")


@require_POST
@signed_in
def comeback(request, pk):
    found = _card(request, pk)
    if found.take_back():
        messages.success(request, _("The card is in the queue again."))
    return redirect("todo:card", found.pk)


def _card(request, pk):
    return get_object_or_404(BusinessCard.objects.visible_to(request.user).for_list(), pk=pk)


def _page(request, found, form, now, *, doubles=(), status=200):
    taken = found.is_typed_by_another(request.user, now)
    context = {"card": found, "form": form, "doubles": doubles, "is_taken": taken}
    return render(request, "todo/card.html", context, status=status)
