"""Reports and mails by two workers at once, and with a worker killed amid its work (STYLE.md 22)."""

import pytest
from django.core import mail

from reports.mailing import send_due
from reports.models import MorningMail, MorningReport
from reports.morning import make_due
from stores.models import Membership, Role, Staff
from tests.cast import at, store
from tests.followups.test_concurrency import at_once
from tests.followups.test_passes_at_once import killed_amid

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-22 08:31")


def until_idle(one_pass):
    return lambda: sum(iter(lambda: one_pass(NOW), 0))


def test_two_workers_make_each_report_and_send_each_mail_once(cast):
    Staff.objects.filter(pk=cast.manager.pk).update(email="otsuka@example.jp")
    shops = [cast.hiratsuka, *(store(f"shop{number}") for number in range(12))]
    Membership.objects.bulk_create(Membership(staff=cast.manager, store=shop, role=Role.MANAGER) for shop in shops[1:])
    at_once(until_idle(make_due), until_idle(make_due))
    assert MorningReport.objects.count() == len(shops) + 1
    assert MorningMail.objects.count() == len(shops)
    tried = at_once(until_idle(send_due), until_idle(send_due))
    assert sum(tried) == len(shops) == len(mail.outbox)
    assert not MorningMail.objects.filter(sent_at=None).exists()


def test_a_worker_killed_amid_a_report_leaves_nothing_half_done(cast):
    Staff.objects.filter(pk=cast.manager.pk).update(email="otsuka@example.jp")
    killed_amid(make_due, "address", dies_at=1, now=NOW)
    assert not MorningReport.objects.exists()
    until_idle(make_due)()
    assert MorningReport.objects.count() == 2
    assert MorningMail.objects.count() == 1
