"""A list on its way into the book, step by step: chosen, checked, saved, and perhaps taken back (REQUIREMENTS C7).

The work is done by `customers.importing`; here are its pages. Which one stands at a list's address is its state.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from stores.decorators import signed_in
from stores.inputs import plain

from ..importing import showing, uploads
from ..importing.forms import PeopleForm, UploadForm
from ..importing.reading import Unusable
from ..models import ImportFile, ImportRow

LISTS, ROWS, DOUBLES = 20, 50, 10
"""So many stand on one page."""
State = ImportFile.State


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request):
    if not uploads.may_import(request.user):
        raise PermissionDenied
    form = UploadForm(
        request.POST or None, request.FILES or None, me=request.user, initial={"store": request.GET.get("store")}
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = uploads.receive(
                file.read(), name=file.name, store=form.store_chosen, by=request.user, now=timezone.now()
            )
        except Unusable as unusable:
            form.add_error("file", str(unusable))
        else:
            return redirect("customers:import-file", kept.pk)
    lists = ImportFile.objects.visible_to(request.user).in_stores(form.stores).for_page().latest_first()
    context = {"form": form, "page": Paginator(lists, LISTS).get_page(request.GET.get("page"))}
    return render(request, "customers/import.html", context, status=422 if request.method == "POST" else 200)


@signed_in
@require_safe
def show(request, pk):
    """The page of the state that the list is in."""
    file = list_of(request, pk)
    if file.is_in_work:
        return render(request, "customers/import_progress.html", {"file": file})
    if file.state == State.NAMELESS:
        return redirect("customers:import-columns", file.pk)
    if file.state == State.CHECKED:
        return render(request, "customers/import_check.html", checked(request, file))
    return render(request, "customers/import_result.html", _settled(request, file))


@signed_in
@require_safe
def progress(request, pk):
    """The bar alone, asked for again and again; when the work is done the browser goes to the page that comes next."""
    file = list_of(request, pk)
    if file.is_in_work:
        return render(request, "customers/_import_progress.html", {"file": file})
    address = resolve_url("customers:import-file", file.pk)
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def checked(request, file) -> dict:
    """What the dry run's page shows: `?rows=` says which rows, `?column=` remarks of one column only."""
    chosen = request.GET.get("rows", "")
    about = plain(request.GET.get("column", ""))
    context = {
        **showing.counted(file),
        "taken": showing.taken(file),
        "people": PeopleForm(file=file),
        "about": about,
    }
    if not chosen:
        chosen = _what_to_look_at(file.report)
    rows = file.rows.light().of(file)
    if chosen == "duplicates":
        return {**context, "chosen": chosen, **doubles_of(request, file, rows)}
    if chosen == "remarks":
        rows = rows.with_problems(about) if about else rows.with_problems()
    elif chosen in ImportRow.Outcome.values and chosen:
        rows = rows.with_outcome(chosen)
    else:
        chosen = "all"
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    return {**context, "chosen": chosen, "page": page, "rows": showing.shown(page.object_list, about)}


def _what_to_look_at(told) -> str:
    if told.get("undecided"):
        return "duplicates"
    return "remarks" if told.get("problem_columns") else "all"


def doubles_of(request, file, rows) -> dict:
    """One page of rows beside who is there already; `?open=yes` leaves out what has been decided."""
    only_open = request.GET.get("open") == "yes"
    found = rows.doubles().with_cars_of_others()
    page = Paginator(found.undecided() if only_open else found, DOUBLES).get_page(request.GET.get("page"))
    return {"only_open": only_open, "page": page, "doubles": showing.doubles(file, list(page.object_list))}


def _settled(request, file) -> dict:
    now = timezone.now()
    left, rows = (), file.rows.light().of(file)
    if file.state == State.UNDONE:
        left = rows.kept()
    elif file.report.get("undecided") and not file.forgotten_at:
        left = rows.doubles().undecided().with_cars_of_others()
    page = Paginator(left, ROWS).get_page(request.GET.get("page"))
    return {
        **showing.counted(file),
        "may_undo": file.can_be_undone(now),
        "page": page,
        "doubles": showing.doubles(file, list(page.object_list)) if file.state == State.SAVED else [],
    }


@signed_in
@require_POST
def saving(request, pk):
    """Confirmed: what was looked at is what is saved, else one looks again."""
    file = list_of(request, pk)
    if not uploads.confirm(file, by=request.user, now=timezone.now(), seen=request.POST.get("seen", "")):
        file = list_of(request, pk)
        if file.state == State.CHECKED:
            changed = _("Something has changed since you opened the page. Please look again, then save.")
            return told(request, file, changed)
        return told(request, file, _("This list is being saved or was saved already. Nothing has been added twice."))
    return redirect("customers:import-file", file.pk)


@signed_in
@require_POST
def again(request, pk):
    file = list_of(request, pk)
    if not uploads.again(file, timezone.now()):
        return told(request, file, _("This list is no longer waiting to be tried again."))
    return redirect("customers:import-file", file.pk)


@signed_in
@require_POST
def removal(request, pk):
    file = list_of(request, pk)
    if not uploads.drop(file):
        return told(request, file, _("This list has been saved meanwhile. It cannot be dropped any more."))
    messages.success(request, _("The list has been dropped. Nothing was saved."))
    return redirect("customers:import")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def undoing(request, pk):
    file = list_of(request, pk)
    now = timezone.now()
    if not file.can_be_undone(now):
        return told(request, file, _("This import can no longer be taken back."))
    if request.method != "POST":
        return render(request, "customers/import_undoing.html", {"file": file, "told": file.report})
    if not uploads.undo(file, by=request.user, now=now):
        return told(request, file, _("Somebody else is taking this import back already."))
    return redirect("customers:import-file", file.pk)


def list_of(request, pk) -> ImportFile:
    """404 when it is of another store, 403 when one's role doesn't import there."""
    file = get_object_or_404(ImportFile.objects.visible_to(request.user).for_page(), pk=pk)
    if file.store not in uploads.stores_for(request.user):
        raise PermissionDenied
    return file


def told(request, file, text):
    """Somebody was faster, or the page was old: nothing was done, and the way to how things stand now."""
    if request.htmx:
        return render(request, "customers/_import_told.html", {"file": file, "text": text}, status=409)
    return render(request, "customers/import_told.html", {"file": file, "text": text}, status=409)
