"""Role-plays: planned, done with remarks, and how many each person took part in (REQUIREMENTS B14)."""

from dateutil.relativedelta import relativedelta
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.decorators import signed_in
from stores.models import Staff, Store

from ..forms.role_plays import RolePlayForm, TookPlaceForm
from ..models import RolePlay

PAGE = 20
MONTHS = 6
MOST_PLANNED = 100


@signed_in
@require_safe
def role_plays(request):
    """What is planned, what took place; managers see their stores', and how many each person took part in."""
    me, today = request.user, timezone.localdate()
    rows = RolePlay.objects.visible_to(me)
    planned = list(rows.planned().for_list()[:MOST_PLANNED])
    context = {
        "mine": [row for row in planned if me.pk in {row.staff_id, row.partner_id}],
        "others": [row for row in planned if me.pk not in {row.staff_id, row.partner_id}],
        "today": today,
        "page": Paginator(rows.latest_done().for_list(), PAGE).get_page(request.GET.get("page")),
        **(_by_month(me, today) if me.is_manager else {}),
    }
    return render(request, "followups/role_play_list.html", context)


def _by_month(me, today) -> dict:
    """Months, the latest last, and a line for everybody of one's stores, also for who took part in none."""
    first = today.replace(day=1)
    months = [first - relativedelta(months=back) for back in reversed(range(MONTHS))]
    counts = RolePlay.objects.managed_by(me).count_by_month(months[0])
    ids = {person for person, _month in counts}
    people = Staff.objects.working_in_or_with_ids(Store.objects.managed_by(me), ids).by_name()
    lines = [(person, [counts.get((person.pk, month), 0) for month in months]) for person in people]
    return {"months": months, "lines": lines}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    now, me = timezone.now(), request.user
    today = timezone.localdate(now)
    initial = {"staff": me.pk, "planned_on": today, "script": request.GET.get("script", "")}
    form = RolePlayForm(request.POST if request.method == "POST" else None, initial=initial, me=me, today=today)
    if request.method == "POST" and form.is_valid():
        on, remarks = form.cleaned_data["planned_on"], form.cleaned_data["remarks"]
        if form.cleaned_data["is_done"]:
            RolePlay.log(**form.kept, done_on=on, remarks=remarks, by=me, now=now)
            messages.success(request, _("The role-play is in the log."))
        else:
            RolePlay.plan(**form.kept, planned_on=on, remarks=remarks, by=me, now=now)
            messages.success(request, _("The role-play is planned. Both find it in their list."))
        return redirect("scripts:role-plays")
    return render(request, "followups/role_play_form.html", {"form": form}, status=422 if form.is_bound else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def role_play(request, pk):
    """What is practised, and the record of it."""
    found, now = _visible(request, pk), timezone.now()
    today = timezone.localdate(now)
    initial = {"done_on": min(found.planned_on, today), "remarks": found.remarks}
    form = TookPlaceForm(request.POST if request.method == "POST" else None, initial=initial, today=today)
    if request.method == "POST" and form.is_valid():
        if found.record(**form.cleaned_data, by=request.user, now=now):
            undo = reverse("scripts:role-play-undo", args=[found.pk])
            messages.success(request, _("The role-play is in the log."), extra_tags=undo)
        else:
            messages.info(request, _("It was recorded or called off already."))
        return redirect("scripts:role-plays")
    context = {"role_play": found, "form": form, "may_undo": found.may_be_undone(now)}
    return render(request, "followups/role_play.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def undo(request, pk):
    """It is planned again; the remarks are kept."""
    found = _visible(request, pk)
    if found.take_back(timezone.now()):
        messages.success(request, _("It is planned again."))
    else:
        messages.info(request, _("It can no longer be taken back."))
    return redirect("scripts:role-plays")


@signed_in
@require_POST
def cancellation(request, pk):
    found = _visible(request, pk)
    found.call_off(timezone.now())
    url = reverse("scripts:role-play-return", args=[found.pk])
    messages.success(request, _("The role-play is called off."), extra_tags=url)
    return redirect("scripts:role-plays")


@signed_in
@require_POST
def comeback(request, pk):
    _visible(request, pk).bring_back()
    messages.success(request, _("The role-play is planned again."))
    return redirect("scripts:role-plays")


def _visible(request, pk) -> RolePlay:
    return get_object_or_404(RolePlay.objects.visible_to(request.user).for_list(), pk=pk)
