"""The customer book: search, filters, one page after the other (REQUIREMENTS C9)."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from stores.decorators import signed_in
from stores.pages import Pages

from ..forms import CustomerFilter
from ..importing.uploads import may_import
from ..models import Customer
from ..models.customer import CustomerQuerySet
from ..permissions import May, may

PAGE = 50


@signed_in
@require_safe
def customers(request):
    """`?choose=yes` shows the boxes for choosing many."""
    form, book = CustomerFilter(request.GET, me=request.user), Customer.objects.visible_to(request.user)
    found = form.found(book)
    context = {
        "form": form,
        "page": Pages(found, PAGE, show=CustomerQuerySet.for_list).get_page(request.GET.get("page")),
        "gaps": form.gaps(book.net()),
        "choosing": request.GET.get("choose") == "yes",
        "may_import": may_import(request.user),
        "may_export": may(request.user, May.EXPORT),
    }
    return render(request, "customers/list.html", context)
