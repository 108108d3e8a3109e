"""Which tests go to which process, and when: a file stays together, so that what it sets up is set up once."""

from xdist.scheduler import LoadScopeScheduling

ONE_BY_ONE = ("tests/browser/test_accessibility.py", "tests/test_leaks.py", "tests/followups/test_batches_at_once.py")
"""Files whose tests take long and share nothing."""


class Sharing(LoadScopeScheduling):
    """pytest-xdist's units of work: the tests of a file that follow each other in the order of `in_order`.

    (xdist's own marks for groups go by a private name that pytest has given up.)
    """

    _units = None

    def _split_scope(self, nodeid):
        if self._units is None:
            self._units = _units(self.collection)
        return self._units[nodeid]


def _units(nodeids) -> dict[str, str]:
    """The unit of every test: those of real transactions are apart from the other tests of their file."""
    found, before, number = {}, None, 0
    for nodeid in nodeids:
        file = nodeid.partition("::")[0]
        number += file != before or file in ONE_BY_ONE
        before = file
        found[nodeid] = f"{number} {file}"
    return found


def on_real_transactions(item) -> bool:
    """Whether a test leaves empty tables behind."""
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked or (marker and marker.kwargs.get("transaction")))


def in_order(item) -> tuple[bool, bool]:
    """What leaves empty tables comes last; of each kind, what takes long first."""
    return on_real_transactions(item), item.get_closest_marker("slow") is None
