"""A day's list as a salesperson works it, with a real worker beside it (REQUIREMENTS A1–A4, B8)."""

import json
import os
import sys
from datetime import date, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect

from dealercrm.environment import BASE_DIR
from dealercrm.processes import Child
from followups import shipped, shipped_care
from followups.models import Contact, FollowUp, Task
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import customer, lead, task

WORKER_SECONDS = 30
"""How long the worker may take to start on a busy machine; a task itself takes it less than a second."""


@pytest.fixture
def cast(transactional_db):
    """The cast, and the patterns that ship with the product, which other tests' databases have lost."""
    from tests.cast import everybody

    shipped.ensure(lambda name: apps.get_model("followups", name))

    shipped.ship(shipped_care.PATTERNS, lambda name: apps.get_model("followups", name))
    return everybody()


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def late_call(cast, today):
    return task(customer(cast.hiratsuka, name="中村 美咲", owner=cast.sales), today - timedelta(days=3))


@pytest.fixture
def later_call(cast, today):
    person = customer(cast.hiratsuka, name="小林 誠", phones=["09022223333"], owner=cast.sales)
    return task(person, today - timedelta(days=2))


@pytest.fixture
def new_lead(cast):
    person = customer(cast.hiratsuka, name="井上 大輔", phones=["09044445555"], owner=cast.sales)
    return lead(person, timezone.now(), staff=cast.sales)


@pytest.fixture
def worker(transactional_db):
    """`manage.py worker` on the database of this test."""
    path, _mark, options = os.environ["DATABASE_URL"].partition("?")
    address = f"{path.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{options}"
    child = Child([sys.executable, str(BASE_DIR / "manage.py"), "worker"], DATABASE_URL=address, DEMONSTRATION="1")
    child.start()
    yield child
    child.ask_to_stop()
    child.wait(10)
    child.kill()


def count(page, view):
    return page.locator(f"#views .{view} b")


def record_no_answer(page, row) -> int:
    """As a thumb does it; how many taps it took."""
    taps = [
        page.locator(f"#task-{row.pk}").get_by_role("link", name="結果を記録"),
        page.locator("#panel").get_by_role("button", name="不在", exact=True),
    ]
    for target in taps:
        target.tap()
    return len(taps)


def planned(received_at) -> list[dict]:
    """Where the steps of "new arrival" fall, by the command that anybody can check it with."""
    out = StringIO()
    base = received_at.isoformat()
    call_command("preview_pattern", "new-arrival", "--base", base, "--store", "hiratsuka", "--json", stdout=out)
    return json.loads(out.getvalue())


def short(day) -> str:
    return f"{day.month}/{day.day}"


def test_a_day_is_worked_on_a_phone(page_as, worker, cast, late_call, later_call, new_lead):
    page = page_as("sales", width=PHONE)
    page.goto("/todo/?view=overdue")
    page.evaluate("window.neverReloaded = true")
    expect(count(page, "overdue")).to_have_text("2")

    assert record_no_answer(page, late_call) == 2
    expect(count(page, "overdue")).to_have_text("1")
    expect(page.locator(f"#task-{late_call.pk}")).to_have_count(0)
    assert page.evaluate("window.neverReloaded") is True
    late_call.refresh_from_db()
    assert late_call.done_by == cast.sales
    assert late_call.contacts.get().outcome == "no_answer"

    page.locator("#panel").get_by_role("button", name="元に戻す").first.tap()
    expect(count(page, "overdue")).to_have_text("2")
    expect(page.locator(f"#task-{late_call.pk}")).to_be_visible()
    late_call.refresh_from_db()
    assert late_call.is_open

    page.goto("/todo/?view=new")
    page.evaluate("window.neverReloaded = true")
    expect(count(page, "new")).to_have_text("1")
    row = page.locator(f"#lead-{new_lead.pk}")
    row.get_by_label("商談パターン").select_option(label="新着後のフォロー")
    row.get_by_role("button", name="決定して開始").tap()
    expect(count(page, "new")).to_have_text("0")
    plan = planned(new_lead.received_at)
    assert len(plan) == 5
    chips = row.locator(".prepared .chip")
    expect(chips).to_have_count(5, timeout=WORKER_SECONDS * 1000)
    assert page.evaluate("window.neverReloaded") is True
    days = [date.fromisoformat(step["due_on"]) for step in plan]
    for chip, day in zip(chips.all_text_contents(), days, strict=True):
        assert chip.startswith(short(day))

    made = Task.objects.filter(follow_up__deal=new_lead).order_by("step__position")
    assert [(one.due_on, one.channel, one.assignee) for one in made] == [
        (day, step["channel"], cast.sales) for day, step in zip(days, plan, strict=True)
    ]
    page.goto(f"/customers/{new_lead.customer_id}/")
    for one in made:
        shown = page.locator(f"#task-{one.pk}")
        expect(shown).to_contain_text(one.title)
        if one.due_on > timezone.localdate():
            expect(shown).to_contain_text(short(one.due_on))


def test_of_two_at_once_the_second_is_told_who_was_first_and_keeps_what_was_typed(page_as, cast, late_call):
    first, second = page_as("sales", width=PHONE), page_as("sales2", width=DESKTOP)
    first.goto("/todo/?view=overdue")
    second.goto("/todo/?view=overdue&who=store")
    panel = second.locator("#panel")
    second.locator(f"#task-{late_call.pk}").get_by_role("link", name="結果を記録").click()
    panel.locator("details.more > summary").first.click()
    panel.get_by_label("詳細", exact=True).fill("折り返しの約束")

    record_no_answer(first, late_call)
    expect(first.locator("#panel")).to_contain_text("記録しました: 不在")
    panel.get_by_role("button", name="話せた", exact=True).click()
    expect(panel.get_by_role("alert")).to_contain_text("佐藤 健太")
    expect(panel.get_by_label("詳細", exact=True)).to_have_value("折り返しの約束")
    assert Contact.objects.get().done_by == cast.sales


def test_two_who_settle_one_lead_put_one_pattern_to_work(page_as, cast, new_lead):
    first, second = page_as("sales"), page_as("manager")
    for page in (first, second):
        page.goto("/todo/?view=new&who=store")
    for page in (first, second):
        page.locator(f"#lead-{new_lead.pk}").get_by_role("button", name="決定して開始").click()
        expect(page.locator(f"#lead-{new_lead.pk}.done")).to_be_visible()
    expect(second.locator(f"#lead-{new_lead.pk} .told")).to_contain_text("佐藤 健太")
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_without_javascript_a_result_is_recorded_and_taken_back_by_plain_forms(page_as, cast, late_call, width):
    page = page_as("sales", width=width, java_script_enabled=False)
    page.goto("/todo/?view=overdue")
    page.locator(f"#task-{late_call.pk}").get_by_role("link", name="結果を記録").click()
    page.get_by_role("button", name="不在", exact=True).click()
    expect(count(page, "overdue")).to_have_text("0")
    late_call.refresh_from_db()
    assert late_call.done_by == cast.sales
    page.get_by_role("button", name="元に戻す").first.click()
    expect(count(page, "overdue")).to_have_text("1")
    late_call.refresh_from_db()
    assert late_call.is_open


def test_the_board_without_a_worker_says_so_and_a_lead_waits_as_being_prepared(page_as, cast, new_lead):
    page = page_as("sales")
    page.goto("/todo/?view=new")
    page.locator(f"#lead-{new_lead.pk}").get_by_role("button", name="決定して開始").click()
    expect(page.locator(f"#lead-{new_lead.pk} .preparing")).to_be_visible()
    page.goto("/todo/")
    expect(page.get_by_role("status").filter(has_text="ワーカーが2分以上応答していません")).to_be_visible()
