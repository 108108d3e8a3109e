"""The rows behind a number as a file, on the record of what left the house (REQUIREMENTS C7, E3)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from customers.models import Export

from .figures import DEAL, LEAD, VEHICLE
from .listing import Listed
from .rows import Row, in_order, shown

AT_ONCE = 1000
WHAT = {VEHICLE: Export.What.VEHICLES, DEAL: Export.What.DEALS, LEAD: Export.What.DEALS}
"""What else is listed are customers, each with something that was done or is to be done."""


class TakenRows:
    """Of stores whose lists `me` may take out; what is removed until it is its turn is left out."""

    def __init__(self, listed: Listed, stores, *, me):
        self.listed, self.me = listed, me
        self.stores = [store for store in stores if store.pk in listed.asked.stores]
        listed.only_of_stores({store.pk for store in self.stores})
        self.keys = in_order(listed.lists) if self.stores else []

    def put_on_record(self, form: str, now: datetime) -> Export:
        words = [*self.listed.all_words, *(part.label for part in self.listed.parts)]
        return Export.objects.create(
            by=self.me,
            at=now,
            what=WHAT.get(self.listed.parts[0].what, Export.What.CUSTOMERS),
            form=form,
            asked=[str(word) for word in words],
            rows=len(self.keys),
            store_ids=sorted(store.pk for store in self.stores),
        )

    def rows(self) -> Iterator[list[str]]:
        figure = self.listed.figure
        more = [_("Counted")] if figure.is_rate else []
        more += [pgettext("of an entry", "Reason")] if figure.slug == "input" else []
        more += [_("First contact after")] if figure.slug == "leads" else []
        yield [_("Customer"), _("What"), _("When"), _("Person in charge"), *more]
        for start in range(0, len(self.keys), AT_ONCE):
            for row in shown(self.keys[start : start + AT_ONCE], self.listed.asked, self.me):
                yield _cells(row, figure)


def _cells(row: Row, figure) -> list[str]:
    when = ""
    if row.when:
        when = f"{localtime(row.when):%Y/%m/%d %H:%M}" if row.has_time else f"{row.when:%Y/%m/%d}"
    counted = row.state or (_("Yes") if row.hit else _("No"))
    person = str(row.person) if row.person else ""
    more = [counted] if figure.is_rate else []
    more += [row.reason] if figure.slug == "input" else []
    more += [row.answered] if figure.slug == "leads" else []
    return [row.name, row.text, when, person, *more]
