"""One PostgreSQL for the whole test run, and no way out of this machine."""

import gc
import ipaddress
import os
import socket

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import blocking_manager_key

from dealercrm import embedded, environment
from dealercrm.catalogue import Catalogue
from tests import migrated, sharing_out

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.WHITENOISE_USE_FINDERS = True
settings.WHITENOISE_AUTOREFRESH = True


def pytest_configure(config):
    """Starts the server in the process that hands out the tests; its workers find it in `os.environ`."""
    if "DATABASE_URL" not in os.environ:
        data = environment.data_dir() / "test-postgres"
        server = embedded.Server(data, durable=False).__enter__()
        config.add_cleanup(lambda: server.__exit__(None, None, None))
        os.environ.update(DATABASE_URL=embedded.url(data), DEMONSTRATION="1")
        config.add_cleanup(lambda: os.environ.pop("DATABASE_URL"))
    if not hasattr(config, "workerinput"):
        for folder in settings.LOCALE_PATHS:
            Catalogue(settings.BASE_DIR, folder.name).compile()
        os.environ["TEST_TEMPLATE"] = migrated.template(os.environ["DATABASE_URL"])
    connections.databases["default"].update(environment.database(os.environ["DATABASE_URL"]))
    connections.databases["default"]["TEST"]["TEMPLATE"] = os.environ["TEST_TEMPLATE"]


def pytest_collection_modifyitems(items):
    items.sort(key=sharing_out.in_order)


def pytest_collection_finish():
    """What is imported stays: it is not looked through for garbage again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return sharing_out.Sharing(config, log)


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Refuses every connection that would leave this machine (STYLE.md 23)."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address[0]):
            raise AssertionError(f"A test tried to reach {address[0]}.")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def _is_local(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test on real transactions leaves empty tables: what the migrations put there is put back for the next one."""
    result = yield
    if nextitem and sharing_out.on_real_transactions(item):
        from django.apps import apps

        from followups import shipped, shipped_care

        with item.config.stash[blocking_manager_key].unblock():
            shipped.ensure(lambda name: apps.get_model("followups", name))
            shipped.ship(shipped_care.PATTERNS, lambda name: apps.get_model("followups", name))
    return result


@pytest.fixture
def cast(db):
    """The people and stores of tests/cast.py."""
    from tests.cast import everybody

    return everybody()
