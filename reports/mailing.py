"""The morning report by mail to a store's managers: each report to each of them once (STYLE.md 19).

A row is claimed before its mail is sent. Whoever was killed between sending and saying so leaves a row that is claimed
anew after a while: a second mail at most, with the same Message-ID, by which mail programs know it as the first.
"""

import logging

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation

from followups.models import RolePlay
from stores.models import Membership, Role

from .models import MorningMail
from .models.morning import LEASE
from .showing import shown

log = logging.getLogger(__name__)
LONGEST_SUBJECT = 150


def receivers(stores):
    """(store, person) of the managers who have an address and the wish."""
    members = Membership.objects.in_stores(stores).filter(role=Role.MANAGER, staff__is_active=True)
    wishing = members.filter(staff__morning_mail=True).exclude(staff__email="")
    return wishing.order_by().values_list("store", "staff")


def address(reports, now):
    """One row for each of their managers; those that are there stay as they are."""
    by_store = {report.store_id: report for report in reports}
    MorningMail.objects.bulk_create(
        [
            MorningMail(report=by_store[store_id], staff_id=staff_id, due_at=now)
            for store_id, staff_id in receivers(list(by_store))
        ],
        ignore_conflicts=True,
    )


def send_due(now) -> int:
    """Send the mail that has waited longest, if there is one; gives how many were tried."""
    mail = _claim(now)
    if mail is None:
        return 0
    if not receivers([mail.report.store_id]).filter(staff=mail.staff_id).exists():
        mail.delete()  # they gave up the role or the wish meanwhile
        return 1
    try:
        message(mail).send()
    except Exception as error:  # a mail server's, the network's, or ours: the others are sent all the same
        log.warning("A morning report could not be mailed: %s", type(error).__name__)
        _said(mail, due_at=mail.next_try(now), problem=type(error).__name__)
    else:
        _said(mail, sent_at=now, problem="")
    return 1


def send_again(report, now) -> int:
    """Those that failed, from the beginning; gives how many."""
    return MorningMail.objects.of_report(report).failed().update(attempts=0, due_at=now, problem="")


def _claim(now) -> MorningMail | None:
    with transaction.atomic():
        rows = MorningMail.objects.due(now).select_related("report__store", "staff").order_by("due_at", "pk")
        mail = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if mail:
            mail.attempts += 1
            MorningMail.objects.filter(pk=mail.pk).update(attempts=F("attempts") + 1, due_at=now + LEASE)
    return mail


def _said(mail: MorningMail, **fields):
    """Of this attempt: where another worker has claimed it since then, that one says how it went."""
    MorningMail.objects.filter(pk=mail.pk, attempts=mail.attempts).update(**fields)


def message(mail: MorningMail) -> EmailMultiAlternatives:
    """It goes outside, so it names no customer."""
    report = mail.report
    with translation.override(settings.LANGUAGE_CODE):
        plays = RolePlay.objects.in_store(report.store).planned_for(report.on).for_list()
        page = shown(report, mail.staff)
        context = {"report": report, "page": page, "role_plays": plays, "site": settings.SITE_URL}
        subject = " ".join(render_to_string("reports/mail/subject.txt", context).split())[:LONGEST_SUBJECT]
        text = render_to_string("reports/mail/morning.txt", context)
        html = render_to_string("reports/mail/morning.html", context)
    number = f"<morning-{report.pk}-{mail.staff_id}@{settings.SITE_URL.rpartition('/')[2].partition(':')[0]}>"
    headers = {"Message-ID": number, "Auto-Submitted": "auto-generated"}
    made = EmailMultiAlternatives(subject, text, to=[mail.staff.email], headers=headers)
    made.attach_alternative(html, "text/html")
    return made
