"""Targets and what was reached of them, by month and year, person and store (REQUIREMENTS D6)."""

import re
from datetime import date
from itertools import zip_longest
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stores.decorators import admins_only, signed_in
from stores.forms.saving import save_or_tell
from stores.models import Store

from ..models import Deal, EvaluationPeriod, Figure, Span, Target
from ..reached import result, sum_of, targets_of
from ..target_chart import draw
from ..target_forms import PeriodForm, TargetsFilter, TargetsForm, month_key
from ..target_rows import orders_url, people_rows, store_rows

SEEN_FROM = ("month", "who", "of")
"""What the page of targets showed, carried by the addresses of its forms."""


@require_safe
@signed_in
def targets(request):
    """This month by day against the same day of the last, the year so far, each person and store, the record."""
    me, today = request.user, timezone.localdate()
    rule = EvaluationPeriod.load().rule
    form = TargetsFilter(request.GET, me=me, current=rule.current(today).month)
    period, figure, store, person = rule.of_month(form.chosen_month), form.figure, form.chosen_store, form.chosen_person
    year = rule.year_of(period.month)
    stores = [store] if store else form.stores
    orders = Deal.objects.counted_visible_to(me).counted_for(store=store)
    wanted = targets_of(Target.objects.visible_to(me).in_stores(stores).of_figure(figure), year=year)
    whose = person.pk if person else None
    own = sum_of([wanted[one.pk].get(whose, {}) for one in stores])
    found = result(orders.counted_for(staff=person), own, figure=figure, rule=rule, period=period, today=today)
    asked = {"figure": figure, "period": period, "year": year, "wanted": wanted}
    context = {
        "form": form,
        "figures": Figure,
        "figure": figure,
        "store": store,
        "person": person,
        "period": period,
        "is_running": today in period,
        "result": found,
        "days": _days(found),
        "chart": draw(found, title=_("Running total by day")),
        "people": people_rows(orders, store, me, **asked) if store and not person else [],
        "by_store": store_rows(orders, stores, **asked) if not store and not person else [],
        "orders_url": orders_url(period, store=store, staff=person),
        "year_url": orders_url(period, since=year[0].first, store=store, staff=person),
        "record_url": orders_url(found.record.period, store=store, staff=person) if found.record else "",
        "may_set": store and me.may_manage(store.pk),
        "month_key": month_key(period.month),
        "seen_from": urlencode({name: value for name, value in form.data.items() if name in SEEN_FROM and value}),
        "year_key": year[0].month.year,
    }
    return render(request, "customers/targets.html", context)


def _days(found) -> list[dict]:
    """The chart as lines of a table, by the number of the day."""
    pairs = enumerate(zip_longest(found.now, found.before), start=1)
    return [{"number": number, "now": now, "before": before} for number, (now, before) in pairs]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request, store_pk, span):
    """A store's targets of a month ("2026-11") or of a year ("2026", by its first month).

    With `?like=before` the form begins with those of the month or year before.
    """
    store = get_object_or_404(Store.objects.visible_to(request.user), pk=store_pk)
    if not request.user.may_manage(store.pk):
        raise PermissionDenied
    span, begins_on = _read_span(span)
    before = begins_on - relativedelta(**{f"{span}s": 1})
    like = before if request.GET.get("like") == "before" and request.method != "POST" else None
    data = request.POST if request.method == "POST" else None
    form = TargetsForm(data, store=store, span=span, begins_on=begins_on, like=like)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The targets are saved."))
        return redirect(_back(request, store, span, begins_on))
    context = {"form": form, "store": store, "span": span, "begins_on": begins_on, "figures": Figure}
    context |= {"before": before, "like": like}
    context["back"] = _back(request, store, span, begins_on)
    return render(request, "customers/targets_edit.html", context, status=form.status)


def _back(request, store, span, begins_on) -> str:
    """The page of targets as one left it; without that, a month's own."""
    asked = {name: request.GET[name] for name in SEEN_FROM if name in request.GET}
    own = {"month": month_key(begins_on)} if span == Span.MONTH else {}
    return f"{reverse('deals:targets')}?{urlencode({**own, **asked, 'store': store.pk})}"


def _read_span(text) -> tuple[Span, date]:
    """Raises Http404."""
    if re.fullmatch(r"20\d\d", text):
        return Span.YEAR, date(int(text), EvaluationPeriod.load().first_month, 1)
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        return Span.MONTH, date.fromisoformat(f"{text}-01")
    raise Http404


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def period(request):
    """From which day to which a month is counted, for the whole group."""
    form = PeriodForm(request.POST if request.method == "POST" else None, instance=EvaluationPeriod.load())
    if request.method == "POST" and form.is_valid() and save_or_tell(form):
        messages.success(request, _("Saved. All months, past ones too, are counted like this now."))
        return redirect("deals:targets")
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/target_period.html", {"form": form}, status=status)
