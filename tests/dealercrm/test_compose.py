"""docker-compose.yml, .env.example and the Dockerfile: read as far as no container engine is needed (issue 3, 4)."""

import re
import shutil
import subprocess

import pytest
import yaml

from dealercrm.environment import BASE_DIR, SETTINGS

OURS = ("setup", "web", "worker")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())["services"]


def example():
    lines = (BASE_DIR / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_holds_no_secret_and_only_names_that_mean_something():
    assert {name for name, value in example().items() if not value} == {
        "SECRET_KEY",
        "POSTGRES_PASSWORD",
        "ALLOWED_HOSTS",
    }
    assert set(example()) - {setting.name for setting in SETTINGS} == {"POSTGRES_PASSWORD"}


def test_no_secret_has_a_default():
    text = (BASE_DIR / "docker-compose.yml").read_text()
    defaults = set(re.findall(r"\$\{(\w+):?-", text))
    assert defaults == {"DATABASE_URL", "PORT", "MAIL_PORT"}
    assert re.findall(r"\$\{(\w+):?\?", text).count("POSTGRES_PASSWORD") == 2
    assert not re.search(r"(?i)(password|secret)\w*:\s*[^$\s#]", text)


@pytest.mark.parametrize("name", OURS)
def test_our_programs_are_stopped_with_time_write_nowhere_and_are_nobody(compose, name):
    service = compose[name]
    assert (service["init"], service["stop_grace_period"], service["read_only"]) == (True, "90s", True)
    assert service["cap_drop"] == ["ALL"]
    assert service["env_file"] == ".env"
    assert service["environment"]["DEMONSTRATION"] == "0"
    assert re.search(r"^USER 10001", (BASE_DIR / "Dockerfile").read_text(), re.MULTILINE)


def test_everything_that_keeps_running_is_watched_and_waits_for_what_it_needs(compose):
    assert all("healthcheck" in service for name, service in compose.items() if name != "setup")
    assert compose["setup"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web", "worker"):
        assert compose[name]["depends_on"] == {"setup": {"condition": "service_completed_successfully"}}
    assert "--host=127.0.0.1" in compose["database"]["healthcheck"]["test"]


def test_nothing_is_open_to_the_world_but_what_the_proxy_brings(compose):
    assert all(port.startswith("127.0.0.1:") for service in compose.values() for port in service.get("ports", []))


def test_the_databases_log_carries_no_rows(compose):
    from dealercrm.embedded import SETTINGS as EMBEDDED

    for name in ("log_error_verbosity", "log_min_error_statement", "timezone"):
        assert f"-c {name}={EMBEDDED[name]}" in " ".join(compose["database"]["command"].split())


def test_what_docker_copies_leaves_out_secrets_and_data():
    left_out = (BASE_DIR / ".dockerignore").read_text().split()
    assert {".env", ".env.*", ".git", ".data", "*.crm"} <= set(left_out)


def config(folder, **environment):
    command = shutil.which("docker-compose")
    if not command:
        pytest.skip("docker-compose is missing: apt-get install docker-compose")
    return subprocess.run(
        [command, "config"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def folder(tmp_path):
    for name in ("docker-compose.yml", ".env.example", "Dockerfile"):
        shutil.copy(BASE_DIR / name, tmp_path)
    return tmp_path


@pytest.mark.slow
def test_compose_understands_it_and_takes_every_value_from_the_env_file(folder):
    filled = "\n".join(f"{name}={value or 'filled-' + name}" for name, value in example().items())
    (folder / ".env").write_text(filled)
    done = config(folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    services = yaml.safe_load(done.stdout)["services"]
    assert set(services) == {"database", "setup", "web", "worker", "mail"}
    for name in OURS:
        given = services[name]["environment"]
        assert given["SECRET_KEY"] == "filled-SECRET_KEY"
        assert given["PGPASSWORD"] == "filled-POSTGRES_PASSWORD"
        assert given["EMAIL_URL"] == "smtp://mail:1025"
        assert "filled" not in given["DATABASE_URL"]


@pytest.mark.slow
def test_the_example_as_it_is_is_clean_too_and_a_missing_file_or_password_is_told(folder):
    assert "POSTGRES_PASSWORD" in config(folder).stderr
    assert ".env" in config(folder, POSTGRES_PASSWORD="x").stderr
    shutil.copy(folder / ".env.example", folder / ".env")
    assert config(folder).returncode == 0
