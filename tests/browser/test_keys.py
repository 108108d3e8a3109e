"""The day's work without a mouse (REQUIREMENTS H4): keys, where the focus is, and when no key is heard."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone
from playwright.sync_api import expect

from followups import shipped
from followups.models import Contact, Task
from tests.browser.conftest import PHONE
from tests.cast import customer, lead, reply, task

HIDDEN = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return one === document.body || one.contains(at) || at?.contains(one) ? "" : one.outerHTML.slice(0, 120);
}"""


@pytest.fixture
def cast(transactional_db):
    from tests.cast import everybody

    shipped.ensure(lambda name: apps.get_model("followups", name))
    return everybody()


@pytest.fixture
def calls(cast):
    """Three late calls, the most urgent first."""
    today = timezone.localdate()
    names = ("中村 美咲", "小林 誠", "井上 大輔")
    return [
        task(customer(cast.hiratsuka, name=name, owner=cast.sales), today - timedelta(days=9 - number))
        for number, name in enumerate(names)
    ]


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def button(page, call):
    return page.locator(f"#task-{call.pk}-record")


def outcomes():
    return list(Contact.objects.order_by("pk").values_list("task", "outcome"))


def test_three_calls_are_recorded_without_a_mouse(page_as, calls):
    page = page_as("sales")
    title = page.locator("#panel-title")
    page.goto("/")
    press(page, "g", "l")
    expect(page).to_have_url(re.compile("view=overdue"))
    press(page, "j")
    expect(button(page, calls[0])).to_be_focused()
    press(page, "Enter")
    expect(title).to_contain_text("中村 美咲")
    expect(title).to_be_focused()
    press(page, "1")
    expect(title).to_have_text("記録しました: 不在")
    press(page, "Enter")
    expect(title).to_contain_text("小林 誠")
    expect(page.locator(f"#task-{calls[1].pk}.current")).to_be_visible()
    press(page, "2")
    expect(title).to_have_text("記録しました: 話せた")
    press(page, "Escape")
    expect(button(page, calls[2])).to_be_focused()
    press(page, "Enter")
    expect(title).to_contain_text("井上 大輔")
    press(page, "1")
    expect(title).to_have_text("記録しました: 不在")
    expect(page.locator(".task")).to_have_count(0)
    assert outcomes() == [(calls[0].pk, "no_answer"), (calls[1].pk, "spoke"), (calls[2].pk, "no_answer")]
    press(page, "u")
    expect(button(page, calls[2])).to_be_visible()
    assert Task.objects.get(pk=calls[2].pk).is_open


def test_no_key_is_heard_where_somebody_types_or_means_something_else(page_as, calls):
    page = page_as("sales")
    page.goto("/todo/?view=overdue")
    press(page, "/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("n1jgcu?")
    expect(page.locator("#search")).to_have_value("n1jgcu?")
    press(page, "Escape", "j", "Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    details = page.locator("#panel").get_by_label("詳細", exact=True)
    page.locator("#panel details.more > summary").first.click()
    details.focus()
    page.keyboard.type("1回目 2 gc n u")
    expect(details).to_have_value("1回目 2 gc n u")
    page.locator("#panel select").first.focus()
    press(page, "1")
    page.locator("#panel-title").focus()
    press(page, "Control+1", "Alt+1", "Meta+1")
    page.evaluate("""() => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", {key: "1", bubbles: true, isComposing: true}))""")
    # A digit in the list beside the open task is not meant for it; neither is the next row to take its words away.
    button(page, calls[0]).focus()
    press(page, "1", "j", "Enter")
    expect(page.locator("[data-says=typed]")).to_be_visible()
    expect(details).to_have_value("1回目 2 gc n u")
    assert page.url.endswith("?view=overdue")
    assert outcomes() == []


def test_single_signs_can_be_switched_off_by_the_sheet_that_shows_them(page_as, calls):
    page = page_as("sales")
    page.goto("/todo/?view=overdue")
    press(page, "j", "j", "?")
    sheet, switch = page.locator("#keys"), page.get_by_label("1文字のキー操作を使う")
    expect(page.locator("#keys-title")).to_be_focused()
    for _ in range(6):
        press(page, "Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('#keys')")
    press(page, "g", "c")
    expect(sheet).to_be_visible()
    switch.focus()
    press(page, "Space")
    expect(page.locator("body[data-keys=off]")).to_be_attached()
    expect(switch).not_to_be_checked()
    expect(switch).to_be_focused()
    press(page, "Escape")
    expect(sheet).to_be_hidden()
    expect(button(page, calls[1])).to_be_focused()
    page.reload()
    press(page, "j", "g", "c", "n", "?")
    expect(sheet).to_be_hidden()
    assert page.url.endswith("?view=overdue")
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_role("link", name="キー操作").click()
    switch.check()
    expect(page.locator("body[data-keys=on]")).to_be_attached()
    press(page, "Escape", "j")
    expect(button(page, calls[1])).to_be_focused()


def test_a_list_that_refreshes_itself_takes_neither_the_focus_nor_the_mark(page_as, calls, cast):
    page = page_as("sales")
    page.goto("/todo/?view=overdue")
    press(page, "j", "j", "Enter")
    expect(page.locator("#panel-title")).to_be_focused()

    def refresh(number):
        page.evaluate("htmx.trigger('#list', 'quiet')")
        expect(page.locator(".task")).to_have_count(number)

    task(customer(cast.hiratsuka, name="石田 葵", owner=cast.sales), timezone.localdate() - timedelta(days=20))
    refresh(4)
    expect(page.locator(f"#task-{calls[1].pk}.current")).to_be_visible()
    expect(page.locator("#panel-title")).to_be_focused()
    expect(page.locator("#counts-told")).to_have_text("遅延 4")
    press(page, "Escape")
    expect(button(page, calls[1])).to_be_focused()
    task(customer(cast.hiratsuka, name="石田 葵", owner=cast.sales), timezone.localdate() - timedelta(days=19))
    refresh(5)
    expect(button(page, calls[1])).to_be_focused()
    page.locator(f"#task-{calls[1].pk} .task-name").focus()
    Task.objects.filter(pk=calls[0].pk).update(done_at=timezone.now())
    refresh(4)
    expect(page.locator(f"#task-{calls[1].pk} .task-name")).to_be_focused()
    Task.objects.filter(pk=calls[1].pk).update(done_at=timezone.now())
    refresh(3)
    expect(button(page, calls[2])).to_be_focused()


def test_lists_search_and_the_board_of_deals_are_walked_by_keys(page_as, cast):
    people = [customer(cast.hiratsuka, name=f"高橋 {name}", kana=f"タカハシ {name}") for name in ("アオイ", "イオリ")]
    deals = [lead(person, timezone.now(), staff=cast.sales) for person in people]
    deals[1].take(cast.sales, timezone.now())
    deals[1].move_to("met", cast.sales, timezone.now())
    page = page_as("sales")
    page.goto("/todo/")
    press(page, "g", "c")
    expect(page.get_by_role("heading", level=1)).to_have_text("お客様")
    press(page, "j", "ArrowDown")
    expect(page.get_by_role("link", name="高橋 イオリ")).to_be_focused()
    press(page, "/")
    page.keyboard.type("高橋")
    expect(page.locator("#search-told")).to_have_text("2件見つかりました")
    box = page.get_by_role("combobox", name=re.compile("検索"))
    expect(box).to_have_attribute("aria-expanded", "true")
    press(page, "ArrowDown", "ArrowDown")
    expect(page.locator("#search-results").get_by_role("option", selected=True)).to_contain_text("高橋 イオリ")
    expect(box).to_have_attribute("aria-activedescendant", "search-option-2")
    press(page, "Escape")
    expect(page.get_by_role("link", name="高橋 イオリ").first).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    press(page, "/", "ArrowUp", "Enter")
    expect(page).to_have_url(re.compile(f"/customers/{people[1].pk}/$"))
    press(page, "g", "d")
    expect(page).to_have_url(re.compile("/deals/$"))
    press(page, "j")
    expect(page.locator(f"#deal-{deals[0].pk} [data-open]")).to_be_focused()
    press(page, "ArrowRight")
    expect(page.locator(f"#deal-{deals[1].pk} [data-open]")).to_be_focused()
    press(page, "m")
    expect(page.locator("#panel-title")).to_contain_text("査定額提示")
    page.locator(".panel-foot .main").press("Enter")
    expect(page.locator(f"[data-stage=estimate] #deal-{deals[1].pk}")).to_be_visible()
    expect(page.locator("dialog.panel[open]")).to_have_count(0)
    deals[1].refresh_from_db()
    assert deals[1].stage == "estimate"


def test_a_new_lead_is_begun_whose_list_is_switched_and_a_lead_entered_by_keys(page_as, cast):
    new = lead(customer(cast.hiratsuka, owner=cast.sales), timezone.now(), staff=cast.sales)
    page = page_as("sales")
    page.goto("/todo/")
    press(page, "w")
    expect(page).to_have_url(re.compile("who=store"))
    press(page, "g", "n")
    expect(page).to_have_url(re.compile("view=new&who=store"))
    press(page, "b")
    press(page, "j", "b")
    expect(page.locator(f"#lead-{new.pk}.done")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('[data-row]')?.id") == f"lead-{new.pk}"
    page.goto("/customers/")
    press(page, "n")
    expect(page).to_have_url(re.compile("/customers/new/$"))


@pytest.mark.parametrize("width", [PHONE, 1280])
def test_the_first_stop_skips_to_the_content_and_no_stop_is_hidden(page_as, calls, cast, width):
    for number in range(12):
        yesterday = timezone.localdate() - timedelta(days=1)
        task(customer(cast.hiratsuka, name=f"顧客 {number}", owner=cast.sales), yesterday)
    page = page_as("sales", width=width)
    page.goto("/todo/?view=overdue")
    press(page, "Tab")
    expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#content")).to_be_focused()
    hidden, stops = [], 0
    for _ in range(70):
        press(page, "Tab")
        hidden.append(page.evaluate(HIDDEN))
        stops += 1
        if page.evaluate("document.activeElement === document.body"):
            break
    assert stops > 30
    assert not any(hidden), hidden


def test_a_fault_told_on_a_phone_lies_on_no_button(page_as, calls):
    page = page_as("sales", width=PHONE)
    page.goto("/todo/?view=overdue")
    button(page, calls[0]).tap()
    page.route("**/result/", lambda route: route.fulfill(status=404))
    page.get_by_role("button", name="不在", exact=True).tap()
    toast = page.locator("#panel .toast")
    expect(toast).to_be_visible()
    low = toast.bounding_box()
    for one in page.locator("#panel .outcome").all():
        assert one.bounding_box()["y"] >= low["y"] + low["height"]
    page.unroute("**/result/")
    page.get_by_role("button", name="不在", exact=True).tap()
    expect(page.locator("#panel-title")).to_have_text("記録しました: 不在")


def test_the_bottom_of_a_phone_counts_on_every_page(page_as, calls, cast):
    reply(calls[0].customer, timezone.now(), timezone.now() + timedelta(hours=1))
    page = page_as("sales", width=PHONE)
    page.goto("/customers/")
    expect(page.locator("#view-overdue b")).to_have_text("3")
    expect(page.locator("#view-replied b")).to_have_text("1")
    expect(page.locator("#views [aria-current]")).to_have_count(0)
    page.goto(f"/customers/{calls[0].customer_id}/")
    expect(page.locator("#view-overdue b")).to_have_text("3")
    page.locator("#open-next-step").tap()
    page.get_by_role("button", name="不在", exact=True).tap()
    expect(page.locator("#view-overdue b")).to_have_text("2")
    expect(page.locator("#views [aria-current]")).to_have_count(0)
