"""What is filled in while a customer is typed in (REQUIREMENTS C1): kana from the input method, an address by code."""

import pytest
from playwright.sync_api import expect

from tests.cast import customer


@pytest.fixture
def cast(transactional_db):
    from tests.cast import everybody

    return everybody()


def type_by_input_method(page, reading: str, words: str):
    """As Japanese is typed: the reading grows sign by sign, and becomes other characters at the end."""
    to_browser = page.context.new_cdp_session(page)
    for length in range(1, len(reading) + 1):
        state = {"text": reading[:length], "selectionStart": length, "selectionEnd": length}
        to_browser.send("Input.imeSetComposition", state)
    to_browser.send("Input.imeSetComposition", {"text": words, "selectionStart": 1, "selectionEnd": 1})
    to_browser.send("Input.insertText", {"text": words})


def test_kana_are_kept_as_the_name_is_typed_and_never_over_anybodys_own(page_as, cast):
    page = page_as("sales")
    page.goto("/customers/new/")
    name, kana = page.locator("#id_name"), page.locator("#id_kana")
    name.focus()
    type_by_input_method(page, "かがみ", "鏡")
    page.keyboard.type(" ")
    type_by_input_method(page, "はなこ", "花子")
    expect(name).to_have_value("鏡 花子")
    expect(kana).to_have_value("カガミ ハナコ")
    name.fill("")
    kana.fill("")
    name.focus()
    type_by_input_method(page, "かぶしきがいしゃ", "株式会社")
    type_by_input_method(page, "もりしょうてん", "森商店")
    expect(kana).to_have_value("モリショウテン")
    name.fill("")
    kana.fill("ジブンデ")
    name.focus()
    type_by_input_method(page, "もり", "森")
    expect(name).to_have_value("森")
    expect(kana).to_have_value("ジブンデ")


def test_a_post_code_fills_the_address_and_leaves_a_typed_one_alone(page_as, cast):
    page = page_as("sales")
    page.goto(f"/customers/{customer(cast.hiratsuka).pk}/edit/home/")
    code, address = page.locator("#id_postcode"), page.locator("#id_address")
    code.fill("254-0035")
    expect(address).to_have_value("神奈川県平塚市宮の前")
    address.fill("神奈川県平塚市宮の前1-1")
    code.fill("100-0001")
    expect(page.locator("#postcode-address button")).to_be_visible()
    expect(address).to_have_value("神奈川県平塚市宮の前1-1")
