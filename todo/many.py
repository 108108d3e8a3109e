"""One pattern for many customers of the list: who they are, and what choosing it would do (REQUIREMENTS B1, B8)."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from customers.forms import CustomerFilter
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from followups.batches import AT_ONCE, why_not
from followups.models import Pattern
from followups.progress import WHY
from stores.channels import Channel
from stores.inputs import whole_number
from stores.models import Store

MOST = 200_000
"""Customers at once."""
MOST_TICKED = 5000
SHOWN_NAMES = 10


@dataclass(frozen=True)
class Chosen:
    """Whom a request names, found again from `fields`: the ids of a few, the list's filter of many.

    `seen` tells whether a filter finds the same customers as it did when somebody looked.
    """

    customers: CustomerQuerySet
    number: int
    fields: list[tuple[str, str]]
    seen: str = ""

    @property
    def stores(self) -> list[Store]:
        return list(Store.objects.filter(pk__in=self.customers.order_by().values("store")))


def chosen_by(data, me) -> Chosen | None:
    """By `id` of each, by `ids`, or by `all` that the list's filter finds; None where the filter makes no sense.

    That would find everybody. A few that a filter finds are from then on just those.
    """
    book = Customer.objects.visible_to(me).net()
    if "all" not in data:
        texts = data["ids"].split(",") if "ids" in data else data.getlist("id")
        ids = [whole_number(text) for text in texts[:MOST_TICKED]]
        return _these(book.with_ids([pk for pk in ids if pk is not None]))
    form = CustomerFilter(data, me=me)
    if not form.is_valid():
        return None
    found = form.found(book, most=MOST + 1)
    counted = found.order_by().values("pk")[: MOST + 1].aggregate(number=Count("pk"), total=Sum("pk"))
    if counted["number"] <= AT_ONCE:
        return _these(book.with_ids(list(found.values_list("pk", flat=True))))
    fields = [("all", "yes"), *form.asked]
    return Chosen(found, counted["number"], fields, f"{counted['number']}-{counted['total']}")


def _these(customers) -> Chosen:
    found = customers.in_kana_order()
    ids = list(found.values_list("pk", flat=True))
    return Chosen(found, len(ids), [("ids", ",".join(map(str, ids)))])


@dataclass(frozen=True)
class LeftOut:
    """Who doesn't get it, for one reason. `people`: the first of them."""

    why: str
    number: int
    people: list


@dataclass(frozen=True)
class Effect:
    """What choosing would do.

    `nobodys`: of those who get it, how many have nobody in charge, so that tasks of theirs are nobody's too;
    `unreachable`: how many would have to be called and have no phone number.
    """

    number: int
    nobodys: int
    unreachable: int
    left_out: list[LeftOut]


def effect(pattern, customers, *, me) -> Effect:
    """For whom it would begin; nothing is changed. A few statements, however many customers there are."""
    versions = _versions(pattern)
    customers = customers.annotate(why=why_not(pattern, me))
    groups = customers.order_by().values_list("why", "store").annotate(
        Count("pk"), nobodys=Count("pk", filter=Q(owner__isnull=True)), no_phone=Count("pk", filter=Q(phones__len=0))
    )  # fmt: skip
    got, left = Counter(), Counter()
    for why, store_id, number, nobodys, no_phone in groups:
        if why:
            left[why] += number
            continue
        version = versions.get(store_id) or versions[None]
        got["number"] += number
        got["nobodys"] += nobodys if _needs_owner(version) else 0
        got["unreachable"] += no_phone if _calls(version) else 0
    left_out = [
        LeftOut(WHY[why], left[why], list(customers.filter(why=why).only("name")[:SHOWN_NAMES]))
        for why in WHY
        if why in left
    ]
    return Effect(got["number"], got["nobodys"], got["unreachable"], left_out)


def _versions(pattern) -> dict:
    """By store the version it would use; by None the one of all others."""
    patterns = Pattern.objects.current().filter(slug=pattern.slug).with_current_version()
    return {row.store_id: row.current_version for row in patterns}


def _calls(version) -> bool:
    return any(step.channel == Channel.PHONE for step in version.step_list)


def _needs_owner(version) -> bool:
    """Whether any of it is for whoever is in charge, not for a role."""
    return any(not step.assignee_role for step in version.step_list)
