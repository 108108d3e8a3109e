"""All pages of all sizes in turns, over one connection each: what one takes is compared with its own minute."""

import random

from . import bars
from .measures import Measure, median, p95
from .pages import BARE, REFERENCE
from .sites import Site
from .views import ROWS

WARM_UP = 20
PAGE_BARS = {"board": bars.BOARD_TO_REFERENCE_PAGE}
AS_SUCH = {"search": bars.SEARCH_MILLISECONDS, "report": bars.REPORT_MILLISECONDS}
"""In milliseconds, whatever else the machine can do."""
QUERY_BARS = {"board": bars.BOARD_QUERIES, "wide": bars.BOARD_QUERIES, "customer": bars.CUSTOMER_QUERIES}


def ask(sites: list[Site], *, rounds: int):
    """So many rounds of every page of every site, each round in another order. The times stand in the pages then."""
    turns = []
    for site in sites:
        turns += [
            (page.times, lambda page=page, site=site: site.web.ask(page.path, page.cookie)) for page in site.pages
        ]
        turns.append((site.sql.times, site.sql.ask))
    order = random.Random(1)
    for number in range(WARM_UP + rounds):
        order.shuffle(turns)
        for times, turn in turns:
            took = turn()
            if number >= WARM_UP:
                times.append(took)


def measures(site: Site) -> list[Measure]:
    """What every page took, against the reference page of the same site."""
    reference = median(site.page(REFERENCE).times)
    found = []
    for page in site.pages:
        name = f"{page.name} ({page.rows} rows)" if page.kind in {"board", "wide"} else page.name
        p50, late = median(page.times), p95(page.times)
        bar = PAGE_BARS.get(page.kind) if page.rows >= ROWS else None
        found.append(Measure(f"{name}, p50", site.size, p50, "ms", REFERENCE, p50 / reference, bar))
        found.append(Measure(f"{name}, p95", site.size, late, "ms", REFERENCE, late / reference))
        if page.kind in AS_SUCH:
            found.append(Measure(f"{name}, p50 as such", site.size, p50, "ms", bar=AS_SUCH[page.kind]))
        if page.name != BARE:
            number = len(page.statements)
            found.append(Measure(f"{name}, queries", site.size, number, "queries", bar=QUERY_BARS.get(page.kind)))
    board, alone = median(site.page(site.sql.name).times), median(site.sql.times)
    against = "its statements by psycopg alone"
    return [
        *found,
        Measure(f"{site.sql.name}: {against}, p50", site.size, alone, "ms", REFERENCE, alone / reference),
        Measure(f"{site.sql.name}, p50", site.size, board, "ms", against, board / alone),
    ]


def growth(small: Site, large: Site) -> list[Measure]:
    """What becomes of each page when the house has grown: as such, and each against its reference page."""
    size, found = f"{large.size} against {small.size}", []
    ours, theirs = (median(site.page(REFERENCE).times) for site in (large, small))
    for page in large.pages:
        other = next((one for one in small.pages if one.name == page.name), None)
        if other is None:
            continue
        p50, was = median(page.times), median(other.times)
        full = page.kind == "board" and min(page.rows, other.rows) >= ROWS
        bar = bars.BOARD_OF_LARGE_TO_SMALL if full else None
        found.append(Measure(f"{page.name}, grown", size, p50, "ms", "the small house", p50 / was, bar))
        if full:
            relative = (p50 / ours) / (was / theirs)
            against = "the small house, each to its reference page"
            found.append(Measure(f"{page.name}, grown", size, p50, "ms", against, relative, bar))
    return found
