"""The first minute of a new house: one store, one person in every role (REQUIREMENTS H7)."""

from django.db import transaction

from .locks import one_at_a_time
from .models import Membership, Role, Staff, Store

FOUNDER_ROLES = ((Role.ADMIN, None), (Role.MANAGER, Store), (Role.SALESPERSON, Store))


class AlreadyFounded(Exception):
    """Somebody else was first."""


def is_awaited(person) -> bool:
    """Whether that visitor may set the house up: nobody is in it, or somebody signed in who has no store to go to."""
    if person.is_authenticated:
        return not person.roles and not Store.objects.exists()
    return not Staff.objects.exists()


def found(store: Store, person: Staff, *, closed_on=()) -> Staff:
    """Save the store, and the person as its administrator, manager and salesperson. Raises AlreadyFounded."""
    with transaction.atomic():
        one_at_a_time("founding")
        if Store.objects.exists() if person.pk else Staff.objects.exists():
            raise AlreadyFounded
        store.slug = store.slug or Store.objects.free_slug(store.name)
        store.save()
        store.set_closing_days(closed_on, ())
        if person.pk is None:
            person.save()
        Membership.objects.bulk_create(
            Membership(staff=person, store=store if where else None, role=role) for role, where in FOUNDER_ROLES
        )
    person.__dict__.pop("roles", None)
    return person
