"""Who sent whom: the tree above and below a customer, and naming who sent them (REQUIREMENTS C1)."""

from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils.translation import gettext as _

from stores.locks import one_at_a_time

from .models import Customer

LEVELS = 5
MOST = 500
"""People shown of one tree."""


REFERRERS = "referrers"
"""Who sent whom is said one after the other: of two at once, each might be right and both a circle."""


class InACircle(Exception):
    """Somebody would have sent themselves."""


@dataclass
class Sent:
    customer: Customer
    people: list["Sent"] = field(default_factory=list)

    @property
    def orders(self) -> int:
        return self.customer.order_count

    @property
    def people_in_all(self) -> int:
        return sum(1 + one.people_in_all for one in self.people)

    @property
    def orders_in_all(self) -> int:
        """Of everybody they sent, however far."""
        return sum(one.orders + one.orders_in_all for one in self.people)


def tree_of(customer, me) -> Sent:
    """Whom a customer sent, level by level: one question for each."""
    root = Sent(Customer.objects.visible_to(me).with_ids([customer.pk]).with_order_count().get())
    level, count = {customer.pk: root}, 0
    for _level in range(LEVELS):
        rows = Customer.objects.visible_to(me).sent_by(level).with_order_count()[: MOST - count]
        further = {}
        for one in rows:
            if one.pk != customer.pk:
                further[one.pk] = Sent(one)
                level[one.referrer_id].people.append(further[one.pk])
        count += len(further)
        if not further or count >= MOST:
            break
        level = further
    return root


def senders_of(customer, me) -> list[Customer]:
    """Who sent them, who sent those …, the first of all first; none beyond what one may see."""
    found, referrer = [], customer.referrer_id
    while referrer and len(found) < LEVELS and referrer not in {one.pk for one in found}:
        one = Customer.objects.visible_to(me).with_ids([referrer]).first()
        if one is None:
            break
        found.insert(0, one)
        referrer = one.referrer_id
    return found


def refer(customer, referrer, *, by, now):
    """`referrer`: None takes it back. Raises InACircle."""
    with transaction.atomic():
        one_at_a_time(REFERRERS)
        kept = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        if referrer and leads_to(referrer.pk, {kept.pk}):
            raise InACircle(_("%(name)s was sent by this customer.") % {"name": referrer})
        Customer.objects.with_ids([kept.pk]).update(referrer=referrer, updated_at=now, edited_at=now, edited_by=by)


def leads_to(pk, people: set[int]) -> bool:
    """Whether that customer is one of these, or was sent by one of them, however many people between."""
    seen = set()
    while pk and pk not in seen:
        if pk in people:
            return True
        seen.add(pk)
        pk = Customer.objects.with_ids([pk]).values_list("referrer", flat=True).first()
    return False


ABOVE = """
WITH RECURSIVE way AS (
    SELECT id, referrer_id FROM customers_customer WHERE id = ANY (%s)
    UNION SELECT sender.id, sender.referrer_id
    FROM way JOIN customers_customer AS sender ON sender.id = way.referrer_id
)
SELECT id, referrer_id FROM way WHERE referrer_id IS NOT NULL
"""


def senders_above(people) -> dict[int, int]:
    """{who: who sent them} of these and of everybody above them, in one question."""
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, [list(people)])
        return dict(cursor.fetchall())
