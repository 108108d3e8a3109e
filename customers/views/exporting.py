"""A filtered list as a file, and the record of what was taken (REQUIREMENTS C7)."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from stores.decorators import signed_in

from ..exporting.columns import LISTS
from ..exporting.forms import Asked, ExportForm
from ..exporting.taking import CONTENT_TYPES, Taken
from ..models import Export
from ..permissions import May, may, stores_where

PAGE = 50
SHOWN = 30
"""So many letters that Shift_JIS lacks are named."""


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def export(request, what):
    """The address carries the filter of the list. A letter that the chosen file cannot hold is told before."""
    if not may(request.user, May.EXPORT):
        raise PermissionDenied
    if what not in LISTS:
        raise Http404
    now = timezone.now()
    asked = Asked(what, request.GET, me=request.user, stores=stores_where(request.user, May.EXPORT), now=now)
    form = ExportForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "asked": asked, "what": Export.What(what), "count": asked.found.count()}
    context["lists"] = [(value, Export.What(value).label) for value in LISTS]
    if not form.is_valid():
        return render(request, "customers/export.html", context, status=422 if form.is_bound else 200)
    taken, chosen = Taken(what, asked.found), form.cleaned_data["form"]
    if chosen == Export.Form.CP932 and "replace" not in request.POST and (lacking := taken.lacking()):
        context |= {"lacking": lacking.most_common(SHOWN), "lacking_count": lacking.total()}
        return render(request, "customers/export.html", context, status=422)
    record = taken.put_on_record(chosen, by=request.user, now=now, asked=asked.words, stores=asked.stores)
    content_type, ending = CONTENT_TYPES[chosen]
    response = StreamingHttpResponse(taken.pieces(chosen), content_type=content_type)
    name = f"{record.get_what_display()}-{timezone.localdate(now):%Y%m%d}.{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


@signed_in
@require_safe
def exports(request):
    """Who took what."""
    if not may(request.user, May.EXPORT):
        raise PermissionDenied
    taken = Export.objects.visible_to(request.user).for_page()
    page = Paginator(taken, PAGE).get_page(request.GET.get("page"))
    return render(request, "customers/exports.html", {"page": page})
