"""Lines side by side as SVG by pygal: a month's running total by day, the month before beside it, and the target."""

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from stores.picture import bare

WIDTH, HEIGHT = 960, 300
LABELS_EVERY = 5


def lines_of(result) -> list[tuple[str, str, list]]:
    """(class, label, values) of what is drawn, by day of the month; None where there is nothing to say."""
    length = max(len(result.before), len(result.month.period.days))
    lines = [
        ("before", _("The month before"), _filled(result.before, length)),
        ("now", _("This month"), _filled(result.now, length)),
    ]
    if result.month.target is not None:
        lines.insert(0, ("target", _("Target"), [result.month.target] * length))
    return lines


def _filled(values, length) -> list:
    return [*values, *[None] * (length - len(values))][:length]


def draw(result, *, title: str) -> dict:
    lines = lines_of(result)
    return draw_lines(lines, [str(number + 1) for number in range(len(lines[0][2]))], title=title)


def draw_lines(lines, labels, *, title: str, labels_every=LABELS_EVERY) -> dict:
    """`svg`, and its `key` as (class, label). `lines`: as `lines_of` gives them."""
    import pygal  # a tenth of a second that only pages with a picture take
    from pygal.etree import etree
    from pygal.style import Style

    chart = pygal.Line(
        width=WIDTH,
        height=HEIGHT,
        margin=4,
        range=(0, max([1, *(value for _name, _label, values in lines for value in values if value)])),
        max_scale=6,
        x_labels=labels,
        x_labels_major_every=labels_every,
        show_minor_x_labels=False,
        show_legend=False,
        show_dots=False,
        no_prefix=True,
        js=[],
        style=Style(label_font_size=12, major_label_font_size=12),
        value_formatter=lambda value: f"{value:,.0f}",
    )
    for _name, label, values in lines:
        chart.add(label, values)
    root = bare(chart)
    for group in root.iter("g"):
        kind = group.get("class", "")
        if kind.startswith("series "):
            group.set("class", lines[int(kind.split()[1].removeprefix("serie-"))][0])
    root.attrib |= {"role": "img", "aria-label": title, "class": "target-chart"}
    # An etree escapes every text and attribute.
    return {"svg": mark_safe(etree.tostring(root, encoding="unicode")), "key": [line[:2] for line in lines]}  # noqa: S308
