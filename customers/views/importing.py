"""Customers from an office's list, in two steps: look at what would happen, then save it (REQUIREMENTS C7)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import signed_in

from ..importing import uploads
from ..importing.forms import UploadForm
from ..importing.reading import Unusable
from ..importing.report import COUNTS, words
from ..models import ImportFile

PAGE = 100


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request):
    if not uploads.may_import(request.user):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None, me=request.user)
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
    return render(request, "customers/import.html", {"form": form}, status=422 if request.method == "POST" else 200)


@signed_in
@require_safe
def check(request, pk):
    file = _file(request, pk)
    told = file.report
    about = request.GET.get("column", "")
    counts = dict(told["problem_columns"])
    problems = [one for one in told["problems"] if not about or one["column"] == about]
    count = counts.get(about, 0) if about else sum(counts.values())
    context = {
        "file": file,
        "told": told,
        "counts": [(name, told[name], words(name)) for name in COUNTS],
        "to_save": told["new"] + told["updated"],
        "columns": told["problem_columns"],
        "about": about,
        "problem_count": sum(counts.values()),
        "page": Paginator(problems, PAGE).get_page(request.GET.get("page")),
        "more": count - len(problems),
    }
    return render(request, "customers/import_check.html", context)


@signed_in
@require_POST
def saving(request, pk):
    file = _file(request, pk)
    if uploads.confirm(file, timezone.now()):
        messages.success(request, _("The list has been saved."))
    else:
        messages.info(request, _("This list was saved already. Nothing has been added."))
    return redirect("customers:import-file", file.pk)


@signed_in
@require_POST
def removal(request, pk):
    _file(request, pk).delete()
    messages.success(request, _("The list has been dropped. Nothing was saved."))
    return redirect("customers:import")


def _file(request, pk):
    """404 when it is of another store, 403 when one's role doesn't import."""
    file = get_object_or_404(
        ImportFile.objects.visible_to(request.user).without_content().select_related("store"), pk=pk
    )
    if file.store not in uploads.stores_for(request.user):
        raise PermissionDenied
    return file
