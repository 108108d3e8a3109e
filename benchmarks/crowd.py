"""Eight people at once, each on a kept connection and without a pause: how many answers a second, how many errors."""

import threading
import time
from itertools import cycle

from .bars import CROWD_ERRORS, CROWD_TO_REFERENCE_PAGE
from .measures import Measure, p95
from .pages import CROWD, REFERENCE
from .sites import Site, Web


class Client(threading.Thread):
    """Asks until the time is up; `times` in milliseconds."""

    def __init__(self, port, cookie, paths, until):
        super().__init__(daemon=True)
        self.web, self.cookie, self.paths, self.until = Web(port), cookie, cycle(paths), until
        self.times, self.errors = [], []

    def run(self):
        while time.monotonic() < self.until:
            try:
                self.times.append(self.web.ask(next(self.paths), self.cookie))
            except Exception as error:  # whatever a person would see as an error
                self.errors.append(repr(error))
                self.web = Web(self.web.connection.port)


def measure(site: Site, *, seconds: float) -> list[Measure]:
    """The boards of eight people, and the reference page by the same eight."""
    reference, _errors, _slow = _crowd(site, [site.page(REFERENCE).path], seconds)
    answers, errors, slow = _crowd(site, CROWD, seconds)
    what = f"{len(site.crowd)} clients for {seconds:g} s, boards"
    return [
        Measure(
            what, site.size, answers, "answers/s", f"{REFERENCE} alike", answers / reference, CROWD_TO_REFERENCE_PAGE
        ),
        Measure(f"{what}, p95", site.size, slow, "ms"),
        Measure(f"{what}, errors", site.size, errors, "errors", bar=CROWD_ERRORS),
    ]


def _crowd(site, paths, seconds) -> tuple[float, int, float]:
    until = time.monotonic() + seconds
    clients = [Client(site.port, cookie, paths, until) for cookie in site.crowd]
    began = time.monotonic()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    took = time.monotonic() - began
    times = [one for client in clients for one in client.times]
    return len(times) / took, sum(len(client.errors) for client in clients), p95(times) if times else 0.0
