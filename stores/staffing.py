"""Roles given and taken, people who leave and come back. The house never loses its last administrator (H1)."""

from django.db import transaction

from .models import Membership, Role, Staff


class LastAdmin(Exception):
    """Without this person nobody could administer the house."""


def give_roles(person: Staff, wanted: set[tuple[int | None, str]], *, by: Staff):
    """Let the person hold just these (store id or None, role), as far as `by` has a say; other stores' stay.

    Raises LastAdmin; nothing is changed then.
    """
    with transaction.atomic():
        _hold_admins()
        held = {(row.store_id, row.role): row for row in person.memberships.all() if by.may_manage(row.store_id)}
        if (None, Role.ADMIN) in held and (None, Role.ADMIN) not in wanted:
            _refuse_last_admin(person)
        unwanted = [row.pk for key, row in held.items() if key not in wanted]
        Membership.objects.filter(pk__in=unwanted).delete()
        Membership.objects.bulk_create(
            (
                Membership(staff=person, store_id=store_id, role=role)
                for store_id, role in sorted(wanted - set(held), key=str)
                if by.may_manage(store_id)
            ),
            ignore_conflicts=True,
        )
    person.__dict__.pop("roles", None)


def deactivate(person: Staff):
    """The person cannot sign in any more, open sessions end at once; all they did stays. Raises LastAdmin."""
    with transaction.atomic():
        Staff.objects.select_for_update(no_key=True).get(pk=person.pk)
        _hold_admins()
        if person.is_admin:
            _refuse_last_admin(person)
        Staff.objects.filter(pk=person.pk).update(is_active=False)
    person.is_active = False


def reactivate(person: Staff):
    Staff.objects.filter(pk=person.pk).update(is_active=True)
    person.is_active = True


def _hold_admins():
    """Two administrators who drop each other at once: the second waits, and then is the last."""
    list(Membership.objects.filter(role=Role.ADMIN).order_by("pk").select_for_update())


def _refuse_last_admin(person: Staff):
    if person.is_active and not Staff.objects.active().admins().exclude(pk=person.pk).exists():
        raise LastAdmin
