"""Who a deal, a customer and their open tasks belong to. Tasks follow a change of owner unless assigned by hand."""

from django.db import transaction
from django.db.models import Q

from customers.models import Customer, Deal

from .models import Contact, Task


def assign_deal(deal: Deal, to, *, by, now, take=False):
    """Give a deal to somebody, or to nobody (None); its open tasks and unanswered replies go along.

    `take`: the assignment is confirmed, so the deal isn't new any more.
    """
    with transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(staff=to)
        deal.staff = to
        Task.objects.open().filter(_follows_owner(), deal=deal).update(assignee=to or deal.customer.owner)
        Contact.objects.waiting().filter(deal=deal).update(for_staff=to or deal.customer.owner)
        if to and deal.customer.owner_id is None:
            assign_customer(deal.customer, to)
        if take:
            deal.take(by, now)


def assign_customer(customer: Customer, to):
    """Give a customer to somebody: open tasks that are about no deal, or about a deal that is nobody's, go along."""
    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(owner=to)
        customer.owner = to
        rows = Q(customer=customer) & (Q(deal__isnull=True) | Q(deal__staff__isnull=True))
        Task.objects.open().filter(rows, _follows_owner()).update(assignee=to)
        Contact.objects.waiting().filter(rows).update(for_staff=to)


def _follows_owner() -> Q:
    """Neither assigned by hand nor made for a role."""
    return Q(assigned_by_hand_at__isnull=True) & (Q(step__isnull=True) | Q(step__assignee_role=""))
