from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from customers.importing import reading, uploads
from customers.jobs import forget_import_files
from customers.models import Customer, ImportFile
from tests.cast import at, customer

from .lists import csv_of, many, row


def send(client, rows, **fields):
    data = csv_of(rows) if isinstance(rows, list) else rows
    return client.post(reverse("customers:import"), {"file": SimpleUploadedFile("顧客.csv", data), **fields})


def page_of(client, file):
    return client.get(reverse("customers:import-file", args=[file.pk]))


def confirm(client, file):
    return client.post(reverse("customers:import-saving", args=[file.pk]), follow=True)


def test_an_assistant_looks_first_and_saves_then(client, cast):
    client.force_login(cast.assistant)
    assert client.get(reverse("customers:import")).status_code == 200
    response = send(client, [row(生年月日="S38.2.29"), row(顧客コード="2")])
    file = ImportFile.objects.get()
    assert response.headers["location"] == reverse("customers:import-file", args=[file.pk])
    assert (file.store, file.uploaded_by) == (cast.hiratsuka, cast.assistant)
    assert not Customer.objects.exists()
    shown = page_of(client, file).content.decode()
    assert "生年月日" in shown
    assert "S38.2.29" in shown
    assert "090-1111-2222" in shown
    confirm(client, file)
    assert Customer.objects.get().name == "田中 花子"
    file.refresh_from_db()
    assert (bytes(file.content), file.saved_at is not None) == (b"", True)
    assert page_of(client, file).status_code == 200


def test_confirming_twice_doubles_nothing(client, cast):
    client.force_login(cast.manager)
    send(client, many(3))
    file = ImportFile.objects.get()
    confirm(client, file)
    Customer.objects.filter(code="5000").delete()
    assert confirm(client, file).status_code == 200
    assert Customer.objects.count() == 2


def test_what_changed_in_the_meantime_counts_when_it_is_saved(client, cast):
    client.force_login(cast.manager)
    send(client, [row()])
    customer(cast.hiratsuka, phones=["09011112222"])
    confirm(client, ImportFile.objects.get())
    assert Customer.objects.count() == 1
    assert ImportFile.objects.get().report["duplicates"] == 1


def test_a_list_can_be_dropped(client, cast):
    client.force_login(cast.manager)
    send(client, [row()])
    client.post(reverse("customers:import-removal", args=[ImportFile.objects.get().pk]))
    assert not ImportFile.objects.exists()
    assert not Customer.objects.exists()


def test_salespeople_do_not_import(client, cast):
    client.force_login(cast.manager)
    send(client, [row()])
    file = ImportFile.objects.get()
    client.force_login(cast.sales)
    assert client.get(reverse("customers:import")).status_code == 403
    assert send(client, [row()]).status_code == 403
    assert page_of(client, file).status_code == 403
    assert confirm(client, file).status_code == 403
    assert client.post(reverse("customers:import-removal", args=[file.pk])).status_code == 403
    assert not Customer.objects.exists()


def test_a_list_of_another_store_is_not_there(client, cast):
    client.force_login(cast.manager)
    send(client, [row()])
    file = ImportFile.objects.get()
    client.force_login(cast.yokohama_manager)
    assert page_of(client, file).status_code == 404
    assert confirm(client, file).status_code == 404
    assert client.post(reverse("customers:import-removal", args=[file.pk])).status_code == 404
    assert ImportFile.objects.exists()


def test_an_administrator_chooses_the_store(client, cast):
    client.force_login(cast.admin)
    assert send(client, [row()]).status_code == 422
    send(client, [row()], store=cast.yokohama.pk)
    confirm(client, ImportFile.objects.get())
    assert Customer.objects.get().store == cast.yokohama


def test_nobody_chooses_a_store_in_which_they_only_sell(client, cast):
    sagamihara = cast.sales.memberships.model.objects
    sagamihara.create(staff=cast.manager, store=cast.yokohama, role="salesperson")
    client.force_login(cast.manager)
    send(client, [row()], store=cast.yokohama.pk)
    assert ImportFile.objects.get().store == cast.hiratsuka


def test_a_visitor_is_asked_to_sign_in(client, cast):
    assert "login" in client.get(reverse("customers:import")).headers["location"]


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\x00photo", "靴,帽子\r\n1,2".encode("cp932")])
def test_what_is_no_list_is_told_beside_the_field(client, cast, data):
    client.force_login(cast.manager)
    response = send(client, data)
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not ImportFile.objects.exists()


def test_a_file_that_is_too_large_is_told_so(client, cast, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    client.force_login(cast.manager)
    assert send(client, [row()]).status_code == 422


def test_getting_the_page_of_an_action_does_nothing(client, cast):
    client.force_login(cast.manager)
    send(client, [row()])
    file = ImportFile.objects.get()
    assert client.get(reverse("customers:import-saving", args=[file.pk])).status_code == 405
    assert client.get(reverse("customers:import-removal", args=[file.pk])).status_code == 405


def test_a_list_that_nobody_confirms_is_forgotten_after_a_day(client, cast):
    client.force_login(cast.manager)
    send(client, [row()])
    forget_import_files()
    assert ImportFile.objects.exists()
    file = ImportFile.objects.get()
    ImportFile.objects.update(created_at=file.created_at - timedelta(hours=25))
    forget_import_files()
    assert not ImportFile.objects.exists()


def test_remarks_can_be_narrowed_to_a_column(client, cast):
    client.force_login(cast.manager)
    send(client, [row(生年月日="x1", 郵便番号="x2")])
    response = client.get(reverse("customers:import-file", args=[ImportFile.objects.get().pk]), {"column": "生年月日"})
    assert [one["value"] for one in response.context["page"]] == ["x1"]


@pytest.mark.parametrize("count", [10, 100])
def test_the_page_asks_as_much_for_many_remarks_as_for_few(client, cast, django_assert_num_queries, count):
    client.force_login(cast.manager)
    send(client, many(count, 購入金額="百万"))
    file = ImportFile.objects.get()
    with django_assert_num_queries(5):
        page_of(client, file)


def test_of_very_many_remarks_some_are_kept_and_all_are_counted(client, cast, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_PROBLEMS", 5)
    monkeypatch.setattr(uploads, "MOST_DUPLICATES", 3)
    client.force_login(cast.manager)
    twice = [{**one, "顧客コード": f"9{one['顧客コード']}", "氏名": "別の人"} for one in many(10)]
    send(client, [*many(10, 購入金額="百万"), *twice, *({"顧客コード": str(number)} for number in range(4))])
    file = ImportFile.objects.get()
    kept = file.report
    assert (len(kept["problems"]), len(kept["duplicate_rows"]), len(kept["refused_rows"])) == (5, 3, 3)
    assert (kept["duplicates"], kept["refused"]) == (10, 4)
    response = page_of(client, file)
    assert response.context["problem_count"] == sum(count for _column, count in kept["problem_columns"]) > 20
    assert response.context["more"] == response.context["problem_count"] - 5
    content = response.content.decode()
    assert "10件のうち、はじめの3件" in content
    narrowed = client.get(reverse("customers:import-file", args=[file.pk]), {"column": "購入金額"})
    assert narrowed.context["more"] == 10 - len(narrowed.context["page"].object_list)


def test_a_file_name_with_a_sign_that_the_database_refuses_is_taken(cast):
    content = csv_of([row()])
    made = uploads.receive(content, name="a\0.csv", store=cast.hiratsuka, by=cast.manager, now=at("2026-11-21 12:00"))
    assert made.name == "a.csv"
