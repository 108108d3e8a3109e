"""A task is moved in the panel and put back; a store's holidays are put in order row by row."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from followups.models import Task
from stores.models import Store
from tests.cast import customer, task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call(cast):
    return task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 20))


@pytest.mark.parametrize("width", [390, 1280])
def test_a_task_is_moved_and_put_back_by_the_toast(page_as, cast, call, width):
    day = timezone.localdate() + timedelta(days=30)
    cast.hiratsuka.set_dates([day], None)
    page = page_as("sales", width=width)
    page.goto("/todo/?view=overdue")
    page.click(".task .record")
    page.click("#panel a[href*='/placement/']")
    page.fill("#id_on", "2026-11-01")
    page.click(".panel-foot .main")
    expect(page.locator("#id_on_error")).to_be_visible()
    page.fill("#id_on", day.isoformat())
    page.dispatch_event("#id_on", "change")
    expect(page.locator("#doubts .banner")).to_have_count(1)
    page.click(".panel-foot .main")
    expect(page.locator(".task")).to_have_count(0)
    assert Task.objects.get().due_on == day
    page.click(".toast [data-undo] button")
    expect(page.locator(".task")).to_have_count(1)
    assert Task.objects.get().due_on == date(2026, 11, 20)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_holidays_are_added_and_removed_and_saved_together(page_as, cast, script):
    page = page_as("manager", java_script_enabled=script)
    page.goto(f"/stores/{cast.hiratsuka.pk}/edit/")
    page.click("#holidays-drop-0")
    expect(page.locator("#long-holidays fieldset")).to_have_count(2)
    page.click("#holidays-more")
    expect(page.locator("#long-holidays fieldset")).to_have_count(3)
    for name, value in {"name": "夏季休業", "first_month": 8, "first_day": 10, "last_month": 8, "last_day": 12}.items():
        page.fill(f"#id_long_holidays-2-{name}", str(value))
    page.press("#id_long_holidays-2-last_day", "Enter")
    page.wait_for_url(f"**/stores/{cast.hiratsuka.pk}/")
    kept = Store.objects.get(pk=cast.hiratsuka.pk).long_holidays
    assert [row[0] for row in kept] == ["お盆", "年末年始", "夏季休業"]
