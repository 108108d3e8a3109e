"""One download: which rows, put on the record, then streamed."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Prefetch

from ..models import Customer, Deal, Export, Fact, FamilyMember, Vehicle
from . import sheets
from .columns import LISTS, columns

ROWS = 1000
"""Read at once. No connection is held between them: whoever downloads slowly holds up nobody."""
CONTENT_TYPES = {
    Export.Form.CP932: ("text/csv; charset=Shift_JIS", "csv"),
    Export.Form.UTF8: ("text/csv; charset=utf-8", "csv"),
    Export.Form.XLSX: ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}


class Taken:
    """The rows as they are found now; what is removed until it is their turn is left out."""

    def __init__(self, what: str, found):
        self.what = what
        self.ids = list(found.values_list("pk", flat=True))

    def rows(self) -> Iterator[list[str]]:
        is_of_people = self.what == Export.What.CUSTOMERS
        members = max(1, FamilyMember.objects.most_of_one(self.ids)) if is_of_people else 0
        shown = columns(self.what, members)
        yield [heading for heading, _text in shown]
        model = LISTS[self.what][0]
        for start in range(0, len(self.ids), ROWS):
            some = self.ids[start : start + ROWS]
            by_id = _read(model).in_bulk(some)
            for pk in some:
                if pk in by_id:
                    yield [text(by_id[pk]) for _heading, text in shown]

    def lacking(self):
        """Letters that Shift_JIS has not, and how often they stand in it."""
        return sheets.lacking(self.rows())

    def pieces(self, form: str) -> Iterator[bytes]:
        if form == Export.Form.XLSX:
            return sheets.xlsx_pieces(self.rows())
        return sheets.csv_pieces(self.rows(), shift_jis=form == Export.Form.CP932)

    def put_on_record(self, form: str, *, by, now: datetime, asked: list[str], stores) -> Export:
        return Export.objects.create(
            by=by,
            at=now,
            what=self.what,
            form=form,
            asked=asked,
            rows=len(self.ids),
            store_ids=sorted(store.pk for store in stores),
        )


def _read(model):
    """With what their columns show."""
    if model is Customer:
        known = [
            Prefetch("facts", Fact.objects.standing().order_by("pk"), to_attr="standing_facts"),
            Prefetch("family", FamilyMember.objects.standing().order_by("pk"), to_attr="standing_family"),
            Prefetch("consents", to_attr="all_consents"),
        ]
        return Customer.objects.select_related("rank", "owner", "referrer").prefetch_related(*known).defer("search")
    if model is Vehicle:
        return Vehicle.objects.select_related("customer__owner", "used_by")
    return Deal.objects.select_related("customer", "staff")
