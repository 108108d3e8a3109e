"""The people: list, page with days off, form, password, leaving and coming back. Nobody is ever deleted."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ..days import stretches
from ..decorators import managers_only, signed_in
from ..forms.saving import save_or_tell
from ..forms.staff import LAST_ADMIN, NewStaffForm, PasswordForm, StaffForm
from ..forms.store import StretchForm
from ..inputs import plain, whole_number
from ..lockout import locked_until, unlock
from ..models import Staff, Store
from ..staffing import LastAdmin, deactivate, reactivate
from ..wake import DAYS_OFF, wake

PER_PAGE = 50


@signed_in
@require_GET
def staff_list(request):
    """Who works where; `?store=`, `?q=`, `?left=1` narrow it."""
    me, today = request.user, timezone.localdate()
    stores = list(Store.objects.visible_to(me))
    store = next((row for row in stores if str(row.pk) == request.GET.get("store")), None)
    left = request.GET.get("left") == "1"
    people = Staff.objects.visible_to(me)
    people = people.inactive() if left else people.active()
    if store:
        people = people.of_store(store)
    if text := plain(request.GET.get("q")).strip():
        people = people.matching(text)
    people = people.with_roles().with_days_off(*_month_around(today)).by_name()
    context = {
        "page": Paginator(people, PER_PAGE).get_page(request.GET.get("page")),
        "stores": stores,
        "store": store,
        "text": text,
        "left": left,
    }
    return render(request, "stores/staff_list.html", context)


@signed_in
@require_GET
def staff_detail(request, pk):
    return _staff_page(request, _visible(request, pk))


@managers_only
@require_http_methods(["GET", "POST"])
def staff_new(request):
    form = NewStaffForm(request.POST or None, by=request.user, initial=_store_asked(request))
    if request.method == "POST" and form.is_valid() and save_or_tell(form):
        person = form.instance
        words = {"name": person, "username": person.username}
        messages.success(request, _("%(name)s can sign in now as “%(username)s”.") % words)
        return redirect("stores:staff-detail", person.pk)
    return _staff_form(request, form)


@signed_in
@require_http_methods(["GET", "POST"])
def staff_edit(request, pk):
    person = _editable(request, pk)
    form = StaffForm(request.POST or None, instance=person, by=request.user)
    if request.method == "POST" and form.is_valid() and save_or_tell(form):
        messages.success(request, form.say(_("Saved.")))
        return redirect("stores:staff-detail", person.pk)
    return _staff_form(request, form)


@signed_in
@require_http_methods(["GET", "POST"])
def staff_password(request, pk):
    person = _editable(request, pk)
    if person == request.user:
        return redirect("account_change_password")
    form = PasswordForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("%(name)s has a new password.") % {"name": person})
        return redirect("stores:staff-detail", person.pk)
    context = {"form": form, "person": person}
    return render(request, "stores/staff_password.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def staff_leaving(request, pk):
    """Asks before it locks somebody out."""
    person, refused = _editable(request, pk), ""
    if person == request.user:
        refused = _("You cannot deactivate yourself. Ask another manager or administrator.")
    elif request.method == "POST":
        try:
            deactivate(person)
        except LastAdmin:
            refused = LAST_ADMIN
        else:
            messages.success(request, _("%(name)s cannot sign in any more.") % {"name": person})
            return redirect("stores:staff-detail", person.pk)
    context = {"person": person, "refused": refused}
    return render(request, "stores/staff_leaving.html", context, status=422 if refused else 200)


@signed_in
@require_POST
def staff_return(request, pk):
    person = _editable(request, pk)
    reactivate(person)
    messages.success(request, _("%(name)s can sign in again.") % {"name": person})
    return redirect("stores:staff-detail", person.pk)


@signed_in
@require_POST
def staff_unlocking(request, pk):
    """Somebody who was locked out by wrong passwords may try again."""
    person = _editable(request, pk)
    unlock(person, by=request.user)
    messages.success(request, _("%(name)s may try to sign in again.") % {"name": person})
    return redirect("stores:staff-detail", person.pk)


@signed_in
@require_POST
def days_off_add(request, pk):
    person = _plannable(request, pk)
    today, form = timezone.localdate(), StretchForm(request.POST)
    if form.is_valid() and form.days[0] < today and not request.user.is_manager:
        form.add_error("first", _("Days that are over are entered by your manager."))
    if not form.is_valid():
        return _answer_days_off(request, person, form)
    person.take_days_off(form.days, form.cleaned_data["note"])
    if form.days[0] <= today:
        wake(DAYS_OFF)
    return _answer_days_off(request, person, said=_("Days off entered."))


@signed_in
@require_POST
def days_off_remove(request, pk):
    person = _plannable(request, pk)
    form = StretchForm(request.POST)
    if form.is_valid():
        person.give_up_days_off(form.days[0], form.days[-1])
    return _answer_days_off(request, person, said=_("Days off removed."))


def _visible(request, pk) -> Staff:
    return get_object_or_404(Staff.objects.visible_to(request.user), pk=pk)


def _editable(request, pk) -> Staff:
    person = _visible(request, pk)
    if not request.user.may_edit(person):
        raise PermissionDenied
    return person


def _plannable(request, pk) -> Staff:
    person = _visible(request, pk)
    if not request.user.may_plan_for(person):
        raise PermissionDenied
    return person


def _answer_days_off(request, person, form=None, said=""):
    """The list in place for htmx, else the person's page."""
    if request.htmx:
        context = {**_days_off_of(request, person, form), "said": said}
        return render(request, "stores/_days_off.html", context, status=200 if said else 422)
    if not said:
        return _staff_page(request, person, form)
    messages.success(request, said)
    return redirect("stores:staff-detail", person.pk)


def _staff_page(request, person, form=None):
    may_edit = request.user.is_manager and request.user.may_edit(person)
    is_self = person == request.user
    context = {
        **_days_off_of(request, person, form),
        "may_edit": may_edit,
        "is_self": is_self,
        "locked_until": locked_until(person.username, timezone.now()) if may_edit or is_self else None,
    }
    return render(request, "stores/staff_detail.html", context, status=422 if form else 200)


def _days_off_of(request, person, form=None):
    first_shown = _month_around(timezone.localdate())[0]
    return {
        "person": person,
        "days_off": stretches(person.days_off.since(first_shown), lambda row: row.note),
        "days_off_form": form or StretchForm(),
        "may_plan": request.user.may_plan_for(person),
    }


def _staff_form(request, form):
    context = {"form": form, "person": form.instance if form.instance.pk else None}
    return render(request, "stores/staff_form.html", context, status=form.status)


def _store_asked(request):
    """From a store's page: a salesperson of that store is the likeliest newcomer."""
    store = whole_number(request.GET.get("store"))
    return {f"roles_{store}": ["salesperson"]} if store else {}


def _month_around(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
