"""The pattern editor as a manager uses it: steps are added, moved and previewed in place, then saved."""

import re

import pytest
from playwright.sync_api import expect

from followups.models import PatternVersion
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import pattern


@pytest.fixture
def ours(transactional_db, cast):
    return pattern("ours", [{"title": "お電話"}, {"title": "お便り", "offset_days": 3}], store=cast.hiratsuka)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_step_is_added_moved_seen_in_the_dates_and_saved(page_as, ours, width):
    page = page_as("manager", width=width)
    page.goto(f"/patterns/{ours.pk}/edit/")
    page.get_by_label("基準日", exact=True).fill("2026-11-21")
    dates = page.locator("#dates .dates li")
    expect(dates).to_have_count(2)
    expect(dates.first).to_contain_text("11/21(土)")

    page.get_by_role("button", name="ステップを追加").click()
    steps = page.locator(".steps .step")
    expect(steps).to_have_count(3)
    added = steps.nth(2)
    expect(added.locator("[name$='-title']")).to_be_focused()
    page.keyboard.type("ご来店のお礼")
    added.get_by_label("何日後").fill("3")
    expect(dates).to_have_count(3)
    expect(dates.nth(2)).to_contain_text("ご来店のお礼")
    expect(dates.nth(2)).to_contain_text("11/26(木)")

    page.get_by_role("button", name="ステップ3を上へ").press("Enter")
    expect(steps.nth(1).locator("[name$='-title']")).to_have_value("ご来店のお礼")
    expect(page.get_by_role("button", name="ステップ2を上へ")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.get_by_label("変更点").fill("お礼を加えた")
    page.get_by_role("button", name="第2版として保存").last.click()
    page.wait_for_url(re.compile(rf"/patterns/{ours.pk}/$"))
    expect(page.get_by_text("第2版として保存しました。")).to_be_visible()
    saved = PatternVersion.objects.get(pattern=ours, number=2)
    assert [step.title for step in saved.steps.all()] == ["お電話", "ご来店のお礼", "お便り"]
    assert saved.note == "お礼を加えた"


def test_enter_in_a_field_shows_the_dates_and_saves_nothing(page_as, ours):
    page = page_as("manager")
    page.goto(f"/patterns/{ours.pk}/edit/")
    title = page.locator("[name$='-title']").first
    title.fill("変えた件名")
    title.press("Enter")
    expect(page.locator("#dates")).to_contain_text("変えた件名")
    assert ours.versions.count() == 1


def test_only_the_times_that_are_asked_for_are_shown(page_as, ours):
    page = page_as("manager")
    page.goto(f"/patterns/{ours.pk}/edit/")
    step = page.locator(".steps .step").first
    expect(step.locator("[name$=window_from]")).to_be_hidden()
    step.get_by_label("時間帯").select_option("fixed")
    expect(step.locator("[name$=window_from]")).to_be_visible()
    expect(step.locator("[name$=soon_minutes]")).to_be_hidden()
    step.get_by_label("時間帯").select_option("soon")
    expect(step.locator("[name$=soon_minutes]")).to_be_visible()


def test_what_is_wrong_is_said_in_place_and_gets_the_focus(page_as, ours):
    page = page_as("manager")
    page.goto(f"/patterns/{ours.pk}/edit/")
    page.locator("[name$='-title']").nth(1).fill("")
    page.get_by_role("button", name="第2版として保存").last.click()
    wrong = page.locator("[name$='-title']").nth(1)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_be_focused()
    expect(page.get_by_text("件名を入力してください。")).to_be_visible()


def test_the_dates_of_a_pattern_are_read_without_reloading(page_as, ours):
    page = page_as("sales")
    page.goto(f"/patterns/{ours.pk}/")
    page.get_by_label("基準日", exact=True).fill("2026-11-21")
    page.get_by_label("基準日", exact=True).press("Tab")
    expect(page.locator("#dates")).to_contain_text("11/24(火)")
