"""Two customers who are the same become one, with everything kept, and the way back for a month (REQUIREMENTS C7)."""

import logging

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from stores.locks import one_at_a_time
from stores.wake import wake

from .before_after import keep_after, keep_before, restore
from .models import Customer, Merge, MergedRow, StoreMove
from .models.merge import UNDO_MERGE
from .pointing import VERBS, Fate, has_store, hold_all, in_turn, owning_keys_of
from .referrals import REFERRERS, leads_to
from .same_car import join, same_cars
from .side_by_side import also_called, chosen_values
from .store_moves import NotPossible, place

logger = logging.getLogger(__name__)
GATHERED = 1000
"""So many of a kind in one night: there are a handful."""
HOPS = 50
"""Whoever follows merges further than this goes in a circle."""


def merge(winner, loser, taken=frozenset(), *, by, now, join_cars=True, join_doubtful=False) -> Merge:
    """`loser` becomes part of `winner`: all that points at them points at the winner from now on.

    `taken`: keys of `side_by_side.lines` of which the loser's value is kept. A loser of another store moves first.
    Nothing is deleted but, with `join_cars`, the second row of a car that both have, and with `join_doubtful` that of
    a car that has the same plate only. Raises NotPossible.
    """
    with transaction.atomic():
        one_at_a_time(REFERRERS)
        winner, loser = _both_still_there(winner, loser)
        row = Merge.objects.create(winner=winner, loser=loser, by=by, at=now)
        keep_before(row, [winner.pk, loser.pk])
        values = chosen_values(winner, loser, taken)
        values["also_called"] = also_called(winner, loser, values)
        Customer.objects.with_ids([loser.pk]).update(
            code="" if loser.code == values["code"] else loser.code,
            merged_into=winner, closed_at=loser.closed_at or now, updated_at=now,
        )  # fmt: skip
        if loser.store_id != winner.store_id:
            loser.code = ""
            place(loser, winner.store, winner.owner, now=now)
        for verbs in VERBS:
            verbs.before(winner, loser, by, now)
        sure, doubtful = same_cars(winner, loser)
        for kept, gone in [*(sure if join_cars else ()), *(doubtful if join_doubtful else ())]:
            join(kept, gone, by=by, now=now)
        _point(loser, winner)
        _unite(winner, loser, values, by=by, now=now)
        for verbs in VERBS:
            verbs.settle(winner, winner.owner, now, moved=False)
        keep_after(row)
        wake()
    return row


def _both_still_there(winner, loser) -> tuple[Customer, Customer]:
    held = hold_all([winner.pk, loser.pk])
    found = held.get(winner.pk), held.get(loser.pk)
    if winner.pk == loser.pk or None in found or any(one.merged_into_id for one in found):
        raise NotPossible(_("One of the two has been merged meanwhile. Please look again."))
    if found[0].closed_at and not found[1].closed_at:
        raise NotPossible(_("Keep the one who is still looked after."))
    return found


def _point(loser, winner):
    for field, relation in in_turn():
        rows = field.model._base_manager.filter(**{field.name: loser.pk})
        if field.model is Customer:
            rows = rows.exclude(pk=winner.pk)
        if relation.fate is Fate.STAYS:
            continue
        if relation.fate is Fate.MOVES or not field.model._base_manager.filter(**{field.name: winner.pk}).exists():
            rows.update(**{field.name: winner.pk})


def _unite(winner, loser, values, *, by, now):
    for name, value in values.items():
        setattr(winner, name, value)
    if winner.referrer_id and leads_to(winner.referrer_id, {winner.pk, loser.pk}):
        winner.referrer = None
    winner.created_at = min(winner.created_at, loser.created_at)
    for name in ("last_contacted_at", "last_negotiated_at"):
        setattr(winner, name, max(filter(None, (getattr(one, name) for one in (winner, loser))), default=None))
    winner.updated_at = winner.edited_at = now
    winner.edited_by = by
    winner.save(
        update_fields=[
            *values, "created_at", "last_contacted_at", "last_negotiated_at", "updated_at", "edited_at", "edited_by"
        ]
    )  # fmt: skip
    Customer.objects.with_ids([winner.pk]).reindex()


def final(customer) -> Customer:
    """Who somebody has become part of, however often that was merged on; themselves where they weren't."""
    for _hop in range(HOPS):
        if customer.merged_into_id is None:
            break
        customer = customer.merged_into
    return customer


def why_not_undone(row: Merge, now) -> str:
    """A sentence; empty where it can be taken back."""
    if row.undone_at:
        return _("It has been taken back already.")
    if not row.is_in_time(now):
        return _("A merge can be taken back for %(days)d days.") % {"days": UNDO_MERGE.days}
    if Merge.objects.standing().about(row.winner_id, row.loser_id).after(row).exists():
        return _("Take back the later merge of the same customer first.")
    if not row.rows.exists():
        return _("What each of the two was before has been erased since.")
    if code := _code_given_on(row):
        return _("Another customer has the code %(code)s by now. Change it there first.") % {"code": code}
    return ""


def _entries(row: Merge) -> dict[int, dict]:
    """Of each of the two what their entry said before, as far as the merge changed it."""
    kept = row.rows.filter(model=Customer._meta.label, row_id__in=[row.winner_id, row.loser_id])
    return dict(kept.values_list("row_id", "before"))


def _code_given_on(row: Merge) -> str:
    """A code that one of them would have again, and somebody else has now."""
    entries, stores = _entries(row), {row.winner_id: row.winner.store_id, row.loser_id: row.loser.store_id}
    for pk, before in entries.items():
        others = Customer.objects.in_store(before.get("store_id", stores[pk])).exclude(pk__in=stores)
        if before.get("code") and others.with_code(before["code"]).exists():
            return before["code"]
    return ""


def stores_of(row: Merge) -> set[int]:
    """Where the two are, and where they would be once they are two again."""
    before = {entry["store_id"] for entry in _entries(row).values() if "store_id" in entry}
    return {row.winner.store_id, row.loser.store_id, *before}


def undo(row: Merge, *, by, now):
    """Two again, each with what was theirs; what came since stays with the deal, the task or the pattern it is about.

    Where the winner has gone to another store since, the loser is back in their own. Raises NotPossible.
    """
    with transaction.atomic():
        one_at_a_time(REFERRERS)
        held = hold_all([row.winner_id, row.loser_id])
        row = Merge.objects.select_for_update().get(pk=row.pk)
        if why := why_not_undone(row, now):
            raise NotPossible(why)
        restore(row)
        row.rows.all().delete()  # two people again: what is kept of one says nothing of the other
        Merge.objects.filter(pk=row.pk).update(undone_at=now, undone_by=by)
        loser = Customer.objects.get(pk=row.loser_id)
        _take_along(row.winner_id, loser)
        for one in Customer.objects.with_ids(held).exclude(referrer=None):
            if leads_to(one.referrer_id, {one.pk}):
                Customer.objects.with_ids([one.pk]).update(referrer=None)
        if StoreMove.objects.of_customer(row.winner).since(row.at).exists():
            for verbs in VERBS:
                verbs.settle(loser, loser.owner, now, moved=True)
        Customer.objects.with_ids(held).reindex()
        wake()


def _take_along(winner_id, loser):
    """What was written since about deals, tasks and follow-ups that are the loser's again, and their store."""
    moving = {field.model for field, relation in in_turn() if relation.fate is Fate.MOVES} - {Customer}
    for field, relation in in_turn():
        if relation.fate is Fate.STAYS or field.model is Customer or not relation.owns:
            continue
        rows = field.model._base_manager
        for other in field.model._meta.concrete_fields:
            about_a_car = other.name == "vehicle" and field.model._meta.label == "customers.Deal"
            if other.related_model in moving and not about_a_car:
                for key in owning_keys_of(other.related_model):
                    theirs = {field.name: winner_id, f"{other.name}__{key.name}": loser.pk}
                    rows.filter(**theirs).update(**{field.name: loser.pk})
        if has_store(field.model):
            rows.filter(**{field.name: loser.pk}).exclude(store=loser.store_id).update(store=loser.store_id)


def gather() -> int:
    """What was written to somebody who had just become part of another goes along; gives how many rows."""
    moved = 0
    for field, relation in in_turn():
        if relation.fate is Fate.MOVES:
            model = field.model
            whole = Customer.objects.filter(pk=OuterRef(field.name)).values("merged_into")
            stray = model._base_manager.filter(**{f"{field.name}__merged_into__isnull": False})
            for pk in stray.order_by("pk").values_list("pk", flat=True)[:GATHERED]:
                try:
                    with transaction.atomic():
                        moved += model._base_manager.filter(pk=pk).update(**{field.name: Subquery(whole)})
                except IntegrityError:
                    logger.warning("left with who was merged: %s %s", model._meta.label, pk)
    return moved


def forget_old(now) -> int:
    """How rows were before merges that can't be taken back any more; gives how many rows."""
    return MergedRow.objects.filter(merge__at__lte=now - UNDO_MERGE).delete()[0]
