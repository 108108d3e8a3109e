"""What came of a list: who came in, the rows to mend, and taking it all back for a day."""

from datetime import timedelta
from io import BytesIO
from urllib.parse import unquote

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from customers.importing import refused, uploads
from customers.models import Customer, ImportFile
from tests.cast import contact, customer

from .lists import csv_of, many, row
from .test_importing_page import address, confirm, page_of, sent

UNUSABLE = {"顧客コード": "99", "氏名": "", "携帯電話": "090-7777-7777", "備考": "=1+1"}


@pytest.fixture
def saved(client, cast) -> ImportFile:
    """A list of three, one of them unusable, that a manager has saved."""
    client.force_login(cast.manager)
    file = sent(client, [*many(2), UNUSABLE])
    confirm(client, file)
    return file


def pressed(client, file):
    return client.post(address(file, "undoing"), follow=True)


class TestWhoCameIn:
    def test_the_page_says_how_many_and_leads_to_them(self, client, saved, cast):
        customer(cast.hiratsuka, name="前からいる人")
        shown = page_of(client, saved)
        assert {figure.rows: figure.count for figure in shown.context["figures"]} == {
            "all": 3,
            "new": 2,
            "updated": 0,
            "unchanged": 0,
            "duplicates": 0,
            "refused": 1,
        }
        listed = client.get(reverse("customers:list"), {"import": saved.pk})
        assert {one.name for one in listed.context["page"]} == {"田中 0", "田中 1"}
        assert "前からいる人" in client.get(reverse("customers:list")).content.decode()

    def test_a_pattern_can_be_chosen_for_them(self, client, saved):
        assert f"?import={saved.pk}&amp;choose=yes" in page_of(client, saved).content.decode()

    def test_nobody_of_another_store_is_listed_by_it(self, client, cast, saved):
        theirs = customer(cast.yokohama, name="横浜の人")
        client.force_login(cast.yokohama_manager)
        listed = client.get(reverse("customers:list"), {"import": saved.pk})
        assert [one.pk for one in listed.context["page"]] == [theirs.pk]
        assert "顧客.csv" not in listed.content.decode()

    def test_who_has_gone_to_another_store_is_not_listed_here(self, client, cast, saved):
        Customer.objects.filter(name="田中 0").update(store=cast.yokohama)
        listed = client.get(reverse("customers:list"), {"import": saved.pk})
        assert {one.name for one in listed.context["page"]} == {"田中 1"}

    @pytest.mark.parametrize("number", ["0", "x", "9" * 30, "-1"])
    def test_an_import_that_there_is_not_narrows_nothing(self, client, saved, number):
        assert client.get(reverse("customers:list"), {"import": number}).context["page"].paginator.count == 2

    def test_the_search_keeps_to_them(self, client, saved):
        listed = client.get(reverse("customers:list"), {"import": saved.pk, "q": "田中 1"})
        assert [one.name for one in listed.context["page"]] == ["田中 1"]
        assert f'name="import" value="{saved.pk}"' in listed.content.decode()


class TestRowsToMend:
    def test_they_come_with_their_reason_and_nothing_calculates(self, client, saved):
        response = client.get(address(saved, "to-mend", "csv"))
        lines = response.content.decode("cp932").splitlines()
        assert "名" in lines[1].split(",")[0]
        assert "'=1+1" in lines[1]
        assert "顧客" in unquote(response.headers["content-disposition"])

    def test_the_workbook_holds_the_same(self, client, saved):
        sheet = load_workbook(BytesIO(client.get(address(saved, "to-mend", "xlsx")).content)).active
        rows = list(sheet.iter_rows(values_only=True))
        assert (len(rows), "=1+1" in rows[1]) == (2, True)

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_the_mended_file_comes_in_and_its_reasons_are_passed_over(self, client, saved, kind):
        content = client.get(address(saved, "to-mend", kind)).content
        if kind == "csv":
            content = content.decode("cp932").replace(",99,,", ",99,山田 直,").encode("cp932")
        else:
            book = load_workbook(BytesIO(content))
            book.active["C2"] = "山田 直"
            content = BytesIO()
            book.save(content)
            content = content.getvalue()
        file = sent(client, content)
        assert file.report["ignored_columns"] == []
        confirm(client, file)
        mended = Customer.objects.get(code="99")
        assert (mended.name, mended.note) == ("山田 直", "=1+1")

    def test_what_is_refused_once_more_has_one_reason(self, client, saved):
        again = sent(client, client.get(address(saved, "to-mend", "csv")).content)
        lines = client.get(address(again, "to-mend", "csv")).content.decode("cp932").splitlines()
        assert lines[0].count("理由") == 1
        assert lines == client.get(address(saved, "to-mend", "csv")).content.decode("cp932").splitlines()

    def test_a_corrected_column_is_known_in_the_mended_file(self, client, cast):
        client.force_login(cast.manager)
        file = sent(client, csv_of([["", "090-1"], ["田中", "090-1111-2222"]], headings=["氏名", "れんらく"]))
        client.post(address(file, "columns"), {"column-0": "name", "column-1": "phones"})
        lines = client.get(address(file, "to-mend", "csv")).content.decode("cp932").splitlines()
        assert lines[0].endswith("氏名,電話番号")

    def test_very_many_come_as_csv_only(self, client, saved, monkeypatch):
        monkeypatch.setattr(refused, "MOST_IN_A_WORKBOOK", 0)
        assert client.get(address(saved, "to-mend", "xlsx")).status_code == 404
        assert client.get(address(saved, "to-mend", "csv")).status_code == 200

    def test_where_none_was_refused_there_is_no_file(self, client, cast):
        client.force_login(cast.manager)
        file = sent(client, many(2))
        assert client.get(address(file, "to-mend", "csv")).status_code == 404

    def test_another_kind_of_file_is_not_there(self, client, saved):
        assert client.get(address(saved, "to-mend", "pdf")).status_code == 404

    def test_only_who_may_import_gets_it(self, client, cast, saved):
        client.force_login(cast.sales)
        assert client.get(address(saved, "to-mend", "csv")).status_code == 403
        client.force_login(cast.yokohama_manager)
        assert client.get(address(saved, "to-mend", "csv")).status_code == 404


class TestDoublesNobodyDecided:
    @pytest.fixture
    def known(self, cast):
        return customer(cast.hiratsuka, name="前田 一", phones=["09055556666"])

    @pytest.fixture
    def left(self, client, cast, known):
        client.force_login(cast.manager)
        file = sent(client, [*many(1), row(顧客コード="77", 氏名="田中　二郎", 携帯電話="090-5555-6666")])
        confirm(client, file)
        return file

    def test_the_result_names_them_and_leads_to_who_they_match(self, client, known, left):
        shown = page_of(client, left)
        (double,) = shown.context["doubles"]
        assert (double.row.name, double.known) == ("田中 二郎", known)
        content = shown.content.decode()
        assert "田中 二郎" in content
        assert reverse("todo:customer", args=[known.pk]) in content
        assert address(left, "to-mend", "csv") in content

    def test_the_file_to_mend_holds_them_with_the_name(self, client, known, left):
        lines = client.get(address(left, "to-mend", "csv")).content.decode("cp932").splitlines()
        assert len(lines) == 2
        assert "前田 一" in lines[1].split(",")[0]
        assert "090-5555-6666" in lines[1]

    def test_before_saving_they_are_decided_on_the_page_not_in_the_file(self, client, cast, known):
        client.force_login(cast.manager)
        file = sent(client, [row(顧客コード="77", 携帯電話="090-5555-6666", 氏名="田中　二郎")])
        assert file.report["undecided"] == 1
        assert client.get(address(file, "to-mend", "csv")).status_code == 404

    def test_what_was_left_out_on_purpose_is_not_asked_again(self, client, cast, known):
        client.force_login(cast.manager)
        file = sent(client, [*many(1), row(顧客コード="77", 携帯電話="090-5555-6666", 氏名="田中　二郎")])
        client.post(address(file, "decisions"), {"decision": "skip"})
        confirm(client, file)
        assert page_of(client, file).context["doubles"] == []

    def test_who_has_gone_to_another_store_is_not_named(self, client, cast, known, left):
        Customer.objects.filter(pk=known.pk).update(store=cast.yokohama)
        assert "前田 一" not in page_of(client, left).content.decode()

    @pytest.mark.parametrize("count", [1, 10])
    def test_the_page_asks_as_much_for_many_as_for_one(self, client, cast, count, django_assert_num_queries):
        for number in range(count):
            customer(cast.hiratsuka, name="前田 一", phones=[f"0902000{number:04d}"])
        client.force_login(cast.manager)
        file = sent(client, [*many(count), row(顧客コード="9")])
        confirm(client, file)
        with django_assert_num_queries(8):
            assert len(page_of(client, file).context["doubles"]) == count


class TestTakingBack:
    def test_it_asks_first_and_then_everything_is_as_before(self, client, cast, saved):
        asked = client.get(address(saved, "undoing"))
        assert "2名" in asked.content.decode()
        assert Customer.objects.count() == 2
        shown = pressed(client, saved)
        assert not Customer.objects.exists()
        assert "大塚" in shown.content.decode()
        assert shown.context["told"]["deleted"] == 2

    def test_whoever_was_worked_with_stays_and_is_named_with_the_reason(self, client, cast, saved):
        worked_with = Customer.objects.get(name="田中 0")
        contact(worked_with, timezone.now())
        shown = pressed(client, saved)
        assert Customer.objects.get() == worked_with
        row = shown.context["page"][0]
        assert row.kept
        assert row.kept in shown.content.decode()
        assert reverse("todo:customer", args=[worked_with.pk]) in shown.content.decode()

    def test_twice_takes_nothing_back_twice(self, client, saved):
        pressed(client, saved)
        response = pressed(client, saved)
        assert response.status_code == 409

    def test_after_a_day_it_stays(self, client, cast, saved):
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            client.force_login(cast.manager)
            assert address(saved, "undoing") not in page_of(client, saved).content.decode()
            assert pressed(client, saved).status_code == 409
        assert Customer.objects.count() == 2

    def test_once_its_rows_are_forgotten_only_counts_remain(self, client, cast, saved):
        later = timezone.now() + timedelta(hours=25)
        uploads.forget_old(later)
        shown = page_of(client, saved).content.decode()
        assert "件数だけ" in shown
        assert address(saved, "to-mend", "csv") not in shown
        assert client.get(address(saved, "to-mend", "csv")).status_code == 404

    @pytest.mark.parametrize("count", [1, 10])
    def test_the_page_asks_as_much_for_many_that_stayed_as_for_one(
        self, client, cast, count, django_assert_num_queries
    ):
        client.force_login(cast.manager)
        file = sent(client, many(count))
        confirm(client, file)
        for one in Customer.objects.all():
            contact(one, timezone.now())
        pressed(client, file)
        with django_assert_num_queries(7):
            assert len(page_of(client, file).context["page"].object_list) == count

    def test_a_list_that_is_only_checked_cannot_be_taken_back(self, client, cast):
        client.force_login(cast.manager)
        file = sent(client, [row()])
        assert client.get(address(file, "undoing")).status_code == 409
        assert pressed(client, file).status_code == 409
