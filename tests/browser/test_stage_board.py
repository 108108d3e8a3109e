"""Cards of the stage board in a real browser: dragged, moved by keys, asked for what is needed (REQUIREMENTS D2)."""

import pytest
from django.apps import apps
from django.utils import timezone
from playwright.sync_api import expect

from customers.models import Deal, Stage
from followups import shipped
from tests.cast import customer, lead


@pytest.fixture
def deal(transactional_db):
    from tests.cast import everybody

    shipped.ensure(lambda name: apps.get_model("followups", name))
    cast = everybody()
    return lead(customer(cast.hiratsuka, owner=cast.sales), timezone.now(), staff=cast.sales)


def stage_of(deal):
    return Deal.objects.get(pk=deal.pk).stage


def test_a_card_is_dragged_and_asked_for_what_an_order_needs(page_as, deal):
    page = page_as("sales")
    page.goto("/deals/")
    card = page.locator(f"#deal-{deal.pk}")
    card.drag_to(page.locator("[data-stage=met]"))
    expect(page.locator(f"[data-stage=met] #deal-{deal.pk}")).to_be_visible()
    assert stage_of(deal) == Stage.MET
    card.drag_to(page.locator("[data-stage=order]"))
    expect(page.locator("#panel-title")).to_contain_text("成約")
    expect(page.locator("#panel .error")).to_have_count(0)
    assert stage_of(deal) == Stage.MET
    page.locator("#id_promised_on").fill("2030-01-10")
    page.locator(".panel-foot .main").click()
    expect(page.locator(f"[data-stage=order] #deal-{deal.pk}")).to_be_visible()
    expect(page.locator("dialog.panel[open]")).to_have_count(0)
    assert stage_of(deal) == Stage.ORDER


def test_a_card_is_moved_by_shift_and_an_arrow_and_keeps_the_focus(page_as, deal):
    page = page_as("sales")
    page.goto("/deals/")
    page.keyboard.press("j")
    page.keyboard.press("Shift+ArrowRight")
    moved = page.locator(f"[data-stage=appointment] #deal-{deal.pk}")
    expect(moved).to_be_visible()
    expect(moved.locator("[data-open]")).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(f"[data-stage=enquiry] #deal-{deal.pk}")).to_be_visible()
    assert stage_of(deal) == Stage.ENQUIRY
