"""What happened on days: conversations, visits, appointments, orders, and leads that came in.

Rows with `place` (the store that counts), `person` (who is counted, of leads who is in charge) and `hit`.
"""

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from customers.models import Deal
from followups.input_rate import truth
from followups.models import Contact, Outcome
from followups.models.contact import CONVERSATIONS
from stores.channels import Channel
from stores.models import Store

from .asked import Asked
from .work import of_person

ALWAYS = Q(pk__isnull=False)


def _contacts(asked: Asked, **of):
    """Of these stores, wherever the customers are today: so the index of every store is looked into."""
    rows = Contact.objects.standing().in_stores(Store.objects.values("pk"))
    rows = rows.filter(happened_at__gte=asked.begins, happened_at__lt=asked.until, **of)
    rows = rows.annotate(
        place=Coalesce(F("counted_store_id"), F("store_id")), person=F("counted_staff_id"), hit=truth(ALWAYS)
    )
    return of_person(rows.filter(place__in=asked.stores), asked)


def conversations(asked: Asked):
    """The two of them exchanged words, whoever began."""
    return _contacts(asked, outcome__in=CONVERSATIONS)


def visits(asked: Asked):
    """They met: who was not at home was not visited."""
    return _contacts(asked, outcome__in=CONVERSATIONS, channel=Channel.VISIT)


def appointments(asked: Asked):
    """Contacts that ended with one."""
    return _contacts(asked, outcome=Outcome.APPOINTMENT)


def orders(asked: Asked):
    rows = Deal.objects.ordered_between(asked.first, asked.as_of).filter(counted_store__in=asked.stores)
    rows = rows.annotate(place=F("counted_store_id"), person=F("counted_staff_id"), hit=truth(ALWAYS))
    return of_person(rows, asked)


def leads(asked: Asked):
    """Deals that came in. `first_at`: when somebody first got in touch, up to now; `hit`: within the store's limit.

    A contact about another deal of the customer is none about this one.
    """
    about = Q(deal=OuterRef("pk")) | Q(deal__isnull=True)
    first = Contact.objects.beginning().filter(about, customer=OuterRef("customer"))
    first = first.filter(happened_at__gte=OuterRef("received_at"), happened_at__lt=asked.now)
    rows = Deal.objects.in_stores(asked.stores).filter(received_at__gte=asked.begins, received_at__lt=asked.until)
    rows = rows.annotate(
        place=F("store_id"),
        person=F("staff_id"),
        first_at=Subquery(first.order_by("happened_at").values("happened_at")[:1]),
        hit=truth(Q(Exists(first.filter(happened_at__lte=OuterRef("new_late_at"))))),
    )
    return of_person(rows, asked)
