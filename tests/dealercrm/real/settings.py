"""A real installation's settings, with the pages of `urls.py` added."""

from dealercrm.settings import *  # noqa: F403

ROOT_URLCONF = "tests.dealercrm.real.urls"
