"""A real browser on a real server, signed in as whoever a test says."""

import os

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from todo.demo import pictures

PHONE, DESKTOP = 390, 1280
expect.set_options(timeout=20_000)
"""A busy machine is slow, not wrong."""
TOLD_BY_CHROMIUM = "Failed to load resource: the server responded with a status of"
TOLD_BY_HTMX = ("Response Status Error Code", "htmx:sendAbort", "htmx:afterRequest")
"""An answer of 4xx; a request that a newer one took the place of. Whatever else htmx complains about is a fault."""


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium. Without it browser tests are skipped, but in CI that is a failure."""
    program = pictures.chromium()
    if program is None:
        message = "Browser tests need Chromium: apt-get install chromium fonts-noto-cjk"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    # Playwright's loop runs in this thread, which Django would take for an asynchronous view.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=pictures.FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page_as(chromium, live_server):
    """`page_as(username=None, width=DESKTOP, language="ja")` → a page of its own window on the live server.

    With a username it is signed in. `page.goto("/todo/")` takes addresses without the host. Whatever a page's
    scripts raise or the console calls an error fails the test at its end. Further
    options are Playwright's for a window, such as `java_script_enabled=False`.
    """
    contexts, troubles = [], []

    def open_page(username=None, width=DESKTOP, language="ja", **options):
        phone = width < 600
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 844 if phone else 800},
            has_touch=phone,
            is_mobile=phone,
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            **options,
        )
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if username:
            cookies[settings.SESSION_COOKIE_NAME] = _session_of(username)
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: _note_error(message, troubles))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def rows(transactional_db):
    """One row of every kind of Hiratsuka."""
    from django.apps import apps

    from customers.models import Rank
    from followups import shipped, shipped_care
    from tests.cast import everybody
    from tests.everything import one_of_each

    shipped.ensure(lambda name: apps.get_model("followups", name))
    shipped.ship(shipped_care.PATTERNS, lambda name: apps.get_model("followups", name))
    Rank.objects.get_or_create(code="A", defaults={"position": 1})
    cast = everybody()
    made = one_of_each(cast.hiratsuka, cast.sales, timezone.now())
    return {**made, "manager": cast.manager, "admin": cast.admin}


def _session_of(username):
    staff = get_user_model().objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session.save()
    return session.session_key


def _note_error(message, troubles):
    """All but addresses answered with 4xx or 5xx, which a test may ask for: only a file of ours must be there."""
    if message.type != "error" or message.text.startswith(TOLD_BY_HTMX):
        return
    address = message.location["url"]
    if "/static/" in address or not message.text.startswith(TOLD_BY_CHROMIUM):
        troubles.append(f"{message.text} ({address})")
