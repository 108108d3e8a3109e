"""Pictures of the product for its documents, taken of a demonstration that runs for them alone."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {375: 812, 1280: 800}
"""Width → height: a phone, a desk."""
PATIENCE_SECONDS = 180


def chromium() -> str | None:
    """The browser of the system, None without one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def board(page):
    page.goto("/todo/?view=overdue&who=me")
    if page.viewport_size["width"] > min(WIDTHS):
        page.locator("a.record[hx-get]").first.click()
        page.wait_for_selector("#panel form")


def customer(page):
    page.goto("/todo/?view=overdue&who=me")
    page.goto(page.locator("a.task-name").first.get_attribute("href"))


def pattern_editor(page):
    page.goto("/patterns/")
    page.goto(page.locator("td a[href^='/patterns/']").first.get_attribute("href") + "edit/")


def desk(page):
    page.goto("/desk/")


SUBJECTS = [
    ("board", "sales", board),
    ("customer", "sales", customer),
    ("patterns", "admin", pattern_editor),
    ("desk", "manager", desk),
]
"""(name, who is signed in, what leads there)"""


def take(folder: Path) -> list[Path]:
    """Every subject at every width, as PNG files in that folder. Needs Playwright and a Chromium."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name, who, lead in SUBJECTS:
            for width, height in WIDTHS.items():
                page = _page(browser, address, who, width, height)
                lead(page)
                page.wait_for_load_state("networkidle")
                taken.append(folder / f"{name}-{width}.png")
                page.screenshot(path=taken[-1])
                page.context.close()
        browser.close()
    return taken


def _page(browser, address, who, width, height):
    phone = width == min(WIDTHS)
    window = {"viewport": {"width": width, "height": height}, "is_mobile": phone, "has_touch": phone}
    page = browser.new_context(base_url=address, locale="ja-JP", timezone_id=settings.TIME_ZONE, **window).new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", who)
    page.fill("[name=password]", "demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/todo/**")
    return page


@contextmanager
def demonstration():
    """The address of a whole demonstration in a folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        environment = {**os.environ, "DATA_DIR": folder, "PORT": str(port), "DEMONSTRATION": "1"}
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run"]
        run = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            address = f"http://localhost:{port}"
            _wait_for(f"{address}/health", run)
            yield address
        finally:
            run.terminate()
            run.wait()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def _wait_for(address, run):
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and run.poll() is None:
        try:
            with urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise RuntimeError("The demonstration did not start.")
