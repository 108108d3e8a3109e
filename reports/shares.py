"""Shares of groups as stacked bars, SVG by pygal, and as a file."""

from collections.abc import Iterator

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from stores.picture import bare

from .groups import Table
from .reach import Met

WIDTH, BAR, AXIS = 560, 34, 56
WIDER = 6
"""A Japanese letter than pygal takes it for."""


def draw(table: Table, *, title: str) -> str:
    """A bar for each group, divided by how its customers were met; the table beside it says the same in numbers."""
    import pygal  # a tenth of a second that only pages with a picture take
    from pygal.etree import etree
    from pygal.style import Style

    lines = table.lines[::-1]  # drawn from the bottom
    chart = pygal.HorizontalStackedBar(
        width=WIDTH,
        height=AXIS + BAR * max(1, len(lines)),
        margin=4,
        margin_right=20,
        margin_left=4 + WIDER * max((len(line.label) for line in lines), default=0),
        spacing=8,
        range=(0, 100),
        max_scale=5,
        x_labels=[line.label for line in lines],
        truncate_label=-1,
        show_legend=False,
        no_prefix=True,
        print_values=False,
        js=[],
        style=Style(label_font_size=12, major_label_font_size=12),
        value_formatter=lambda value: f"{value:,.0f}%",
    )
    for at, met in enumerate(Met):
        chart.add(str(met.label), [100 * line.shares[at].number / line.total for line in lines])
    root = bare(chart)
    for group in root.iter("g"):
        kind = group.get("class", "")
        if kind.startswith("series "):
            group.set("class", f"met-{list(Met)[int(kind.split()[1].removeprefix('serie-'))]}")
    root.attrib |= {"role": "img", "aria-label": title, "class": "share-chart"}
    # An etree escapes every text and attribute.
    return mark_safe(etree.tostring(root, encoding="unicode"))  # noqa: S308


def rows_of(tables: list[Table], silent: str) -> Iterator[list[str]]:
    """All of them below each other. `silent`: what those are called whom nobody has reached."""
    heads = [text for label in [*(met.label for met in Met), silent] for text in (str(label), f"{label} (%)")]
    yield [_("Divided"), _("Customers of"), _("Customers"), *heads]
    for table in tables:
        for line in table.lines:
            numbers = [
                text for share in [*line.shares, line.silent] for text in (str(share.number), str(share.percent))
            ]
            yield [str(table.cut.label), line.label, str(line.total), *numbers]
