"""A customer goes to another store: for who manages both, and administrators."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.decorators import managers_only
from stores.inputs import whole_number
from stores.models import Store

from ..merge_forms import StoreMoveForm
from ..models import Customer, StoreMove
from ..store_moves import NotPossible, counts_of, move_to_store


@require_http_methods(["GET", "HEAD", "POST"])
@managers_only
def store(request, pk):
    """`?store=`: to which; then what goes along, and who is in charge there."""
    me, now, is_sent = request.user, timezone.now(), request.method == "POST"
    customer = get_object_or_404(Customer.objects.visible_to(me).for_page(), pk=pk)
    if not me.may_manage(customer.store_id):
        raise PermissionDenied
    others = Store.objects.managed_by(me).other_than(customer.store)
    asked = whole_number((request.POST if is_sent else request.GET).get("store"))
    chosen = others.only_or_all(asked).first() if asked else None
    form = StoreMoveForm(request.POST if is_sent else None, stores=others, chosen=chosen)
    told = ""
    if is_sent and form.is_valid() and chosen:
        try:
            move = move_to_store(customer, chosen, form.cleaned_data["owner"], by=me, now=now)
        except NotPossible as why:
            told = str(why)
        else:
            messages.success(request, _("%(name)s is at %(store)s now.") % {"name": customer, "store": move.to_store})
            return redirect("todo:customer", customer.pk)
    context = {
        "customer": customer,
        "form": form,
        "chosen": chosen,
        "told": told,
        "others": others.exists(),
        "counts": counts_of(customer) if chosen else [],
        "moves": StoreMove.objects.visible_to(me).of_customer(customer),
    }
    return render(request, "customers/store_move.html", context, status=422 if is_sent else 200)
