"""What goes to the log: where something broke, never about whom.

An exception's message often carries the row ("Key (phone)=(090…) already exists"), so only its type and
the lines of code it went through are written.
"""

import logging
import traceback


class WithoutPersonalData(logging.Filter):
    """Cuts query strings off logged paths; Django logs them with the request."""

    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(_without_query(arg) for arg in record.args)
        return True


class LineFormatter(logging.Formatter):
    """One line for the event, then the code's path to an exception without the exception's words."""

    def __init__(self):
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatException(self, exc_info):  # noqa: N802 - logging's name
        kind, error, trace = exc_info
        lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
        return "\n".join([f"{kind.__module__}.{kind.__qualname__} {_sql_state(error)}".rstrip(), *lines])


def _without_query(value):
    if isinstance(value, str) and value.startswith("/"):
        return value.partition("?")[0]
    return value


def _sql_state(error):
    """The database's own five-letter code, which names the kind of trouble without the data in it."""
    return getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None) or ""
