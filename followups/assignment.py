"""Who a deal, a customer and their open tasks belong to. Tasks follow a change of owner unless assigned by hand."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from customers.models import Customer, Deal
from stores.models import Membership

from .models import Contact, FollowUp, Task
from .stopping import hold


def assign_deal(deal: Deal, to):
    """Give a deal to somebody, or to nobody (None); its open tasks and unanswered replies go along."""
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(deal.customer))
        Task.objects.open().filter(follows_owner(), deal=deal).update(
            assignee=to or deal.customer.owner, covering_for=None
        )
        Deal.objects.filter(pk=deal.pk).update(staff=to)
        deal.staff = to
        Contact.objects.waiting().filter(deal=deal).update(for_staff=to or deal.customer.owner)
        if to and deal.customer.owner_id is None:
            assign_customer(deal.customer, to)


def assign_customer(customer: Customer, to):
    """Give a customer to somebody: open tasks that are about no deal, or about a deal that is nobody's, go along."""
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(customer))
        rows = Q(customer=customer) & (Q(deal__isnull=True) | Q(deal__staff__isnull=True))
        Task.objects.open().filter(rows, follows_owner()).update(assignee=to, covering_for=None)
        Customer.objects.filter(pk=customer.pk).update(owner=to)
        customer.owner = to
        Contact.objects.waiting().filter(rows).update(for_staff=to)


def follows_owner() -> Q:
    """Neither assigned by hand nor with somebody who has it for their role in the store.

    Where nobody had the role the task fell to whoever is in charge, and stays with whoever that is.
    """
    has_the_role = Membership.objects.filter(
        store=OuterRef("store"), staff=OuterRef("assignee"), role=OuterRef("step__assignee_role")
    )
    for_nobody_else = Q(step__isnull=True) | Q(step__assignee_role="") | ~Exists(has_the_role)
    return Q(assigned_by_hand_at__isnull=True) & for_nobody_else
