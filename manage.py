#!/usr/bin/env python
"""Django's command line, with a database behind it also when none was named."""

import os
import sys
from contextlib import nullcontext

WITHOUT_DATABASE = {"", "bench", "check", "collectstatic", "help", "messages", "run", "version", "--help", "--version"}


def main(arguments):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealercrm.settings")
    from dealercrm import environment, log

    environment.read_or_exit()
    command = arguments[1] if len(arguments) > 1 else ""
    if command == "worker":
        log.only_lines()
    with database(command):
        from django.core.management import execute_from_command_line

        execute_from_command_line(arguments)


def database(command):
    """Keeps the embedded database up while a command runs; `run` looks after its own."""
    if "DATABASE_URL" in os.environ or command in WITHOUT_DATABASE:
        return nullcontext()
    from dealercrm import embedded, environment

    return embedded.Server(environment.data_dir() / "postgres")


if __name__ == "__main__":
    main(sys.argv)
