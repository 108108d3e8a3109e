"""The rows behind a number, as a page shows them: what each is, when, whose, and where it is mended."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from followups.input_rate import Fault
from stores.models import Staff

from .figures import CONTACT, CUSTOMER, DEAL, LEAD, TASK, VEHICLE, Part
from .reach import Met

WITH = {
    TASK: ("customer",),
    CONTACT: ("customer",),
    CUSTOMER: ("rank",),
    VEHICLE: ("customer",),
    DEAL: ("customer",),
    LEAD: ("customer",),
}


@dataclass(frozen=True)
class Row:
    """`name` and `url` are empty where the customer is with another store today. `mend`: where it is put right."""

    pk: int
    name: str
    url: str
    customer_id: int | None
    text: str
    when: datetime | date | None
    person: Staff | None
    hit: bool
    state: str
    mend: str

    @property
    def has_time(self) -> bool:
        return isinstance(self.when, datetime)


def chosen(part: Part, rows, only: str):
    """`only`: those that count for the good, those that don't, or those of one state; else all."""
    if only in Fault.values and "state" in rows.query.annotations:
        return rows.filter(state=only)
    if only in Met.values and "met" in rows.query.annotations:
        return rows.filter(met=only)
    if only in {"yes", "no"}:
        return rows.filter(hit=only == "yes")
    return rows


def shown(part: Part, asked, picked):
    """The rows of one page, with what was said of them when they were picked."""
    return shown_ids(part, asked, list(picked.values_list("pk", flat=True)))


def shown_ids(part: Part, asked, ids: list[int]):
    return part.rows(asked).with_ids(ids).select_related(*WITH[part.what]).order_by(*part.order)


def to_rows(part: Part, found, me) -> list[Row]:
    people = Staff.objects.in_bulk({one.person for one in found if one.person})
    return [_row(part.what, one, people.get(one.person), me) for one in found]


def _row(what, one, person, me) -> Row:
    customer = one if what == CUSTOMER else one.customer
    seen = customer is not None and me.may_see(customer.store_id)
    own = me.may_see(one.store_id)
    named = person == me or me.may_manage(getattr(one, "counted_store_id", None) or one.store_id)
    state = getattr(one, "state", "")
    return Row(
        pk=one.pk,
        name=str(customer) if seen else "",
        url=reverse("todo:customer", args=[customer.pk]) if seen else "",
        customer_id=customer.pk if seen else None,
        text=_text(what, one) if own else "",
        when=_when(what, one),
        person=person if named else None,
        hit=one.hit,
        state=str(Fault(state).label) if state else "",
        mend=_mend(what, one) if own else "",
    )


def _text(what, one) -> str:
    if what == TASK:
        return f"{one.get_channel_display()} {one.title}"
    if what == CONTACT:
        return str(one)
    return "" if what == CUSTOMER else str(one)


def _when(what, one):
    moments = {
        TASK: "first_late_at",
        CONTACT: "happened_at",
        CUSTOMER: "last_contacted_at",
        DEAL: "ordered_on",
        LEAD: "received_at",
    }
    return getattr(one, moments[what]) if what in moments else None


def _mend(what, one) -> str:
    """An open task is recorded, an incomplete record completed; what is done is only looked at."""
    if what == TASK:
        entry = getattr(one, "record", None)
        if getattr(one, "state", "") == Fault.INCOMPLETE and entry:
            return reverse("todo:contact-complete", args=[entry])
        return reverse("todo:task", args=[one.pk])
    if what == CONTACT and getattr(one, "state", "") == Fault.INCOMPLETE:
        return reverse("todo:contact-complete", args=[one.pk])
    return reverse("todo:deal", args=[one.pk]) if what in {DEAL, LEAD} else ""
