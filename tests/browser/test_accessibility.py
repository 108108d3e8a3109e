"""Every page on a phone and on a desk: for everybody's eyes, hands and readers (REQUIREMENTS H4)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from customers.models import Rank
from followups import shipped, shipped_care
from tests.everything import one_of_each
from tests.test_access import LINES

NARROW, WIDE = 375, 1280
FRAGMENTS = {"health", "todo:search", "customers:alike", "todo:prepared", "todo:follow-up-preparing"}
"""What a page asks for, rather than a person."""
VIEWS = ("new", "on-time", "overdue", "replied", "upcoming", "done")
AREAS = ("", "customers", "house", "patterns", "stores", "todo")

TOO_WIDE = """() => [...document.querySelectorAll("main *")].filter(
    (one) => one.getBoundingClientRect().right > document.documentElement.clientWidth
).map((one) => one.outerHTML.slice(0, 120)).slice(0, 4)"""


@pytest.fixture
def rows(transactional_db):
    from tests.cast import everybody

    shipped.ensure(lambda name: apps.get_model("followups", name))

    shipped.ship(shipped_care.PATTERNS, lambda name: apps.get_model("followups", name))
    Rank.objects.get_or_create(code="A", defaults={"position": 1})
    cast = everybody()
    made = one_of_each(cast.hiratsuka, cast.sales, timezone.now())
    return {**made, "manager": cast.manager, "admin": cast.admin}


def pages(area, rows) -> list[str]:
    """The pages of an area that an administrator may open, whatever is added to the table of addresses."""
    found = [
        line.address(rows)
        for line in LINES
        if line.expected("GET")["admin"] == {"200"}
        and line.name not in FRAGMENTS
        and line.name.rpartition(":")[0] == area
    ]
    if area == "todo":
        found += [f"{reverse('todo:board')}?view={view}&who=store" for view in VIEWS]
        found += [f"{reverse('todo:deals')}?{query}" for query in ("as=list", "tab=lost", "tab=paid")]
    if area == "customers":
        found += [f"{reverse('customers:list')}?q=%E3%81%AA%E3%81%84"]
    return found


def troubles_of(page, width) -> list[str]:
    """What a person would stumble over on the page that is open."""
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    found = []
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} main headings")
    if not page.title().strip():
        found.append("no title")
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"scrolls sideways: {page.evaluate(TOO_WIDE)}")
    for violation in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]:
        if violation["impact"] in {"serious", "critical"}:
            found += [f"{violation['id']}: {node['html'][:200]}" for node in violation["nodes"][:3]]
    return [f"{page.url} at {width}: {text}" for text in found]


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("area", AREAS)
def test_nobody_stumbles_over_a_page(page_as, rows, area, width):
    page = page_as("admin", width=width)
    found = []
    for address in pages(area, rows):
        assert page.goto(address).status == 200, address
        found += troubles_of(page, width)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_nobody_stumbles_over_the_panel(page_as, rows, width):
    page = page_as("sales", width=width)
    page.goto("/todo/?view=overdue")
    page.locator(f"#task-{rows['task'].pk}").get_by_role("link", name="結果を記録").click()
    panel = page.locator("#panel")
    panel.locator("details.more > summary").first.click()
    found = troubles_of(page, width)
    panel.get_by_role("button", name="不在", exact=True).click()
    expect(panel.get_by_role("button", name="元に戻す").first).to_be_visible()
    found += troubles_of(page, width)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_nobody_stumbles_over_the_door(page_as, rows, width):
    page = page_as(width=width)
    found = []
    for address in (reverse("account_login"), "/nothing/here/"):
        page.goto(address)
        found += troubles_of(page, width)
    assert not found, "\n".join(found)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_nobody_stumbles_over_the_first_page_of_a_new_house(page_as, width):
    page = page_as(width=width)
    assert page.goto(reverse("setup")).status == 200
    assert not troubles_of(page, width)


def test_a_page_with_faults_is_found(page_as, rows):
    """The check itself: a picture without words, a second heading, something too wide."""
    page = page_as("admin", width=NARROW)
    page.goto(reverse("stores:list"))
    page.evaluate("""() => {
        const main = document.querySelector("main");
        main.append(document.createElement("h1"), document.createElement("img"));
        main.append(Object.assign(document.createElement("input"), {type: "text"}));
        main.lastChild.style.minWidth = "900px";
    }""")
    told = "\n".join(troubles_of(page, NARROW))
    for word in ("2 main headings", "scrolls sideways", "image-alt", "label:"):
        assert word in told
