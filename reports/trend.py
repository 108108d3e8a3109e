"""A figure over the last stretches of days, as numbers and as a line: SVG by pygal."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from stores.days import Stretch
from stores.picture import bare

from .asked import Asked, Span, stretches_up_to
from .figures import Figure, Rate, over_time
from .people import rows_url

NUMBER = 8
WIDTH, HEIGHT = 960, 260


@dataclass(frozen=True)
class Point:
    stretch: Stretch
    label: str
    rate: Rate
    value: int | None
    url: str = ""


def points(figure: Figure, asked: Asked, span: Span, query: dict | None = None) -> list[Point]:
    """`query`: how an address asks for the same of other days, where each number leads to its rows."""
    found = stretches_up_to(span, Stretch(asked.first, asked.last), NUMBER)
    rates = over_time(figure, [asked.of(one) for one in found])
    return [_point(figure, one, span, rate, query) for one, rate in zip(found, rates, strict=True)]


def _point(figure, stretch, span, rate, query) -> Point:
    value = rate.percent if figure.is_rate else rate.hits
    days = {"span": span.value, "on": stretch.first.isoformat()}
    if span == Span.DAYS:
        days["until"] = stretch.last.isoformat()
    url = rows_url(figure, {**query, **days}) if query and rate.due else ""
    return Point(stretch, label_of(stretch, span), rate, value, url)


def trend_rows(figure: Figure, found: list[Point]) -> list[list[str]]:
    """The same for a file."""
    rates = [_("counted"), _("of")] if figure.is_rate else []
    rows = [[_("Days"), f"{figure.label} (%)" if rates else str(figure.label), *rates]]
    for point in found:
        counts = [point.rate.hits, point.rate.due] if rates else []
        value = "" if point.value is None else point.value
        rows.append([point.label, *(str(number) for number in (value, *counts))])
    return rows


def label_of(stretch: Stretch, span: Span) -> str:
    if span == Span.MONTH:
        return date_format(stretch.first, "YEAR_MONTH_FORMAT")
    first, last = (f"{day.month}/{day.day}" for day in (stretch.first, stretch.last))
    if stretch.first.year != stretch.last.year:
        first, last = f"{stretch.first.year}/{first}", f"{stretch.last.year}/{last}"
    return first if stretch.days == 1 else f"{first}–{last}"


def draw(figure: Figure, found: list[Point], *, title: str) -> str:
    import pygal  # a tenth of a second that only pages with a picture take
    from pygal.etree import etree
    from pygal.style import Style

    top = 100 if figure.is_rate else max([1, *(point.value or 0 for point in found)])
    chart = pygal.Line(
        width=WIDTH,
        height=HEIGHT,
        margin=4,
        margin_right=44,
        range=(0, top),
        max_scale=6,
        x_labels=[point.label for point in found],
        truncate_label=-1,
        show_legend=False,
        show_dots=False,
        no_prefix=True,
        js=[],
        style=Style(label_font_size=12, major_label_font_size=12),
        value_formatter=lambda value: f"{value:,.0f}",
    )
    chart.add(str(figure.label), [point.value for point in found])
    root = bare(chart)
    for group in root.iter("g"):
        if group.get("class", "").startswith("series "):
            group.set("class", "now")
    root.attrib |= {"role": "img", "aria-label": title, "class": "target-chart"}
    # An etree escapes every text and attribute.
    return mark_safe(etree.tostring(root, encoding="unicode"))  # noqa: S308
