"""A conversation changes what is planned, and can be taken back (REQUIREMENTS B6)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from followups.expansion import expand
from followups.models import FollowUp
from followups.starting import start
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import customer, pattern

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = (0, 7, 14)


@pytest.fixture
def follow_up(cast):
    """At work for ten days; the store never closes, so that days are where one counts them."""
    cast.hiratsuka.closing_days.all().delete()
    begun_at = timezone.now() - timedelta(days=10)
    steps = [{"offset_days": days, "channel": "email", "title": f"ご連絡{days}"} for days in DAYS]
    who = customer(cast.hiratsuka, owner=cast.sales)
    made = start(pattern("calls", steps, name="お電話の計画"), customer=who, by=cast.sales, now=begun_at)
    expand(begun_at)
    return made


def shown(day) -> str:
    return f"{day.month}/{day.day}"


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_restarted_from_today_the_new_dates_are_seen_and_taken_back_the_old_ones(page_as, follow_up, width):
    page = page_as("sales", width=width)
    page.goto(f"/customers/{follow_up.customer_id}/")
    card = page.locator(f"#follow-up-{follow_up.pk}")
    expect(card).to_contain_text(f"基準日 {shown(follow_up.base_on)}")

    page.click("#open-contact")
    panel = page.locator("#panel")
    go_on, restart = (panel.get_by_role("radio", name=name) for name in ("続ける", "今日からやり直す"))
    expect(go_on).to_be_checked()
    chip = panel.locator("label.choice", has_text="今日からやり直す")
    assert width == DESKTOP or chip.bounding_box()["height"] >= 44
    chip.click()
    expect(restart).to_be_checked()
    panel.get_by_role("button", name="話せた").click()

    expect(page.locator(".toast")).to_contain_text("「お電話の計画」を今日から新しく開始します")
    expand(timezone.now())
    new = FollowUp.objects.running().get()
    first, second, third = new.tasks.order_by("step__position")
    expect(page.locator(f"#follow-up-{new.pk}")).to_contain_text(f"次: {shown(first.due_on)}")
    assert (new.base_on, third.due_on - second.due_on) == (timezone.localdate(), timedelta(days=7))

    page.locator(".toast").get_by_role("button", name="元に戻す").click()
    expect(page.locator(f"#follow-up-{follow_up.pk}")).to_contain_text(f"基準日 {shown(follow_up.base_on)}")
    expect(page.locator(f"#follow-up-{new.pk}")).to_have_count(0)
    assert follow_up.tasks.open().count() == 3
