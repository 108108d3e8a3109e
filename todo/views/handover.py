"""Somebody leaves or is away: what they have in hand goes to others, with a look beforehand (REQUIREMENTS E7)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from followups.passing_on import foresee
from stores.decorators import managers_only, signed_in
from stores.models import Staff, Store

from ..desk.acting import pass_on_and_tell
from ..forms.handover import WORDS, HandoverForm
from ..past import past as events_of
from ..subject import find_subject


@require_http_methods(["GET", "HEAD", "POST"])
@managers_only
def handover(request):
    """`?person=` fills in whose; with `to` it shows what each would get; a POST does it."""
    me, is_sent = request.user, request.method == "POST"
    stores = list(Store.objects.managed_by(me))
    asked = request.POST if is_sent else request.GET
    is_bound = is_sent or "preview" in asked
    initial = {"person": asked.get("person")}
    form = HandoverForm(asked if is_bound else None, me=me, stores=stores, initial=initial)
    plan, is_valid = None, is_bound and form.is_valid()
    if is_valid and is_sent:
        act = pass_on_and_tell(form.handover(), by=me, now=timezone.now())
        if act:
            return redirect("todo:desk-act", pk=act.pk)
        messages.warning(request, _("There is nothing that the chosen people could take over."))
    if is_valid:
        plan = foresee(form.handover())
    context = {"form": form, "plan": plan, "table": plan and _table(plan)}
    return render(request, "todo/handover.html", context, status=422 if is_bound and not is_valid else 200)


@require_safe
@signed_in
def past(request, pk):
    """Stores and people in charge that a customer has had, as far as it was changed for many or by a move."""
    customer = find_subject(request.user, customer_pk=pk).customer
    return render(request, "todo/past.html", {"customer": customer, "events": events_of(customer, request.user)})


def _table(plan) -> dict:
    """Words of the columns; a row of numbers for each receiver; what nobody can take."""
    works, counts = list(plan.shares), plan.counts()
    people = Staff.objects.in_bulk(counts)
    return {
        "heads": [WORDS[work] for work in works],
        "rows": [
            (people[pk], [(WORDS[work], counted[work]) for work in works])
            for pk, counted in sorted(counts.items(), key=lambda entry: -sum(entry[1].values()))
        ],
        "left": [(WORDS[work], number) for work, number in plan.left.items() if number],
        "over": [(WORDS[work], number) for work, number in plan.over.items() if number],
    }
