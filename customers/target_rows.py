"""Person by person, store by store: what was reached of which target (REQUIREMENTS D6)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from stores.models import Staff

from .models import Span
from .periods import Period
from .reached import by_holder


@dataclass(frozen=True)
class Line:
    """One person or store. `url`, `year_url`: the deals behind its figures."""

    name: str
    url: str
    year_url: str
    done: int
    target: int | None
    year_done: int
    year_target: int | None

    @property
    def percent(self) -> int | None:
        return round(100 * self.done / self.target) if self.target else None

    @property
    def year_percent(self) -> int | None:
        return round(100 * self.year_done / self.year_target) if self.year_target else None

    @property
    def says_something(self) -> bool:
        return bool(self.done or self.year_done or self.target or self.year_target)


def people_rows(orders, store, me, *, figure, period: Period, year, wanted) -> list[Line]:
    """The people of a store, those with most first: all of them for its manager, else oneself."""
    found = by_holder(orders, "counted_staff", figure=figure, period=period, year=year)
    targets = wanted[store.pk]
    ids = {pk for pk in (*found, *targets) if pk}
    if me.may_manage(store.pk):
        people = Staff.objects.working_in_or_with_ids([store], ids).by_name()
    else:
        people = [me]
    asked = {"found": found, "period": period, "year": year, "store": store}
    lines = [_line(one, targets.get(one.pk, {}), staff=one, **asked) for one in people]
    return sorted((line for line in lines if line.says_something or len(lines) == 1), key=_most_first)


def store_rows(orders, stores, *, figure, period: Period, year, wanted) -> list[Line]:
    found = by_holder(orders, "counted_store", figure=figure, period=period, year=year)
    asked = {"found": found, "period": period, "year": year}
    return sorted((_line(one, wanted[one.pk].get(None, {}), store=one, **asked) for one in stores), key=_most_first)


def _most_first(line):
    return -line.done, -line.year_done


def _line(one, targets, *, found, period, year, **whose) -> Line:
    done, year_done = found.get(one.pk, (0, 0))
    known = [targets[month.month] for month in year if month.month in targets]
    return Line(
        name=str(one),
        url=orders_url(period, **whose),
        year_url=orders_url(period, since=year[0].first, **whose),
        done=done,
        target=targets.get(period.month),
        year_done=year_done,
        year_target=targets.get((Span.YEAR, year[0].month), sum(known) if known else None),
    )


def orders_url(period, *, since=None, store=None, staff=None) -> str:
    """The deals behind a figure."""
    asked = {"tab": "ordered", "first": since or period.first, "last": period.last}
    asked |= {"counted": "on"} if since else {}
    asked |= {"shop": store.pk} if store else {}
    asked |= {"seller": staff.pk} if staff else {}
    return f"{reverse('todo:deals')}?{urlencode(asked)}"
