"""The house's own addresses, and pages that go wrong in ways the house's own don't."""

import sys
import time

from django.http import HttpResponse
from django.urls import path

from dealercrm.urls import handler500 as handler500
from dealercrm.urls import urlpatterns as house
from stores.models import Store
from tests.dealercrm.real import NAME, PHONE


def crash(request):
    raise ValueError(f"{NAME} has no {PHONE}")


def doubled(request):
    """The database's own words carry the row: Key (slug)=(…) already exists."""
    for _ in range(2):
        Store.objects.create(slug=PHONE, name=NAME)


def printing(request):
    sys.stderr.write("a library prints\n")
    return HttpResponse("printed")


def slow(request):
    time.sleep(4)
    return HttpResponse("took its time")


urlpatterns = [
    path("test/crash/", crash),
    path("test/doubled/", doubled),
    path("test/printing/", printing),
    path("test/slow/", slow),
    *house,
]
