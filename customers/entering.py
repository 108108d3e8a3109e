"""A customer or a lead entered by hand (REQUIREMENTS A3, C1, D1): one form, the same person not twice."""

from django.db import transaction

from .models import Customer, Deal
from .text import normalise_phone


def enter_customer(*, store, owner, now, name, kana="", phone="", email="", note="") -> Customer:
    """A new customer of a store."""
    with transaction.atomic():
        customer = Customer.objects.create(
            store=store,
            owner=owner,
            name=name,
            kana=kana,
            phones=[phone] if phone else [],
            emails=[email] if email else [],
            note=note,
            created_at=now,
            updated_at=now,
        )
        Customer.objects.filter(pk=customer.pk).reindex()
    return customer


def add_reach(customer: Customer, *, phone="", email="", now):
    """A number or an address that somebody we know gave us now: kept behind those we have."""
    with transaction.atomic():
        kept = Customer.objects.select_for_update().get(pk=customer.pk)
        kept.phones += [phone] if phone and phone not in kept.phones else []
        kept.emails += [email] if email and email not in kept.emails else []
        if (kept.phones, kept.emails) != (customer.phones, customer.emails):
            kept.updated_at = now
            kept.save(update_fields=["phones", "emails", "updated_at"])
            Customer.objects.filter(pk=kept.pk).reindex()


def enter_lead(customer: Customer, *, staff, now, **fields) -> Deal:
    """A lead of a customer: in the hands of `staff`, else of whoever looks after the customer."""
    return Deal.receive(customer=customer, now=now, staff=staff or customer.owner, **fields)


def likely_the_same(customers, *, name="", kana="", phone="", email=""):
    """Who of `customers` may be the person being typed in; words may be unfinished."""
    try:
        phones = [normalise_phone(phone)] if phone else []
    except ValueError:
        phones = []
    return customers.alike(names=[name, kana], phones=phones, emails=[email.strip().lower()] if "@" in email else [])
