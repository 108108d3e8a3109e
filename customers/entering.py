"""A customer or a lead entered by hand (REQUIREMENTS A3, C1, D1): one form, the same person not twice."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from stores.locks import one_at_a_time
from stores.models import Staff, Store

from .closed import comes_back
from .duplicates import look
from .models import Customer, Deal
from .text import fold, normalise_phone

JUST_NOW = timedelta(minutes=1)
"""The same words sent again within so long are the same lead: a button pressed twice."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What somebody typed. `customer`: whom we know already; `enquiry`: None for a plain customer."""

    store: Store
    customer: Customer | None
    staff: Staff | None
    who: dict
    note: str
    enquiry: dict | None
    kind: str = Customer.Kind.PERSON
    contact_name: str = ""
    by: Staff | None = None

    @property
    def phones(self) -> list[str]:
        return [self.who["phone"]] if self.who["phone"] else []

    @property
    def emails(self) -> list[str]:
        return [self.who["email"]] if self.who["email"] else []


class LikelyKnown(Exception):
    """Somebody is reached that way already; `customers` are they."""

    def __init__(self, customers):
        super().__init__(customers)
        self.customers = customers


def enter(lead: Lead, *, now, unless_among=None) -> tuple[Customer, Deal | None]:
    """The customer and the deal of a lead; those that are there where the same was entered just now.

    `unless_among`: customers of whom none may be reached that way already, else LikelyKnown is raised and nothing is
    kept. One at a time, so that of two the second looks at what the first has entered.
    """
    with transaction.atomic():
        for key in sorted({fold(lead.who["name"]), *lead.phones, *lead.emails}):
            one_at_a_time("lead", lead.store.pk, key)
        if again := _entered_just_now(lead, now):
            return again
        if unless_among is not None and (known := list(unless_among.reached_by(lead.phones, lead.emails))):
            raise LikelyKnown(known)
        customer = lead.customer or _enter_customer(lead, now)
        if lead.customer:
            comes_back(customer, by=lead.by, now=now)
            _add_reach(customer, lead, now)
        if lead.enquiry is None:
            return customer, None
        fields = {**lead.enquiry, "note": lead.note, "staff": lead.staff or customer.owner}
        return customer, Deal.receive(customer=customer, now=now, **fields)


def _entered_just_now(lead, now):
    """(customer, deal) of the very same words; None when there are none."""
    since = now - JUST_NOW
    if lead.enquiry is not None:
        deals = Deal.objects.in_store(lead.store).filter(received_at__gte=since, note=lead.note, **lead.enquiry)
        of = (
            {"customer": lead.customer} if lead.customer else {f"customer__{name}": v for name, v in _row(lead).items()}
        )
        deal = deals.filter(**of).select_related("customer").first()
        return deal and (deal.customer, deal)
    if lead.customer:
        return None
    customers = Customer.objects.in_store(lead.store).filter(created_at__gte=since, note=lead.note, **_row(lead))
    customer = customers.filter(deals__isnull=True).first()
    return customer and (customer, None)


def _row(lead) -> dict:
    who = {"name": lead.who["name"], "kana": lead.who["kana"], "kind": lead.kind, "contact_name": lead.contact_name}
    return {**who, "phones": lead.phones, "emails": lead.emails}


def _enter_customer(lead, now):
    note = lead.note if lead.enquiry is None else ""
    stamps = {"created_at": now, "updated_at": now}
    customer = Customer.objects.create(store=lead.store, owner=lead.staff, note=note, **_row(lead), **stamps)
    Customer.objects.filter(pk=customer.pk).reindex()
    look(customer, now)
    return customer


def _add_reach(customer, lead, now):
    """A number or an address that somebody we know gave us now: kept behind those we have."""
    kept = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    new_phones = [phone for phone in lead.phones if phone not in kept.phones]
    new_emails = [email for email in lead.emails if email not in kept.emails]
    if new_phones or new_emails:
        kept.phones += new_phones
        kept.emails += new_emails
        kept.updated_at = now
        kept.save(update_fields=["phones", "emails", "updated_at"])
        Customer.objects.filter(pk=kept.pk).reindex()
        look(kept, now)


def likely_the_same(customers, *, name="", kana="", phone="", email=""):
    """Who of `customers` may be the person being typed in; words may be unfinished."""
    try:
        phones = [normalise_phone(phone)] if phone else []
    except ValueError:
        phones = []
    return customers.alike(names=[name, kana], phones=phones, emails=[email.strip().lower()] if "@" in email else [])
