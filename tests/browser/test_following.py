"""What takes long of many stores follows when the page is there."""

import pytest
from playwright.sync_api import expect


@pytest.fixture(autouse=True)
def _many(monkeypatch):
    monkeypatch.setattr("stores.wide.WIDE", 2)


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "no scripts"])
def test_the_line_and_the_groups_of_many_stores_come_by_themselves_or_by_the_link(page_as, rows, script):
    page = page_as("admin", java_script_enabled=script)
    page.goto("/reports/reach/?who=store")
    if not script:
        page.locator("#trend").get_by_role("link").click()
    expect(page.locator("#trend .target-chart")).to_be_visible()
    expect(page.locator("#met .chart-key")).to_be_visible()


def test_what_came_of_a_script_comes_by_itself(page_as, rows):
    page = page_as("admin")
    page.goto("/scripts/")
    expect(page.locator("#scripts .preparing")).to_have_count(0)
    page.locator("#scripts th a").first.click()
    expect(page.locator("#use b").first).to_have_text("0")
    expect(page.locator("#versions")).not_to_contain_text("…")
