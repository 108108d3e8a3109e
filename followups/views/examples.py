"""Good examples: contacts that others of the store may learn from (REQUIREMENTS B11)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import signed_in
from stores.pages import Pages

from ..forms.scripts import ExampleFilter, ExampleForm
from ..models import Contact, GoodExample
from ..models.example import may_mark

PAGE = 20
MOST_PROPOSED = 50


@signed_in
@require_safe
def examples(request):
    """What is shared, the latest first; above it what waits: for managers all of it, for others their own."""
    me = request.user
    form = ExampleFilter(request.GET, staff=me)
    form.is_valid()
    found = form.narrow(GoodExample.objects.visible_to(me).shared()).newest_first()
    page = Pages(found, PAGE, show=lambda picked: picked.for_list()).get_page(request.GET.get("page"))
    waiting = form.narrow(GoodExample.objects.visible_to(me).proposed().waiting_for(me)).longest_waiting().for_list()
    context = {
        "form": form,
        "page": page,
        "rows": [_row(example, me) for example in page],
        "proposed": [_row(example, me) for example in waiting[:MOST_PROPOSED]],
    }
    return render(request, "followups/example_list.html", context)


def _row(example, me) -> dict:
    """The customer's name only where one may open them: they may have gone to another store since."""
    seen = me.may_see(example.contact.store_id)
    return {
        "example": example,
        "contact": example.contact,
        "customer": example.contact.customer if seen else None,
        "may_share": me.may_manage(example.store_id),
        "may_end": example.may_be_ended_by(me),
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request, pk):
    """A contact is proposed as a good example by whoever had it, shared at once by a manager."""
    contact, me = get_object_or_404(Contact.objects.visible_to(request.user).standing().for_list(), pk=pk), request.user
    example = contact.good_examples.standing().first()
    if not may_mark(contact, me) or (example and not example.may_be_ended_by(me)):
        raise PermissionDenied
    form = ExampleForm(request.POST if request.method == "POST" else None, instance=example)
    if request.method == "POST" and form.is_valid():
        made = GoodExample.mark(contact, form.cleaned_data["remark"], by=me, now=timezone.now())
        text = _("Shared as a good example.") if made.is_shared else _("Proposed: a manager decides.")
        messages.success(request, text, extra_tags=_end_url(made))
        return redirect("todo:customer", contact.customer_id)
    context = {"form": form, "contact": contact, "example": example, "may_share": me.may_manage(contact.store_id)}
    return render(request, "followups/example_mark.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def sharing(request, pk):
    example = _visible(request, pk)
    if not request.user.may_manage(example.store_id):
        raise PermissionDenied
    if example.share(request.user, timezone.now()):
        messages.success(request, _("Shared as a good example."), extra_tags=_end_url(example))
    else:
        messages.info(request, _("It was shared or taken off already."))
    return redirect("scripts:examples")


@signed_in
@require_POST
def end(request, pk):
    """It is no example any more; the contact stays as it is."""
    example = _visible(request, pk)
    if not example.may_be_ended_by(request.user):
        raise PermissionDenied
    example.end(timezone.now())
    url = reverse("scripts:example-return", args=[example.pk])
    messages.success(request, _("It is no longer a good example."), extra_tags=url)
    return redirect("scripts:examples")


@signed_in
@require_POST
def comeback(request, pk):
    example = _visible(request, pk)
    if not example.may_be_ended_by(request.user):
        raise PermissionDenied
    example.bring_back()
    messages.success(request, _("It is a good example again."))
    return redirect("scripts:examples")


def _end_url(example) -> str:
    return reverse("scripts:example-end", args=[example.pk])


def _visible(request, pk) -> GoodExample:
    """Of those not shared only managers and whoever proposed them know."""
    example = get_object_or_404(GoodExample.objects.visible_to(request.user), pk=pk)
    if not (example.is_shared or example.may_be_ended_by(request.user)):
        raise Http404
    return example
