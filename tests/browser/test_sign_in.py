import re

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_sign_in_page_is_japanese_and_fits_phone_and_desktop(page_as, width):
    page = page_as(width=width)
    page.goto("/accounts/login/")
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.get_by_role("button").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_password_typed_in_opens_the_door(page_as):
    get_user_model().objects.create_user("suzuki", password="a long one for tests", name="鈴木 一郎")
    page = page_as()
    page.goto("/accounts/login/?next=/accounts/password/change/")
    page.locator("input[name=login]").fill("suzuki")
    page.locator("input[name=password]").fill("a long one for tests")
    page.locator("input[name=password]").press("Enter")
    expect(page).to_have_url(re.compile("/accounts/password/change/$"))


def test_the_tests_own_signing_in_works_too(page_as):
    get_user_model().objects.create_user("suzuki", password="a long one for tests", name="鈴木 一郎")
    page = page_as("suzuki")
    page.goto("/accounts/password/change/")
    expect(page).to_have_url(re.compile("/accounts/password/change/$"))
