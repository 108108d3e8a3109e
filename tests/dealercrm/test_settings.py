import logging
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.utils import translation

from dealercrm import environment
from dealercrm.accounts import client_address
from dealercrm.language import LanguageMiddleware
from dealercrm.log import LineFormatter, WithoutPersonalData


@pytest.fixture
def bare(monkeypatch):
    for name in (*environment.REQUIRED, "DEMONSTRATION"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_without_a_server_named_it_is_the_demonstration(bare):
    assert environment.is_demonstration()


def test_with_a_server_named_it_is_the_real_thing_unless_asked_otherwise(bare):
    bare.setenv("DATABASE_URL", "postgresql://localhost/crm")
    assert not environment.is_demonstration()
    bare.setenv("DEMONSTRATION", "1")
    assert environment.is_demonstration()


def test_the_real_thing_has_no_defaults_and_lists_everything_that_is_missing(bare):
    bare.setenv("DATABASE_URL", "postgresql://localhost/crm")
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.required()
    assert str(refused.value).endswith("SECRET_KEY, ALLOWED_HOSTS, PROXIES, DATA_DIR")


def test_the_real_thing_sends_cookies_by_https_only(tmp_path):
    code = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.DEBUG)"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "dealercrm.settings",
            "DATABASE_URL": "postgresql://localhost/crm",
            "SECRET_KEY": "x" * 60,
            "ALLOWED_HOSTS": "crm.example.jp",
            "PROXIES": "1",
            "DATA_DIR": str(tmp_path),
        },
        cwd=environment.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.split() == ["True", "True", "False"]


def test_the_demonstration_keeps_its_secret_key_to_itself_and_over_restarts(bare, tmp_path):
    bare.setenv("DATA_DIR", str(tmp_path))
    key = environment.demonstration_secret_key()
    assert len(key) >= 50
    assert environment.demonstration_secret_key() == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_database_address_is_read_with_its_options():
    read = environment.database("postgresql://crm:s3@db.example.jp:6432/main?sslmode=require")
    assert (read["NAME"], read["USER"], read["PASSWORD"]) == ("main", "crm", "s3")
    assert (read["HOST"], read["PORT"]) == ("db.example.jp", "6432")
    assert read["OPTIONS"]["sslmode"] == "require"
    assert "pool" not in read["OPTIONS"]


@pytest.mark.parametrize(("cookie", "language"), [(None, "ja"), ("en", "en"), ("ja", "ja"), ("xx", "ja")])
def test_only_a_choice_made_on_the_page_changes_the_language(rf, settings, cookie, language):
    request = rf.get("/", headers={"accept-language": "en-US,en"})
    if cookie:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    response = LanguageMiddleware(lambda request: HttpResponse(translation.get_language()))(request)
    assert response.content.decode() == language


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "10.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.7"), (4, "10.0.0.1")]
)
def test_the_callers_address_is_what_our_own_proxies_saw(rf, settings, proxies, address):
    settings.PROXIES = proxies
    request = rf.get("/", headers={"x-forwarded-for": "6.6.6.6, 198.51.100.7, 203.0.113.9"}, REMOTE_ADDR="10.0.0.1")
    assert client_address(request) == address


def test_the_log_names_no_customer():
    try:
        raise ValueError("Key (phone)=(090-1234-5678) already exists")
    except ValueError:
        record = logging.getLogger("t").makeRecord("t", 40, "f", 1, "at %s", ("/customers/?q=山田",), sys.exc_info())
    WithoutPersonalData().filter(record)
    line = LineFormatter().format(record)
    assert "ValueError" in line
    assert "/customers/" in line
    assert "山田" not in line
    assert "090" not in line
