"""Parts of a page that come after it: of many stores they take longer than a page should."""

from urllib.parse import urlencode

from stores.wide import is_wide

from .asked import Asked
from .figures import Figure
from .trend import draw, points

TREND = "trend"


def is_due(request, part: str, asked: Asked) -> bool:
    """Whether a part is in this answer: asked for by itself, by htmx; or, of many stores, only when all is wanted."""
    if request.htmx.target:
        return request.htmx.target == part
    return not is_wide(asked.stores) or "whole" in request.GET


def trend_of(request, figure: Figure, picks: list[Figure], form) -> dict:
    """What templates/reports/_trend.html shows, or that it follows."""
    found = {"figure": figure, "picks": picks, "query": urlencode(form.query)}
    if not is_due(request, TREND, form.asked):
        return found
    trend = points(figure, form.asked, form.chosen_span, form.query)
    return {**found, "trend": trend, "chart": draw(figure, trend, title=str(figure.label))}
