"""Ringing for the worker: one bell at a time, none for what was rolled back (DESIGN.md "The engine")."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from stores import wake as bell
from stores.models import WakeUp
from stores.wake import ENGINE, LOST_AFTER, heard, wake

from .test_stores import NEW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring(django_capture_on_commit_callbacks):
    def ring():
        with django_capture_on_commit_callbacks(execute=True):
            wake()

    return ring


def queued():
    return OrmQ.objects.count()


def test_it_rings_after_the_transaction_and_not_before(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        wake()
        assert queued() == 0
    assert queued() == 1
    assert OrmQ.objects.get().func() == ENGINE


def test_while_one_waits_no_second_is_queued(ring):
    ring()
    ring()
    assert queued() == 1


def test_once_it_was_heard_the_next_one_rings(ring):
    ring()
    heard()
    ring()
    assert queued() == 2


@pytest.mark.parametrize(("seconds", "bells"), [(-1, 1), (1, 2)])
def test_a_bell_that_nobody_heard_for_half_a_minute_is_rung_again(ring, seconds, bells):
    ring()
    WakeUp.objects.update(queued_at=timezone.now() - LOST_AFTER - timedelta(seconds=seconds))
    ring()
    assert queued() == bells


def test_jobs_of_another_name_wait_for_themselves(ring, django_capture_on_commit_callbacks):
    ring()
    with django_capture_on_commit_callbacks(execute=True):
        wake("followups.jobs.sweep_on")
    assert queued() == 2


def test_what_was_rolled_back_rings_nothing(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        wake()
        transaction.set_rollback(True)
    assert queued() == 0
    assert not WakeUp.objects.exists()


def test_a_bell_that_cannot_be_rung_takes_nothing_back(ring, monkeypatch, caplog):
    def broken(job):
        raise ConnectionError("no broker")

    monkeypatch.setattr(bell, "async_task", broken)
    ring()
    assert "no broker" in caplog.text


class TestWhatAPersonChangesAboutAStore:
    @pytest.fixture
    def post(self, client, cast, django_capture_on_commit_callbacks):
        client.force_login(cast.manager)

        def post(page, **fields):
            with django_capture_on_commit_callbacks(execute=True):
                return client.post(reverse(f"stores:{page}", args=[cast.hiratsuka.pk]), fields)

        return post

    def test_days_that_are_closed_and_opened_again_ring(self, post):
        post("dates-add", first="2026-12-29", closed="closed")
        assert [row.func() for row in OrmQ.objects.all()] == [ENGINE]
        heard()
        post("dates-remove", first="2026-12-29")
        assert queued() == 2

    def test_days_that_are_refused_ring_nothing(self, post):
        assert post("dates-add", first="", closed="closed").status_code == 422
        assert queued() == 0

    def test_its_settings_ring_once_they_are_saved(self, post):
        fields = NEW | {"slug": "hiratsuka", "weekdays": ["1"]}
        assert post("edit", **{**fields, "opens": "20:00"}).status_code == 422
        assert queued() == 0
        assert post("edit", **fields).status_code == 302
        assert queued() == 1
