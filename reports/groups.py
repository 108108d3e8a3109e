"""Whom we get in touch with and whom we leave out: customers by rank, age and last purchase (REQUIREMENTS C4).

Each group stands here twice, as a condition on a customer's rows and as one on their story (reports.stories): the first
lists who is in it, the second counts everybody's in one statement. Tests hold them against each other.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from dateutil.relativedelta import relativedelta
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.models import Deal, DealKind, Rank, Vehicle

from . import reach, stories
from .ages import AGE_GROUPS, AGES
from .asked import Asked
from .reach import Met

NONE = "none"
SILENT = "silent"
"""Beside how customers were met: whom nobody has reached for so many months."""
*_YOUNGER, OLDEST = AGES
BELOW = {group: AGES[group][1] for group in _YOUNGER}
"""Group → below which age; the older ones are OLDEST."""
YEARS = (1, 3, 5)
"""Since the last purchase."""
OLDER, NEVER = "older", "never"


@dataclass(frozen=True)
class Cut:
    """One way to divide customers. `of_rows`: the group as an expression on Customer, `of_story`: on a story."""

    slug: str
    label: str
    of_rows: Callable[[Asked], object]
    of_story: Callable[[Asked], tuple[str, dict]]
    groups: Callable[[], dict[str, str]]


def _case(*whens, default):
    """`default`: a text or an expression."""
    last = Value(default) if isinstance(default, str) else default
    return Case(*whens, default=last, output_field=CharField())


def _rank_of_rows(_asked):
    return Coalesce(Cast(F("rank_id"), CharField()), Value(NONE))


def _rank_of_story(_asked):
    return f"COALESCE(rank_id::text, '{NONE}')", {}


def _ranks() -> dict[str, str]:
    return {**{str(rank.pk): rank.code for rank in Rank.objects.all()}, NONE: _("Without a rank")}


def _age_of_rows(asked):
    younger = (When(born_on__gt=_ago(asked, limit), then=Value(group)) for group, limit in BELOW.items())
    return _case(When(born_on__isnull=True, then=Value(NONE)), *younger, default=OLDEST)


def _age_of_story(asked):
    younger = " ".join(f"WHEN born_on > %(age_{group})s THEN '{group}'" for group in BELOW)
    values = {f"age_{group}": _ago(asked, limit) for group, limit in BELOW.items()}
    return f"CASE WHEN born_on IS NULL THEN '{NONE}' {younger} ELSE '{OLDEST}' END", values


def _ages() -> dict[str, str]:
    return {**{group: str(label) for group, label in AGE_GROUPS if group}, NONE: _("Age not known")}


def _ago(asked, years):
    return asked.as_of - relativedelta(years=years)


def _purchased(asked, since=None):
    """Q of customers who bought a car from us up to the end, after `since`."""
    days = {"__lte": asked.as_of, **({"__gt": since} if since else {})}
    sales = Deal.objects.ordered().filter(kind=DealKind.SALE, customer=OuterRef("pk"))
    cars = Vehicle.objects.filter(bought_here=True, customer=OuterRef("pk"))
    sold = sales.filter(**{f"ordered_on{way}": day for way, day in days.items()})
    here = cars.filter(**{f"delivered_on{way}": day for way, day in days.items()})
    return Q(Exists(sold)) | Q(Exists(here))


def _bought_of_rows(asked):
    lately = (When(_purchased(asked, _ago(asked, years)), then=Value(str(years))) for years in YEARS)
    return _case(*lately, When(_purchased(asked), then=Value(OLDER)), default=NEVER)


def _bought_of_story(asked):
    values = {f"bought_{years}": _ago(asked, years) for years in YEARS} | {"bought_until": asked.as_of}
    before = "width_bucket(%(bought_until)s, bought)"
    lately = " ".join(
        f"WHEN {before} > width_bucket(%(bought_{years})s, bought) THEN '{years}'" for years in YEARS
    )  # fmt: skip
    return f"CASE {lately} WHEN {before} > 0 THEN '{OLDER}' ELSE '{NEVER}' END", values


def _purchases() -> dict[str, str]:
    names = {str(n): ngettext("Within %(n)d year", "Within %(n)d years", n) % {"n": n} for n in YEARS}
    return {**names, OLDER: _("Longer ago"), NEVER: _("Never bought from us")}


CUTS = {
    cut.slug: cut
    for cut in (
        Cut("rank", gettext_lazy("By rank"), _rank_of_rows, _rank_of_story, _ranks),
        Cut("age", gettext_lazy("By age"), _age_of_rows, _age_of_story, _ages),
        Cut("bought", gettext_lazy("By last purchase"), _bought_of_rows, _bought_of_story, _purchases),
    )
}


def in_group(rows, asked: Asked, slug: str, group: str):
    """Of customers those of one group; a cut that doesn't exist leaves all in."""
    if slug not in CUTS:
        return rows
    return rows.annotate(group=CUTS[slug].of_rows(asked)).filter(group=group)


def count(asked: Asked) -> dict[str, dict[str, Counter]]:
    """{cut: {group: how many of each Met, and SILENT}}, the groups in their order."""
    found = _count(asked)
    return {slug: {group: found[slug].get(group, Counter()) for group in cut.groups()} for slug, cut in CUTS.items()}


def _count(asked):
    touched = stories.touched()
    if touched is None:
        return _from_rows(asked)
    found = _from_stories(asked, touched)
    if touched:
        for slug, groups in _from_rows(replace(asked, customers=tuple(touched))).items():
            for group, counts in groups.items():
                found[slug][group] += counts
    return found


def _from_rows(asked):
    found = {slug: defaultdict(Counter) for slug in CUTS}
    for slug, cut in CUTS.items():
        rows = reach.met(asked).annotate(group=cut.of_rows(asked)).order_by()
        silent = Count("pk", filter=reach.is_silent(asked))
        for group, met, number, quiet in rows.values_list("group", "met").annotate(Count("pk"), silent=silent):
            _add(found[slug][group], met, number, quiet)
    return found


def _from_stories(asked, besides):
    parts, values = {}, {}
    for slug, cut in CUTS.items():
        parts[slug], more = cut.of_story(asked)
        values |= more
    found = {slug: defaultdict(Counter) for slug in CUTS}
    for met, number, quiet, *groups in stories.grouped(asked, parts, values, besides):
        for slug, group in zip(CUTS, groups, strict=True):
            _add(found[slug][group], met, number, quiet)
    return found


def _add(counts: Counter, met, number, quiet):
    counts[met] += number
    counts[SILENT] += quiet


@dataclass(frozen=True)
class Share:
    """Of one group so many were met in one way, or were not reached (None); `url`: who they are."""

    met: Met | None
    number: int
    percent: int | None
    url: str


@dataclass(frozen=True)
class Line:
    label: str
    total: int
    shares: list[Share]
    silent: Share


@dataclass(frozen=True)
class Table:
    cut: Cut
    lines: list[Line]


def tables(asked: Asked, to_url) -> list[Table]:
    """`to_url`: takes cut, group and Met, or None for who was not reached. Groups without anybody are left out."""
    found = []
    for slug, groups in count(asked).items():
        labels = CUTS[slug].groups()
        lines = [_line(labels[key], counts, slug, key, to_url) for key, counts in groups.items() if counts]
        found.append(Table(CUTS[slug], lines))
    return found


def _line(label, counts, slug, key, to_url) -> Line:
    total = sum(counts[met] for met in Met)

    def share(met, number) -> Share:
        return Share(met, number, round(100 * number / total) if total else None, to_url(slug, key, met))

    return Line(label, total, [share(met, counts[met]) for met in Met], share(None, counts[SILENT]))
