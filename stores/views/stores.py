"""The stores: list, page with opening calendar, form, days that differ from the rule."""

from datetime import date, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ..days import month, next_long_holidays, stretches
from ..decorators import admins_only, signed_in
from ..forms.saving import save_or_tell
from ..forms.store import SpecialDatesForm, StoreForm, StretchForm
from ..inputs import FIRST_DAY, LAST_DAY
from ..models import Staff, Store
from ..wake import wake


@signed_in
@require_GET
def store_list(request):
    today = timezone.localdate()
    stores = list(Store.objects.visible_to(request.user).with_calendar().with_staff_count())
    for store in stores:
        store.hours_today = store.calendar().hours_on(today)
    return render(request, "stores/store_list.html", {"stores": stores, "today": today})


@signed_in
@require_GET
def store_detail(request, pk):
    store = get_object_or_404(Store.objects.visible_to(request.user).with_calendar(), pk=pk)
    context = _calendar_of(request, store)
    if request.htmx:
        return render(request, "stores/_calendar.html", context)
    people = Staff.objects.visible_to(request.user).active().of_store(store).with_roles().by_name()
    return render(request, "stores/store_detail.html", {**context, "people": people})


@admins_only
@require_http_methods(["GET", "POST"])
def store_new(request):
    form = StoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and save_or_tell(form):
        store = form.instance
        messages.success(request, _("%(store)s is there. Now add the people who work in it.") % {"store": store})
        return redirect("stores:detail", store.pk)
    return _store_form(request, form)


@signed_in
@require_http_methods(["GET", "POST"])
def store_edit(request, pk):
    store = _managed(request, pk)
    form = StoreForm(request.POST or None, instance=store)
    if request.method == "POST" and form.is_valid() and save_or_tell(form):
        messages.success(request, form.say(_("Saved. Open tasks follow within moments.")))
        return redirect("stores:detail", store.pk)
    return _store_form(request, form)


@signed_in
@require_POST
def dates_add(request, pk):
    """Close these days, or open them at hours of their own."""
    store = _managed(request, pk)
    form = SpecialDatesForm(request.POST, opening=store.calendar())
    if not form.is_valid():
        return _answer_calendar(request, store, form)
    store.set_dates(form.days, form.hours, form.cleaned_data["note"])
    wake()
    return _answer_calendar(request, store, shown=form.days[0], said=_("The calendar is changed."))


@signed_in
@require_POST
def dates_remove(request, pk):
    """These days follow the rule again."""
    store = _managed(request, pk)
    form = StretchForm(request.POST)
    if form.is_valid():
        store.clear_dates(form.days[0], form.days[-1])
        wake()
    return _answer_calendar(request, store, said=_("These days follow the rule again."))


def _managed(request, pk) -> Store:
    store = get_object_or_404(Store.objects.visible_to(request.user), pk=pk)
    if not request.user.may_manage(store.pk):
        raise PermissionDenied
    return store


def _store_form(request, form):
    context = {"form": form, "store": form.instance if form.instance.pk else None}
    return render(request, "stores/store_form.html", context, status=form.status)


def _answer_calendar(request, store, form=None, shown=None, said=""):
    """The calendar in place for htmx, else its page; an error beside its field in both."""
    if said and not request.htmx:
        messages.success(request, said)
        address = reverse("stores:detail", args=[store.pk])
        return redirect(f"{address}?month={shown or _month_of(request):%Y-%m}#calendar")
    context = _calendar_of(request, store, form, shown)
    if request.htmx:
        return render(request, "stores/_calendar.html", {**context, "said": said}, status=200 if said else 422)
    people = Staff.objects.visible_to(request.user).active().of_store(store).with_roles().by_name()
    return render(request, "stores/store_detail.html", {**context, "people": people}, status=422)


def _calendar_of(request, store, form=None, shown=None):
    """What the calendar's partial needs: the weeks, the months beside it, the days that differ."""
    today = timezone.localdate()
    of = shown or _month_of(request)
    opening = store.calendar()
    weeks = month(opening, of, today)
    return {
        "store": store,
        "may_manage": request.user.may_manage(store.pk),
        "month": of,
        "previous_month": date(of.year - (of.month == 1), (of.month - 2) % 12 + 1, 1),
        "next_month": date(of.year + (of.month == 12), of.month % 12 + 1, 1),
        "weeks": weeks,
        "holidays": [day for week in weeks for day in week if day.holiday and not day.outside],
        "special": stretches(
            [row for row in store.calendar_dates.all() if row.on >= min(today, of.replace(day=1))],
            lambda row: (row.hours, row.note),
        ),
        "long_holidays": next_long_holidays(opening, today),
        "dates_form": form or SpecialDatesForm(),
    }


def _month_of(request) -> date:
    """The month asked for, else this one."""
    asked = request.POST.get("month") or request.GET.get("month") or ""
    try:
        found = datetime.strptime(asked, "%Y-%m").date()
    except ValueError:
        found = None
    return found if found and FIRST_DAY <= found <= LAST_DAY else timezone.localdate().replace(day=1)
