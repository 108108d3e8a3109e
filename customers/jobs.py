"""What the worker is woken for on this floor."""

from django.utils import timezone

from .importing.uploads import forget_old


def forget_import_files() -> str:
    """At night: lists that nobody confirmed within a day."""
    return f"forgot {forget_old(timezone.now())}"
