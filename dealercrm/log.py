"""What goes to the log: where something broke, never about whom. One JSON object a line, or lines for a person.

An exception's message often carries the row ("Key (phone)=(090…) already exists"), so only its type and
the lines of code it went through are written.
"""

import io
import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

HOME = str(Path(__file__).resolve().parent.parent) + "/"
LIBRARIES = "/site-packages/"
FOR_OPERATORS = (CommandError, ImproperlyConfigured)
"""These are about the installation, and their words are what helps."""
STRAY = logging.getLogger("stderr")


class WithoutPersonalData(logging.Filter):
    """Cuts query strings off logged paths, and the words of an exception out of what is said about it."""

    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(_without_words(arg) for arg in record.args)
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(record.msg, BaseException):
            record.msg = kind_of(type(record.msg))
        elif error and str(error) and str(error) in str(record.msg):
            record.msg = str(record.msg).replace(str(error), kind_of(type(error)))
        return True


class WithoutJobResults(logging.Filter):
    """Leaves out django-q's line about a failed job, which is its traceback with all words (see `JobFailed`)."""

    def filter(self, record):
        return not (record.levelno == logging.ERROR and record.funcName == "monitor")


class JobFailed:
    """What django-q tells when a job failed, while the exception is at hand: its "error reporter"."""

    def report(self):
        logging.getLogger("dealercrm.worker").exception("A job failed")


class LineFormatter(logging.Formatter):
    """For a person: one line for the event, then the code's path to an exception without the exception's words."""

    def __init__(self):
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatException(self, exc_info):  # noqa: N802 - logging's name
        seen = exception(exc_info)
        return "\n".join([f"{seen['type']} {seen.get('state', '')}".rstrip(), *(f"  {at}" for at in seen["where"])])


class JsonFormatter(logging.Formatter):
    """For machines: one JSON object a line; `extra={"facts": {…}}` adds to it."""

    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = exception(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class ToStandardError(logging.StreamHandler):
    """Writes where the process began to write, also after `only_lines` put itself in between."""

    def __init__(self):
        super().__init__(sys.__stderr__)
        self.addFilter(WithoutPersonalData())
        self.setFormatter(LineFormatter() if is_read_by_a_person() else JsonFormatter())


class Stray(io.TextIOBase):
    """Stands in for `sys.stderr`: what anybody prints there becomes a line of the log.

    A traceback is printed while its exception is being handled; then that exception is logged once, in our way,
    instead of the text.
    """

    def __init__(self):
        self.told = None
        self.rest = ""

    def writable(self):
        return True

    def write(self, text):
        error = sys.exc_info()[1]
        if error is None:
            *lines, self.rest = (self.rest + text).split("\n")
            for line in filter(str.strip, lines):
                STRAY.warning("%s", line)
        elif error is not self.told:
            self.told = error
            STRAY.error("Unhandled exception", exc_info=error)
        return len(text)


def only_lines():
    """From now on nothing but lines of the log leaves this process, whoever prints; not for a person's terminal."""
    if is_read_by_a_person():
        return
    logging.captureWarnings(True)
    sys.stderr = Stray()
    sys.excepthook = lambda kind, error, trace: STRAY.critical("The process ends", exc_info=(kind, error, trace))
    threading.excepthook = lambda seen: STRAY.error("A thread ended", exc_info=seen[:3])


def as_written(level, logger, message):
    """A message as the log would have it, for a program that ends before there is one."""
    if is_read_by_a_person():
        return message
    return JsonFormatter().format(logging.makeLogRecord({"levelname": level, "name": logger, "msg": message}))


def is_read_by_a_person():
    """Whether lines for people are wanted: a terminal is there, as with `make run`."""
    return sys.__stderr__ is not None and sys.__stderr__.isatty()


def configuration():
    """Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without_job_results": {"()": "dealercrm.log.WithoutJobResults"}},
        "handlers": {"stderr": {"class": "dealercrm.log.ToStandardError"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": True},
            "django-q": {"handlers": [], "level": "WARNING", "propagate": True, "filters": ["without_job_results"]},
            "dealercrm": {"handlers": [], "level": "INFO", "propagate": True},
            "axes": {"handlers": [], "level": "ERROR", "propagate": True},
            "psycopg.pool": {"handlers": [], "level": "ERROR", "propagate": True},
        },
    }


def exception(exc_info):
    """An exception as its type, the database's state, and the lines of code it went through."""
    kind, error, trace = exc_info
    seen = {"type": kind_of(kind), "where": [_place(frame) for frame in traceback.extract_tb(trace)]}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        seen["cause"] = kind_of(type(cause))
    if isinstance(error, FOR_OPERATORS):
        seen["says"] = str(error)
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    if state:
        seen["state"] = state
    return seen


def kind_of(kind):
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def _place(frame):
    where = frame.filename.rpartition(LIBRARIES)[2] if LIBRARIES in frame.filename else frame.filename
    return f"{where.removeprefix(HOME)}:{frame.lineno} in {frame.name}"


def _without_words(value):
    if isinstance(value, BaseException):
        return kind_of(type(value))
    if isinstance(value, str) and value.startswith("/"):
        return value.partition("?")[0]
    return value
