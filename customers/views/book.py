"""The customer book: search, filters, one page after the other (REQUIREMENTS C9)."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stores.decorators import signed_in

from ..forms import CustomerFilter
from ..importing.uploads import may_import
from ..models import Customer

PAGE = 50


@signed_in
@require_safe
def customers(request):
    form = CustomerFilter(request.GET, me=request.user)
    found = form.found(Customer.objects.visible_to(request.user).net())
    page = Paginator(found.for_list(), PAGE).get_page(request.GET.get("page"))
    return render(request, "customers/list.html", {"form": form, "page": page, "may_import": may_import(request.user)})
