import json
import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.utils import translation

from dealercrm import environment
from dealercrm.accounts import client_address
from dealercrm.language import LanguageMiddleware


@pytest.fixture
def bare(monkeypatch):
    for setting in environment.SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    return monkeypatch


def test_without_a_server_named_it_is_the_demonstration(bare):
    assert environment.is_demonstration()


def test_with_a_server_named_it_is_the_real_thing_unless_asked_otherwise(bare):
    bare.setenv("DATABASE_URL", "postgresql://localhost/crm")
    assert not environment.is_demonstration()
    bare.setenv("DEMONSTRATION", "1")
    assert environment.is_demonstration()


def test_ruled_out_it_is_no_demonstration_even_when_no_server_is_named(bare):
    bare.setenv("DEMONSTRATION", "0")
    assert not environment.is_demonstration()


REAL = {
    "DATABASE_URL": "postgresql://crm:s3cr3t@db.example.jp/main",
    "SECRET_KEY": "tZ3v_Qm8Ck1xWb5nLr7Yd0Hs2Jf4Gp6Ea9Uo-iVtNqXwMzKyBcRl",
    "ALLOWED_HOSTS": "crm.example.jp, .shops.example.jp,[::1]",
    "PROXIES": "1",
    "DATA_DIR": "/tmp",  # noqa: S108 - only looked at
}


def refused(**changes):
    """What is said of the real thing's settings with these changes, line by line; None takes one away."""
    given = {name: value for name, value in {**REAL, **changes}.items() if value is not None}
    with pytest.raises(ImproperlyConfigured) as error:
        environment.read(given)
    assert "s3cr3t" not in str(error.value)
    return [line.strip() for line in str(error.value).splitlines()[1:]]


def test_what_is_given_is_read():
    found = environment.read(REAL)
    assert found.ALLOWED_HOSTS == ["crm.example.jp", ".shops.example.jp", "[::1]"]
    assert (found.PROXIES, found.PORT, found.REDIS_URL) == (1, 8000, None)


def test_the_real_thing_has_no_defaults_and_lists_everything_that_is_missing():
    with pytest.raises(ImproperlyConfigured) as error:
        environment.read({"DEMONSTRATION": "0", "PROXIES": ""})
    missing = ["DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "PROXIES", "DATA_DIR"]
    assert [line.strip() for line in str(error.value).splitlines()[1:]] == [f"{name} is missing." for name in missing]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMONSTRATION", "no"),
        ("DATABASE_URL", "mysql://crm:s3cr3t@localhost/crm"),
        ("DATABASE_URL", "s3cr3t"),
        ("DATABASE_URL", "postgresql://crm:s3cr3t@localhost"),
        ("SECRET_KEY", "s3cr3t"),
        ("SECRET_KEY", "s3cr3t" * 10),
        ("SECRET_KEY", "change-me-change-me-0123456789-abcdefghijklmnopqrstuvwxyz"),
        ("ALLOWED_HOSTS", "https://crm.example.jp"),
        ("ALLOWED_HOSTS", "crm.example.jp:8000"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", ","),
        ("PROXIES", "abc"),
        ("PROXIES", "-1"),
        ("PROXIES", "１"),
        ("DATA_DIR", __file__),
        ("PORT", "80000"),
        ("HOST", "http://0.0.0.0"),
        ("WEB_WORKERS", "0"),
        ("EMAIL_URL", "mail.example.jp"),
        ("EMAIL_URL", "smtp://crm:s3cr3t@:25"),
        ("EMAIL_URL", "smtp://mail.example.jp:many"),
        ("EMAIL_FROM", "the dealership"),
        ("REDIS_URL", "http://redis"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name_and_never_repeated(name, value):
    (line,) = refused(**{name: value})
    assert line.startswith(f"{name} ")


def test_all_problems_are_told_at_once():
    lines = refused(PROXIES="abc", SECRET_KEY=None, DATABSE_URL="x", PORT="abc")
    assert [line.split()[0] for line in lines] == ["DATABSE_URL", "SECRET_KEY", "PROXIES", "PORT"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DATABSE_URL", "DATABASE_URL"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("secret_key", "SECRET_KEY"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("REDIS_URI", "REDIS_URL"),
        ("MAIL_URL", "EMAIL_URL"),
        ("WEB_WORKER", "WEB_WORKERS"),
    ],
)
def test_a_name_that_is_nearly_ours_is_refused(name, meant):
    assert refused(**{name: "1"}) == [f"{name} is no setting; {meant} is."]


@pytest.mark.parametrize(
    "name",
    ["HOSTNAME", "HOSTS", "PORTS", "DATABASE_PORT", "REDIS_PORT", "XDG_DATA_DIRS", "HTTP_PROXY", "EMAIL_USER", "TZ"],
)
def test_names_of_others_are_left_alone(name):
    assert environment.read({**REAL, name: "1"})


def test_a_slip_in_the_servers_name_does_not_start_the_demonstration_instead():
    with pytest.raises(ImproperlyConfigured, match="DATABSE_URL is no setting"):
        environment.read({"DATABSE_URL": "postgresql://localhost/crm"})


def test_a_folder_that_may_not_be_written_to_is_refused(monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, how: False)
    assert refused() == ["DATA_DIR is a folder that this account may not write to."]


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("smtp://mail:1025", {"EMAIL_HOST": "mail", "EMAIL_PORT": 1025}),
        ("smtp+tls://a%40b:p%2Fw@mx.example.jp", {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True, "EMAIL_HOST_USER": "a@b"}),
        ("smtps://mx.example.jp", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True, "EMAIL_HOST_PASSWORD": ""}),
    ],
)
def test_a_mail_server_is_read_from_one_address(address, settings):
    read = environment.read({**REAL, "EMAIL_URL": address}).EMAIL_URL
    assert settings.items() <= read.items()


def test_a_redis_that_is_away_holds_no_page():
    asked = environment.read({**REAL, "REDIS_URL": "rediss://:s3cr3t@redis:6380/1?socket_timeout=9"}).REDIS_URL
    assert asked == "rediss://:s3cr3t@redis:6380/1?socket_connect_timeout=2&socket_timeout=9"


def run_with(changes, *command):
    given = {name: value for name, value in {**REAL, **changes}.items() if value is not None}
    return subprocess.run(
        [sys.executable, *command],
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "dealercrm.settings", **given},
        cwd=environment.BASE_DIR,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "command", [("manage.py", "migrate"), ("-m", "gunicorn", "-c", "python:dealercrm.web", "dealercrm.wsgi")]
)
def test_every_program_ends_with_the_list_and_without_a_traceback(command):
    done = run_with({"SECRET_KEY": None, "PROXIES": "many"}, *command)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    said = json.loads(line)["message"]
    assert "SECRET_KEY is missing." in said
    assert "PROXIES must be a whole number" in said


def settings_of(changes, *names):
    code = f"import json; from django.conf import settings as s; print(json.dumps([getattr(s, n) for n in {names!r}]))"
    done = run_with(changes, "-c", code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_real_thing_sends_cookies_by_https_only():
    assert settings_of({}, "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "DEBUG") == [True, True, False]


def test_messages_go_by_postgresql_or_by_redis():
    (by_default,) = settings_of({}, "Q_CLUSTER")
    assert by_default["orm"] == "default"
    assert "redis" not in by_default
    (by_redis,) = settings_of({"REDIS_URL": "redis://redis"}, "Q_CLUSTER")
    assert by_redis["redis"].startswith("redis://redis?")
    assert "orm" not in by_redis


def test_the_demonstration_mails_nobody(tmp_path):
    demonstration = {"DEMONSTRATION": "1", "DATA_DIR": str(tmp_path), "EMAIL_URL": None}
    (backend,) = settings_of(demonstration, "EMAIL_BACKEND")
    assert "filebased" in backend


def test_every_name_read_from_the_environment_is_a_setting():
    folders = ("dealercrm", "stores", "customers", "followups", "todo", "reports")
    sources = [environment.BASE_DIR / "manage.py"]
    sources += [path for folder in folders for path in (environment.BASE_DIR / folder).rglob("*.py")]
    asks = re.compile(r"""os\.environ(?:\.get\(|\[)["'](\w+)["']|["'](\w+)["'] (?:not )?in os\.environ""")
    read = {found for path in sources for pair in asks.findall(path.read_text()) for found in pair if found}
    ours_alone = {"DATABASE_POOL", "DJANGO_SETTINGS_MODULE"}
    assert read - ours_alone <= {setting.name for setting in environment.SETTINGS}
    assert "DATA_DIR" in read


def test_the_documentation_has_every_setting_as_it_is():
    written = (environment.BASE_DIR / "docs/operations.md").read_text().splitlines()
    for setting in environment.SETTINGS:
        without = "must be given" if setting.required else f"`{setting.default}`" if setting.default else ""
        assert f"| `{setting.name}` | {without} | {setting.says} |" in written


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
