"""A list on its way: chosen, looked at, saved or dropped, and how far it is while the worker has it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from customers.importing import reading, uploads
from customers.jobs import forget_import_files
from customers.models import Customer, ImportFile
from tests.cast import at, customer

from .lists import csv_of, many, row

HTMX = {"HTTP_HX_REQUEST": "true"}


def send(client, rows, **fields):
    """The answer to choosing this list."""
    data = csv_of(rows) if isinstance(rows, list) else rows
    return client.post(reverse("customers:import"), {"file": SimpleUploadedFile("顧客.csv", data), **fields})


def sent(client, rows, **fields) -> ImportFile:
    """The list that was chosen."""
    assert send(client, rows, **fields).status_code == 302
    return ImportFile.objects.latest("pk")


def address(file, name="file", *args):
    return reverse(f"customers:import-{name}", args=[file.pk, *args])


def page_of(client, file, **query):
    return client.get(address(file), query)


def confirm(client, file, seen=None):
    """As the page's button does it."""
    seen = ImportFile.objects.get(pk=file.pk).fingerprint() if seen is None else seen
    return client.post(address(file, "saving"), {"seen": seen}, follow=True)


def test_an_assistant_looks_first_and_saves_then(client, cast):
    client.force_login(cast.assistant)
    assert client.get(reverse("customers:import")).status_code == 200
    response = send(client, [row(生年月日="S38.2.29"), row(顧客コード="2")])
    file = ImportFile.objects.get()
    assert response.headers["location"] == address(file)
    assert (file.store, file.uploaded_by) == (cast.hiratsuka, cast.assistant)
    assert not Customer.objects.exists()
    shown = page_of(client, file, rows="remarks").content.decode()
    assert "生年月日" in shown
    assert "S38.2.29" in shown
    assert "090-1111-2222" in shown
    assert "1名を登録する" in shown
    result = confirm(client, file).content.decode()
    assert Customer.objects.get().name == "田中 花子"
    assert f"{reverse('customers:list')}?import={file.pk}" in result


def test_confirming_twice_doubles_nothing_and_says_so(client, cast):
    client.force_login(cast.manager)
    file = sent(client, many(3))
    confirm(client, file)
    Customer.objects.filter(code="5000").delete()
    response = confirm(client, file)
    assert response.status_code == 409
    assert "二重には登録されません" in response.content.decode()
    assert Customer.objects.count() == 2


def test_what_was_looked_at_is_what_is_saved(client, cast):
    client.force_login(cast.manager)
    file = sent(client, [*many(3), row(顧客コード="7", 氏名="別の人", 携帯電話="090-2000-0001")])
    uploads.decide(file, 5, "same")
    seen = page_of(client, file).context["seen"]
    assert f'name="seen" value="{seen}"' in page_of(client, file).content.decode()
    uploads.decide(file, 5, "another")  # by somebody else, and as many would be saved as before
    for old in (seen, ""):
        assert "もう一度" in (response := confirm(client, file, seen=old)).content.decode()
        assert response.status_code == 409
    assert not Customer.objects.exists()
    assert confirm(client, file, seen=page_of(client, file).context["seen"]).status_code == 200
    assert Customer.objects.count() == 4


def test_columns_chosen_anew_are_looked_at_before_they_are_saved(client, cast):
    client.force_login(cast.manager)
    file = sent(client, many(3))
    seen = page_of(client, file).context["seen"]
    fields = ["" if one["field"] == "occupation" else one["field"] for one in file.columns]
    assert uploads.use_columns(file, fields, timezone.now())
    assert confirm(client, file, seen=seen).status_code == 409
    assert confirm(client, file).status_code == 200


def test_somebody_entered_in_the_meantime_is_not_doubled(client, cast):
    client.force_login(cast.manager)
    file = sent(client, [row()])
    customer(cast.hiratsuka, phones=["09011112222"])
    confirm(client, file)
    assert Customer.objects.count() == 1


def test_a_list_that_is_in_the_book_already_is_not_called_wrong(client, cast):
    client.force_login(cast.manager)
    confirm(client, sent(client, many(2)))
    shown = page_of(client, sent(client, many(2))).content.decode()
    assert "すべて登録済みです" in shown
    assert "列を直すか" not in shown
    assert "列を直すか" in page_of(client, sent(client, [row(氏名="")])).content.decode()


def test_a_list_can_be_dropped(client, cast):
    client.force_login(cast.manager)
    file = sent(client, [row()])
    client.post(address(file, "removal"))
    assert not ImportFile.objects.exists()
    assert not Customer.objects.exists()


def test_a_list_that_is_saved_is_not_dropped(client, cast):
    client.force_login(cast.manager)
    file = sent(client, [row()])
    confirm(client, file)
    assert client.post(address(file, "removal")).status_code == 409
    assert ImportFile.objects.exists()


ACTIONS = ("saving", "removal", "again", "people", "decisions", "columns", "undoing")


def test_salespeople_do_not_import(client, cast):
    client.force_login(cast.manager)
    file = sent(client, [row()])
    client.force_login(cast.sales)
    assert client.get(reverse("customers:import")).status_code == 403
    assert send(client, [row()]).status_code == 403
    assert page_of(client, file).status_code == 403
    assert {client.post(address(file, action)).status_code for action in ACTIONS} == {403}
    assert not Customer.objects.exists()
    assert ImportFile.objects.exists()


def test_a_list_of_another_store_is_not_there(client, cast):
    client.force_login(cast.manager)
    file = sent(client, [row()])
    client.force_login(cast.yokohama_manager)
    assert page_of(client, file).status_code == 404
    assert {client.post(address(file, action)).status_code for action in ACTIONS} == {404}
    assert "顧客.csv" not in client.get(reverse("customers:import")).content.decode()
    assert ImportFile.objects.exists()


def test_getting_the_page_of_an_action_does_nothing(client, cast):
    client.force_login(cast.manager)
    file = sent(client, [row()])
    for action in ("saving", "removal", "again", "people", "decisions"):
        assert client.get(address(file, action)).status_code == 405


def test_an_administrator_chooses_the_store(client, cast):
    client.force_login(cast.admin)
    assert send(client, [row()]).status_code == 422
    confirm(client, sent(client, [row()], store=cast.yokohama.pk))
    assert Customer.objects.get().store == cast.yokohama


def test_nobody_chooses_a_store_in_which_they_only_sell(client, cast):
    cast.sales.memberships.model.objects.create(staff=cast.manager, store=cast.yokohama, role="salesperson")
    client.force_login(cast.manager)
    assert sent(client, [row()], store=cast.yokohama.pk).store == cast.hiratsuka


def test_lists_of_a_store_in_which_one_only_sells_are_not_listed(client, cast):
    client.force_login(cast.yokohama_manager)
    sent(client, [row()])
    cast.sales.memberships.model.objects.create(staff=cast.manager, store=cast.yokohama, role="salesperson")
    client.force_login(cast.manager)
    assert not client.get(reverse("customers:import")).context["page"].object_list


def test_a_visitor_is_asked_to_sign_in(client, cast):
    assert "login" in client.get(reverse("customers:import")).headers["location"]


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff\x00photo", b"PK\x03\x04nothing", b"\xff\xd8\xff\xe0\x10JFIF" + bytes(range(1, 256)) * 9],
)
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


def test_a_list_that_nobody_confirms_is_forgotten_after_a_day(client, cast):
    client.force_login(cast.manager)
    file = sent(client, [row()])
    forget_import_files()
    assert ImportFile.objects.exists()
    ImportFile.objects.update(created_at=file.created_at - timedelta(hours=25))
    forget_import_files()
    assert not ImportFile.objects.exists()


def test_a_file_name_with_a_sign_that_the_database_refuses_is_taken(cast):
    content = csv_of([row()])
    made = uploads.receive(content, name="a\0.csv", store=cast.hiratsuka, by=cast.manager, now=at("2026-11-21 12:00"))
    assert made.name == "a.csv"


def test_the_lists_so_far_say_who_when_and_what_came_of_them(client, cast):
    client.force_login(cast.manager)
    confirm(client, sent(client, many(3)))
    sent(client, b"\x82\xa9\x82\xbd,tel\r\nx,y\r\n")
    shown = client.get(reverse("customers:import")).content.decode()
    for word in ("顧客.csv", "大塚", "取り込み済み", "新規3", "氏名の列を選択待ち"):
        assert word in shown


def test_each_count_leads_to_its_rows(client, cast):
    customer(cast.hiratsuka, code="5001", name="田中 1", phones=["09020000001"])
    client.force_login(cast.manager)
    file = sent(client, [*many(3), {"顧客コード": "9"}, row(顧客コード="70", 携帯電話="090-2000-0000")])
    figures = {figure.rows: figure.count for figure in page_of(client, file).context["figures"]}
    assert (
        sum(figures[name] for name in ("new", "updated", "unchanged", "duplicates", "refused")) == figures["all"] == 5
    )
    assert figures["refused"] == figures["duplicates"] == 1
    for name in ("all", "new", "updated", "unchanged", "refused", "duplicates"):
        assert page_of(client, file, rows=name).context["page"].paginator.count == figures[name]


@pytest.mark.parametrize("query", [{"rows": "x"}, {"page": "99"}, {"page": "x"}, {"column": "x'"}, {"column": "\0"}])
def test_what_makes_no_sense_in_the_address_is_left_out(client, cast, query):
    client.force_login(cast.manager)
    file = sent(client, [row(生年月日="x1")])
    assert page_of(client, file, **query).status_code == 200


def test_remarks_can_be_narrowed_to_a_column(client, cast):
    client.force_login(cast.manager)
    file = sent(
        client, [row(生年月日="x1", 郵便番号="x2"), row(顧客コード="9", 携帯電話="090-3333-4444", 郵便番号="x3")]
    )
    rows = page_of(client, file, rows="remarks", column="生年月日").context["rows"]
    assert [[remark["value"] for remark in one.remarks] for one in rows] == [["x1"]]


@pytest.mark.parametrize("count", [10, 100])
@pytest.mark.parametrize("rows", ["remarks", "new", "all"])
def test_the_page_asks_as_much_for_many_rows_as_for_few(client, cast, django_assert_num_queries, count, rows):
    client.force_login(cast.manager)
    file = sent(client, many(count, 購入金額="百万"))
    with django_assert_num_queries(9):
        page_of(client, file, rows=rows)


@pytest.mark.parametrize("count", [1, 10])
def test_the_lists_so_far_are_asked_for_at_once(client, cast, django_assert_num_queries, count):
    client.force_login(cast.manager)
    for _number in range(count):
        sent(client, many(2))
    with django_assert_num_queries(6):
        client.get(reverse("customers:import"))


class TestWhileTheWorkerHasIt:
    @pytest.fixture
    def file(self, cast):
        return ImportFile.objects.create(
            store=cast.hiratsuka,
            uploaded_by=cast.manager,
            name="大きな名簿.csv",
            content=b"x",
            rows_done=12_000,
            rows_total=50_000,
            created_at=timezone.now(),
        )

    def test_the_page_says_how_far_it_is_and_that_it_may_be_closed(self, client, cast, file):
        client.force_login(cast.manager)
        shown = page_of(client, file).content.decode()
        for word in ("24%", "閉じても", 'hx-trigger="every 1s"', address(file, "progress")):
            assert word in shown

    def test_the_bar_is_asked_for_alone(self, client, cast, file, django_assert_num_queries):
        client.force_login(cast.manager)
        with django_assert_num_queries(5):
            response = client.get(address(file, "progress"), **HTMX)
        assert "<html" not in response.content.decode()
        assert "24%" in response.content.decode()

    def test_while_saving_it_counts_the_rows(self, client, cast, file):
        ImportFile.objects.update(checked_at=timezone.now(), confirmed_at=timezone.now(), step="save")
        client.force_login(cast.manager)
        assert "50000行のうち12000行" in page_of(client, file).content.decode().replace(",", "")

    def test_when_it_is_done_the_browser_goes_to_what_comes_next(self, client, cast, file):
        client.force_login(cast.manager)
        ImportFile.objects.update(checked_at=timezone.now(), step="")
        assert client.get(address(file, "progress"), **HTMX).headers["HX-Redirect"] == address(file)
        assert client.get(address(file, "progress")).headers["location"] == address(file)

    def test_it_says_when_the_worker_is_away(self, client, cast, file):
        client.force_login(cast.manager)
        assert "停止しています" in client.get(address(file, "progress"), **HTMX).content.decode()

    @pytest.mark.parametrize("action", ["saving", "undoing", "people", "columns"])
    def test_nothing_is_decided_meanwhile(self, client, cast, file, action):
        client.force_login(cast.manager)
        assert client.post(address(file, action)).status_code == 409

    def test_a_fault_shows_a_sentence_and_the_way_on(self, client, cast, file):
        ImportFile.objects.update(failed_at=timezone.now())
        client.force_login(cast.manager)
        shown = page_of(client, file).content.decode()
        assert address(file, "again") in shown
        assert "Traceback" not in shown
        client.post(address(file, "again"))
        file.refresh_from_db()
        assert file.failed_at is None

    def test_what_stopped_while_it_was_saved_can_be_taken_back(self, client, cast, file):
        client.force_login(cast.manager)
        now = timezone.now()
        ImportFile.objects.update(failed_at=now, report={"rows": 1})
        assert address(file, "undoing") not in page_of(client, file).content.decode()
        ImportFile.objects.update(confirmed_at=now, step="save")
        assert address(file, "undoing") in page_of(client, file).content.decode()
        assert "そこまでに登録された" in client.get(address(file, "undoing")).content.decode()
        client.post(address(file, "undoing"))
        file.refresh_from_db()
        assert (file.failed_at, file.undo_asked_by) == (None, cast.manager)

    def test_of_a_stopped_list_whose_rows_are_forgotten_nothing_is_offered(self, client, cast, file):
        client.force_login(cast.manager)
        now = timezone.now()
        ImportFile.objects.update(failed_at=now, confirmed_at=now, step="save", forgotten_at=now)
        shown = page_of(client, file).content.decode()
        assert address(file, "again") not in shown
        assert address(file, "undoing") not in shown
        assert client.post(address(file, "again")).status_code == 409
        assert client.post(address(file, "undoing")).status_code == 409

    def test_a_file_that_cannot_be_used_says_why(self, client, cast, file):
        ImportFile.objects.update(unusable="この文書は読めません。")
        client.force_login(cast.manager)
        assert "この文書は読めません。" in page_of(client, file).content.decode()
