from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from followups.assignment import assign_customer
from stores.decorators import signed_in

from ..forms.deals import AssignForm
from ..page import changed, may_assign, show
from ..subject import find_subject


@require_safe
@signed_in
def customer(request, pk):
    """Everything of one customer in one screen."""
    subject = find_subject(request.user, customer_pk=pk, known=True)
    if subject.customer.pk != pk:
        return redirect(subject.url)
    return show(request, subject, timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def assign(request, pk):
    """Put somebody in charge; open tasks go along. For whoever is in charge now, and managers."""
    subject, now = find_subject(request.user, customer_pk=pk), timezone.now()
    customer = subject.customer
    if not may_assign(request.user, customer, customer.owner_id):
        raise PermissionDenied
    form = AssignForm(request.POST or None, store=customer.store, initial={"staff": customer.owner})
    if not form.is_valid():
        return show(
            request, subject, now, sheet="todo/_sheet_assign.html", status=422 if form.errors else 200, form=form
        )
    assign_customer(customer, form.cleaned_data["staff"])
    return changed(request, subject, now, _("Person in charge: %(name)s") % {"name": customer.owner or _("Nobody yet")})
