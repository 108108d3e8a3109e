"""What goes wrong in the database while a list is worked on: tried again, or stopped, and never half done."""

import pytest
from django.db import DataError, IntegrityError, OperationalError, transaction

from customers.importing import saving, slices, uploads
from customers.importing.writing import insert
from customers.jobs import work
from customers.models import Customer
from tests.cast import customer

from .lists import many, row
from .test_importing_slices import NOW, fresh, received, run


@pytest.fixture
def by_the_worker(monkeypatch):
    monkeypatch.setattr(uploads, "QUICK_SECONDS", 0)


def failing_once(monkeypatch, step, error):
    """The step as it is, but its first turn ends with this error."""
    original, errors = slices.STEPS[step], [error]

    def failing(file, now):
        original(file, now)
        if errors:
            raise errors.pop()

    monkeypatch.setitem(slices.STEPS, step, failing)


def ready_to_save(cast):
    file = run(received(cast, many(3)))
    uploads.confirm(file, by=cast.manager, now=NOW)
    return file


def test_what_somebody_entered_at_the_same_moment_is_met_by_a_second_try(cast, by_the_worker, monkeypatch):
    file = ready_to_save(cast)
    failing_once(monkeypatch, "save", IntegrityError())
    assert run(file).report["new"] == 3


def test_a_deadlock_leaves_the_list_waiting_for_the_next_minute(cast, by_the_worker, monkeypatch):
    file = ready_to_save(cast)
    failing_once(monkeypatch, "save", OperationalError("deadlock detected"))
    with pytest.raises(OperationalError):
        slices.one_slice(NOW, only=file)
    assert (fresh(file).state, Customer.objects.count()) == ("saving", 0)
    assert run(file).report["new"] == 3


@pytest.mark.parametrize("error", [DataError, IntegrityError])
def test_what_the_database_refuses_for_good_stops_its_list_and_no_other(cast, by_the_worker, monkeypatch, error):
    file, other = ready_to_save(cast), received(cast, [row()])

    def refused(*given):
        raise error

    monkeypatch.setattr(saving, "_save_vehicles", refused)
    work()
    assert (fresh(file).state, fresh(other).state, Customer.objects.count()) == ("failed", "checked", 0)


def test_many_rows_written_at_once_are_refused_in_djangos_words(cast):
    made = customer(cast.hiratsuka, code="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([Customer(store=cast.hiratsuka, name="二人目", code="1")])
    with pytest.raises(DataError), transaction.atomic():
        insert([Customer(store=cast.hiratsuka, name="長い名前" * 500)])
    file = received(cast, [row()])
    with pytest.raises(IntegrityError), transaction.atomic():
        file.rows.keep(file, [(2, ["同じ行"])])
    assert (Customer.objects.get(), file.rows.count()) == (made, 1)
