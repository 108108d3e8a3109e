"""A pattern's steps with what became of them, version by version, and two versions side by side (REQUIREMENTS B10)."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from followups.differences import compare
from followups.input_rate import Rate
from followups.models import Pattern, PatternVersion, Step

from .files import headings, texts
from .intervals import Interval, wilson
from .people import rows_url
from .results import STEP_FIGURES, added, count_by_step
from .thin import Heard, may_tell, thin_spots

MANY = 100
"""From so many on it is not the number that keeps two shares from being told apart."""


@dataclass(frozen=True)
class Share:
    """One figure of one step or of several; `url`: the rows behind it."""

    figure: object
    rate: Rate
    url: str

    @property
    def interval(self) -> Interval | None:
        return wilson(self.rate.hits, self.rate.due)


@dataclass(frozen=True)
class StepLine:
    """`step` None: all of them together. `due`: how many fell due."""

    step: Step | None
    shares: dict[str, Share]

    @property
    def due(self) -> int:
        return self.shares["done"].rate.due


class VersionResults:
    """One version; `counted`: {step's id: {measure: Rate}}, `query`: what addresses of rows carry."""

    def __init__(self, version: PatternVersion, counted: dict, query: dict):
        self.version, self.query = version, {**query, "number": version.number}
        self.steps = version.step_list
        self.counted = {step.pk: counted.get(step.pk) or added([]) for step in self.steps}

    @cached_property
    def lines(self) -> list[StepLine]:
        shared = (shares(self.counted[step.pk], self.query, position=step.position) for step in self.steps)
        return [StepLine(step, found) for step, found in zip(self.steps, shared, strict=True)]

    @cached_property
    def total(self) -> StepLine:
        return StepLine(None, shares(added(self.counted.values()), self.query))

    @property
    def _heard(self) -> list[Heard]:
        return [Heard.of(step, self.counted[step.pk]) for step in self.steps]

    @property
    def thin_spots(self) -> list:
        return thin_spots(self._heard)

    @property
    def may_tell(self) -> bool:
        return may_tell(self._heard)


def shares(rates: dict[str, Rate], query: dict, **more) -> dict[str, Share]:
    found = ((name, figure, rates[name]) for name, figure in STEP_FIGURES.items())
    return {
        name: Share(figure, rate, rows_url(figure, query, **more) if rate.due else "") for name, figure, rate in found
    }


@dataclass(frozen=True)
class Pair:
    """A step of one version beside what became of it in the other; either may be missing. None, None: all together."""

    old: Step | None
    new: Step | None
    before: Share | None
    after: Share | None

    @property
    def verdict(self) -> str:
        """Intervals that overlap tell nothing: a small store must not be misled."""
        if not (self.before and self.after and self.before.rate.due and self.after.rate.due):
            return ""
        before, after = self.before.interval, self.after.interval
        if before.overlaps(after):
            are_many = min(self.before.rate.due, self.after.rate.due) >= MANY
            return _("No clear difference") if are_many else _("Too few to tell")
        return _("Higher") if after.low > before.low else _("Lower")


def side_by_side(old: VersionResults, new: VersionResults, measure: str) -> list[Pair]:
    """Step by step, the newer version's order; first all steps together."""
    pairs = [Pair(None, None, old.total.shares[measure], new.total.shares[measure])]
    for row in compare([step.content for step in old.steps], [step.content for step in new.steps]):
        before = None if row.old is None else old.lines[row.old]
        after = None if row.new is None else new.lines[row.new]
        pairs.append(
            Pair(
                before and before.step,
                after and after.step,
                before and before.shares[measure],
                after and after.shares[measure],
            )
        )
    return pairs


@dataclass(frozen=True)
class PatternLine:
    """One pattern, all its versions and steps together."""

    pattern: Pattern
    due: int
    shares: dict[str, Share]


def by_pattern(form) -> list[PatternLine]:
    """Everything one sees that fell due, the busiest first; three statements."""
    counted, of_pattern = count_by_step(form.asked), defaultdict(list)
    steps = Step.objects.filter(pk__in=counted, version__pattern__in=Pattern.objects.visible_to(form.me))
    for step, pattern in steps.order_by().values_list("pk", "version__pattern"):
        of_pattern[pattern].append(counted[step])
    patterns = Pattern.objects.select_related("store").in_bulk(of_pattern)
    lines = []
    for pk, found in of_pattern.items():
        rates = added(found)
        lines.append(PatternLine(patterns[pk], rates["done"].due, shares(rates, form.query, pattern=pk)))
    return sorted(lines, key=lambda line: (-line.due, line.pattern.pk))


def sheet(form):
    """Rows of cells, the headings first: of each share its percentage, its interval, and what it is made of."""
    patterns = Pattern.objects.visible_to(form.me)
    counted = count_by_step(form.asked)
    yield [
        _("Pattern"), _("Store"), _("Version"), _("Step"), _("Title"), _("Timing"), _("Channel"), _("Fell due"),
        *(text for figure in STEP_FIGURES.values() for text in headings(figure)),
    ]  # fmt: skip
    steps = Step.objects.filter(pk__in=counted, version__pattern__in=patterns)
    steps = steps.select_related("version__pattern__store")
    for step in steps.order_by("version__pattern", "-version__number", "position"):
        version, pattern = step.version, step.version.pattern
        rates = counted[step.pk]
        yield [
            pattern.name, str(pattern.store or _("For all stores")), str(version.number), str(step.position),
            step.title, step.when_label, step.get_channel_display(), str(rates["done"].due),
            *(text for name in STEP_FIGURES for text in texts(rates[name])),
        ]  # fmt: skip
