"""The rows behind a number as a file, on the record of what left the house (REQUIREMENTS C7, E3)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from customers.models import Export

from .figures import DEAL, LEAD, VEHICLE, Part
from .listing import Listed
from .rows import Row, shown_ids, to_rows

AT_ONCE = 1000
WHAT = {VEHICLE: Export.What.VEHICLES, DEAL: Export.What.DEALS, LEAD: Export.What.DEALS}
"""What else is listed are customers, each with something that was done or is to be done."""


class TakenRows:
    """Of stores whose lists `me` may take out; what is removed until it is its turn is left out."""

    def __init__(self, listed: Listed, stores, *, me):
        self.listed, self.me = listed, me
        self.stores = [store for store in stores if store.pk in listed.asked.stores]
        listed.only_of_stores({store.pk for store in self.stores})
        self.ids = list(listed.rows.order_by(*listed.part.order).values_list("pk", flat=True)) if self.stores else []

    def put_on_record(self, form: str, now: datetime) -> Export:
        part = self.listed.part
        words = [self.listed.figure.label, *self.listed.all_words[1:], part.label]
        return Export.objects.create(
            by=self.me,
            at=now,
            what=WHAT.get(part.what, Export.What.CUSTOMERS),
            form=form,
            asked=[str(word) for word in words],
            rows=len(self.ids),
            store_ids=sorted(store.pk for store in self.stores),
        )

    def rows(self) -> Iterator[list[str]]:
        part, is_rate = self.listed.part, self.listed.figure.is_rate
        yield [_("Customer"), _("What"), _("When"), _("Person in charge"), *([_("Counted")] if is_rate else [])]
        for start in range(0, len(self.ids), AT_ONCE):
            found = shown_ids(part, self.listed.asked, self.ids[start : start + AT_ONCE])
            for row in to_rows(part, found, self.me):
                yield _cells(part, row, is_rate=is_rate)


def _cells(part: Part, row: Row, *, is_rate: bool) -> list[str]:
    when = ""
    if row.when:
        when = f"{localtime(row.when):%Y/%m/%d %H:%M}" if row.has_time else f"{row.when:%Y/%m/%d}"
    counted = row.state or (_("Yes") if row.hit else _("No"))
    person = str(row.person) if row.person else ""
    return [row.name, row.text, when, person, *([counted] if is_rate else [])]
