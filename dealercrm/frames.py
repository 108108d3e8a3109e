"""Room for the frames of a request."""

from collections.abc import Callable

WORDS = 2**14 + 1
"""A frame of so many needs more than 128 KiB, and gets a chunk of 256 KiB."""


def with_room(call: Callable) -> Callable:
    """The same callable, with room for everything that it calls.

    CPython takes the memory of frames from the system in chunks of 16 KiB, and gives a chunk back when the first frame
    in it returns. What is called again and again at that very depth asks the system each time: the rows of the board
    did so 900 times a page, a third of its time. One frame that seems to be large gets a chunk of its own size, in
    which there is room for all others.
    """

    def roomy(*args):
        return call(*args)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=WORDS)
    return roomy
