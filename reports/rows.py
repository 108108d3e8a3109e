"""The rows behind a number, as a page shows them: what each is, when, whose, and where it is mended."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from followups.input_rate import Fault
from stores.days import Stretch
from stores.models import Staff
from stores.pages import Pages
from stores.wide import in_parallel

from .asked import Asked, midnight
from .figures import CONTACT, CUSTOMER, DEAL, LEAD, TASK, VEHICLE, Part
from .reach import Met
from .reasons import may_explain, said_of

FEW_DAYS = 1, 2, 4
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
    """`name` and `url` are empty where the customer `is_elsewhere`, with another store today, or where there is none.

    `mend`: where it is put right: beside the list where it `is_open`, in its row where it only lacks something.
    """

    what: str
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
    reason: str = ""
    reason_url: str = ""
    """Why it was not entered, or late; where that is said, for whoever may."""
    answered: str = ""
    """Of a lead: how fast."""
    is_elsewhere: bool = False
    rank: str = ""
    """Of a customer."""
    is_open: bool = False
    completes: bool = False

    @property
    def id(self) -> str:
        return f"{self.what}-{self.pk}"

    @property
    def has_time(self) -> bool:
        return isinstance(self.when, datetime)


def chosen(rows, only: str):
    """`only`: those that count for the good, those that don't, or those of one state; else all."""
    if only in Fault.values and "state" in rows.query.annotations:
        return rows.filter(state=only)
    if only in Met.values and "met" in rows.query.annotations:
        return rows.filter(met=only)
    if only in {"yes", "no"}:
        return rows.filter(hit=only == "yes")
    return rows


def in_order(lists, most: int | None = None) -> list[tuple[Part, int]]:
    """(part, id) of the first rows, or of all; of several parts together, the latest first."""
    if len(lists) == 1:
        ((part, rows),) = lists
        return [(part, pk) for pk in rows.order_by(*part.order).values_list("pk", flat=True)[:most]]
    found = []
    for number, (part, rows) in enumerate(lists):
        picked = rows.order_by(*part.order).values_list(part.moment, "pk")[:most]
        found += [(moment, number, pk) for moment, pk in picked]
    return [(lists[number][0], pk) for _moment, number, pk in sorted(found, reverse=True)[:most]]


def latest(lists, asked: Asked, most: int) -> list[tuple[Part, int]]:
    """The same of what lies on days, looked for among the last few before among all: each has to be judged for it."""
    last = asked.as_of
    for days in FEW_DAYS:
        if days < Stretch(asked.first, last).days:
            since = midnight(last - timedelta(days=days - 1))
            found = in_order([(part, rows.filter(**{f"{part.moment}__gte": since})) for part, rows in lists], most)
            if len(found) == most:
                return found
    with in_parallel(asked.stores):
        return in_order(lists, most)


def shown(keys: list[tuple[Part, int]], asked, me) -> list[Row]:
    """In their order, with what was said of them when they were picked."""
    found = {}
    for part in dict.fromkeys(part for part, _pk in keys):
        rows = part.rows(asked).with_ids([pk for of, pk in keys if of is part]).select_related(*WITH[part.what])
        found |= {(part.slug, one.pk): one for one in rows}
    people = Staff.objects.in_bulk({one.person for one in found.values() if one.person})
    there = [(part.what, found[part.slug, pk]) for part, pk in keys if (part.slug, pk) in found]
    said = _reasons(there)
    return [_row(what, one, people.get(one.person), said.get((what, one.pk), ""), me) for what, one in there]


def _reasons(rows) -> dict[tuple[str, int], str]:
    """Of entries that are judged, where something is wrong with one of them."""
    faulty = [(what, one.pk) for what, one in rows if getattr(one, "state", "")]
    if not faulty:
        return {}
    return said_of(*([pk for what, pk in faulty if what == kind] for kind in (TASK, CONTACT)))


class PagesOfRows(Pages):
    """Of one or several parts in one list. `show` gets the keys of a page."""

    @cached_property
    def counted(self) -> int:
        return sum(rows.order_by().values("pk")[: self.most + 1].count() for _part, rows in self.object_list)

    def page(self, number):
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = in_order(self.object_list, first + self.per_page)[first:]
        return self._get_page(list(self.show(keys)), number, self)


def _row(what, one, person, said, me) -> Row:
    customer = one if what == CUSTOMER else one.customer
    seen = customer is not None and me.may_see(customer.store_id)
    own = me.may_see(one.store_id)
    place = getattr(one, "counted_store_id", None) or one.store_id
    named = person == me or me.may_manage(place)
    state = getattr(one, "state", "")
    explains = own and state and may_explain(me, one.person, place)
    return Row(
        what=what,
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
        reason=(said or getattr(one, "cancel_note", "")) if own and state else "",
        reason_url=reverse("reports:reason", args=[f"{what}s", one.pk]) if explains else "",
        answered=_answered(one) if hasattr(one, "first_at") else "",
        is_elsewhere=customer is not None and not seen,
        rank=customer.rank.code if what == CUSTOMER and seen and customer.rank else "",
        is_open=what == TASK and one.is_open,
        completes=bool(_completion(what, one)),
    )


def _answered(deal) -> str:
    """How long after a lead came in somebody got in touch."""
    if deal.first_at is None:
        return _("Not yet")
    return minutes_in_words(round((deal.first_at - deal.received_at).total_seconds() / 60))


def minutes_in_words(minutes: int | None) -> str:
    """'45 min', '3 h 20 min', '2 d 3 h'; empty where there is nothing to say."""
    if minutes is None:
        return ""
    hours, left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours_left}
    words = _("%(hours)d h %(minutes)d min") if hours else _("%(minutes)d min")
    return words % {"hours": hours, "minutes": left}


def _text(what, one) -> str:
    if what == TASK:
        return f"{one.get_channel_display()} {one.title}"
    if what == CONTACT:
        return str(one)
    if stayed := getattr(one, "stayed", None):
        return f"{one} · {minutes_in_words(round(stayed.total_seconds() / 60))}"
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
    if completion := _completion(what, one):
        return completion
    if what == TASK:
        return reverse("todo:task", args=[one.pk])
    return reverse("todo:deal", args=[one.pk]) if what in {DEAL, LEAD} else ""


def _completion(what, one) -> str:
    if getattr(one, "state", "") != Fault.INCOMPLETE:
        return ""
    entry = one.record if what == TASK else one.pk
    return reverse("todo:contact-complete", args=[entry]) if entry else ""
