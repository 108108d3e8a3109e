"""A store moves in with its own list: by browser from the file to the result and back (REQUIREMENTS C7)."""

import io

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from customers.models import Customer, ImportFile, Rank
from tests.cast import customer, everybody
from tests.customers.lists import HEADINGS, csv_of, many, row

STRANGE = [*HEADINGS[:7], "れんらく先", *HEADINGS[8:]]
ROWS = [
    *many(5, 担当者="ケンちゃん"),
    row(顧客コード="6001", 氏名="林 一", 電話番号="0463-11-1111"),
    row(顧客コード="6002", 氏名="林 次郎", 電話番号="0463-22-2222"),
    {"顧客コード": "6003", "電話番号": "0463-33-3333"},
]


@pytest.fixture
def cast(transactional_db):
    Rank.objects.get_or_create(code="A", defaults={"position": 1})
    made = everybody()
    customer(made.hiratsuka, name="林 一", kana="", phones=["0463111111"], code="9001")
    customer(made.hiratsuka, name="森 三郎", kana="", phones=["0463222222"], code="9002")
    return made


def choose_file(page, name, content):
    page.goto("/customers/import/")
    page.get_by_label("名簿のファイル").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="内容を確認する").click()


@pytest.mark.parametrize("width", [375, 1280])
def test_a_list_comes_in_is_mended_and_goes_back(page_as, cast, width):
    page = page_as("manager", width=width)
    cells = [[one.get(heading, "") for heading in HEADINGS] for one in _with_wide_headings(ROWS)]
    choose_file(page, "顧客.csv", csv_of(cells, headings=STRANGE))

    page.get_by_role("link", name="列を直す").click()
    page.get_by_label("れんらく先").select_option(label="電話")
    page.get_by_role("button", name="この内容でもう一度確認する").click()

    page.locator("#people").get_by_label("ケンちゃん").select_option(label="佐藤 健太")
    page.get_by_role("button", name="この担当者で確認し直す").click()

    expect(page.locator(".double")).to_have_count(2)
    page.evaluate("window.neverReloaded = true")
    page.locator("#double-7").get_by_role("button", name="同じ人").click()
    expect(page.locator("#double-7").get_by_role("button", name="同じ人")).to_have_attribute("aria-pressed", "true")
    page.locator("#double-8").get_by_role("button", name="別の人").click()
    expect(page.locator("#import-next")).to_contain_text("下の内容を確かめて")
    assert page.evaluate("window.neverReloaded") is True

    page.get_by_role("button", name="7名を登録する").click()
    expect(page.get_by_text("取り込みました。")).to_be_visible()
    assert Customer.objects.filter(owner=cast.sales).count() == 5
    assert sorted(Customer.objects.with_code("6002").values_list("name", flat=True)) == ["林 次郎"]
    assert Customer.objects.filter(name="林 一").count() == 1

    with page.expect_download() as waiting:
        page.get_by_role("link", name="残っている行をダウンロード(Excel)").click()
    book = load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    assert "氏名" in book.active["A2"].value
    book.active["C2"] = "林 三郎"
    mended = io.BytesIO()
    book.save(mended)
    first = ImportFile.objects.get()
    choose_file(page, "直した行.xlsx", mended.getvalue())
    page.get_by_role("button", name="1名を登録する").click()
    page.get_by_role("link", name="取り込んだ顧客を見る").click()
    expect(page.get_by_role("link", name="林 三郎")).to_be_visible()
    expect(page.locator("tr[data-row]")).to_have_count(1)

    page.goto(f"/customers/import/{first.pk}/")
    page.get_by_role("link", name="取り込みを元に戻す").click()
    page.get_by_role("button", name="元に戻す").click()
    expect(page.get_by_text("元に戻しました。")).to_be_visible()
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["林 一", "林 三郎", "森 三郎"]


def _with_wide_headings(rows):
    """By the headings as the list spells them, in full width where it does."""
    wide = {"住所1": "住所１", "住所2": "住所２", "DM可否": "ＤＭ可否"}
    return [{wide.get(name, name): value for name, value in one.items()} for one in rows]


def test_without_scripts_each_step_works_as_well(page_as, cast):
    page = page_as("assistant", java_script_enabled=False)
    choose_file(page, "顧客.csv", csv_of(ROWS[5:7]))
    page.locator("#double-2").get_by_role("button", name="取り込まない").click()
    expect(page.locator("#double-2 .state").first).to_have_text("取り込まない")
    page.locator(".import-rest").get_by_role("button", name="別の人").click()
    page.get_by_role("button", name="1名を登録する").click()
    expect(page.get_by_text("取り込みました。")).to_be_visible()
    assert Customer.objects.count() == 3


def test_of_two_windows_the_second_is_told(page_as, cast):
    first, second = page_as("manager"), page_as("assistant")
    choose_file(first, "顧客.csv", csv_of(many(3)))
    expect(first.get_by_role("button", name="3名を登録する")).to_be_visible()
    second.goto(first.url)
    first.get_by_role("button", name="3名を登録する").click()
    expect(first.get_by_text("取り込みました。")).to_be_visible()
    second.get_by_role("button", name="3名を登録する").click()
    expect(second.get_by_text("二重には登録されません。")).to_be_visible()
    first.go_back()
    expect(first.get_by_text("取り込みました。")).to_be_visible()
    assert Customer.objects.count() == 5
