"""Whose page an action belongs to: a customer's, or that of one of their deals."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property

from customers.knowing import with_known
from customers.merging import final
from customers.models import Customer, Deal
from followups.models import LeadChoice


@dataclass(frozen=True)
class Subject:
    customer: Customer
    deal: Deal | None = None

    @property
    def kind(self) -> str:
        return "deal" if self.deal else "customer"

    @property
    def url(self) -> str:
        return reverse(f"todo:{self.kind}", args=[self._pk])

    @property
    def query(self) -> str:
        """Carried by the addresses of contacts and follow-ups, so that they lead back to the right page."""
        return "?at=deal" if self.deal else ""

    def address(self, action: str) -> str:
        return reverse(f"todo:{self.kind}-{action}", args=[self._pk])

    @cached_property
    def addresses(self) -> dict:
        """Where the page's forms are, by the noun of the action."""
        return {action: self.address(action.replace("_", "-")) for action in ACTIONS}

    @property
    def _pk(self) -> int:
        return self.deal.pk if self.deal else self.customer.pk


ACTIONS = ("contact", "inbound", "appointment", "follow_up", "assign")


def find_subject(me, *, customer_pk=None, deal_pk=None, known=False) -> Subject:
    """Raises Http404 when it isn't there, or not for `me`. `known`: with what is known of the customer, for reading."""
    if deal_pk is not None:
        deals = Deal.objects.visible_to(me).for_page().annotate(has_choices=LeadChoice.objects.is_kept())
        deal = deals.filter(pk=deal_pk).first()
        if deal is None:
            raise Http404
        return Subject(deal.customer, deal)
    rows = Customer.objects.visible_to(me).for_page().filter(pk=customer_pk)
    customer = (with_known(rows, me) if known else rows).first()
    if customer is None:
        raise Http404
    return Subject(customer) if customer.merged_into_id is None else _merged_into(me, customer)


def _merged_into(me, customer) -> Subject:
    """Old links and open pages lead to whom they have become part of."""
    whole = final(customer)
    if whole.pk == customer.pk:
        raise Http404
    return find_subject(me, customer_pk=whole.pk)


def subject_of(row, request) -> Subject:
    """The page from which something was done to a contact or a follow-up that `request.user` may see."""
    if request.GET.get("at") == "deal" and row.deal_id:
        return find_subject(request.user, deal_pk=row.deal_id)
    return find_subject(request.user, customer_pk=row.customer_id)


def board_left(request) -> str:
    """The board, as it stood, when a button was pressed there; empty elsewhere."""
    came_from = urlsplit(request.headers.get("referer", ""))
    return f"{came_from.path}?{came_from.query}" if came_from.path == reverse("todo:board") else ""
