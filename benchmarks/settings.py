"""The product's settings, with the bench's own pages added to its addresses."""

from dealercrm.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
