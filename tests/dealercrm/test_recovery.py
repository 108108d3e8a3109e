import psycopg
import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse

from dealercrm.postgres import base
from dealercrm.recovery import RecoveryMiddleware, lost_database, server_error


def caused_by(state):
    error = OperationalError("…")
    error.__cause__ = psycopg.errors.lookup(state)("…") if state else psycopg.OperationalError("…")
    return error


@pytest.mark.parametrize("state", [None, "57P01", "08006"])
def test_a_connection_that_broke_counts_as_a_lost_database(state):
    assert lost_database(caused_by(state))


@pytest.mark.parametrize("error", [caused_by("40P01"), caused_by("55P03"), ValueError("…"), None])
def test_a_deadlock_or_a_mistake_of_ours_does_not(error):
    assert not lost_database(error)


def failing_once(rf, error, method):
    """The answers of an application whose first try loses the database, and how often it was asked."""
    asked = []

    def application(request):
        asked.append(request)
        if len(asked) == 1:
            try:
                raise error
            except type(error):
                return server_error(request)
        return HttpResponse("ok")

    return RecoveryMiddleware(application)(getattr(rf, method)("/todo/")), len(asked)


@pytest.mark.django_db
def test_reading_is_tried_once_more(rf):
    response, asked = failing_once(rf, InterfaceError("the connection is closed"), "get")
    assert (response.status_code, asked) == (200, 2)


@pytest.mark.django_db
def test_writing_is_never_repeated_but_asks_to_come_back(rf):
    response, asked = failing_once(rf, InterfaceError("the connection is closed"), "post")
    assert (response.status_code, asked) == (503, 1)
    assert response.headers["Retry-After"]


@pytest.mark.django_db
def test_a_mistake_of_ours_is_an_error_page_at_once(rf):
    response, asked = failing_once(rf, ValueError("…"), "get")
    assert (response.status_code, asked) == (500, 1)


def test_connecting_is_tried_until_the_patience_ends(monkeypatch):
    tries = []

    def refuse(self, parameters):
        tries.append(1)
        if len(tries) < 3:
            raise psycopg.OperationalError("starting up")
        return "connected"

    monkeypatch.setattr(base, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(base.base.DatabaseWrapper, "get_new_connection", refuse)
    assert base.DatabaseWrapper({}).get_new_connection({}) == "connected"
    monkeypatch.setattr(base, "PATIENCE_SECONDS", -1)
    tries.clear()
    with pytest.raises(psycopg.OperationalError):
        base.DatabaseWrapper({}).get_new_connection({})
    assert len(tries) == 1
