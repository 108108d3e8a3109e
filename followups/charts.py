"""Tasks by day or week as a picture: SVG by pygal, its colours in static/css, because the CSP allows no styles inside.

Bars say what they are when pointed at; the table beside the picture says the same to whoever cannot see it.
"""

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from stores.channels import Channel
from stores.picture import bare

WIDTH, HEIGHT = 960, 320
MOST_LABELS = 12
EXISTING = "existing"
CAPACITY = "capacity"


def series_of(periods) -> list[tuple[str, str, list[int]]]:
    """(class, label, values) of what is stacked, from the bottom: what is there already, then channel by channel."""
    used = [channel for channel in Channel if any(period.by_channel.get(channel.value) for period in periods)]
    return [
        (EXISTING, _("Open tasks so far"), [period.existing for period in periods]),
        *((one.value, str(one.label), [period.by_channel.get(one.value, 0) for period in periods]) for one in used),
    ]


def key_of(periods) -> list[tuple[str, str]]:
    """(class, label) of everything in the picture."""
    return [*((name, label) for name, label, _values in series_of(periods)), (CAPACITY, _("Can be done"))]


def draw(periods, *, title: str) -> str:
    """One bar for each of `periods` (followups.load has them), a part of it for every channel, capacity as a line."""
    import pygal  # a tenth of a second that only pages with a picture take
    from pygal.etree import etree
    from pygal.style import Style

    class WithLine(pygal.StackedBar):
        def _plot(self):
            super()._plot()
            points = []
            for index, period in enumerate(periods):
                for place in (index, index + 1):
                    points.append(self.view((place / self._len, period.capacity)))
            self.svg.line(self.svg.node(self.nodes["overlay"], class_=CAPACITY), points)

    series = series_of(periods)
    chart = WithLine(
        width=WIDTH,
        height=HEIGHT,
        margin=4,
        spacing=4,
        range=(0, max([1, *(max(period.total, period.capacity) for period in periods)])),
        max_scale=6,
        x_labels=[period.label for period in periods],
        x_labels_major_every=max(1, -(-len(periods) // MOST_LABELS)),
        show_minor_x_labels=False,
        truncate_label=-1,
        show_legend=False,
        no_prefix=True,
        js=[],
        style=Style(label_font_size=12, major_label_font_size=12),
        value_formatter=lambda value: f"{value:,.0f}",
    )
    for _name, label, values in series:
        chart.add(label, values)
    root = bare(chart)
    _name_bars(root, series)
    root.attrib |= {"role": "img", "aria-label": title, "class": "workload-chart"}
    # An etree escapes every text and attribute.
    return mark_safe(etree.tostring(root, encoding="unicode"))  # noqa: S308


def _name_bars(root, series):
    """Every bar with its words, its channel as a class."""
    for node in root.iter():
        for name in {"x", "y", "width", "height"} & set(node.attrib):
            node.set(name, f"{float(node.get(name)):.1f}")
    for group in list(root.iter("g")):
        kind = group.get("class", "")
        if kind.startswith("series "):
            number = int(kind.split()[1].removeprefix("serie-"))
            group.set("class", series[number][0])
            _say(group, series[number][1])


def _say(group, label: str):
    """A bar's words are its <title>, which browsers show when it is pointed at; bars of nothing go."""
    for bars in group:
        for bar in list(bars):
            rect, said = bar[0], {node.get("class"): node.text for node in bar.iter("desc")}
            for node in list(bar.iter("desc")):
                bar.remove(node)
            if rect.get("height") == "0.0":
                bars.remove(bar)
                continue
            rect.attrib.pop("class")
            title = rect.makeelement("title", {})
            title.text = f"{said.get('x_label', '')} {label} {said['value']}".strip()
            bar.append(title)
