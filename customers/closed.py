"""Who is no longer looked after, as the book knows it; what runs for them ends on the floor above (`closing`)."""

from .models import Customer, Fact


def stand(customer, closed_at, *, by, now):
    """Closed since then; None: looked after again, and what said why is over. For callers who hold the customer."""
    if closed_at is None and (said := reason_of(customer)):
        said.end(now=now)
    stamps = {"updated_at": now, "edited_at": now, "edited_by": by}
    Customer.objects.with_ids([customer.pk]).update(closed_at=closed_at, **stamps)
    customer.closed_at = closed_at


def reason_of(customer) -> Fact | None:
    """The fact that was noted when they were closed."""
    facts = customer.facts.standing().filter(kind=Fact.Kind.OTHER)
    return facts.filter(noted_at=customer.closed_at).first()


def comes_back(customer, *, by, now):
    """Somebody closed asks for something: they are looked after again."""
    kept = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if kept.closed_at and not kept.merged_into_id:
        stand(kept, None, by=by, now=now)
    customer.closed_at = kept.closed_at
