"""What customers said that the store should hear: needs, complaints, offers to send somebody (REQUIREMENTS C11)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from followups.models import Contact, ContentKind
from stores.decorators import admins_only, signed_in
from stores.pages import Pages

from ..heard import by_content, kinds_of, listed, mark, marks_of, reopen, rows_for, settle, settled_of, write_contents
from ..morning_forms import ContentsForm, HeardFilter, MarksForm, SettlingForm
from ..trend import label_of

PAGE = 50


@require_safe
@signed_in
def heard(request):
    """The list of the store, by kind, person, days, and whether it was dealt with."""
    now = timezone.now()
    form = HeardFilter(request.GET, me=request.user, now=now, today=timezone.localdate(now))
    page = Pages(listed(form), PAGE, show=rows_for).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "label": label_of(form.stretch, form.chosen_span),
        "page": page,
        "query": urlencode(form.query),
    }
    return render(request, "reports/heard.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def contact(request, pk):
    """What was heard in one conversation, and what became of it."""
    found = _contact(request, pk)
    form = MarksForm(request.POST if request.method == "POST" else None, initial=_marked(found))
    if form.is_valid():
        mark(found, form.cleaned_data["kinds"], by=request.user, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("reports:heard-contact", pk)
    return _page(request, found, form, SettlingForm())


@require_POST
@signed_in
def settled(request, pk):
    """It was dealt with."""
    found, form = _contact(request, pk), SettlingForm(request.POST)
    if not form.is_valid():
        return _page(request, found, MarksForm(initial=_marked(found)), form)
    if settle(found, form.cleaned_data["note"], by=request.user, now=timezone.now()):
        messages.success(request, _("It is dealt with."))
    else:
        messages.info(request, _("Somebody has said so already."))
    return redirect("reports:heard-contact", pk)


@require_POST
@signed_in
def reopened(request, pk):
    """It is not dealt with after all."""
    if reopen(_contact(request, pk)):
        messages.success(request, _("It stands on the list again."))
    return redirect("reports:heard-contact", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@admins_only
def contents(request):
    """Which kinds of content say by themselves that something was heard."""
    data = request.POST if request.method == "POST" else None
    form = ContentsForm(data, content_kinds=ContentKind.objects.current())
    if form.is_valid():
        write_contents(form.chosen())
        messages.success(request, _("Saved."))
        return redirect("reports:heard")
    return render(request, "reports/heard_contents.html", {"form": form}, status=422 if form.errors else 200)


def _contact(request, pk) -> Contact:
    rows = Contact.objects.visible_to(request.user).standing().for_list()
    return get_object_or_404(rows, pk=pk)


def _marked(found) -> dict:
    return {"kinds": marks_of(found)}


def _page(request, found, marks_form, settling_form):
    context = {
        "contact": found,
        "kinds": kinds_of([found])[found.pk],
        "said_by_content": by_content(found),
        "settled": settled_of(found),
        "marks_form": marks_form,
        "settling_form": settling_form,
    }
    errors = marks_form.errors or settling_form.errors
    return render(request, "reports/heard_contact.html", context, status=422 if errors else 200)
