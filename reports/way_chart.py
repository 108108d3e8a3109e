"""Which share of the deals reaches each stage, as two lines: SVG by pygal."""

from django.utils.safestring import mark_safe

from stores.picture import bare

WIDTH, HEIGHT = 960, 280
CLASSES = ("now", "before")


def draw(rows: list[dict], names: list[str], *, title: str) -> dict:
    """`svg`, and its `key` as (class, label); `rows` of the page's table, `names` of the two lines."""
    import pygal  # a tenth of a second that only pages with a picture take
    from pygal.etree import etree
    from pygal.style import Style

    chart = pygal.Line(
        width=WIDTH,
        height=HEIGHT,
        margin=4,
        margin_right=44,
        range=(0, 100),
        max_scale=6,
        x_labels=[row["label"] for row in rows],
        truncate_label=-1,
        show_legend=False,
        show_dots=False,
        no_prefix=True,
        js=[],
        style=Style(label_font_size=12, major_label_font_size=12),
        value_formatter=lambda value: f"{value:,.0f}%",
    )
    for name, whose in zip(names, ("mine", "others"), strict=True):
        chart.add(name, [row[whose]["stood"].share for row in rows])
    root = bare(chart)
    for group in root.iter("g"):
        kind = group.get("class", "")
        if kind.startswith("series "):
            group.set("class", CLASSES[int(kind.split()[1].removeprefix("serie-"))])
    root.attrib |= {"role": "img", "aria-label": title, "class": "target-chart"}
    # An etree escapes every text and attribute.
    svg = mark_safe(etree.tostring(root, encoding="unicode"))  # noqa: S308
    return {"svg": svg, "key": list(zip(CLASSES, names, strict=True))}
