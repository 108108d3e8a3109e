"""A business card into the queue, and from it into the book (REQUIREMENTS C8)."""

from django.db import transaction

from .duplicates import look
from .entering import Lead, enter
from .models import BusinessCard, CardPicture, Customer
from .pictures import cleaned


class Settled(Exception):
    """Somebody has typed it in or dropped it meanwhile."""


@transaction.atomic
def keep(data: bytes, *, store, owner, note, by, now) -> BusinessCard:
    """A photo into the queue. Raises NoPicture, then nothing is kept."""
    content = cleaned(data)
    card = BusinessCard.objects.create(store=store, owner=owner, note=note, taken_by=by, taken_at=now)
    CardPicture.objects.create(card=card, content=content)
    return card


@transaction.atomic
def type_in(card: BusinessCard, lead: Lead, further: dict, *, by, now, unless_among=None) -> tuple[Customer, bool]:
    """(the customer that the card has become, whether it is a new one). Raises Settled; LikelyKnown as `enter` does.

    `further`: address and the like, filled in where nothing is known yet; `phones` are added to those there are.
    """
    waiting = BusinessCard.objects.waiting().select_for_update(no_key=True).filter(pk=card.pk).first()
    if waiting is None:
        raise Settled
    customer, _deal = enter(lead, now=now, unless_among=unless_among)
    _fill_in(customer, further, now)
    BusinessCard.objects.filter(pk=card.pk).update(typed_by=by, typed_at=now, customer=customer)
    return customer, lead.customer is None


def _fill_in(customer, further, now):
    kept = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    phones = [*kept.phones, *(phone for phone in further.pop("phones", ()) if phone not in kept.phones)]
    missing = {name: value for name, value in further.items() if value and not getattr(kept, name)}
    if phones != kept.phones:
        missing["phones"] = phones
    if missing:
        Customer.objects.filter(pk=kept.pk).update(**missing, updated_at=now)
        Customer.objects.filter(pk=kept.pk).reindex()
        if "phones" in missing:
            look(kept, now)
