"""A manager at the desk in the morning, on a phone: whoever is off, their tasks are somebody else's in two presses."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from followups.models import Task
from stores.models import DayOff
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import customer, task


@pytest.fixture
def cast(transactional_db):
    from tests.cast import everybody

    return everybody()


@pytest.fixture
def calls(cast):
    today = timezone.localdate()
    DayOff.objects.create(staff=cast.sales, on=today)
    return [task(customer(cast.hiratsuka, name=f"顧客{n}", owner=cast.sales), today) for n in range(12)]


def holders():
    return set(Task.objects.values_list("assignee__name", flat=True))


@pytest.mark.parametrize("java_script", [True, False])
def test_tasks_of_who_is_off_are_handed_over_in_two_presses_and_taken_back(page_as, cast, calls, java_script):
    page = page_as("manager", width=PHONE, java_script_enabled=java_script)
    page.goto("/desk/")
    absent = page.get_by_role("listitem").filter(has_text="佐藤 健太")
    expect(absent).to_contain_text("本日の予定12件")
    absent.get_by_role("button", name="引き継ぐ").tap()
    expect(page.get_by_role("heading", name="12件")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    page.get_by_label("森 翔").check()
    page.get_by_role("button", name="12件を引き継ぐ").tap()
    expect(page.get_by_text("森 翔 12")).to_be_visible()
    assert holders() == {"森 翔"}
    page.get_by_role("button", name="元に戻す").tap()
    expect(page.get_by_text("12件を元に戻しました")).to_be_visible()
    assert holders() == {"佐藤 健太"}


def test_boxes_are_ticked_one_by_one_or_all_and_the_number_is_said(page_as, cast, calls):
    page = page_as("manager", width=PHONE)
    page.goto(f"/desk/tasks/?open=today&who={cast.sales.pk}")
    said = page.locator("[data-ticked]")
    boxes = page.get_by_role("checkbox")
    page.get_by_label("選ぶ: 顧客3", exact=True).tap()
    expect(said).to_contain_text("1 件を選択中")
    page.get_by_label("12件をすべて選ぶ").tap()
    expect(said).to_contain_text("12 件を選択中")
    assert all(boxes.nth(number).is_checked() for number in range(13))
    page.get_by_label("選ぶ: 顧客3", exact=True).tap()
    expect(said).to_contain_text("11 件を選択中")
    page.get_by_role("button", name="対応を依頼").tap()
    expect(page.get_by_role("heading", name="11件", exact=True)).to_be_visible()


def test_who_is_reminded_finds_the_bell_and_records_from_there(page_as, cast, calls):
    DayOff.objects.all().delete()
    page = page_as("manager", width=DESKTOP)
    page.goto(f"/desk/tasks/?open=today&who={cast.sales.pk}")
    page.get_by_label("選ぶ: 顧客3", exact=True).check()
    page.get_by_role("button", name="対応を依頼").click()
    page.get_by_label("ひとこと").fill("午前中にお願いします")
    page.get_by_role("button", name="1件の対応を依頼する").click()
    expect(page.get_by_text("佐藤 健太 1")).to_be_visible()

    reader = page_as("sales", width=PHONE)
    reader.goto("/todo/")
    reader.get_by_role("link", name="未読のお知らせ1件").tap()
    expect(reader.get_by_text("午前中にお願いします")).to_be_visible()
    reader.get_by_role("button", name="確認する").tap()
    reader.get_by_role("link", name="結果を記録").tap()
    reader.locator("#panel").get_by_role("button", name="不在", exact=True).tap()
    expect(reader.locator("#panel").get_by_text("記録しました").first).to_be_visible()
    assert Task.objects.get(customer__name="顧客3").done_by == cast.sales
