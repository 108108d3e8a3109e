from datetime import date
from types import SimpleNamespace

import pytest

from tests.browser.conftest import _note_error
from tests.cast import customer, task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def someone(cast):
    made = customer(cast.hiratsuka, owner=cast.sales)
    task(made, date(2026, 11, 20))
    return made


def test_words_survive_escape_until_the_cross_is_pressed(page_as, someone):
    page = page_as("sales", width=390)
    page.goto("/todo/?view=overdue")
    page.click(".task .record")
    page.click("details.more summary >> nth=0")
    page.fill("#id_details", "書きかけ")
    page.keyboard.press("Escape")
    assert page.input_value("#id_details") == "書きかけ"
    assert page.is_visible("dialog.panel[open]")
    page.click("dialog.panel [data-close]")
    page.wait_for_selector("dialog.panel[open]", state="detached")


def test_words_survive_a_change_of_channel(page_as, someone):
    page = page_as("sales")
    page.goto(f"/customers/{someone.pk}/")
    page.click("a[hx-get*='contacts/new']")
    page.fill("#id_details", "書きかけ")
    with page.expect_response(lambda answer: "channel=email" in answer.url):
        page.click("dialog.panel nav.chips a[href='?channel=email']")
    page.wait_for_selector("dialog.panel nav.chips a[href='?channel=email'][aria-current]")
    assert page.input_value("#id_details") == "書きかけ"


@pytest.mark.parametrize(
    ("text", "address", "is_one"),
    [
        ("htmx:oobErrorNoTarget, #views", "/static/htmx.js", True),
        ("Failed to load resource: the server responded with a status of 404 ()", "/static/js/gone.js", True),
        ("Failed to load resource: the server responded with a status of 422 ()", "/customers/new/", False),
    ],
)
def test_what_the_console_calls_an_error_fails_a_test_of_the_browser(text, address, is_one):
    troubles = []
    _note_error(SimpleNamespace(type="error", text=text, location={"url": address}), troubles)
    assert bool(troubles) is is_one
