"""Parts of a page that come after it: of many stores they take longer than a page should."""

from urllib.parse import urlencode

from stores.wide import is_due

from .figures import Figure
from .trend import draw, points

TREND = "trend"


def trend_of(request, figure: Figure, picks: list[Figure], form) -> dict:
    """What templates/reports/_trend.html shows, or that it follows."""
    found = {"figure": figure, "picks": picks, "query": urlencode(form.query)}
    if not is_due(request, TREND, form.asked.stores):
        return found
    trend = points(figure, form.asked, form.chosen_span, form.query)
    return {**found, "trend": trend, "chart": draw(figure, trend, title=str(figure.label))}
