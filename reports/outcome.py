"""Who does what falls due, and what comes of it: execution beside referral and replacement (REQUIREMENTS E4)."""

from dataclasses import dataclass, replace

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from stores.models import Staff
from stores.picture import bare

from .asked import Narrow
from .figures import FIGURES
from .files import headings, texts
from .intervals import Connection, Interval, connection, wilson
from .people import Cell, cards, counted, lines

EXECUTION = "execution"
OUTCOMES = ("referral", "replacement")
SHOWN = (EXECUTION, *OUTCOMES)
FEWEST_PEOPLE, FEWEST_TASKS = 5, 10
"""With fewer people, each with so many tasks and a customer at least, nothing is said of a connection."""
WIDTH, HEIGHT = 960, 380


@dataclass(frozen=True)
class Measured:
    """One rate of one person, and what it may be by chance."""

    cell: Cell
    interval: Interval | None

    @property
    def share(self) -> float:
        return 100 * self.cell.rate.hits / self.cell.rate.due


@dataclass(frozen=True)
class PersonLine:
    """`rates`: execution first, then the outcomes."""

    person: Staff | None
    rates: list[Measured]

    @property
    def is_told(self) -> bool:
        """Whether there is enough of them to stand in the picture."""
        execution, *outcomes = (one.cell.rate.due for one in self.rates)
        return self.person is not None and execution >= FEWEST_TASKS and all(outcomes)


@dataclass(frozen=True)
class Finding:
    """One outcome against execution. `connection` None: too few to tell, or all are alike."""

    figure: object
    number: int
    connection: Connection | None

    @property
    def text(self) -> str:
        if self.number < FEWEST_PEOPLE:
            text = _(
                "%(figure)s: too few to tell. People with at least %(tasks)d tasks and a customer: %(n)d; "
                "it takes %(of)d."
            )
            least = {"tasks": FEWEST_TASKS, "of": FEWEST_PEOPLE}
            return text % {"figure": self.figure.label, "n": self.number, **least}
        if self.connection is None:
            return _("%(figure)s: all are alike, so there is nothing to compare.") % {"figure": self.figure.label}
        found, interval = self.connection, self.connection.interval
        if not found.is_clear:
            text = _("%(figure)s: no connection can be told. r = %(r).2f, 95%% between %(low).2f and %(high).2f.")
        elif found.r > 0:
            text = _("%(figure)s: who does more of it has more. r = %(r).2f, 95%% between %(low).2f and %(high).2f.")
        else:
            text = _("%(figure)s: who does more of it has less. r = %(r).2f, 95%% between %(low).2f and %(high).2f.")
        return text % {"figure": self.figure.label, "r": found.r, "low": interval.low, "high": interval.high}


def cards_and_people(form) -> tuple[list[Cell], list[PersonLine]]:
    """Of whom is asked for, and of each of those one may see by name; `form` also says of which activity."""
    whole = replace(form.asked, narrow=Narrow())  # customers are not of an activity, and are summed up at night
    found = counted(form.asked, (EXECUTION,)) | counted(whole, OUTCOMES)
    people = [
        PersonLine(line.person, [Measured(cell, wilson(cell.rate.hits, cell.rate.due)) for cell in line.cells])
        for line in lines(found, form)
    ]
    return cards(found, form), people


def findings(found: list[PersonLine]) -> list[Finding]:
    told = [line for line in found if line.is_told]
    made = []
    for place, slug in enumerate(OUTCOMES, start=1):
        pairs = [(line.rates[0].share, line.rates[place].share) for line in told]
        tells = connection(pairs) if len(pairs) >= FEWEST_PEOPLE else None
        made.append(Finding(FIGURES[slug], len(pairs), tells))
    return made


def draw(found: list[PersonLine], *, title: str) -> str:
    """A dot for each person and outcome: SVG by pygal. Empty where nobody has enough."""
    told = [line for line in found if line.is_told]
    if not told:
        return ""
    import pygal  # a tenth of a second that only pages with a picture take
    from pygal.etree import etree
    from pygal.style import Style

    top = max([10, *(one.share for line in told for one in line.rates[1:])])
    least = min(90, *(line.rates[0].share // 10 * 10 for line in told))
    chart = pygal.XY(
        width=WIDTH,
        height=HEIGHT,
        margin=4,
        stroke=False,
        dots_size=5,
        range=(0, top),
        xrange=(least, 100),
        max_scale=6,
        x_title=str(FIGURES[EXECUTION].label),
        show_legend=False,
        no_prefix=True,
        js=[],
        style=Style(label_font_size=12, major_label_font_size=12, title_font_size=12),
        value_formatter=lambda value: f"{value:,.0f}%",
        x_value_formatter=lambda value: f"{value:,.0f}%",
    )
    for place, slug in enumerate(OUTCOMES, start=1):
        chart.add(str(FIGURES[slug].label), [(line.rates[0].share, line.rates[place].share) for line in told])
    root = bare(chart)
    for group in root.iter("g"):
        kind = group.get("class", "")
        if kind.startswith("series "):
            place = int(kind.split()[1].removeprefix("serie-"))
            group.set("class", OUTCOMES[place])
            _say(group, told, place + 1)
    root.attrib |= {"role": "img", "aria-label": title, "class": "target-chart scatter-chart"}
    # An etree escapes every text and attribute.
    return mark_safe(etree.tostring(root, encoding="unicode"))  # noqa: S308


def _say(group, told, place):
    """Whose dot it is, for whoever points at it."""
    dots = [node for node in group.iter("g") if "dots" in node.get("class", "").split()]
    for dot, line in zip(dots, told, strict=False):
        for node in list(dot.iter("desc")):
            dot.remove(node)
        title = dot.makeelement("title", {})
        title.text = f"{line.person} {round(line.rates[0].share)}% / {round(line.rates[place].share)}%"
        dot.append(title)


def sheet(found: list[PersonLine]):
    """Rows of cells, the headings first."""
    yield [_("Person in charge"), *(text for slug in SHOWN for text in headings(FIGURES[slug]))]
    for line in found:
        name = str(line.person) if line.person else _("Counts for nobody")
        yield [name, *(text for one in line.rates for text in texts(one.cell.rate))]
