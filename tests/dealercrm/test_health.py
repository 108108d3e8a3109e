from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from stores.models import Heartbeat


@pytest.mark.django_db
def test_it_answers_without_signing_in_and_without_a_session(client, django_assert_num_queries):
    with django_assert_num_queries(2):
        response = client.get(reverse("health"))
    assert response.status_code == 200
    assert response.json() == {
        "database": "ok",
        "worker_age_seconds": None,
        "worker": "away",
        "follow_ups_waiting": 0,
    }
    assert not response.cookies


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "worker"), [(5, "ok"), (119, "ok"), (125, "away")])
def test_the_worker_is_away_when_nothing_was_heard_of_it_for_two_minutes(client, age, worker):
    Heartbeat.stamp(timezone.now() - timedelta(seconds=age))
    answer = client.get(reverse("health")).json()
    assert answer["worker"] == worker
    assert age <= answer["worker_age_seconds"] <= age + 3


@pytest.mark.django_db
def test_without_the_database_it_answers_503_and_shows_no_trace(client, monkeypatch):
    def refuse(**parameters):
        assert parameters["connect_timeout"] <= 3
        raise psycopg.OperationalError("the server's address and password")

    monkeypatch.setattr(psycopg, "connect", refuse)
    response = client.get(reverse("health"))
    assert response.status_code == 503
    assert response.json()["database"] == "down"
    assert b"password" not in response.content


def test_the_knock_has_no_pool_and_waits_a_moment_only(monkeypatch):
    asked = {}
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", {"min_size": 1})
    monkeypatch.setattr(psycopg, "connect", lambda **parameters: asked.update(parameters) or _Nothing())
    from dealercrm.health import _knock

    _knock()
    assert "pool" not in asked
    assert asked["connect_timeout"] == 2


class _Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        return False


@pytest.mark.django_db
def test_a_monitor_may_ask_by_the_machines_address_and_without_https(client, settings):
    settings.ALLOWED_HOSTS = ["crm.example.jp"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/health", headers={"host": "10.0.0.5:8000"}).status_code == 200
    assert client.get("/accounts/login/", headers={"host": "10.0.0.5:8000"}).status_code == 400
    assert client.get("/accounts/login/", headers={"host": "crm.example.jp"}).status_code == 301
