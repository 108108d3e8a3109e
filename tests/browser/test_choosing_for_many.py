"""A pattern for many on a desk and on a phone: chosen in the list, seen beforehand, begun by the worker, taken back."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from customers.models import Customer
from followups.batches import work_on_batches
from followups.expansion import expand
from followups.models import FollowUp, Task
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import pattern


@pytest.fixture
def cast(transactional_db):
    from tests.cast import everybody

    return everybody()


@pytest.fixture
def book(cast, monkeypatch):
    """Sixty customers, of whom a pattern is begun by the worker alone."""
    for place in ("followups.batches.AT_ONCE", "todo.many.AT_ONCE"):
        monkeypatch.setattr(place, -1)
    pattern("care", [{"title": "はがき", "channel": "letter", "offset_days": 7}], name="見守り")
    Customer.objects.bulk_create(
        [
            Customer(store=cast.hiratsuka, name=f"顧客{n:02}", kana=f"コキャク{n:02}", owner=cast.sales)
            for n in range(60)
        ]
    )


@pytest.mark.parametrize(("width", "java_script"), [(DESKTOP, True), (PHONE, False)])
def test_chosen_for_all_found_it_is_begun_as_one_watches_paused_and_taken_back(page_as, cast, book, width, java_script):
    page = page_as("manager", width=width, java_script_enabled=java_script)

    def look_again():
        if not java_script:
            page.reload()

    page.goto("/customers/?choose=yes")
    page.get_by_label("60名すべて").check()
    page.get_by_role("button", name="パターンを選ぶ").click()
    page.get_by_label("商談パターン").select_option("見守り")
    if not java_script:
        page.get_by_role("button", name="日程を確認").click()
    expect(page.get_by_role("heading", name="60名に始めます")).to_be_visible()
    expect(page.get_by_role("heading", name="予定の見込み")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="60名に始める").click()
    expect(page.get_by_role("heading", name="60件中0件")).to_be_visible()

    work_on_batches(timezone.now(), limit=20)
    look_again()
    expect(page.get_by_role("heading", name="60件中20件")).to_be_visible()
    page.get_by_role("button", name="一時停止").click()
    expect(page.get_by_text("一時停止中です")).to_be_visible()
    work_on_batches(timezone.now())
    assert FollowUp.objects.count() == 20
    page.get_by_role("button", name="再開").click()
    expect(page.get_by_role("button", name="一時停止")).to_be_visible()
    while work_on_batches(timezone.now()) or expand(timezone.now()):
        pass
    look_again()
    expect(page.get_by_role("heading", name="60名に始めました")).to_be_visible()
    expect(page.get_by_role("link", name="顧客49")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="次へ").click()
    expect(page.get_by_role("link", name="顧客59")).to_be_visible()
    assert Task.objects.open().count() == 60

    page.get_by_text("まとめて取り消す…").click()
    page.get_by_role("button", name="まとめて取り消す").click()
    expect(page.get_by_text("取り消し中")).to_be_visible()
    while work_on_batches(timezone.now()):
        pass
    look_again()
    expect(page.get_by_role("heading", name="取り消しました(60名)")).to_be_visible()
    assert not Task.objects.open().exists()
