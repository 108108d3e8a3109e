"""What a card that was typed in sets in motion: its owner is told, and has an entry to complete (REQUIREMENTS C8)."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import cards
from customers.models import BusinessCard, Customer
from followups.models import Task
from followups.recording import NextAppointment, appoint
from stores.channels import Channel
from stores.models import Notification, NotificationKind


@transaction.atomic
def type_in(card: BusinessCard, lead, further: dict, *, by, now, unless_among=None) -> Customer:
    """The customer that the card has become. Raises Settled and LikelyKnown."""
    customer, _is_new = cards.type_in(card, lead, further, by=by, now=now, unless_among=unless_among)
    owner = lead.staff
    entry = NextAppointment(
        on=timezone.localdate(now), channel=Channel.VISIT, title=_("Complete the entry of the card")
    )
    task = appoint(customer, None, entry, by=by, now=now)
    if owner and task.assignee_id != owner.pk:
        Task.objects.filter(pk=task.pk).update(assignee=owner, assigned_by_hand_at=now)
    if owner and owner != by:
        path = reverse("todo:customer", args=[customer.pk])
        values = {"card": card.pk, "customer": customer.pk, "name": customer.name}
        Notification.tell(NotificationKind.REMINDED, {owner.pk: values}, path=path, by=by, now=now)
    return customer
