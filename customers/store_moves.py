"""A customer goes to another store, with everything of theirs (DESIGN.md "Rows").

`store` follows on every row that points at them, so that the colleagues there see the history; what figures read
(`counted_…`) never changes.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from stores.wake import wake

from .models import Customer, StoreMove
from .pointing import VERBS, has_store, hold_all, in_turn


class NotPossible(Exception):
    """Why it can't be done; a sentence for whoever wants it."""


def move_to_store(customer, store, owner, *, by, now) -> StoreMove:
    """`owner`: who is in charge there; what is open becomes theirs. Raises NotPossible."""
    with transaction.atomic():
        held = hold_all([customer.pk]).get(customer.pk)
        if held is None or held.merged_into_id or held.store_id == store.pk:
            raise NotPossible(_("This customer is there already."))
        move = StoreMove.objects.create(customer=held, from_store_id=held.store_id, to_store=store, by=by, at=now)
        place(held, store, owner, now=now)
        Customer.objects.with_ids([held.pk]).update(updated_at=now, edited_at=now, edited_by=by)
        wake()
    return move


def place(customer, store, owner, *, now):
    """Put a held customer and every row of theirs into the store. Raises NotPossible."""
    if customer.code and Customer.objects.in_store(store).with_code(customer.code).exists():
        words = _("%(store)s has another customer with the code %(code)s. Change one of the codes first.")
        raise NotPossible(words % {"store": store, "code": customer.code})
    for field, relation in in_turn():
        if has_store(field.model) and relation.owns and field.model is not Customer:
            field.model._base_manager.filter(**{field.name: customer.pk}).update(store=store)
    Customer.objects.with_ids([customer.pk]).update(store=store, owner=owner)
    customer.store, customer.owner = store, owner
    for verbs in VERBS:
        verbs.settle(customer, owner, now, moved=True)


def counts_of(customer) -> list[tuple]:
    """(what, how many) of the rows that would go along; what there is none of is left out."""
    found = [
        (relation.words, field.model._base_manager.filter(**{field.name: customer.pk}).count())
        for field, relation in in_turn()
        if relation.words
    ]
    return [(words, number) for words, number in found if number]
