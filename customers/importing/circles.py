"""Nobody was sent by those they sent: a row of a list that would close such a circle names nobody. Pure."""

from collections.abc import Hashable, Iterator, Mapping

Who = Hashable
"""The id of somebody in the book, else the code of a row that will be somebody."""


def closing(said: Mapping[int, tuple[Who, Who]], stored: Mapping[Who, Who]) -> dict[int, list[Who]]:
    """{number of the row: the circle it would close}. Of all rows of a circle the last one gives way.

    `said`: {number of the row: (who, sent by whom)}; `stored`: who was sent by whom until now.
    """
    left, found = dict(said), {}
    while True:
        rows = {who: number for number, (who, _sender) in left.items()}
        closed = {}
        for circle in _circles({**stored, **dict(left.values())}):
            if last := max((rows[who] for who in circle if who in rows), default=None):
                at = circle.index(left[last][0])
                closed[last] = [*circle[at:], *circle[:at]]
        if not closed:
            return found
        found |= closed
        for number in closed:  # whom the book names comes back, and may close another one
            del left[number]


def _circles(senders: Mapping[Who, Who]) -> Iterator[list[Who]]:
    """Each circle once, everybody before who sent them."""
    seen = set()
    for one in senders:
        way = {}
        while one in senders and one not in seen:
            seen.add(one)
            way[one] = len(way)
            one = senders[one]
        if one in way:
            yield list(way)[way[one] :]
