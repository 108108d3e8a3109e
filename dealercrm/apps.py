from django.apps import AppConfig


class DealercrmConfig(AppConfig):
    """The house around the apps: it has commands, but no tables and no pages of its own."""

    name = "dealercrm"
