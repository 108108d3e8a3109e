"""The rows behind one number, as their address names them: what is listed, chosen for many and taken out."""

from dataclasses import replace
from datetime import timedelta
from functools import cached_property, partial

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from followups.input_rate import Fault
from stores.days import Stretch
from stores.pages import Pages, PickedPages

from .asked import Asked, midnight
from .figures import CONTACT, CUSTOMER, FIGURES, TASK
from .groups import CUTS, in_group
from .people import rows_url
from .reach import Met
from .result_forms import NarrowFilter
from .results import RESULTS
from .rows import chosen, shown, shown_ids
from .trend import label_of
from .wide import in_parallel, is_wide

MARK = "reports"
FEW_DAYS = 1, 2, 4
LAST_OF_MANY = 10
"""Pages of a list of many stores."""
ASKED_BY = ("part", "only", "cut", "group")


class Listed:
    """Raises LookupError where there is no such figure. `query`: a QueryDict, in which what makes no sense is left out.

    Customers may be those of one group of one cut alone (reports.groups).
    """

    def __init__(self, slug: str, query, *, me, now):
        figure = FIGURES.get(slug) or RESULTS.get(slug)
        if figure is None:
            raise LookupError(slug)
        self.figure = figure
        self.form = NarrowFilter(query, me=me, now=now, today=timezone.localdate(now))
        self.part = figure.part(query.get("part", ""))
        self.only = query.get("only", "")
        self.cut = CUTS.get(query.get("cut")) if self.is_of_customers else None
        self.group = query.get("group", "")
        self.given = {name: query[name] for name in ASKED_BY if query.get(name)}

    @property
    def is_of_customers(self) -> bool:
        return self.part.what == CUSTOMER

    @cached_property
    def asked(self) -> Asked:
        return self.form.asked

    def only_of_stores(self, ids):
        """Before the rows are looked at."""
        self.asked = replace(self.asked, stores=tuple(pk for pk in self.asked.stores if pk in ids))

    @cached_property
    def rows(self):
        found = chosen(self.part, self.part.rows(self.asked), self.only)
        return in_group(found, self.asked, self.cut.slug, self.group) if self.cut else found

    def pages(self, per_page: int) -> Pages:
        """As they are leafed through; of many stores not as far, because each has to be judged for that."""
        if self.part.what in {TASK, CONTACT} and is_wide(self.asked):
            ids = self._latest(LAST_OF_MANY * per_page + 1)
            return PickedPages(ids, per_page, show=partial(shown_ids, self.part, self.asked), last=LAST_OF_MANY)
        rows = self.rows.order_by(*self.part.order)
        return Pages(rows, per_page, show=partial(shown, self.part, self.asked))

    def _latest(self, number: int) -> list[int]:
        """The ids of the first so many, looked for among few days before among all."""
        rows, moment = self.rows.order_by(*self.part.order), self.part.moment
        last = self.asked.as_of
        for days in FEW_DAYS:
            if days < Stretch(self.asked.first, last).days:
                since = midnight(last - timedelta(days=days - 1))
                found = list(rows.filter(**{f"{moment}__gte": since}).values_list("pk", flat=True)[:number])
                if len(found) == number:
                    return found
        with in_parallel(self.asked):
            return list(rows.values_list("pk", flat=True)[:number])

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


def customers_of(text: str, me, now):
    """Of what stands behind the mark in a key: the customers as they are found now, and words. Raises LookupError."""
    slug, _mark, query = text.partition("?")
    listed = Listed(slug, QueryDict(query), me=me, now=now)
    if not listed.is_of_customers:
        raise LookupError(slug)
    return listed.rows.order_by().values("pk"), " · ".join(listed.all_words)
