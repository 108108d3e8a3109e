"""The report of the morning: looked at, shared with everybody, read, sent again (REQUIREMENTS E5)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from followups.models import RolePlay
from stores.decorators import managers_only, signed_in

from ..mailing import send_again
from ..models import MorningReport
from ..morning_forms import MorningFilter, SharingForm
from ..sharing import BACK_WITHIN, address_of, readers, share, unshare
from ..showing import shown


@require_safe
@signed_in
def morning(request):
    """Today's, or an earlier one, of one store."""
    form = MorningFilter(request.GET, me=request.user)
    return _page(request, form, form.report() if form.chosen_store else None, timezone.now())


@require_POST
@signed_in
def sharing(request, pk):
    """With everybody of the store, with a word; taken back for a day."""
    report, now = _managed(request, pk), timezone.now()
    form = SharingForm(request.POST)
    if not form.is_valid():
        return _page(request, MorningFilter(request.GET, me=request.user), report, now, form)
    if share(report, form.cleaned_data["note"], by=request.user, now=now):
        text = _("Shared with everybody of %(store)s.") % {"store": report.store}
        messages.success(request, text, extra_tags=reverse("reports:morning-unsharing", args=[pk]))
    else:
        messages.info(request, _("It is shared already."))
    return redirect(address_of(report))


@require_POST
@signed_in
def unsharing(request, pk):
    report = _managed(request, pk)
    if unshare(report, now=timezone.now()):
        messages.success(request, _("It is not shared any more. Who has looked at it already has seen it."))
    else:
        messages.warning(request, _("This can no longer be taken back."))
    return redirect(address_of(report))


@require_POST
@signed_in
def read(request, pk):
    """I have read it."""
    report = _seen(request, pk)
    report.read(request.user, timezone.now())
    return redirect(address_of(report))


@require_POST
@signed_in
def again(request, pk):
    """Mails that were given up are tried again."""
    report = _managed(request, pk)
    number = send_again(report, timezone.now())
    messages.success(request, _("To be sent again: %(n)d. It takes a minute at most.") % {"n": number})
    return redirect(address_of(report))


@require_POST
@managers_only
def mail(request):
    """Whether it comes to me by mail as well."""
    wished = request.POST.get("wished") == "yes"
    request.user.wish_morning_mail(wished=wished)
    messages.success(request, _("It comes by mail as well.") if wished else _("It comes by mail no more."))
    return redirect("reports:morning")


def _seen(request, pk) -> MorningReport:
    return get_object_or_404(MorningReport.objects.visible_to(request.user).for_page(), pk=pk)


def _managed(request, pk) -> MorningReport:
    report = _seen(request, pk)
    if not request.user.may_manage(report.store_id):
        raise PermissionDenied
    return report


def _page(request, form, report, now, sharing_form=None):
    me = request.user
    context = {"form": form, "store": report.store if report else form.chosen_store, "report": report}
    if report:
        context |= _about(report, me, now) | {
            "sharing_form": sharing_form or SharingForm(initial={"note": report.note})
        }
    return render(request, "reports/morning.html", context, status=422 if sharing_form else 200)


def _about(report, me, now) -> dict:
    reports = MorningReport.objects.visible_to(me).in_store(report.store)
    read_at = dict(report.reads.values_list("staff", "at"))
    may_manage = me.may_manage(report.store_id)
    mails = list(report.mails.for_page()) if may_manage else []
    return {
        "page": shown(report, me),
        "role_plays": RolePlay.objects.visible_to(me).in_store(report.store).planned_for(report.on).for_list(),
        "is_todays": report.on == timezone.localdate(now),
        "earlier": reports.before(report).first(),
        "later": reports.after(report).first(),
        "may_manage": may_manage,
        "may_unshare": may_manage and report.shared_at and report.shared_at > now - BACK_WITHIN,
        "readers": [(person, read_at.get(person.pk)) for person in readers(report)] if report.shared_at else [],
        "have_read": me.pk in read_at,
        "mails": mails,
        "has_failed": any(mail.has_failed for mail in mails),
    }
