"""What a person says about a list before it is saved: its columns, its people, its doubles; and the rows to mend."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import signed_in

from ..importing import fields, refused, showing, uploads
from ..importing.forms import ColumnsForm, PeopleForm
from ..importing.reading import Unusable
from ..models import ImportColumns, ImportFile, ImportRow
from .importing import list_of, told

CHANGEABLE = {ImportFile.State.CHECKED, ImportFile.State.NAMELESS}
KINDS = {
    "csv": (refused.csv_of, "text/csv"),
    "xlsx": (refused.xlsx_of, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request, pk):
    file = list_of(request, pk)
    if file.state not in CHANGEABLE:
        return _too_late(request, file)
    form = ColumnsForm(request.POST if request.method == "POST" else None, file=file)
    if request.method == "POST" and form.is_valid():
        try:
            uploads.use_columns(file, form.chosen, timezone.now(), by=request.user)
        except Unusable as unusable:
            form.add_error(None, str(unusable))
        else:
            return redirect("customers:import-file", file.pk)
    said = ImportColumns.objects.of(file.store, [column["heading"] for column in file.columns])
    context = {"file": file, "form": form, "words": fields.FIELDS.values(), "said": said}
    return render(request, "customers/import_columns.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def people(request, pk):
    file = list_of(request, pk)
    if file.state != ImportFile.State.CHECKED:
        return _too_late(request, file)
    form = PeopleForm(request.POST, file=file)
    if not form.is_valid():
        return told(request, file, _("Somebody you chose does not work in this store any more. Please choose again."))
    if form.chosen:
        uploads.match_people(file, form.chosen, timezone.now())
    return redirect("customers:import-file", file.pk)


@signed_in
@require_POST
def decision(request, pk, number):
    """What becomes of one double, saved at once."""
    file = list_of(request, pk)
    chosen = _decision(request)
    row = file.rows.light().numbered([number]).doubles().with_cars_of_others().first()
    if row is None:
        raise Http404
    if not uploads.decide(file, number, chosen):
        return _too_late(request, file)
    if not request.htmx:
        return redirect(_back_to_doubles(request, file, f"double-{number}"))
    file, row.decision = list_of(request, pk), chosen
    context = {"double": showing.doubles(file, [row])[0], "oob": True, **showing.counted(file)}
    return render(request, "customers/_import_decided.html", context)


@signed_in
@require_POST
def decisions(request, pk):
    """The same for every double that nobody has decided yet."""
    file = list_of(request, pk)
    if not uploads.decide(file, uploads.ALL, _decision(request)):
        return _too_late(request, file)
    return redirect(_back_to_doubles(request, file, "rows"))


@signed_in
@require_safe
def to_mend(request, pk, kind):
    """The rows that did not come in with their reasons, to mend in Excel and bring in again."""
    file = list_of(request, pk)
    make, content_type = KINDS.get(kind) or _nothing()
    number = showing.number_to_mend(file)
    if not number or file.forgotten_at:
        raise Http404
    if kind == "xlsx" and number > refused.MOST_IN_A_WORKBOOK:
        raise Http404
    stem = file.name.rpartition(".")[0] or file.name
    name = _("%(list)s to mend") % {"list": stem}
    response = HttpResponse(make(*showing.rows_to_mend(file)), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.{kind}")
    return response


def _nothing():
    raise Http404


def _decision(request):
    chosen = request.POST.get("decision", "")
    if chosen not in ImportRow.Decision.values or not chosen:
        raise Http404
    return chosen


def _back_to_doubles(request, file, anchor):
    """To the page of doubles that one came from."""
    page = request.POST.get("page", "")
    query = f"rows=duplicates&page={page}" if page.isdecimal() else "rows=duplicates"
    return f"{reverse('customers:import-file', args=[file.pk])}?{query}#{anchor}"


def _too_late(request, file):
    return told(
        request, file, _("This list is no longer open for changes: somebody has saved it, or it is being checked.")
    )
