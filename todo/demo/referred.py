"""Who sent whom: customers who came by a referral, each sent by an older customer of the same person.

Draws nothing: what else the same seed makes stays as it is.
"""

from collections import defaultdict

from customers.models import Customer, Source

STORES = 3


def add(places):
    """In the first stores. Whoever sends is older in the book, so that nobody is sent by somebody they sent."""
    for place in places[:STORES]:
        here = Customer.objects.filter(store=place.id, owner__isnull=False).order_by("pk")
        came = here.filter(deals__source=Source.REFERRAL).distinct()
        by_owner = defaultdict(list)
        for customer in here.filter(vehicles__isnull=False, closed_at__isnull=True).distinct():
            by_owner[customer.owner_id].append(customer)
        sent = []
        for number, customer in enumerate(came):
            older = [one for one in by_owner[customer.owner_id] if one.pk < customer.pk]
            if older:
                customer.referrer = older[number * 7 % len(older)]
                sent.append(customer)
        Customer.objects.bulk_update(sent, ["referrer"], batch_size=500)
