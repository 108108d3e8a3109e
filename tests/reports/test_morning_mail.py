"""The morning's report by mail: to whom, what is in it, and once (REQUIREMENTS E5)."""

import socketserver
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from followups.models import RolePlay
from reports.jobs import work
from reports.mailing import send_due
from reports.models import MorningMail
from reports.models.morning import LEASE, TRIES
from reports.morning import make_due
from stores.models import Role, Staff
from tests.cast import at, contact, customer, staff, task

NOW = at("2026-11-22 08:31")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def addressed(cast):
    """Of the managers one has an address; another does without mails."""
    Staff.objects.filter(pk=cast.manager.pk).update(email="otsuka@example.jp")
    fields = {"email": "silent@example.jp", "morning_mail": False}
    staff("silent", Role.MANAGER, cast.hiratsuka, **fields)
    staff("seller", Role.SALESPERSON, cast.hiratsuka, email="seller@example.jp")
    return cast


def sent_all(now=NOW):
    while make_due(now) or send_due(now):
        pass


def test_it_goes_to_managers_with_an_address_and_the_wish(addressed):
    sent_all()
    assert [one.to for one in mail.outbox] == [["otsuka@example.jp"]]


def test_it_says_who_missed_what_in_text_and_html_and_names_no_customer(addressed):
    person = customer(addressed.hiratsuka, name="山田 花子", owner=addressed.sales, phones=["09011112222"])
    task(person, at("2026-11-21 09:00").date())
    contact(person, at("2026-11-21 12:00"), details="苦情あり", counted_staff=addressed.sales)
    two = {"staff": addressed.sales, "partner": addressed.sales2, "script": None, "store": addressed.hiratsuka}
    RolePlay.plan(**two, planned_on=NOW.date(), by=addressed.manager, now=NOW)
    sent_all()
    (one,) = mail.outbox
    html, kind = one.alternatives[0]
    assert kind == "text/html"
    assert "平塚店" in one.subject
    for words in (one.body, html):
        assert addressed.sales.name in words
        assert f"{addressed.sales} × {addressed.sales2}" in words
        assert "http://localhost:8000/reports/morning/?store=" in words
        assert f"/desk/tasks/?store={addressed.hiratsuka.pk}&" in words
        for secret in ("山田", "9011112222", "1111-2222", "苦情あり"):
            assert secret not in words
    assert one.extra_headers["Message-ID"].startswith("<morning-")


def test_it_is_sent_once_however_often_the_worker_looks(addressed):
    assert work() == "done"
    assert work() == "done"
    assert len(mail.outbox) == 1
    assert MorningMail.objects.get().sent_at == NOW


def test_one_that_was_claimed_and_never_sent_is_claimed_anew_after_a_while(addressed, monkeypatch):
    make_due(NOW)

    def killed(mail):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("reports.mailing.message", killed)
        with pytest.raises(SystemExit):
            send_due(NOW)
    assert send_due(NOW + LEASE - MINUTE) == 0
    assert send_due(NOW + LEASE) == 1
    assert (len(mail.outbox), MorningMail.objects.get().attempts) == (1, 2)


def test_a_failure_is_kept_tried_again_and_shown(client, addressed, monkeypatch):
    def refused(mail):
        raise ConnectionRefusedError("otsuka@example.jp")

    with monkeypatch.context() as patch:
        patch.setattr("reports.mailing.message", refused)
        make_due(NOW)
        assert (send_due(NOW), send_due(NOW), send_due(NOW + MINUTE)) == (1, 0, 1)
        for hour in range(2, 12):
            send_due(NOW + timedelta(hours=hour))
    row = MorningMail.objects.get()
    assert (row.attempts, row.problem, row.has_failed) == (TRIES, "ConnectionRefusedError", True)
    client.force_login(addressed.manager)
    assert "ConnectionRefusedError" in client.get("/reports/morning/").content.decode()
    client.force_login(addressed.sales)
    assert client.post(f"/reports/morning/{row.report_id}/mails/").status_code == 404
    client.force_login(addressed.manager)
    client.post(f"/reports/morning/{row.report_id}/mails/")
    assert send_due(NOW) == 1
    assert len(mail.outbox) == 1


def test_who_gave_up_the_wish_meanwhile_gets_none(client, addressed):
    make_due(NOW)
    client.force_login(addressed.manager)
    client.post("/reports/morning/mail/", {"wished": "no"})
    sent_all()
    assert not mail.outbox
    assert not MorningMail.objects.exists()
    client.post("/reports/morning/mail/", {"wished": "yes"})
    assert Staff.objects.get(pk=addressed.manager.pk).morning_mail
    client.force_login(addressed.sales)
    assert client.post("/reports/morning/mail/", {"wished": "no"}).status_code == 403


class MailServer(socketserver.StreamRequestHandler):
    """As much of SMTP as one mail needs."""

    def handle(self):
        self.say("220 ready")
        for line in self.rfile:
            word = line[:4].strip().upper()
            if word == b"DATA":
                self.say("354 go on")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


def test_a_real_mail_server_takes_it(addressed, settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        server.mails = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        sent_all()
        server.shutdown()
    (taken,) = server.mails
    assert b"To: otsuka@example.jp" in taken
    assert b"multipart/alternative" in taken
    assert MorningMail.objects.get().sent_at == NOW
