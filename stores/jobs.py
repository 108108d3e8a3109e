"""What the worker is woken for on the ground floor."""

from django.core.management import call_command


def forget_sessions() -> str:
    """At night: sign-ins that have run out."""
    call_command("clearsessions")
    return "done"
