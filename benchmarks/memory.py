"""What processes weigh: PSS shares out what several of them hold together, RSS counts it in each."""

import psutil

from .measures import Measure


def measure(name: str, processes: list[psutil.Process], *, size: str) -> list[Measure]:
    """Of a program's processes: the largest, and all together."""
    pss, rss = zip(*(_weights(process) for process in processes), strict=True)
    number = f"{len(processes)} processes"
    return [
        Measure(f"memory, largest {name}, PSS", size, max(pss), "MiB"),
        Measure(f"memory, largest {name}, RSS", size, max(rss), "MiB"),
        Measure(f"memory, every {name} together, PSS", f"{size}; {number}", sum(pss), "MiB"),
        Measure(f"memory, every {name} together, RSS", f"{size}; {number}", sum(rss), "MiB"),
    ]


def _weights(process) -> tuple[float, float]:
    """PSS and RSS in MiB; where the system doesn't tell the first, the second for both."""
    known = process.memory_full_info()
    return getattr(known, "pss", known.rss) / 2**20, known.rss / 2**20
