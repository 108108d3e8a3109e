"""The rows behind one number, as their address names them: what is listed, chosen for many and taken out."""

from dataclasses import replace
from functools import cached_property

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from followups.input_rate import Fault
from stores.pages import Pages, PickedPages
from stores.wide import is_wide

from .asked import Asked
from .figures import CONTACT, CUSTOMER, FIGURES, TASK, Part
from .groups import CUTS, in_group
from .people import rows_url
from .reach import Met
from .result_forms import NarrowFilter
from .results import RESULTS
from .rows import PagesOfRows, chosen, latest
from .script_rows import SCRIPTS, ScriptRowsFilter
from .trend import label_of
from .way_forms import WayRowsFilter
from .way_rows import WAY

MARK = "reports"
LAST_OF_MANY = 10
"""Pages of a list of many stores."""
ASKED_BY = ("part", "only", "cut", "group")


class Listed:
    """Raises LookupError where there is no such figure. `query`: a QueryDict, in which what makes no sense is left out.

    Customers may be those of one group of one cut alone (reports.groups). Without a part all of them are listed, so
    that there are as many rows as the number says.
    """

    def __init__(self, slug: str, query, *, me, now):
        self.figure, self.form = _figure_and_filter(slug, query, me, now)
        self.parts = self.figure.parts_called(query.get("part", ""))
        self.only = query.get("only", "")
        self.cut = CUTS.get(query.get("cut")) if self.is_of_customers else None
        self.group = query.get("group", "")
        self.given = {name: query[name] for name in ASKED_BY if query.get(name)}

    @property
    def is_of_customers(self) -> bool:
        return self.parts[0].what == CUSTOMER

    @property
    def ranks(self) -> list[tuple[str, str]]:
        """By which customers are narrowed, unless it is by another cut already."""
        if not self.is_of_customers or (self.cut and self.cut.slug != "rank"):
            return []
        return list(CUTS["rank"].groups().items())

    @property
    def part(self) -> Part | None:
        """The only one; None where several are listed together."""
        return self.parts[0] if len(self.parts) == 1 else None

    @cached_property
    def asked(self) -> Asked:
        return self.form.asked

    def only_of_stores(self, ids):
        """Before the rows are looked at."""
        self.asked = replace(self.asked, stores=tuple(pk for pk in self.asked.stores if pk in ids))

    @cached_property
    def lists(self) -> list[tuple[Part, object]]:
        """Each part with its rows."""
        return [(part, self._rows(part)) for part in self.parts]

    def _rows(self, part: Part):
        found = chosen(part.rows(self.asked), self.only)
        return in_group(found, self.asked, self.cut.slug, self.group) if self.cut else found

    def pages(self, per_page: int, *, show) -> Pages:
        """As they are leafed through, which of many stores goes less far. `show` gets the keys of a page."""
        if not isinstance(self.asked, Asked) or not is_wide(self.asked.stores):
            return PagesOfRows(self.lists, per_page, show=show)
        if {part.what for part in self.parts} <= {TASK, CONTACT}:
            keys = latest(self.lists, self.asked, LAST_OF_MANY * per_page + 1)
            return PickedPages(keys, per_page, show=show, last=LAST_OF_MANY)
        return PagesOfRows(self.lists, per_page, show=show, last=LAST_OF_MANY)

    @property
    def words(self) -> list[str]:
        """What it is narrowed to, besides whose and which days."""
        if not self.cut:
            return self.form.words
        return [*self.form.words, str(self.cut.groups().get(self.group, ""))]

    @property
    def all_words(self) -> list[str]:
        """The same as a record of what was taken out has it."""
        form = self.form
        whose = form.chosen_person or (_("Counts for nobody") if form.is_nobody else form.chosen_store)
        days = label_of(form.stretch, form.chosen_span)
        said = [self.figure.label, whose or _("All stores"), days, *self.words, self._only_words]
        return [str(word) for word in said if word]

    @property
    def _only_words(self) -> str:
        if self.only in {"yes", "no"}:
            return _("Counted") if self.only == "yes" else _("Not counted")
        known = {**dict(Fault.choices), **dict(Met.choices)}
        return str(known.get(self.only, ""))

    @property
    def url(self) -> str:
        return rows_url(self.figure, self.form.query, **self.given)

    @property
    def key(self) -> str:
        """How a list of customers names them (customers.among)."""
        _path, _mark, query = self.url.partition("?")
        return f"{MARK}:{self.figure.slug}?{query}"


def _figure_and_filter(slug, query, me, now):
    """What is asked for, by the filter of the page on which the number stands."""
    if figure := FIGURES.get(slug) or RESULTS.get(slug):
        return figure, NarrowFilter(query, me=me, now=now, today=timezone.localdate(now))
    figure = WAY.get(slug) or SCRIPTS.get(slug)
    form = figure and (WayRowsFilter if slug in WAY else ScriptRowsFilter)(query, me=me, now=now)
    if not form or not form.is_whole:
        raise LookupError(slug)
    return figure, form


def customers_of(text: str, me, now):
    """Of what stands behind the mark in a key: the customers as they are found now, and words. Raises LookupError."""
    slug, _mark, query = text.partition("?")
    listed = Listed(slug, QueryDict(query), me=me, now=now)
    if not listed.is_of_customers:
        raise LookupError(slug)
    (_part, rows), *_none = listed.lists
    return rows.order_by().values("pk"), " · ".join(listed.all_words)
