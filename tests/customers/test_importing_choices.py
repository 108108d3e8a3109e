"""What a person says about a list before it is saved: its columns, its people, its doubles."""

import pytest

from customers.models import Customer, ImportFile
from tests.cast import customer, vehicle

from .lists import HEADINGS, csv_of, many, row
from .test_importing_page import HTMX, address, confirm, page_of, sent

STRANGE = [*HEADINGS[:7], "れんらく先", *HEADINGS[8:]]


@pytest.fixture
def strange(client, cast) -> ImportFile:
    """A list whose column of mobile phones has a heading that nobody knows."""
    client.force_login(cast.manager)
    cells = [["101", "田中 花子", "", "", "平塚市1-1", "", "", "090-1111-2222", *[""] * 16]]
    return sent(client, csv_of(cells, headings=STRANGE))


def columns_of(client, file, **changed):
    """What the page of columns would send, with these fields by heading."""
    form = client.get(address(file, "columns")).context["form"]
    return {field.html_name: changed.get(column.heading, column.field) for column, field in form.rows}


class TestColumns:
    def test_a_column_that_was_not_recognised_is_shown_with_what_stands_there(self, client, strange):
        shown = client.get(address(strange, "columns"))
        found = {column.heading: column for column, _field in shown.context["form"].rows}
        assert (found["れんらく先"].field, found["れんらく先"].samples) == ("", ["090-1111-2222"])
        assert "れんらく先" in page_of(client, strange).content.decode()

    def test_it_is_taken_for_what_a_person_says(self, client, strange):
        data = columns_of(client, strange, れんらく先="phones")
        assert client.post(address(strange, "columns"), data).headers["location"] == address(strange)
        confirm(client, strange)
        assert Customer.objects.get().phones == ["09011112222"]

    def test_a_field_is_only_taken_once(self, client, strange):
        response = client.post(address(strange, "columns"), columns_of(client, strange, れんらく先="kana"))
        assert response.status_code == 422
        assert "フリガナ" in str(response.context["form"]["column-7"].errors)
        strange.refresh_from_db()
        assert strange.columns[7]["field"] == ""

    def test_without_a_name_it_is_not_checked_again(self, client, strange):
        response = client.post(address(strange, "columns"), columns_of(client, strange, 氏名=""))
        assert response.status_code == 422
        assert "氏名" in str(response.context["form"].non_field_errors())

    def test_a_field_that_there_is_not_is_refused(self, client, strange):
        assert client.post(address(strange, "columns"), columns_of(client, strange, れんらく先="x")).status_code == 422

    def test_a_list_without_a_name_asks_for_it_first(self, client, cast):
        client.force_login(cast.manager)
        file = sent(client, csv_of([["田中 花子", "090-1111-2222"]], headings=["おなまえ様", "電話"]))
        response = client.get(address(file))
        assert response.headers["location"] == address(file, "columns")
        assert client.post(address(file, "columns"), columns_of(client, file)).status_code == 422
        client.post(address(file, "columns"), columns_of(client, file, おなまえ様="name"))
        confirm(client, file)
        assert Customer.objects.get().name == "田中 花子"

    def test_once_saved_the_columns_stay(self, client, strange):
        data = columns_of(client, strange, れんらく先="phones")
        confirm(client, strange)
        assert client.post(address(strange, "columns"), data).status_code == 409
        assert client.get(address(strange, "columns")).status_code == 409


def names_of(client, file, **chosen):
    """What the form of people would send, with these by name as written."""
    form = page_of(client, file).context["people"]
    return {key: chosen.get(name, form[key].value() or "") for key, name in form.names.items()}


class TestPeople:
    @pytest.fixture
    def file(self, client, cast) -> ImportFile:
        client.force_login(cast.manager)
        return sent(client, many(3, 担当者="ケンちゃん"))

    def test_a_name_that_is_nobody_here_is_asked_about(self, client, cast, file):
        shown = page_of(client, file)
        assert list(shown.context["people"].names.values()) == ["ケンちゃん"]
        assert "3行" in shown.content.decode()

    def test_a_colleague_is_chosen_for_it(self, client, cast, file):
        client.post(address(file, "people"), names_of(client, file, ケンちゃん=str(cast.sales.pk)))
        confirm(client, file)
        assert set(Customer.objects.values_list("owner", "note")) == {(cast.sales.pk, "")}

    def test_nobody_is_an_answer_as_well(self, client, cast, file):
        client.post(address(file, "people"), names_of(client, file, ケンちゃん="nobody"))
        shown = page_of(client, file)
        assert shown.context["told"]["people"] == []
        assert list(shown.context["people"].names.values()) == ["ケンちゃん"]
        confirm(client, file)
        assert set(Customer.objects.values_list("owner", flat=True)) == {None}

    def test_what_is_not_decided_changes_nothing(self, client, file):
        client.post(address(file, "people"), names_of(client, file))
        assert [name for name, _rows in page_of(client, file).context["told"]["people"]] == ["ケンちゃん"]

    def test_nobody_of_another_store_can_be_chosen(self, client, cast, file):
        data = names_of(client, file, ケンちゃん=str(cast.yokohama_sales.pk))
        assert client.post(address(file, "people"), data).status_code == 409
        file.refresh_from_db()
        assert file.people == {}

    def test_a_column_taken_for_people_by_mistake_does_not_fill_the_page(self, client, cast):
        client.force_login(cast.manager)
        rows = [{**one, "担当者": f"だれか{number}"} for number, one in enumerate(many(130))]
        form = page_of(client, sent(client, rows)).context["people"]
        assert (len(form.names), form.more) == (100, 30)


def decide(client, file, number, decision, **options):
    return client.post(address(file, "decision", number), {"decision": decision}, **options)


class TestDoubles:
    """Row 2 has the phone of somebody stored, row 4 the one of row 3."""

    @pytest.fixture
    def known(self, cast):
        found = customer(cast.hiratsuka, name="田中 花", phones=["09011112222"], code="7", address="大磯町1")
        vehicle(found, model="アクア", plate="湘南 300 あ 12-34")
        return found

    @pytest.fixture
    def file(self, client, cast, known) -> ImportFile:
        client.force_login(cast.manager)
        rows = [row(生年月日="S44.7.11"), row(顧客コード="2", 携帯電話="090-3333-4444")]
        return sent(client, [*rows, row(顧客コード="3", 氏名="田中 太郎", 携帯電話="090-3333-4444")])

    def test_both_stand_side_by_side_with_what_differs(self, client, file, known):
        first, second = page_of(client, file).context["doubles"]
        assert (first.other, second.other.number) == (known, 3)
        lines = {line.label: line for line in first.lines}
        assert (lines["お名前"].mine, lines["お名前"].theirs, lines["お名前"].differs) == ("田中 花子", "田中 花", True)
        assert (lines["電話"].theirs, lines["電話"].differs) == ("090-1111-2222", False)
        assert (lines["誕生日"].mine, lines["誕生日"].differs) == ("1969/7/11", False)
        assert "アクア" in lines["車両"].theirs
        assert {line.label for line in second.lines if line.differs} >= {"お名前", "顧客コード"}

    @pytest.mark.parametrize(
        ("decision", "names"),
        [("same", {"田中 花"}), ("another", {"田中 花", "田中 花子"}), ("skip", {"田中 花"})],
    )
    def test_what_was_decided_is_done(self, client, file, known, decision, names):
        response = decide(client, file, 2, decision)
        assert response.headers["location"].endswith("#double-2")
        confirm(client, file)
        assert set(Customer.objects.filter(phones__contains=["09011112222"]).values_list("name", flat=True)) == names
        known.refresh_from_db()
        assert (known.born_on is not None) == (decision == "same")

    def test_a_decision_answers_htmx_with_the_pair_and_the_new_counts(self, client, file):
        shown = decide(client, file, 2, "another", **HTMX).content.decode()
        assert 'id="double-2"' in shown
        assert 'aria-pressed="true"' in shown
        assert 'id="import-next" hx-swap-oob="true"' in shown
        assert "<html" not in shown
        assert ImportFile.objects.get().report["undecided"] == 1

    def test_it_can_be_decided_otherwise_until_it_is_saved(self, client, file):
        decide(client, file, 2, "another")
        decide(client, file, 2, "skip")
        confirm(client, file)
        assert Customer.objects.filter(phones__contains=["09011112222"]).count() == 1

    def test_the_rest_is_decided_at_once_and_what_was_decided_stays(self, client, file):
        decide(client, file, 2, "skip")
        client.post(address(file, "decisions"), {"decision": "another"})
        assert list(file.rows.doubles().values_list("number", "decision")) == [(2, "skip"), (4, "another")]
        assert page_of(client, file, rows="duplicates", open="yes").context["page"].paginator.count == 0

    @pytest.mark.parametrize("decision", ["", "x", None])
    def test_what_is_no_decision_is_not_there(self, client, file, decision):
        data = {} if decision is None else {"decision": decision}
        assert client.post(address(file, "decision", 2), data).status_code == 404
        assert client.post(address(file, "decisions"), data).status_code == 404

    def test_a_row_that_is_no_double_has_nothing_to_decide(self, client, file):
        assert decide(client, file, 3, "same").status_code == 404
        assert decide(client, file, 99, "same").status_code == 404

    def test_the_second_of_two_people_is_told_that_it_is_saved(self, client, file):
        confirm(client, file)
        response = decide(client, file, 2, "another", **HTMX)
        assert response.status_code == 409
        assert 'class="told"' in response.content.decode()
        assert Customer.objects.filter(phones__contains=["09011112222"]).count() == 1

    def test_who_has_gone_to_another_store_meanwhile_is_not_shown(self, client, cast, file, known):
        Customer.objects.filter(pk=known.pk).update(store=cast.yokohama, note="秘密")
        first = page_of(client, file).context["doubles"][0]
        assert (first.other, {line.theirs for line in first.lines}) == (None, {""})

    @pytest.mark.parametrize("count", [10, 100])
    def test_the_page_asks_as_much_for_many_doubles_as_for_few(self, client, cast, count, django_assert_num_queries):
        for number in range(count):
            vehicle(customer(cast.hiratsuka, name="誰か", phones=[f"0902000{number:04d}"]))
        client.force_login(cast.manager)
        file = sent(client, many(count))
        with django_assert_num_queries(10):
            assert page_of(client, file, rows="duplicates").context["doubles"]
