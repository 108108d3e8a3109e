"""What is proposed while somebody types: an address for a post code, kana for a name."""

import json

from django.shortcuts import render
from django.views.decorators.http import require_safe

from stores.decorators import signed_in
from stores.inputs import plain

from ..kana import propose
from ..postcodes import address_of
from ..text import fold, normalise_postcode


@signed_in
@require_safe
def postcode(request):
    """Fills an empty address. One that is typed already stays as it is; where it is another, this one is proposed."""
    typed = plain(request.GET.get("address")).strip()
    code = normalise_postcode(plain(request.GET.get("postcode"))[:20])
    address = address_of(code) if code else ""
    address = "" if address and fold(typed).startswith(fold(address)) else address
    fill = json.dumps({"id_address": address}, ensure_ascii=False)
    return render(request, "customers/_postcode_found.html", {"address": address, "typed": typed, "fill": fill})


@signed_in
@require_safe
def kana(request):
    name, typed = plain(request.GET.get("name")).strip()[:100], plain(request.GET.get("kana")).strip()
    found = propose(request.user, name) if name and not typed else []
    proposed = [{"kana": one, "fill": json.dumps({"id_kana": one}, ensure_ascii=False)} for one in found]
    return render(request, "customers/_kana.html", {"proposed": proposed})
