"""What we know about a customer beside their entry: facts with an age, family, consent (REQUIREMENTS C1, C10).

Each card stands on the customer's page and answers itself; without JavaScript one comes back to that page.
"""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stores.decorators import admins_only, signed_in
from stores.forms.saving import save_or_tell

from ..knowing import ConsentsCard, FactsCard, FamilyCard
from ..known_forms import BookRulesForm, ConsentForm, FactForm, FactTextForm, FamilyForm
from ..models import BookRules, Consent, Customer, Fact
from .standing import of_customer


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@of_customer
def facts(request, customer):
    now = timezone.now()
    form = FactForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        Fact.note(customer, form.cleaned_data["kind"], form.cleaned_data["text"], by=request.user, now=now)
        return _facts_changed(request, customer, now, _("Noted."))
    return _card(request, "facts", FactsCard(customer, now, form))


@signed_in
@require_POST
@of_customer
def fact(request, customer, fact_pk):
    """It is otherwise now; what was is kept."""
    now = timezone.now()
    known = get_object_or_404(customer.facts, pk=fact_pk)
    form = FactTextForm(request.POST)
    if not form.is_valid():
        return _card(request, "facts", FactsCard(customer, now, FactForm({"kind": known.kind, "text": ""})))
    if known.change(form.cleaned_data["text"], by=request.user, now=now):
        return _facts_changed(request, customer, now, _("Noted; what was is kept in the history."))
    again = FactForm({"kind": known.kind, "text": form.cleaned_data["text"]})
    again.add_error("text", _("Somebody else has changed this in the meantime."))
    return _card(request, "facts", FactsCard(customer, now, again))


@signed_in
@require_POST
@of_customer
def confirm_fact(request, customer, fact_pk):
    now = timezone.now()
    get_object_or_404(customer.facts, pk=fact_pk).confirm(by=request.user, now=now)
    return _facts_changed(request, customer, now, _("Confirmed: it counts as fresh again."))


@signed_in
@require_POST
@of_customer
def end_fact(request, customer, fact_pk):
    now = timezone.now()
    known = get_object_or_404(customer.facts, pk=fact_pk)
    known.end(now=now)
    back = reverse("customers:fact-return", args=[customer.pk, known.pk])
    return _facts_changed(request, customer, now, _("Kept in the history: %(text)s") % {"text": known}, back)


@signed_in
@require_POST
@of_customer
def return_fact(request, customer, fact_pk):
    now = timezone.now()
    get_object_or_404(customer.facts, pk=fact_pk).bring_back()
    return _facts_changed(request, customer, now, _("It stands there again."))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@of_customer
def family(request, customer):
    form = FamilyForm(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if form.is_valid():
        form.instance.customer = customer
        form.save()
        return _family_changed(request, customer, form.instance, _("Saved: %(name)s") % {"name": form.instance})
    return _card(request, "family", FamilyCard(customer, form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@of_customer
def family_member(request, customer, member_pk):
    member = get_object_or_404(customer.family.standing(), pk=member_pk)
    form = FamilyForm(request.POST if request.method == "POST" else None, today=timezone.localdate(), instance=member)
    if form.is_valid() and save_or_tell(form):
        return _family_changed(request, customer, member, form.say(_("Saved: %(name)s") % {"name": member}))
    context = {"customer": customer, "member": member, "form": form}
    return render(request, "customers/family_member.html", context, status=form.status)


@signed_in
@require_POST
@of_customer
def remove_family_member(request, customer, member_pk):
    member = get_object_or_404(customer.family, pk=member_pk)
    member.remove(timezone.now())
    back = reverse("customers:family-return", args=[customer.pk, member.pk])
    messages.success(request, _("Taken out: %(name)s") % {"name": member}, extra_tags=back)
    return redirect("todo:customer", customer.pk)


@signed_in
@require_POST
@of_customer
def return_family_member(request, customer, member_pk):
    get_object_or_404(customer.family, pk=member_pk).bring_back()
    return redirect("todo:customer", customer.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@of_customer
def consents(request, customer):
    now = timezone.now()
    form = ConsentForm(request.POST if request.method == "POST" else None, today=timezone.localdate(now))
    if form.is_valid():
        data = form.cleaned_data
        fields = {name: data[name] for name in ("how", "said_on", "note")}
        Consent.record(customer, data["channel"], data["answer"], **fields, by=request.user, now=now)
        return _changed(request, customer, "consents", ConsentsCard(customer, _new_consent(now)), _("Noted."))
    return _card(request, "consents", ConsentsCard(customer, form))


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def required(request):
    """What the house wants to know of every customer."""
    form = BookRulesForm(request.POST if request.method == "POST" else None, instance=BookRules.load())
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("customers:required")
    return render(request, "customers/required.html", {"form": form}, status=422 if form.is_bound else 200)


def _new_consent(now):
    return ConsentForm(today=timezone.localdate(now))


def _facts_changed(request, customer, now, text, undo_url=""):
    return _changed(request, customer, "facts", FactsCard(customer, now, FactForm()), text, undo_url)


def _family_changed(request, customer, member, text):
    Customer.objects.with_ids([customer.pk]).reindex()
    card = FamilyCard(customer, FamilyForm(today=timezone.localdate()))
    return _changed(request, customer, "family", card, text)


def _card(request, name, card):
    """The card with its form: alone for htmx, else on a page of its own that shows the history as well."""
    template = f"customers/_{name}.html" if request.htmx else f"customers/{name}.html"
    context = {"customer": card.customer, name: card}
    return render(request, template, context, status=422 if card.form.is_bound else 200)


def _changed(request, customer, name, card, text, undo_url=""):
    if not request.htmx:
        messages.success(request, text, extra_tags=undo_url)
        return redirect("todo:customer", customer.pk)
    context = {"customer": customer, name: card, "text": text, "undo_url": undo_url, "told": True}
    return render(request, f"customers/_{name}.html", context)
