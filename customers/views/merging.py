"""Who may be in the book twice, the two beside each other, and making them one (REQUIREMENTS C7)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import managers_only
from stores.inputs import plain

from ..entering import likely_the_same
from ..merge_forms import MergeForm
from ..merging import merge, stores_of, undo, why_not_undone
from ..models import Customer, Duplicate, Merge
from ..pointing import VERBS
from ..same_car import same_cars
from ..side_by_side import lines
from ..store_moves import NotPossible, counts_of

PAGE = 25
FOUND = 20
MERGES = 20


@require_safe
@managers_only
def duplicates(request):
    """Pairs found at night and after each list; `?show=dismissed`: those that somebody said are two."""
    now, dismissed = timezone.now(), request.GET.get("show") == "dismissed"
    mine = Duplicate.objects.managed_by(request.user)
    rows = (mine.dismissed() if dismissed else mine.open()).for_list().surest_first()
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "dismissed": dismissed,
        "several_stores": len({*request.user.store_ids}) != 1,
        "merges": Merge.objects.managed_by(request.user).of_last_month(now).for_list()[:MERGES],
    }
    return render(request, "customers/duplicates.html", context)


@require_POST
@managers_only
def dismissal(request, pk):
    """They are two."""
    pair = get_object_or_404(Duplicate.objects.managed_by(request.user), pk=pk)
    pair.dismiss(request.user, timezone.now())
    back = reverse("merging:reopening", args=[pair.pk])
    messages.success(request, _("Noted: these are two."), extra_tags=back)
    return redirect("merging:duplicates")


@require_POST
@managers_only
def reopening(request, pk):
    pair = get_object_or_404(Duplicate.objects.managed_by(request.user), pk=pk)
    pair.reopen()
    messages.success(request, _("They are on the list again."))
    return redirect("merging:duplicates")


@require_safe
@managers_only
def find(request, pk):
    """Who else somebody may be: those most alike, or whoever is looked for."""
    me, customer = request.user, _customer(request, pk)
    text = plain(request.GET.get("q")).strip()
    book = Customer.objects.managed_by(me).net().besides(customer)
    if text:
        found = book.search(text)
    else:
        found = likely_the_same(
            book, name=customer.name, kana=customer.kana, phone=customer.phone, email=customer.email
        )
    return render(
        request,
        "customers/merge_find.html",
        {"customer": customer, "found": found.select_related("store", "owner")[:FOUND], "q": text},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@managers_only
def merging(request, pk, other_pk):
    """Both beside each other; what is kept of which, and what goes along."""
    me, now = request.user, timezone.now()
    winner, loser = _customer(request, pk), _customer(request, other_pk)
    said = request.POST if request.method == "POST" else None
    form = MergeForm(said, lines=lines(winner, loser, me), cars=same_cars(winner, loser))
    told = ""
    if form.is_valid():
        try:
            row = merge(winner, loser, form.taken(), by=me, now=now, **form.joined)
        except NotPossible as why:
            told = str(why)
        else:
            back = reverse("merging:undo", args=[row.pk])
            messages.success(request, _("%(name)s is one customer now.") % {"name": row.winner}, extra_tags=back)
            return redirect("merging:merged", row.pk)
    context = {
        "winner": winner,
        "loser": loser,
        "form": form,
        "told": told,
        "counts": [(_("kept"), winner, counts_of(winner)), (_("goes along"), loser, counts_of(loser))],
        "effects": [sentence for verbs in VERBS for sentence in verbs.foresee(winner, loser)],
        "pair": Duplicate.objects.managed_by(me).between(winner, loser),
    }
    return render(request, "customers/merge.html", context, status=422 if told or form.errors else 200)


@require_safe
@managers_only
def merged(request, pk):
    """What became of two, and the way back."""
    row, now = _merge(request, pk), timezone.now()
    context = {
        "merge": row,
        "counts": counts_of(row.winner),
        "changed": row.rows.count(),
        "why_not": why_not_undone(row, now) or _who_may(request.user, row),
    }
    return render(request, "customers/merged.html", context)


@require_POST
@managers_only
def undoing(request, pk):
    row = _merge(request, pk)
    if _who_may(request.user, row):
        raise PermissionDenied
    try:
        undo(row, by=request.user, now=timezone.now())
    except NotPossible as why:
        messages.warning(request, str(why))
    else:
        messages.success(request, _("They are two customers again."))
    return redirect("merging:merged", row.pk)


def _customer(request, pk) -> Customer:
    """One of whom `request.user` manages the store. 404 for another's, 403 for one they only see."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).for_page(), pk=pk)
    if not request.user.may_manage(customer.store_id):
        raise PermissionDenied
    return customer


def _who_may(me, row) -> str:
    """Why `me` may not take it back; empty for whoever manages both stores, and administrators."""
    if all(me.may_manage(store) for store in stores_of(row)):
        return ""
    return _("One of the two would be in another store: only somebody who manages both can take it back.")


def _merge(request, pk) -> Merge:
    rows = Merge.objects.managed_by(request.user).for_list()
    return get_object_or_404(rows, pk=pk)
