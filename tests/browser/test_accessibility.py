"""Every page on a phone and on a desk: for everybody's eyes, hands and readers (REQUIREMENTS H4, WCAG 2.2 AA)."""

from functools import cache, partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.test_access import KNOWN, LINES, OURS

WIDE, PHONE, NARROWEST = 1280, 375, 320
"""The last is what 400 % of a desk leaves (WCAG 1.4.10)."""
FRAGMENTS = {"health", "todo:counts", "todo:search", "customers:alike", "todo:prepared", "todo:follow-up-preparing"}
FRAGMENTS |= {"customers:kana", "customers:postcode"}
FRAGMENTS |= {"customers:import-progress", "customers:import-to-mend", "todo:card-picture"}
FRAGMENTS |= {"todo:customer-disclosure", "reports:people", "reports:reach-file", "reports:trend-file"}
FRAGMENTS |= {"reports:patterns-file", "reports:pattern-file", "reports:outcome-file", "reports:rows-file"}
FRAGMENTS |= {"reports:way-file"}
"""What a page asks for, or a file, rather than a page for a person."""
BY_THEMSELVES = {"account_login", "setup"}
"""Opened by nobody who is signed in: they are walked by name below."""
LARGE = {"todo", "customers", "patterns", "reports", "stores", "scripts"}
VIEWS = ("new", "on-time", "overdue", "replied", "upcoming", "done")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LAID_OUT = ["target-size", "scrollable-region-focusable", "aria-hidden-focus", "link-name", "button-name"]
"""What can be wrong in the narrow layout of a page that is right in the wide one: axe takes a second for the whole."""

AXE = Axe().axe_script
VIOLATIONS = """async ([around, asked]) => (await axe.run(around, asked)).violations.flatMap((one) =>
    one.nodes.slice(0, 3).map((node) => `${one.id}: ${node.html.slice(0, 200)}`))"""
TROUBLES = """async (width) => {
    await Promise.all(document.getAnimations().map((one) => one.finished));
    const found = [];
    const seen = (one) => one.checkVisibility() && !one.closest(".only-read, .skip, dialog:not([open])");
    const said = (one) => one.outerHTML.slice(0, 140);
    const headings = document.querySelectorAll("h1").length;
    if (headings !== 1) found.push(`${headings} main headings`);
    if (!document.title.trim()) found.push("no title");
    if (!/^(ja|en)$/.test(document.documentElement.lang)) found.push("no language");
    const wide = (one) => one.getBoundingClientRect().right > width + 1;
    if (document.documentElement.scrollWidth > width) {
        found.push("scrolls sideways: " + [...document.querySelectorAll("main *")].filter(wide).map(said).slice(0, 3));
    }
    if (width > 600) return found;
    const small = (one) => seen(one) && one.getBoundingClientRect().height < 43.5;
    const fields = "select, input:not([type=hidden], [type=checkbox], [type=radio])";
    for (const one of document.querySelectorAll(`button, .button, summary, nav a, .tick, ${fields}`)) {
        if (small(one)) found.push("too small for a finger: " + said(one));
    }
    return found;
}"""
POST = """([address, fields]) => {
    const form = Object.assign(document.createElement("form"), {method: "post", action: address});
    const given = [...new URLSearchParams(fields)].filter(([name]) => name !== "csrfmiddlewaretoken");
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
    for (const [name, value] of [["csrfmiddlewaretoken", token], ...given]) {
        form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
    }
    document.body.append(form);
    form.submit();
}"""


def area(name) -> str:
    """What is walked together: making the rows takes as long as several pages."""
    found = name.rpartition(":")[0]
    return found if found in LARGE else "others"


def opener(line) -> str | None:
    """Who of the house gets the page."""
    return _first(line, "GET", {"200"})


def sender(line) -> str | None:
    """Who is answered with a page that says what is wrong, when a form is sent with nothing in it."""
    return _first(line, "POST", {"200", "409", "422"})


def _first(line, method, statuses) -> str | None:
    if line.name in FRAGMENTS | BY_THEMSELVES:
        return None
    return next((person for person in ("admin", *OURS) if line.expected(method)[person] <= statuses), None)


def only_leads_on(line) -> bool:
    """Neither opened nor answered with a page by anybody: the table says so."""
    return not sender(line) and all(line.expected("GET")[person] <= {"302", "403", "405"} for person in OURS)


AREAS = sorted({area(line.name) for line in LINES if opener(line) or sender(line)})


def further(name, rows) -> list[str]:
    """Pages of an area that differ by what is asked for behind the question mark."""
    if name == "todo":
        several = f"{reverse('todo:customers-follow-ups')}?id={rows['customer'].pk}"
        views = [f"{reverse('todo:board')}?view={view}&who=store" for view in VIEWS]
        deals = [f"{reverse('todo:deals')}?{query}" for query in ("as=list", "tab=lost", "tab=paid")]
        return [*views, *deals, several]
    return [f"{reverse('customers:list')}?q=%E3%81%AA%E3%81%84"] if name == "customers" else []


def troubles_of(page, *widths, in_full=(WIDE, PHONE), frame=True, colours=True) -> list[str]:
    """What a person would stumble over on the page that is open.

    `in_full`: the widths for all of axe's rules; without `frame`, not again what stands around every page; without
    `colours`, not again what takes axe as long as all the rest.
    """
    around = {"exclude": [".icon-sprite"] if frame else [".icon-sprite", ".rail", ".topbar"]}
    found = []
    page.evaluate(AXE)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844 if width < WIDE else 800})
        told = page.evaluate(TROUBLES, width)
        if width != NARROWEST:
            asked = {"runOnly": WCAG if width in in_full else LAID_OUT, "resultTypes": ["violations"], "preload": False}
            asked["rules"] = {} if colours else {"color-contrast": {"enabled": False}}
            told += page.evaluate(VIOLATIONS, [around, asked])
        found += [f"{page.url} at {width}: {text}" for text in told]
    return found


def send_nothing(page, line, rows) -> int:
    """Sends an address a form with nothing filled in, as a browser does; the status of the answer."""
    with page.expect_navigation() as sent:
        page.evaluate(POST, [line.address(rows), line.posted(rows)])
    return sent.value.status


def test_every_address_is_walked_or_said_to_show_nothing():
    walked = {line.name for line in LINES if opener(line) or sender(line) or only_leads_on(line)}
    left = set(KNOWN) - walked - FRAGMENTS - BY_THEMSELVES
    assert not left, f"Nobody looks at these pages (tests/browser/test_accessibility.py): {', '.join(sorted(left))}"


@pytest.mark.parametrize("name", AREAS)
def test_nobody_stumbles_over_a_page(page_as, rows, name):
    opened = [(opener(line), line.address(rows)) for line in LINES if area(line.name) == name and opener(line)]
    page_of, found = cache(partial(page_as, width=WIDE, reduced_motion="reduce")), []
    for username, address in [*opened, *(("admin", address) for address in further(name, rows))]:
        page = page_of(username)
        assert page.goto(address).status == 200, address
        found += troubles_of(page, WIDE, PHONE, NARROWEST, in_full=[WIDE], frame=False)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", AREAS)
def test_nobody_stumbles_over_what_is_wrong_in_a_form(page_as, rows, name):
    page_of, found = cache(partial(page_as, width=PHONE, reduced_motion="reduce")), []
    lines = list({line.name: line for line in LINES if area(line.name) == name and sender(line)}.values())
    for line in lines:
        page = page_of(sender(line))
        if page.url == "about:blank":
            page.goto(reverse("todo:keys"))
        assert str(send_nothing(page, line, rows)) in line.expected("POST")[sender(line)], line.text
        # A form has the colours of its page, and its errors all have the same.
        found += troubles_of(page, PHONE, frame=False, colours=line is lines[0])
    assert not found, "\n".join(found)


def test_nobody_stumbles_over_a_sheet_opened_beside_its_page(page_as, rows):
    """The board's panel, what stands there after recording, the sheets of a customer and a deal, and the keys."""
    page = page_as("sales", width=WIDE)
    panel, found = page.locator("#panel"), []
    page.goto("/todo/?view=overdue")
    page.locator(f"#task-{rows['task'].pk}").get_by_role("link", name="結果を記録").click()
    panel.locator("details.more > summary").first.click()
    found += troubles_of(page, WIDE)
    panel.get_by_role("button", name="話せた", exact=True).click()
    expect(panel.get_by_role("button", name="元に戻す").first).to_be_visible()
    found += troubles_of(page, WIDE)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    found += troubles_of(page, WIDE)
    page.keyboard.press("Escape")
    for address, button in ((rows["customer"], "#open-contact"), (rows["deal"], "#open-stage")):
        page.goto(reverse(f"todo:{address._meta.model_name}", args=[address.pk]))
        page.locator(button).click()
        expect(panel.locator("#panel-title")).to_be_focused()
        found += troubles_of(page, WIDE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("username", ["sales", "assistant", "manager", "admin"])
def test_nobody_stumbles_over_the_menu_of_their_role(page_as, rows, username):
    page = page_as(username, width=PHONE)
    page.goto(reverse("stores:list"))
    found = troubles_of(page, WIDE)
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.get_by_role("link", name="メニュー", exact=True).click()
    expect(page.locator("#rail")).to_be_visible()
    found += troubles_of(page, PHONE)
    assert not found, "\n".join(found)


def test_nobody_stumbles_over_what_is_still_empty(page_as, transactional_db):
    from tests.cast import customer, everybody, lead

    cast = everybody()
    person = customer(cast.yokohama, owner=cast.yokohama_sales)
    deal = lead(person, timezone.now(), staff=cast.yokohama_sales)
    bare = [reverse("todo:customer", args=[person.pk]), reverse("todo:deal", args=[deal.pk])]
    lists = [reverse(name) for name in ("customers:list", "todo:deals", "patterns:list", "stores:staff", "house:rules")]
    views = [f"{reverse('todo:board')}?view={view}" for view in VIEWS]
    found = []
    for username, addresses in (("sales", [*lists, *views]), ("sales-yokohama", bare)):
        page = page_as(username, width=WIDE)
        for address in addresses:
            assert page.goto(address).status == 200, address
            found += troubles_of(page, WIDE, PHONE, in_full=[PHONE], frame=False)
    assert not found, "\n".join(found)


def test_nobody_stumbles_over_a_refusal(page_as, rows, monkeypatch):
    page = page_as("sales", width=WIDE)
    monkeypatch.setattr("todo.views.deals.render", None)
    found = []
    for address, status in ((reverse("stores:new"), 403), ("/nothing/here/", 404), (reverse("todo:deals"), 500)):
        assert page.goto(address).status == status
        found += troubles_of(page, WIDE, PHONE)
    assert not found, "\n".join(found)


def test_nobody_stumbles_over_the_door(page_as, rows):
    page = page_as(width=WIDE)
    page.goto(reverse("account_login"))
    found = troubles_of(page, WIDE, PHONE, NARROWEST)
    page.locator("input[name=login]").fill("sales")
    page.locator("input[name=password]").fill("wrong")
    page.locator("input[name=password]").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    found += troubles_of(page, PHONE)
    assert not found, "\n".join(found)


@pytest.mark.django_db(transaction=True)
def test_nobody_stumbles_over_the_first_page_of_a_new_house(page_as):
    page = page_as(width=WIDE)
    assert page.goto(reverse("setup")).status == 200
    assert not troubles_of(page, WIDE, PHONE, NARROWEST)


def test_a_page_with_faults_is_found(page_as, rows):
    """The check itself: a picture without words, a second heading, something too wide, something too small."""
    page = page_as("admin", width=PHONE)
    page.goto(reverse("stores:list"))
    page.evaluate("""() => {
        const main = document.querySelector("main");
        main.append(document.createElement("h1"), document.createElement("img"));
        main.append(Object.assign(document.createElement("button"), {textContent: "small"}));
        main.append(Object.assign(document.createElement("input"), {type: "text"}));
        main.lastChild.style.minWidth = "900px";
    }""")
    told = "\n".join(troubles_of(page, PHONE))
    for word in ("2 main headings", "scrolls sideways", "image-alt", "label:", "too small for a finger: <button>"):
        assert word in told


def test_an_address_that_nobody_walks_is_found(monkeypatch):
    monkeypatch.setattr("tests.browser.test_accessibility.KNOWN", [*KNOWN, "hurried:page"])
    with pytest.raises(AssertionError, match="hurried:page"):
        test_every_address_is_walked_or_said_to_show_nothing()
